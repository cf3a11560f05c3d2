"""Overlays and manual overrides over HTTP: one person proposes, another of the same institution decides."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.auth import access
from api.auth.roles import BANK, Role
from api.clock import today
from api.http import paging
from api.http.endpoint import Call
from api.http.refusals import Refused
from api.store.approvals import OVERLAY, Approvals
from api.store.firms import firm_of
from api.store.parties import Parties
from features.errors import ValueProblem
from features.identifiers import uscc
from scoring.catalogue import Catalogue

PROPOSERS = frozenset({Role.BANK_STAFF, Role.PARK_STAFF, Role.AUTHORITY})


class Override(BaseModel):
    """What is decided of one enterprise by hand; it stands beside the computed result."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(min_length=1, max_length=120, description="所指：规则或层级 / rulebook or tier")
    decision: str = Field(min_length=1, max_length=400, description="决定 / what is decided")


class NewApproval(BaseModel):
    """A proposal: the text of an overlay, or an override with its enterprise and last day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "override",
                    "uscc": "91450200MA00000151",
                    "override": {"subject": "tech_sme", "decision": "人工核实研发费用后按符合处理"},
                    "reason": "专项审计报告（合成）",
                    "expires_on": "2027-03-31",
                }
            ]
        },
    )

    kind: Literal["overlay", "override"]
    uscc: str | None = Field(None, max_length=40)
    override: Override | None = None
    overlay: str | None = Field(None, max_length=100_000, description="覆盖规则的 YAML / the overlay file")
    reason: str = Field(min_length=1, max_length=2000)
    expires_on: date | None = Field(None, description="失效日（手工调整必填） / last day; an override must have one")

    @model_validator(mode="after")
    def _of_kind(self) -> NewApproval:
        wanted = {
            "overlay": self.overlay is not None,
            "override": None not in (self.override, self.uscc, self.expires_on),
        }
        surplus = self.override is not None if self.kind == "overlay" else self.overlay is not None
        if not wanted[self.kind] or surplus:
            raise ValueError("overlay: overlay · override: uscc, override, expires_on")
        return self


class ApprovalView(BaseModel):
    """A proposal and what became of it."""

    id: str
    kind: str
    uscc: str | None = None
    content: dict[str, Any]
    reason: str
    expires_on: str | None = None
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None = None
    decided_at: datetime | None = None


class ApprovalList(BaseModel):
    """A page; ``next`` is absent on the last."""

    items: list[ApprovalView]
    next: str | None = None


class Decision(BaseModel):
    """The second person's decision."""

    model_config = ConfigDict(extra="forbid")

    approve: bool


def propose(call: Call) -> ApprovalView:
    """Keep a proposal. Raises `Refused`, `ValueProblem`, `CardError` where the overlay is wrong."""
    given, approvals = call.body(NewApproval), Approvals(call.session)
    code, content = None, {"overlay": given.overlay}
    if given.kind == OVERLAY:
        _check_overlay(given.overlay or "")
    else:
        assert given.uscc is not None
        assert given.override is not None
        assert given.expires_on is not None
        code, content = uscc.check(given.uscc)[0], given.override.model_dump()
        call.note.uscc = code
        firm = firm_of(call.session, code)
        if firm is None or not access.may_see(call.who, firm, Parties(call.session).assigned):
            raise Refused("not_found")
        if call.who.role in BANK:
            raise Refused("forbidden", "银行不得调整评分 / a bank overrides no score")
        if given.expires_on < today():
            raise ValueProblem(
                field="expires_on",
                value=given.expires_on.isoformat(),
                rule="失效日已过 / it has expired already",
                remedy="写今后的日期 / give a day to come",
            )
    made = approvals.propose(
        given.kind,
        call.who.institution,
        content,
        given.reason,
        call.who.actor,
        uscc=code,
        expires_on=given.expires_on,
    )
    return _view(approvals.one(made, call.who.institution))


def decide(call: Call) -> ApprovalView:
    """Approve or reject. Raises `Refused` for the person who proposed it, and where it is decided."""
    named, approvals = call.asked.path["approval"], Approvals(call.session)
    approvals.decide(named, call.who.institution, call.who.actor, approve=call.body(Decision).approve)
    found = approvals.one(named, call.who.institution)
    call.note.uscc = found["uscc"] or ""
    return _view(found)


def listed(call: Call) -> ApprovalList:
    """A page of the institution's proposals."""
    page, key = call.query(paging.Page), call.service.cursor_key
    found = Approvals(call.session).of(call.who.institution, paging.after(page.cursor, key), page.limit + 1)
    more = len(found) > page.limit
    items = [_view(one) for one in found[: page.limit]]
    return ApprovalList(items=items, next=paging.cursor(items[-1].id, key) if more else None)


def _check_overlay(text: str) -> None:
    """Whether it lies on a card of the product; whoever reviews it should not find that out later."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "proposed.yaml").write_text(text, encoding="utf-8", errors="replace")
        Catalogue(own_overlays=Path(folder))


def _view(one: dict[str, Any]) -> ApprovalView:
    return ApprovalView(**{name: value for name, value in one.items() if name != "institution_id"})
