"""A server of a process of its own, asked over one connection that is kept alive: its CPU a request, by routes in turn."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measure import ENVIRONMENT, ROOT, Spread, python

Used = Mapping[str, list[tuple[float, float]]]
"""CPU of the server and wall, seconds a request, by route and turn."""


@dataclass(frozen=True)
class Asked:
    """What is sent to a route, the bodies in turn."""

    route: str
    bodies: Sequence[bytes | None] = (None,)
    headers: Mapping[str, str] = field(default_factory=dict)


def by_turns(server: str, asked: Callable[[Any], Mapping[str, Asked]], requests: int, repeats: int) -> Used:
    """Every route once a turn, the first turn not counted. The server's first line of output is JSON with its ``port``."""
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(python(server), **piped, cwd=ROOT, env=ENVIRONMENT)
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=60)
        _wait(client)
        routes = asked(told)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in routes}
        for turn in range(repeats + 1):
            for name, one in routes.items():
                used = _send(client, one, requests)
                if turn:
                    found[name].append(used)
        client.close()
    finally:
        process.kill()
        process.wait()
    return found


def cpu(used: Used, name: str) -> Spread:
    """Microseconds of the server a request."""
    return Spread.of([one[0] * 1e6 for one in used[name]])


def rate(used: Used, name: str) -> Spread:
    """Requests a second of the one client."""
    return Spread.of([1 / one[1] for one in used[name]])


def against(used: Used, name: str, other: str) -> Spread:
    """CPU of one route over that of another, turn by turn."""
    return Spread.of([a[0] / b[0] for a, b in zip(used[name], used[other], strict=True)])


def _wait(client: http.client.HTTPConnection) -> None:
    for _ in range(600):
        try:
            client.connect()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def _send(client: http.client.HTTPConnection, asked: Asked, requests: int) -> tuple[float, float]:
    cpu, wall = _cpu(client), time.perf_counter()
    for number in range(requests):
        body = asked.bodies[number % len(asked.bodies)]
        client.request("GET" if body is None else "POST", asked.route, body, dict(asked.headers))
        answer = client.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{asked.route}: {answer.status} {text[:300]!r}")
    return (_cpu(client) - cpu) / requests, (time.perf_counter() - wall) / requests


def _cpu(client: http.client.HTTPConnection) -> float:
    """User and system time of all threads of the server so far."""
    client.request("GET", "/cpu")
    return float(client.getresponse().read())
