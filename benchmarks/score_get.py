"""``GET /v1/enterprises/{uscc}/score`` with consent and audit against hello world: the same process, the same connection.

The server is uvicorn on loopback with the application that `create_app` makes and a store on SQLite; the route that does
nothing is added there only, behind the same middleware. What is measured is a score that is kept: token, scope, consent, the
version of the facts, the kept bytes, the audit record, the commit, and the sealing of the audit chain beside it.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import time

from benchmarks.lines import Line, Section
from benchmarks.measure import ROOT, Spread, python

TARGET = 6.0


def section(requests: int, repeats: int) -> Section:
    process = subprocess.Popen(
        python("benchmarks.score_get_server"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=60)
        _wait(client)
        headers = {
            "Authorization": f"Bearer {told['token']}",
            "Purpose": "loan_review",
            "Consent-Id": told["consent"],
        }
        score = f"/v1/enterprises/{told['uscc']}/score?as_of=2026-11-22&known_at=2026-11-22"
        routes = {"hello": ("/hello", {}), "score": (score, headers)}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in routes}
        for turn in range(repeats + 1):
            for name, (route, sent) in routes.items():
                used = _send(client, route, sent, requests)
                if turn:
                    found[name].append(used)
        client.close()
    finally:
        process.kill()
        process.wait()
    return _told(found, requests)


def _wait(client: http.client.HTTPConnection) -> None:
    for _ in range(600):
        try:
            client.connect()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def _send(
    client: http.client.HTTPConnection, route: str, headers: dict[str, str], requests: int
) -> tuple[float, float]:
    """CPU of the server and wall, seconds a request."""
    cpu, wall = _cpu(client), time.perf_counter()
    for _ in range(requests):
        client.request("GET", route, headers=headers)
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
    ratio = Spread.of([a[0] / b[0] for a, b in zip(found["score"], found["hello"], strict=True)])
    return Section(
        "score_get",
        f"`GET /v1/enterprises/{{uscc}}/score` against hello world, {requests:,} requests a turn",
        "A kept score on SQLite: token, scope, consent, version of the facts, kept bytes, audit record, commit; the audit "
        "is sealed beside it. Hello world stands behind the same middleware. One client, one connection kept alive.",
        [
            Line("CPU of the server, score / hello", ratio, "×", TARGET),
            *(Line(f"{name}: CPU of the server", cpu[name], "µs a request") for name in found),
            *(Line(f"{name}: one client", rate[name], "requests/s") for name in found),
        ],
    )
