"""What a bank knows of an enterprise itself, loan data above all: brought in by it, read by it alone (征信业管理条例 29 条)."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel

from api.answers.reasons import unknown_criterion
from api.clock import today
from api.http.endpoint import Call
from api.store.loading import File
from api.store.statements import IMPORT
from api.store.stating import state
from features import dossier
from features.errors import ValueProblem
from features.tables import ExpertGrade
from scoring.criteria import criteria, unasked


class Brought(BaseModel):
    """What became of it."""

    owner: str
    """The institution that alone reads it."""
    already: bool
    rows: int
    unchanged: int
    corrected: int
    notes: list[dict[str, str]]
    """Grades that are kept but count nowhere, for no rule asks for them: probably mistyped."""


def bring(call: Call) -> Brought:
    """Keep a dossier as the bank's own. Raises `DossierProblems`, `ValueProblem` where it is of another enterprise."""
    given = dossier.parse(call.asked.raw)
    if given.uscc != call.enterprise.uscc:
        raise ValueProblem(
            field="enterprise.uscc",
            value=given.uscc,
            rule="与地址中的企业不符 / differs from the enterprise of the address",
            remedy="核对统一社会信用代码 / check the code",
        )
    owner, fingerprint = call.who.institution, "sha256:" + hashlib.sha256(call.asked.raw).hexdigest()
    file = File(fingerprint, "http", call.who.actor, IMPORT, owner=owner)
    found = state(call.session, file, given, today())
    call.note.fields = tuple(sorted(found.tables))
    grades = (str(row["criterion"]) for row in given.tables[ExpertGrade.id] or ())
    return Brought(
        owner=owner,
        already=found.already,
        rows=found.rows,
        unchanged=found.unchanged,
        corrected=found.corrected,
        notes=[unknown_criterion(*one) for one in unasked(grades, criteria(call.service.engine.catalogue))],
    )
