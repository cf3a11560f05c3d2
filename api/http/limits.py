"""Limits of one request and of one caller: size, time, nesting, number."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Coroutine, Generator
from functools import partial
from threading import Lock
from types import coroutine
from typing import Any, cast

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.http.refusals import Refused

DEEPEST = 64
"""Levels of lists and objects within each other."""
LARGEST = 256 * 2**10
"""Bytes of a usual body."""
KEPT = 100_000
"""Callers whose use is remembered."""
_MARKS = re.compile(rb'["\\\[\]{}]')


async def body(request: Request, largest: int, seconds: float) -> bytes:
    """The body. Raises `Refused` where it is larger, or has not arrived in time."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > largest:
        raise _too_large(largest)
    reading = _read(request.receive, largest)
    try:
        # What has arrived with the headers, as most has, waits for nothing: no deadline is set for it.
        awaited = reading.send(None)
    except StopIteration as read:
        return cast(bytes, read.value)
    try:
        async with asyncio.timeout(seconds):
            return await _go_on(reading, awaited)
    except TimeoutError:
        raise Refused("request_timeout", f"{seconds} s") from None


async def _read(receive: Receive, largest: int) -> bytes:
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        found += message.get("body", b"")
        if len(found) > largest:
            raise _too_large(largest)
        if not message.get("more_body", False):
            return bytes(found)


@coroutine
def _go_on(begun: Coroutine[Any, Any, bytes], awaited: Any) -> Generator[Any, Any, bytes]:
    """The rest of what was begun, and what it awaits."""
    while True:
        try:
            told = yield awaited
        except BaseException as error:
            step = partial(begun.throw, error)
        else:
            step = partial(begun.send, told)
        try:
            awaited = step()
        except StopIteration as ended:
            return cast(bytes, ended.value)


def _too_large(largest: int) -> Refused:
    return Refused("request_too_large", f"最多 {largest} 字节 / at most {largest} bytes")


def check_depth(text: bytes) -> None:
    """Raises `Refused` where JSON is nested more deeply than `DEEPEST`, before anything reads it."""
    depth, inside, escaped = 0, False, -1
    for found in _MARKS.finditer(text):
        mark = found[0]
        if inside:
            if mark == b"\\" and found.start() != escaped:
                escaped = found.start() + 1
            elif mark == b'"' and found.start() != escaped:
                inside = False
        elif mark == b'"':
            inside = True
        elif mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Refused("nested_too_deep", f"最多 {DEEPEST} 层 / at most {DEEPEST} levels")
        elif mark in b"]}":
            depth -= 1


class Buckets:
    """A bucket of requests for each caller, filled evenly over a minute (token bucket)."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._rate = float(per_minute), per_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> None:
        """Use one. Raises `Refused` with ``Retry-After`` where none is left."""
        now = time.monotonic()
        with self._lock:
            left, since = self._left.pop(caller, (self._most, now))
            left = min(self._most, left + (now - since) * self._rate)
            self._left[caller] = (max(left - 1, left if left < 1 else 0), now)
            if len(self._left) > KEPT:
                self._left.popitem(last=False)
        if left < 1:
            raise Refused("rate_limited", headers={"Retry-After": str(int((1 - left) / self._rate) + 1)})
