"""Two server processes on one PostgreSQL: what many clients write at once is all there, once, and the audit chain is whole."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import postgres
import pytest
import world as worlds
from sqlalchemy import func, select
from world import EVIDENCE, LIUZHOU

from api.store.audit_check import check
from api.store.database import Store
from api.store.tables import AccessRow, ConsentRow, ScoreRow
from scoring.engine import Engine

ROOT = Path(__file__).parents[3]
CLIENTS, EACH = 6, 8


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def servers(postgres_server: str, engine: Engine, tmp_path: Path) -> Iterator[tuple[worlds.World, list[str], str]]:
    url = postgres.database(postgres_server)
    world = worlds.made(url, engine, tmp_path)
    secret = tmp_path / "token.secret"
    secret.write_text(os.urandom(32).hex())
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[store]\nurl = "{url}"\n[keys]\ntoken_secret_file = "{secret}"\n')
    addresses, running = [], []
    for _ in range(2):
        port = free_port()
        command = [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port), "--settings", str(settings)]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        addresses.append(f"http://127.0.0.1:{port}")
    try:
        for address in addresses:
            _wait(address)
        yield world, addresses, url
    finally:
        for process in running:
            process.terminate()
        codes = [process.wait(300) for process in running]
        world.store.engine.dispose()
    assert all(code in (0, -15) for code in codes), codes


def _wait(address: str) -> None:
    for _ in range(3000):
        try:
            if httpx.get(f"{address}/ready", timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def test_nothing_is_lost_and_nothing_is_done_twice(servers: tuple[worlds.World, list[str], str]) -> None:
    world, addresses, url = servers
    client, secret = world.programs["bank program"]
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    token = httpx.post(f"{addresses[0]}/v1/oauth/token", data=form, timeout=60).json()["access_token"]
    given = {"purposes": ["loan_review"], "valid_from": "2020-01-01", "valid_to": "2099-12-31", "evidence": EVIDENCE}
    firm = f"/v1/enterprises/{LIUZHOU}"

    def writes(number: int) -> list[tuple[int, str, int]]:
        found = []
        with httpx.Client(timeout=600, headers={"Authorization": f"Bearer {token}"}) as http:
            for turn in range(EACH):
                # The same key goes to both processes, at nearly the same time: the write is done once.
                key = {"Idempotency-Key": f"key-{number // 2}-{turn}"}
                answer = http.post(f"{addresses[number % 2]}{firm}/consents", json=given, headers=key)
                named = answer.json().get("id", "")
                asked = {"Purpose": "loan_review", "Consent-Id": named}
                score = http.get(f"{addresses[turn % 2]}{firm}/score", params={"as_of": "2026-11-22"}, headers=asked)
                found.append((answer.status_code, named, score.status_code))
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [one for each in pool.map(writes, range(CLIENTS)) for one in each]
    assert {(status, score) for status, _, score in answers} == {(201, 200)}, answers
    ids = {named for _, named, _ in answers}
    assert len(ids) == CLIENTS * EACH // 2
    with Store(url) as store, store.session() as session:
        assert set(session.scalars(select(ConsentRow.id))) == ids
        counted: dict[Any, int] = {}
        for action in ("consent.give", "score.read"):
            asked = select(func.count()).where(AccessRow.action == action, AccessRow.outcome == "ok")
            counted[action] = session.scalar(asked) or 0
        assert counted == {"consent.give": CLIENTS * EACH, "score.read": CLIENTS * EACH}
        assert session.scalar(select(func.count()).select_from(ScoreRow)) == 1
    _sealed(url)


def _sealed(url: str) -> None:
    """Within a second all is in the chain, and the chain is whole."""
    with Store(url) as store:
        for _ in range(600):
            with store.session() as session:
                left = session.scalar(select(func.count()).where(AccessRow.place.is_(None)))
            if not left:
                break
            time.sleep(0.1)
        with store.session() as session:
            assert left == 0
            assert not check(session).wrong
