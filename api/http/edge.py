"""What surrounds every request, as plain ASGI: header checks, one log line, metrics, and no fault that leaves unsaid what it is."""

from __future__ import annotations

import secrets
import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.logs import frames, log
from api.http.refusals import Refused
from api.problems import internal, refusal
from api.service import Service

ONCE = frozenset(
    b"authorization purpose consent-id idempotency-key content-type content-length content-encoding x-csrf-token cookie host".split()
)
"""Headers that say who asks and for what: of two that differ one reader would take the first, another the last."""
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
UNROUTED = "-"
GONE = 499
"""What is logged where the client left before it was answered."""


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service, self._log = app, service, log()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, name = time.perf_counter(), secrets.token_hex(8)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *SECURITY, (b"x-request-id", name.encode())]
            await send(message)

        try:
            wrong = _checked(scope["headers"])
            await (refusal(wrong) if wrong else self._app)(scope, receive, sending)
        except ClientDisconnect:
            # Nobody is there to be answered, and nothing is at fault here.
            status = status or GONE
        except Exception as error:
            self._log.error(
                "fault", request=name, route=_route(scope), error=type(error).__name__, frames=frames(error)
            )
            if status:
                raise
            await internal(name)(scope, receive, sending)
        self._told(scope, name, status, time.perf_counter() - begun)

    def _told(self, scope: Scope, name: str, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if route != UNROUTED else UNROUTED
        counter, histogram = self._service.metrics.of(method, route, status)
        counter.inc()
        histogram.observe(seconds)
        self._log.info("request", request=name, method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def _checked(headers: list[tuple[bytes, bytes]]) -> Refused | None:
    """Why the headers are refused, if they are."""
    seen = set()
    for name, value in headers:
        if name in ONCE:
            if name in seen:
                return Refused("duplicated_header", name.decode("ascii", "replace"))
            seen.add(name)
            if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                # Never decompressed, so that no small body becomes a large one.
                return Refused("unsupported_encoding", value[:40].decode("ascii", "replace"))
    return None


def _route(scope: Scope) -> str:
    """The template of the address: what it names stays out of logs and metrics."""
    found: Any = scope.get("route")
    return str(getattr(found, "path", UNROUTED))
