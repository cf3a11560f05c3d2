"""Who asks: a program by its token, a person by its session; looked up anew at each request."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from api.auth.tokens import digest
from api.http.refusals import Refused
from api.store.known import Known, client_of
from api.store.logins import Logins

if TYPE_CHECKING:
    from api.http.endpoint import Asked
    from api.service import Service

COOKIE = "dengti_session"
CSRF = "x-csrf-token"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dengti"'}


def identified(service: Service, connection: Connection, asked: Asked, writes: bool) -> Known:
    """The one who asks. Raises `Refused`: nobody, forged, expired, closed, or a write without its CSRF token."""
    given = asked.headers.get("authorization")
    if given is not None:
        return _program(service, connection, given)
    if COOKIE in asked.cookies:
        return _person(connection, asked, writes)
    raise Refused("unauthenticated", headers=CHALLENGE)


def _program(service: Service, connection: Connection, given: str) -> Known:
    kind, _, token = given.partition(" ")
    found = service.tokens.client(token) if kind.lower() == "bearer" else None
    known = client_of(connection, *found) if found else None
    if known is None:
        raise Refused(
            "unauthenticated", headers={"WWW-Authenticate": CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'}
        )
    return known


def _person(connection: Connection, asked: Asked, writes: bool) -> Known:
    found = Logins(connection).person_of_session(digest(asked.cookies[COOKIE]))
    if found is None:
        raise Refused("unauthenticated", headers=CHALLENGE)
    known, csrf = found
    if writes and not hmac.compare_digest(digest(asked.headers.get(CSRF, "")), csrf):
        raise Refused("csrf")
    return known
