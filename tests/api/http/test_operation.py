"""What keeps a service running: repeated writes, pages, limits, health, metrics, issuer, faults."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import func, select
from world import CHENGDU, EVIDENCE, GUILIN, LIUZHOU, World

from api.settings import Issuer, Limits, Serving
from api.store.database import Store
from api.store.tables import AccessRow, ConsentRow

ROOT = Path(__file__).parents[3]
CONSENT = {"purposes": ["loan_review"], "valid_from": "2020-01-01", "valid_to": "2099-12-31", "evidence": EVIDENCE}


def _consent(world: World, key: str, who: str = "bank program", **changes: Any) -> Any:
    headers = world.headers(who, **{"Idempotency-Key": key})
    return world.client.post(f"/v1/enterprises/{LIUZHOU}/consents", json={**CONSENT, **changes}, headers=headers)


def test_a_write_that_is_repeated_is_done_once_and_answered_alike(either: World) -> None:
    first, again = _consent(either, "a"), _consent(either, "a")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    with either.store.session() as session:
        assert session.scalar(select(func.count()).select_from(ConsentRow)) == 1
    assert _consent(either, "b").json()["id"] != first.json()["id"]


def test_a_key_is_for_one_request_of_one_caller(world: World) -> None:
    first = _consent(world, "a")
    assert _consent(world, "a", valid_to="2030-01-01").json()["code"] == "idempotency_key_reused"
    assert _consent(world, "a", who="other bank program").json()["id"] != first.json()["id"]
    assert _consent(world, "x" * 200).json()["code"] == "invalid_header"


def test_a_write_that_was_refused_may_be_repeated(world: World) -> None:
    assert _consent(world, "a", purposes=["curiosity"]).status_code == 422
    assert _consent(world, "a").status_code == 201


def test_pages_give_every_enterprise_once(world: World) -> None:
    headers, found, cursor = world.headers("regulator"), [], None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = world.client.get("/v1/enterprises", params=params, headers=headers).json()
        assert len(page["items"]) <= 2
        found += [one["uscc"] for one in page["items"]]
        cursor = page.get("next")
        if cursor is None:
            break
    assert found == sorted([LIUZHOU, GUILIN, CHENGDU])


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5"])
def test_a_page_has_a_size(world: World, limit: str) -> None:
    answer = world.client.get("/v1/enterprises", params={"limit": limit}, headers=world.headers("regulator"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")


def test_one_institution_that_asks_too_much_does_not_hold_up_another(copied: Callable[..., World]) -> None:
    world = copied(limits=Limits(requests_per_minute=5))
    first, other = world.headers("bank program"), world.headers("other bank program")
    answers = [world.client.get("/v1/me", headers=first) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert world.client.get("/v1/me", headers=other).status_code == 200


def test_readiness_ends_while_the_service_stops(world: World) -> None:
    assert world.client.get("/ready").json() == {"status": "ready"}
    world.client.app.state.service.stopping = True  # type: ignore[attr-defined]
    answer = world.client.get("/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert world.client.get("/healthz").status_code == 200


def test_metrics_name_routes_and_no_enterprise(world: World) -> None:
    world.score("park staff", LIUZHOU, "statistics")
    world.score("bank program", LIUZHOU)
    world.client.get(f"/v1/{LIUZHOU}/nothing")
    text = world.client.get("/metrics").text
    assert 'dengti_requests_total{method="GET",route="/v1/enterprises/{uscc}/score",status="200"} 1.0' in text
    assert 'dengti_refusals_total{code="consent_required"} 1.0' in text
    assert LIUZHOU not in text


def test_every_answer_of_a_deployment_names_its_issuer(copied: Callable[..., World]) -> None:
    issuer = Issuer(mode="filed_bureau", name="某征信公司", filing_number="备案〔2026〕1号", data_location="某机房")
    world = copied(issuer=issuer)
    consent = world.consent("bank program", LIUZHOU)
    told = [
        world.score("bank program", LIUZHOU, **{"Consent-Id": consent}),
        world.score("bank program", LIUZHOU),
        world.client.get(f"/v1/enterprises/{LIUZHOU}", headers=world.headers("bank program")),
        world.client.get("/v1/disclosure"),
    ]
    for answer in told:
        found = answer.json()
        assert found["issuer"]["name"] == "某征信公司"
        assert found["issuer"]["filing_number"] == "备案〔2026〕1号"
        assert "仅供参考" in found["notice"]["zh"]


def test_the_disclosure_lists_what_the_measures_ask_for(world: World) -> None:
    found = world.client.get("/v1/disclosure").json()
    assert {"data_categories", "report_format", "method", "dimensions", "objection"} <= set(found)
    assert {one["table"]: one["access"] for one in found["data_categories"]}["annual_report"] == "consent"
    assert "20 日内" in found["objection"]["zh"]
    assert "tech_sme" in {one["rulebook"] for one in found["dimensions"]}
    page = world.client.get("/disclosure")
    assert page.headers["content-type"].startswith("text/html")
    assert "异议程序" in page.text
    assert "http" not in page.text


def test_a_bank_that_brings_a_dossier_is_known_and_recorded(world: World) -> None:
    from dossiers import strong

    answer = world.client.post("/v1/assess", json=strong(), headers=world.headers("bank program"))
    found = answer.json()
    assert answer.status_code == 200
    assert found["use"]["onward_transfer"] == "forbidden"
    assert found["credit"].get("unavailable", {}).get("code") == "scheme_unconfirmed"
    park = world.client.post("/v1/assess", json=strong(), headers=world.headers("park program")).json()
    assert "score" in park["credit"]
    with world.store.session() as session:
        asked = select(AccessRow.uscc, AccessRow.outcome).where(AccessRow.action == "assess")
        assert {tuple(row) for row in session.execute(asked)} == {(strong()["enterprise"]["uscc"], "ok")}


def test_a_deployment_without_banks_answers_none(copied: Callable[..., World]) -> None:
    world = copied(serving=Serving(bank=False))
    answer = world.score("bank program", LIUZHOU)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert world.score("park staff", LIUZHOU, "statistics").status_code == 200


def test_a_fault_says_nothing_but_its_id(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret in a message")

    monkeypatch.setattr("api.store.firms.firm_of", broken)
    monkeypatch.setattr("api.http.serving.firm_of", broken)
    answer = world.score("park staff", LIUZHOU, "statistics")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["request"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text


def test_a_service_that_is_told_to_stop_ends_what_runs_and_seals_the_audit(tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store(url) as store:
        from api.store.parties import Parties

        with store.session() as session:
            bank = Parties(session).institution("某银行", "bank")
            client, secret = Parties(session).new_client(bank, "bank_staff", ["score:read"])
    command = [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port)]
    environment = {**os.environ, "DENGTI_STORE": url}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(3000):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/ready", timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        answer = httpx.post(f"http://127.0.0.1:{port}/v1/oauth/token", data=form, timeout=60)
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert b"Traceback" not in told
    with Store(url) as store, store.session() as session:
        rows = session.execute(select(AccessRow.action, AccessRow.place)).all()
        assert [tuple(row) for row in rows] == [("token.issue", 1)]


def test_a_store_that_is_away_is_no_fault_of_who_asks(copied: Callable[..., World], tmp_path: Path) -> None:
    world = copied()
    headers = world.headers("park staff")
    world.store.engine.dispose()
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    (tmp_path / "store.db").mkdir()
    answer = world.client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert world.client.get("/ready").status_code == 503
