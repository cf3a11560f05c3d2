"""The server that `benchmarks.score_get` asks: the product's application on a store of its own and, added here only, a route
that does nothing.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import uvicorn
from fastapi import Request
from fastapi.responses import Response

from api.app import create_app
from api.auth.roles import Role
from api.settings import Limits, Settings, StoreSettings
from api.store.consents import Consents
from api.store.loading import File, load
from api.store.parties import Parties
from benchmarks.dossiers import dossiers
from features.intake import read_input

folder = Path(tempfile.mkdtemp())
url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder / 'store.db'}"
app = create_app(settings=Settings(store=StoreSettings(url=url), limits=Limits(requests_per_minute=10_000_000)))
service = app.state.service


@app.get("/hello")
async def hello(_: Request) -> Response:
    return Response(b'{"hello":"world"}', media_type="application/json")


@app.get("/cpu")
async def cpu() -> Response:
    return Response(str(time.process_time()))


def _filled() -> dict[str, str]:
    """One bank, one enterprise, its consent; what the client needs to ask."""
    firm = json.loads(dossiers(1, 1)[0])
    path = folder / "firm.json"
    path.write_text(json.dumps(firm), encoding="utf-8")
    load(
        service.store, File("sha256:0", path.name, "bench", "2020-01-01", "bench"), read_input(path), date(2026, 11, 22)
    )
    code = firm["enterprise"]["uscc"]
    with service.store.session() as session:
        bank = Parties(session).institution("某银行", "bank")
        client, _ = Parties(session).new_client(bank, Role.BANK_STAFF, ["score:read"])
        days = (date(2020, 1, 1), date(2099, 12, 31))
        consent = Consents(session).give(code, bank, ["loan_review"], ["all"], days, "sha256:" + "0" * 64, "bench")
    token = service.tokens.issue(client, frozenset({"score:read"}))
    return {"uscc": code, "token": token, "consent": consent}


if __name__ == "__main__":
    # With its protocol named asyncio sends without delay, as it does where uvicorn opens the socket.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(json.dumps({"port": listening.getsockname()[1], **_filled()}), flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
