"""Access tokens of programs: short JWTs (HS256) that name the client; what it may do is looked up at each request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import jwt

ALGORITHM = "HS256"
AUDIENCE = "dengti"
REQUIRED = ["exp", "iat", "sub", "aud", "scope"]
LONGEST = 2048


def digest(text: str) -> str:
    """SHA-256 in hex, as which secrets are kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def new_secret() -> str:
    """43 characters of 32 random bytes."""
    return secrets.token_urlsafe(32)


def new_id(prefix: str) -> str:
    """An opaque id."""
    return f"{prefix}_{secrets.token_hex(10)}"


class Tokens:
    """Signs and checks access tokens with one secret."""

    def __init__(self, secret: bytes, minutes: int) -> None:
        self._secret, self.seconds = secret, minutes * 60
        # A token is checked once, not at each of the thousand requests that it serves; its end is looked at every time.
        self._checked = lru_cache(maxsize=4096)(self._decoded)

    def issue(self, client: str, scopes: frozenset[str], at: datetime | None = None) -> str:
        """A token for a client."""
        now = at or datetime.now(UTC)
        claims = {
            "sub": client,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + timedelta(seconds=self.seconds),
            "scope": " ".join(sorted(scopes)),
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self._secret, ALGORITHM)

    def client(self, token: str) -> tuple[str, frozenset[str]] | None:
        """The client and the scopes that a token stands for; None where it is forged, expired or no token of ours."""
        if len(token) > LONGEST:
            return None
        try:
            client, scopes, until = self._checked(token)
        except (jwt.InvalidTokenError, TypeError, ValueError):
            return None
        return (client, scopes) if datetime.now(UTC).timestamp() < until else None

    def _decoded(self, token: str) -> tuple[str, frozenset[str], float]:
        claims = jwt.decode(token, self._secret, [ALGORITHM], audience=AUDIENCE, options={"require": REQUIRED})
        if not isinstance(claims["scope"], str):
            raise jwt.InvalidTokenError("scope")
        return str(claims["sub"]), frozenset(claims["scope"].split()), float(claims["exp"])
