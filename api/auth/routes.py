"""Routes by which programs get tokens and people log in and out."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from api.auth import passwords
from api.auth.access import WAY_IN, Rule, Tenant
from api.auth.identity import COOKIE
from api.auth.roles import SCOPES, Role
from api.auth.tokens import digest, new_secret
from api.http.endpoint import Answer, Call, Endpoint
from api.http.refusals import Refused
from api.store.known import client_of
from api.store.logins import Logins


class TokenRequest(BaseModel):
    """OAuth 2 client credentials (RFC 6749 §4.4); client id and secret here, or by HTTP Basic."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["client_credentials"]
    client_id: str | None = Field(None, max_length=100)
    client_secret: str | None = Field(None, max_length=200)
    scope: str | None = Field(None, max_length=400, description="空格分隔 / separated by blanks: " + " ".join(SCOPES))


class Token(BaseModel):
    """A short access token."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    scope: str


class Login(BaseModel):
    """A person's login."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=400)


class LoggedIn(BaseModel):
    """Send ``csrf_token`` as the header X-CSRF-Token with everything that is not a GET."""

    person: str
    csrf_token: str
    expires_in: int


class Me(BaseModel):
    """Who asks, as the service knows them."""

    actor: str
    role: Role
    role_zh: str
    institution: str
    channel: str
    scopes: list[str] | None = None
    sandbox: bool
    uscc: str | None = None


def token(call: Call) -> Answer:
    """A token for a program. Raises `Refused` for wrong credentials."""
    given = call.body(TokenRequest)
    client, secret = _basic(call.asked.headers.get("authorization")) or (
        given.client_id or "",
        given.client_secret or "",
    )
    wanted = frozenset((given.scope or "").split()) or None
    known = client_of(call.connection, client, wanted, secret)
    if known is None:
        raise Refused("wrong_credentials", headers={"WWW-Authenticate": 'Basic realm="dengti"'}, error="invalid_client")
    if known.stopped is not None:
        raise Refused("stopped", error="access_denied")
    scopes = known.principal.scopes or frozenset[str]()
    if wanted is not None and wanted - scopes:
        raise Refused("scope_missing", " ".join(sorted(wanted - scopes))[:200], error="invalid_scope")
    call.principal, tokens = known.principal, call.service.tokens
    made = Token(access_token=tokens.issue(client, scopes), expires_in=tokens.seconds, scope=" ".join(sorted(scopes)))
    return Answer(orjson.dumps(made.model_dump()), 200)


def _basic(given: str | None) -> tuple[str, str] | None:
    kind, _, value = (given or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Refused("wrong_credentials", error="invalid_client") from None
    return client, secret


def log_in(call: Call) -> Answer:
    """A session for a person; after some failures in a row the login is locked for some time."""
    given, settings = call.body(Login), call.service.settings
    logins, now = Logins(call.session), datetime.now(UTC)
    row = logins.by_login(given.login)
    if row is not None and row.locked_until is not None and row.locked_until > now:
        raise Refused("locked", headers={"Retry-After": str(int((row.locked_until - now).total_seconds()) + 1)})
    if not passwords.matches(row.password if row else None, given.password):
        return _failed(call, row)
    known = logins.by_id(row.id)
    if known.stopped is not None:
        raise Refused("stopped")
    logins.failed(row.id, 0, None)
    cookie, csrf, minutes = new_secret(), new_secret(), settings.sessions.session_minutes
    logins.opened(row.id, digest(cookie), digest(csrf), minutes)
    call.principal = known.principal
    told = LoggedIn(person=row.id, csrf_token=csrf, expires_in=minutes * 60)
    return Answer(orjson.dumps(told.model_dump()), 200, {"Set-Cookie": _cookie(call, cookie, minutes * 60)})


def _failed(call: Call, row: Any) -> Answer:
    """Counted, and so answered, not raised: what is raised is rolled back."""
    if row is not None:
        limits = call.service.settings.sessions
        failures = row.failures + 1
        locked = failures >= limits.failures_until_locked
        until = datetime.now(UTC) + timedelta(minutes=limits.locked_minutes) if locked else None
        Logins(call.session).failed(row.id, 0 if locked else failures, until)
        call.principal = Logins(call.session).by_id(row.id).principal
    return Answer.of(Refused("wrong_credentials"))


def log_out(call: Call) -> Answer:
    """End the session."""
    Logins(call.session).ended(digest(call.asked.cookies[COOKIE]))
    return Answer(b"", 204, {"Set-Cookie": _cookie(call, "", 0)})


def me(call: Call) -> Me:
    """Who asks."""
    who = call.who
    return Me(
        actor=who.actor,
        role=who.role,
        role_zh=who.role.zh,
        institution=who.institution,
        channel=who.channel,
        scopes=None if who.scopes is None else sorted(who.scopes),
        sandbox=who.sandbox,
        uscc=who.uscc,
    )


def _cookie(call: Call, value: str, seconds: int) -> str:
    secure = "; Secure" if call.service.settings.serving.secure_cookies else ""
    return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"


ROUTES = (
    Endpoint(
        "POST",
        "/v1/oauth/token",
        "token.issue",
        "客户端凭证换取令牌 / client credentials for an access token",
        WAY_IN,
        token,
        body=TokenRequest,
        form=True,
        answer=Token,
        tag="access",
        refusals=("wrong_credentials", "stopped", "scope_missing"),
        example={"grant_type": "client_credentials", "client_id": "sandbox_…", "client_secret": "…"},
    ),
    Endpoint(
        "POST",
        "/v1/session",
        "session.open",
        "登录 / log in",
        WAY_IN,
        log_in,
        body=Login,
        example={"login": "zhang", "password": "four unrelated words"},
        answer=LoggedIn,
        tag="access",
        refusals=("wrong_credentials", "locked", "stopped"),
    ),
    Endpoint(
        "DELETE",
        "/v1/session",
        "session.end",
        "退出 / log out",
        Rule(frozenset(Role), None, Tenant.COMMON, people=True),
        log_out,
        status=204,
        tag="access",
        replayable=False,
    ),
    Endpoint(
        "GET",
        "/v1/me",
        "me.read",
        "我是谁 / who asks",
        Rule(frozenset(Role), "", Tenant.OWN),
        me,
        answer=Me,
        tag="access",
    ),
)
