"""A body is read as it arrives: at once where it is there, else within a time, never beyond a size."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from api.app import create_app
from api.http.limits import body
from api.http.refusals import Refused
from scoring.engine import Engine

Sent = tuple[float, bytes]
"""After so many seconds, these bytes."""


def _read(*sent: Sent, largest: int = 1000, seconds: float = 5, ends: bool = True, stated: str = "") -> bytes:
    """What is read of a body that is sent so; without its end the client waits for ever."""
    left = list(sent)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(30)
            return {"type": "http.disconnect"}
        wait, some = left.pop(0)
        if wait:
            await asyncio.sleep(wait)
        if some == b"gone":
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": some, "more_body": bool(left) or not ends}

    headers = [(b"content-length", stated.encode())] if stated else []
    request = Request({"type": "http", "headers": headers}, receive)
    return asyncio.run(body(request, largest, seconds))


@pytest.mark.parametrize(
    "sent",
    [
        ((0, b"{}"),),
        ((0, b"{"), (0, b"}")),
        ((0.01, b"{}"),),
        ((0, b"{"), (0.01, b""), (0, b""), (0.01, b"}")),
    ],
)
def test_all_that_arrives_is_read_however_it_arrives(sent: tuple[Sent, ...]) -> None:
    assert _read(*sent) == b"{}"


@pytest.mark.parametrize("sent", [(), ((0, b"{"),), ((0.01, b"{"), (0.01, b" "))])
def test_a_body_that_does_not_arrive_is_given_up(sent: tuple[Sent, ...]) -> None:
    with pytest.raises(Refused) as raised:
        _read(*sent, seconds=0.05, ends=False)
    assert raised.value.code == "request_timeout"


def test_the_time_is_that_of_the_whole_body() -> None:
    with pytest.raises(Refused) as raised:
        _read(*[(0.03, b" ")] * 10, seconds=0.1)
    assert raised.value.code == "request_timeout"


@pytest.mark.parametrize("wait", [0, 0.01])
def test_a_body_may_be_as_large_as_the_largest_and_no_larger(wait: float) -> None:
    assert len(_read((wait, bytes(500)), (wait, bytes(500)))) == 1000
    with pytest.raises(Refused) as raised:
        _read((wait, bytes(500)), (wait, bytes(501)), ends=False)
    assert raised.value.code == "request_too_large"


def test_a_length_that_is_too_large_is_refused_before_anything_is_read() -> None:
    with pytest.raises(Refused) as raised:
        _read(stated="1001")
    assert raised.value.code == "request_too_large"


@pytest.mark.parametrize("wait", [0, 0.01])
def test_a_client_that_goes_away_is_no_body(wait: float) -> None:
    with pytest.raises(ClientDisconnect):
        _read((0, b"{"), (wait, b"gone"), (0, b""))


def test_a_client_that_goes_away_is_no_fault_and_is_not_answered(
    engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    app, sent = create_app(engine), list[Any]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    at = {"method": "POST", "path": "/v1/assess", "raw_path": b"/v1/assess", "query_string": b"", "root_path": ""}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [],
        "client": None,
        "server": None,
        **at,
    }
    asyncio.run(app(scope, receive, send))
    assert not sent
    (line,) = map(json.loads, capfd.readouterr().err.splitlines())
    assert (line["event"], line["level"], line["route"], line["status"]) == ("request", "info", "/v1/assess", 499)


def test_who_waits_for_a_body_can_be_stopped() -> None:
    heard = []

    async def stopped() -> None:
        async def receive() -> dict[str, Any]:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                heard.append("stopped")
                raise
            return {"type": "http.disconnect"}

        waiting = asyncio.create_task(body(Request({"type": "http", "headers": []}, receive), 1000, 30))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(stopped())
    assert heard == ["stopped"], "what was awaited is told"
