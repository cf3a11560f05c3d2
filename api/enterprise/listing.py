"""Enterprises within somebody's scope, and the public facts of one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.enterprise.scores import public_of
from api.http import paging
from api.http.endpoint import Call
from api.issuer import notice
from api.store.firms import firms_of


class FirmLine(BaseModel):
    """One enterprise of a list."""

    uscc: str
    name: str | None = None
    region_code: str | None = None
    park: str | None = None
    sandbox: bool = False


class FirmList(BaseModel):
    """A page; ``next`` is absent on the last."""

    items: list[FirmLine]
    next: str | None = None


def listed(call: Call) -> FirmList:
    """A page of the enterprises within the scope, by code."""
    page, key = call.query(paging.Page), call.service.cursor_key
    found, last = firms_of(call.session, call.who, paging.after(page.cursor, key), page.limit)
    lines = [
        FirmLine(uscc=firm.uscc, name=name, region_code=firm.region, park=firm.park, sandbox=firm.sandbox)
        for firm, name in found
    ]
    return FirmList(items=lines, next=paging.cursor(last, key) if last else None)


def facts(call: Call) -> dict[str, Any]:
    """The public facts of the enterprise of the address, and who gives them."""
    call.note.fields = ("public",)
    return {**notice(call.service.settings), "public_facts": public_of(call)}
