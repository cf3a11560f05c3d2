"""The audit trail as a regulator and an auditor read it: sealed entries in the order of the chain, and its head."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field, field_validator

from api.http import paging
from api.http.endpoint import Call
from api.store.audit import Audit
from api.store.audit_pages import page_of


class TrailPage(paging.Page):
    """Which entries."""

    since: datetime | None = Field(None, description="自此刻起 / from this moment on")

    @field_validator("since")
    @classmethod
    def _of_our_time(cls, given: datetime | None) -> datetime | None:
        if given is not None and not 1980 <= given.year <= 2199:
            raise ValueError("1980–2199")
        return given


class Entry(BaseModel):
    """One read or write."""

    place: int
    digest: str
    at: str
    actor: str
    institution: str
    channel: str
    action: str
    purpose: str
    uscc: str
    fields: list[str]
    consent: str
    release: str
    outcome: str


class Trail(BaseModel):
    """A page of the chain and the head as it is now; ``next`` is absent where no sealed entry follows yet."""

    items: list[Entry]
    head: dict[str, int | str]
    next: str | None = None


def trail(call: Call) -> Trail:
    """A page of the chain."""
    page, key = call.query(TrailPage), call.service.cursor_key
    after = int(paging.after(page.cursor, key) or 0)
    found = page_of(call.session, after, page.limit + 1, page.since)
    items = [Entry(**one) for one in found[: page.limit]]
    head = Audit(call.session).head()
    last = paging.cursor(str(items[-1].place), key) if len(found) > page.limit else None
    return Trail(items=items, head={"place": head.place, "digest": head.digest}, next=last)
