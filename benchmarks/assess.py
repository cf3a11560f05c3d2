"""``POST /v1/assess`` against hello world: the same process, the same connection, handlers of the same kind.

The server is uvicorn on loopback with the application that `create_app` makes; the routes that do nothing are added here
only. A client in this process sends one request after another over one connection.
"""

from __future__ import annotations

import http.client
import subprocess
import time

from benchmarks.dossiers import dossiers
from benchmarks.lines import Line, Section
from benchmarks.measure import ROOT, Spread, python

ASSESS = "/v1/assess?as_of=2026-11-22"
ROUTES = {"hello": "/hello", "hello in a thread": "/hello-thread", "assess": ASSESS}
TARGET = 2.5


def section(requests: int, repeats: int) -> Section:
    command = python("benchmarks.assess_server")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        assert process.stdout is not None
        client = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=60)
        _wait(client)
        bodies = dossiers(50, 1)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ROUTES}
        for turn in range(repeats + 1):
            for name, route in ROUTES.items():
                used = _send(client, route, bodies, requests)
                if turn:
                    found[name].append(used)
        client.close()
    finally:
        process.kill()
        process.wait()
    return _told(found, requests)


def _wait(client: http.client.HTTPConnection) -> None:
    for _ in range(200):
        try:
            client.connect()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def _send(client: http.client.HTTPConnection, route: str, bodies: list[bytes], requests: int) -> tuple[float, float]:
    """CPU of the server and wall, seconds a request."""
    headers = {"Content-Type": "application/json"}
    cpu, wall = _cpu(client), time.perf_counter()
    for number in range(requests):
        client.request("POST", route, bodies[number % len(bodies)], headers)
        answer = client.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{route}: {answer.status} {text[:300]!r}")
    return (_cpu(client) - cpu) / requests, (time.perf_counter() - wall) / requests


def _cpu(client: http.client.HTTPConnection) -> float:
    """User and system time of all threads of the server so far."""
    client.request("GET", "/cpu")
    return float(client.getresponse().read())


def _told(found: dict[str, list[tuple[float, float]]], requests: int) -> Section:
    cpu = {name: Spread.of([one[0] * 1e6 for one in runs]) for name, runs in found.items()}
    rate = {name: Spread.of([1 / one[1] for one in runs]) for name, runs in found.items()}

    def against(name: str) -> Spread:
        return Spread.of([a[0] / b[0] for a, b in zip(found["assess"], found[name], strict=True)])

    return Section(
        "assess",
        f"`POST /v1/assess` against hello world, {requests:,} requests a turn",
        "Both take the same body, read it and answer bytes from an async handler of one process; hello world does so "
        "without leaving the loop, and, to see what that costs, once in a thread as assess does. One client, one "
        "connection kept alive.",
        [
            Line("CPU of the server, assess / hello", against("hello"), "×", TARGET),
            Line("CPU of the server, assess / hello in a thread", against("hello in a thread"), "×"),
            *(Line(f"{name}: CPU of the server", cpu[name], "µs a request") for name in ROUTES),
            *(Line(f"{name}: one client", rate[name], "requests/s") for name in ROUTES),
        ],
    )
