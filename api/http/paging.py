"""Cursors: lists are read page by page, each page naming the next; what comes in between is neither lost nor read twice."""

from __future__ import annotations

import base64
import hashlib
import hmac

from pydantic import BaseModel, ConfigDict, Field

from api.http.refusals import Refused

MOST = 200


class Page(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, description="上一页给出的 next / the next of the last page", max_length=400)
    limit: int = Field(50, ge=1, le=MOST, description="每页条数 / entries of a page")


def cursor(last: str, key: bytes) -> str:
    """Stands for the place after an entry."""
    mark = hmac.digest(key, last.encode(), hashlib.sha256)[:8]
    return base64.urlsafe_b64encode(mark + last.encode()).decode().rstrip("=")


def after(cursor: str | None, key: bytes) -> str:
    """The entry after which the page begins; empty for the first. Raises `Refused` for a cursor that is not ours."""
    if cursor is None:
        return ""
    try:
        found = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = found[8:].decode()
    except ValueError:
        raise Refused("invalid_cursor") from None
    if not hmac.compare_digest(found[:8], hmac.digest(key, found[8:], hashlib.sha256)[:8]):
        raise Refused("invalid_cursor")
    return last
