"""``GET /v1/enterprises/{uscc}/score`` with consent and audit against hello world: the same process, the same connection.

The server is uvicorn on loopback with the application that `create_app` makes and a store on SQLite; the route that does
nothing is added there only, behind the same middleware. What is measured is a score that is kept: token, scope, consent, the
version of the facts, the kept bytes, the audit record, the commit, and the sealing of the audit chain beside it.
"""

from __future__ import annotations

from typing import Any

from benchmarks.lines import Line, Section
from benchmarks.over_http import Asked, against, by_turns, cpu, rate

TARGET = 6.0


def section(requests: int, repeats: int) -> Section:
    used = by_turns("benchmarks.score_get_server", _routes, requests, repeats)
    return Section(
        "score_get",
        f"`GET /v1/enterprises/{{uscc}}/score` against hello world, {requests:,} requests a turn",
        "A kept score on SQLite: token, scope, consent, version of the facts, kept bytes, audit record, commit; the audit "
        "is sealed beside it. Hello world stands behind the same middleware. One client, one connection kept alive.",
        [
            Line("CPU of the server, score / hello", against(used, "score", "hello"), "×", TARGET),
            *(Line(f"{name}: CPU of the server", cpu(used, name), "µs a request") for name in used),
            *(Line(f"{name}: one client", rate(used, name), "requests/s") for name in used),
        ],
    )


def _routes(told: Any) -> dict[str, Asked]:
    headers = {"Authorization": f"Bearer {told['token']}", "Purpose": "loan_review", "Consent-Id": told["consent"]}
    score = f"/v1/enterprises/{told['uscc']}/score?as_of=2026-11-22&known_at=2026-11-22"
    return {"hello": Asked("/hello"), "score": Asked(score, headers=headers)}
