"""Consents over HTTP: an enterprise gives and withdraws, a bank registers one that it was given."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.auth.roles import BANK, Role
from api.http.endpoint import Call
from api.http.refusals import Refused
from api.store.consents import Consent, Consents
from api.store.parties import Parties
from features.errors import ValueProblem

ConsentPurpose = Literal["loan_application", "loan_review", "post_loan"]


class NewConsent(BaseModel):
    """What an enterprise allows whom, for what, over which facts, how long, and the document that proves it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "purposes": ["loan_application", "loan_review"],
                    "scope": ["all"],
                    "valid_from": "2026-11-01",
                    "valid_to": "2027-10-31",
                    "evidence": "sha256:" + "0" * 64,
                    "written": True,
                }
            ]
        },
    )

    recipient: str | None = Field(
        None, max_length=64, description="接收机构；银行登记时即本行 / the recipient; of a bank that registers: itself"
    )
    purposes: list[ConsentPurpose] = Field(min_length=1, max_length=10, description="用途 / purposes")
    scope: list[str] = Field(
        ["all"],
        min_length=1,
        max_length=200,
        description="数据范围：all、表、表/字段、private/机构 / tables, table/field, private/<institution>, or all",
    )
    valid_from: date = Field(description="起日 / first day")
    valid_to: date = Field(description="止日 / last day")
    evidence: str = Field(description="授权书的 SHA-256 / of the signed document", pattern="^sha256:[0-9a-f]{64}$")
    written: bool = Field(
        False,
        description="是否书面：对 private/机构 必须书面（征信业管理条例第二十九条），其余企业信息该条例不要求 / in writing? required for "
        "private/<institution> (art. 29 of the regulation on credit reporting), not for other facts of an enterprise",
    )


class ConsentView(BaseModel):
    """A consent."""

    id: str
    uscc: str
    recipient: str
    purposes: list[str]
    scope: list[str]
    valid_from: date
    valid_to: date
    evidence: str
    written: bool
    withdrawn_at: str | None = None


class ConsentList(BaseModel):
    """Consents of an enterprise; of a bank: those given to it."""

    items: list[ConsentView]


class Withdrawal(BaseModel):
    """Why a consent ends."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=2000, description="事由 / why")


def give(call: Call) -> ConsentView:
    """Keep a consent. Raises `ValueProblem` where something of it is wrong."""
    given, who = call.body(NewConsent), call.who
    recipient = who.institution if who.role in BANK else given.recipient
    if recipient is None or (given.recipient not in (None, recipient)):
        raise _wrong("recipient", given.recipient, "须为接收机构的编号 / must be the id of the recipient")
    if Parties(call.session).kind_of(recipient) is None:
        raise _wrong("recipient", recipient, "没有这个机构 / no such institution")
    if who.role in BANK and any(one.startswith("private/") and one != f"private/{recipient}" for one in given.scope):
        raise _wrong("scope", "private/…", "他行数据只能由企业本身授权 / only the enterprise opens another bank's data")
    made = Consents(call.session).give(
        call.enterprise.uscc,
        recipient,
        given.purposes,
        given.scope,
        (given.valid_from, given.valid_to),
        given.evidence,
        who.actor,
        written=given.written,
    )
    call.note.consent = made
    return next(_view(one) for one in Consents(call.session).of(call.enterprise.uscc, recipient) if one.id == made)


def consents(call: Call) -> ConsentList:
    """Those of the enterprise; a bank sees those given to it only."""
    recipient = call.who.institution if call.who.role in BANK else None
    return ConsentList(items=[_view(one) for one in Consents(call.session).of(call.enterprise.uscc, recipient)])


def withdraw(call: Call) -> ConsentView:
    """End a consent now: after the answer nobody reads by it any more."""
    code, named = call.enterprise.uscc, call.asked.path["consent"]
    recipient = None if call.who.role is Role.ENTERPRISE else call.who.institution
    repository = Consents(call.session)
    if all(one.id != named for one in repository.of(code, recipient)):
        raise Refused("not_found")
    repository.withdraw(named, call.who.actor, call.body(Withdrawal).reason, uscc=code)
    call.note.consent = named
    return next(_view(one) for one in repository.of(code) if one.id == named)


def _view(one: Consent) -> ConsentView:
    told: dict[str, Any] = {**vars(one), "purposes": list(one.purposes), "scope": list(one.scope)}
    told["withdrawn_at"] = one.withdrawn_at.isoformat() if one.withdrawn_at else None
    return ConsentView(**told)


def _wrong(field: str, value: Any, rule: str) -> ValueProblem:
    return ValueProblem(field=field, value=value, rule=rule, remedy="见 /docs / see /docs")
