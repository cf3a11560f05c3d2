"""Institutions over HTTP: which there are, stopped and released."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.http import paging
from api.http.endpoint import Call
from api.http.refusals import Refused
from api.store.access import Stops
from api.store.parties import Parties


class InstitutionView(BaseModel):
    """An institution and what it may see of enterprises."""

    id: str
    kind: str
    name: str
    park: str | None = None
    region: str | None = None
    zone_type: str | None = None
    zone_level: str | None = None
    runs_distress: bool
    stopped: str | None = None


class InstitutionList(BaseModel):
    """A page; ``next`` is absent on the last."""

    items: list[InstitutionView]
    next: str | None = None


class StopReason(BaseModel):
    """Why it is stopped, or how its queries were explained."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=400)


def listed(call: Call) -> InstitutionList:
    """A page of institutions."""
    page, key = call.query(paging.Page), call.service.cursor_key
    found = Parties(call.session).institutions(paging.after(page.cursor, key), page.limit + 1)
    items = [InstitutionView(**{n: v for n, v in one.items() if n != "created_at"}) for one in found[: page.limit]]
    return InstitutionList(items=items, next=paging.cursor(items[-1].id, key) if len(found) > page.limit else None)


def stop(call: Call) -> None:
    """Nothing is answered to it any more."""
    named = _named(call)
    if named == call.who.institution:
        raise Refused("conflict", "不能停用自己的机构 / not one's own institution")
    Stops(call.session).stop(named, call.who.actor, call.body(StopReason).reason)


def release(call: Call) -> None:
    """It is answered again."""
    Stops(call.session).release(_named(call), call.who.actor, call.body(StopReason).reason)


def _named(call: Call) -> str:
    named = call.asked.path["institution"]
    if Parties(call.session).kind_of(named) is None:
        raise Refused("not_found")
    return named
