"""``POST /v1/assess`` against hello world: the same process, the same connection, the same body read in the same way.

The server is uvicorn on loopback with the application that `create_app` makes; the routes that do nothing are added here
only. A client in this process sends one request after another over one connection.
"""

from __future__ import annotations

from benchmarks.dossiers import dossiers
from benchmarks.lines import Line, Section
from benchmarks.over_http import Asked, against, by_turns, cpu, rate

ASSESS = "/v1/assess?as_of=2026-11-22"
ROUTES = {"hello": "/hello", "declared hello": "/hello-declared", "assess": ASSESS}
TARGET = 2.5


def section(requests: int, repeats: int) -> Section:
    bodies, headers = dossiers(50, 1), {"Content-Type": "application/json"}
    routes = {name: Asked(route, bodies, headers) for name, route in ROUTES.items()}
    used = by_turns("benchmarks.assess_server", lambda _: routes, requests, repeats)
    return Section(
        "assess",
        f"`POST /v1/assess` against hello world, {requests:,} requests a turn",
        "Both take the same body, read it and answer bytes from an async handler of one process, without leaving the loop. "
        "Hello world is a route as FastAPI makes it and, to see what is in that, once more as the product declares its own, "
        "without the framework's solver of dependencies. One client, one connection kept alive.",
        [
            Line("CPU of the server, assess / hello", against(used, "assess", "hello"), "×", TARGET),
            Line("CPU of the server, assess / declared hello", against(used, "assess", "declared hello"), "×"),
            *(Line(f"{name}: CPU of the server", cpu(used, name), "µs a request") for name in ROUTES),
            *(Line(f"{name}: one client", rate(used, name), "requests/s") for name in ROUTES),
        ],
    )
