"""The score of one enterprise as somebody may see it: scope and consent, the kept answer or a new one, who issues it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from pydantic import Field

from api import parameters
from api.answers.receipts import receipted
from api.answers.result import result
from api.answers.views import seen_by
from api.auth.roles import BANK
from api.clock import today
from api.distress import sees_distress
from api.enterprise.overrides import overrides
from api.enterprise.public import consented, public_facts
from api.http.endpoint import Answer, Call, Work
from api.http.refusals import Refused
from api.issuer import notice, said_first, use
from api.store.consents import Consent, Consents
from api.store.facts import Facts
from api.store.scores import Scores
from features.dossier import Dossier
from scoring.engine import Engine, Question


class ScoreQuery(parameters.Parameters):
    """As of when, as known when, under which rules; with the rules in core form beside the receipt or without."""

    receipt: Literal["short", "whole"] = Field(
        "short", description="whole：附规则，可用 dengti verify 核验 / with the rules, so that it verifies alone"
    )


def score(call: Call) -> Answer | Work:
    """The kept answer's bytes behind who issues it; where there is none yet, the work that makes it."""
    query = call.query(ScoreQuery)
    allowed = sees_distress(call.service.settings, call.who)
    question = replace(parameters.question(query, today()), distress=allowed)
    bank = call.who.role in BANK
    consent = standing(call) if bank else None
    code, engine = call.enterprise.uscc, call.service.engine
    readers = (call.who.institution, *(consent.private_of if consent else ()))
    version = Facts(call.connection).version(code, readers)
    view = _View(call, consent, query.receipt == "whole")
    fingerprint = view.fingerprint(version, question)
    key = (code, engine.release_id, question.as_of, question.known_at, fingerprint)
    scores = Scores(call.connection)
    if call.computed is not None and call.computed[0] == key:
        kept = scores.keep(*key, call.computed[1])
    else:
        found = scores.kept(*key)
        if found is None:
            dossier = Facts(call.connection).dossier(code, question.known_at, readers)
            if dossier is None:
                raise Refused("not_found")
            return Work(lambda: (key, view.answer(engine, dossier, question)))
        kept = found
    call.note.release = engine.release_id
    call.note.fields = tuple(consent.scope) if consent else ("all",)
    members = notice(call.service.settings)
    if consent:
        members["use"] = use(call.note.purpose, consent.id, list(consent.scope))
    told = overrides(call) if call.enterprise.overridden else []
    if told:
        members["overrides"] = told
    return Answer(said_first(members, kept))


def standing(call: Call) -> Consent:
    """The consent that the bank names, standing at this moment. Raises `Refused` with the public facts."""
    code, named = call.enterprise.uscc, call.asked.headers.get("consent-id", "")
    # This moment, not the one when the request came: what was withdrawn since does not stand.
    now = datetime.now(UTC)
    if named:
        # An id of ours is recorded also where it opens nothing.
        call.note.consent = named if re.fullmatch("[0-9a-f]{32}", named) else ""
        found = Consents(call.connection).standing(code, call.who.institution, call.note.purpose, now, named)
        if isinstance(found, Consent):
            return found
        reason = found.reason
    else:
        reason = "not_stated"
    call.note.fields = ("public",)
    raise Refused(
        "consent_required",
        reason=reason,
        public_facts=public_of(call),
        **notice(call.service.settings),
    )


def public_of(call: Call) -> dict[str, Any]:
    """The public facts of the enterprise of the address, as known now."""
    dossier = Facts(call.connection).dossier(call.enterprise.uscc, today())
    return public_facts(dossier) if dossier else {}


class _View:
    """What of a result somebody sees."""

    def __init__(self, call: Call, consent: Consent | None, whole: bool) -> None:
        self._reader, self._whole, self._consent = call.who.reader, whole, consent

    def fingerprint(self, version: str, question: Question) -> str:
        """Of everything that the answer depends on besides enterprise, release and days."""
        scope = sorted(self._consent.scope) if self._consent else []
        asked = (question.rules_on, question.rulebooks, question.kind)
        told = (version, self._reader, self._whole, question.distress, scope, asked)
        return "sha256:" + hashlib.sha256(repr(told).encode()).hexdigest()

    def answer(self, engine: Engine, dossier: Dossier, question: Question) -> bytes:
        """The result as they see it."""
        seen, withheld = consented(dossier, self._consent) if self._consent else (dossier, frozenset[str]())
        given = engine.answer(seen, question)
        found = seen_by(self._reader, receipted(result(given), given.rules.program))
        if not self._whole:
            found = {name: part for name, part in found.items() if name not in ("program", "program_reference")}
        if withheld:
            found = {**found, "missing": [_withheld(fact, withheld) for fact in found["missing"]]}
        return orjson.dumps(found)


def _withheld(fact: dict[str, Any], tables: frozenset[str]) -> dict[str, Any]:
    """That a fact was not opened by the consent, rather than not known."""
    hidden = fact["state"] == "absent" and fact["fact"].partition("/")[0] in tables
    return {**fact, "state": "withheld"} if hidden else fact
