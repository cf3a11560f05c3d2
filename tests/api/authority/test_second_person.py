"""Releases, overlays and manual overrides need a second person; unusual queries stop an institution until it is released."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from world import AS_OF, CHENGDU, GUILIN, LIUZHOU, World

from api.authority.bundle import pack
from api.clock import today
from api.settings import Patterns, Serving
from api.store.approvals import Approvals
from api.store.releases import Releases
from api.store.tables import AccessRow, ApprovalRow
from scoring.catalogue import Catalogue
from scoring.engine import Engine
from scoring.release import content_of

ROOT = Path(__file__).parents[3]
OVERLAY = next(iter(sorted((ROOT / "scoring/rulebooks/overlays").glob("*.yaml"))))


def _override(**changes: Any) -> dict[str, Any]:
    later = (today() + timedelta(days=30)).isoformat()
    decision = {"subject": "tech_sme", "decision": "人工核实后按符合处理"}
    given = {
        "kind": "override",
        "uscc": LIUZHOU,
        "override": decision,
        "reason": "专项审计（合成）",
        "expires_on": later,
    }
    return {**given, **changes}


def _propose(world: World, given: dict[str, Any], who: str = "park staff") -> Any:
    return world.client.post("/v1/approvals", json=given, headers=world.headers(who))


def _decide(world: World, named: str, who: str, *, approve: bool = True) -> Any:
    address = f"/v1/approvals/{named}/decision"
    return world.client.post(address, json={"approve": approve}, headers=world.headers(who))


def test_an_override_holds_once_a_second_person_approved_it_and_changes_no_result(world: World) -> None:
    before = world.score("park staff", LIUZHOU, "statistics").json()
    named = _propose(world, _override()).json()["id"]
    assert "overrides" not in world.score("park staff", LIUZHOU, "statistics").json()
    own = _decide(world, named, "park staff")
    assert (own.status_code, own.json()["code"]) == (403, "second_person")
    assert _decide(world, named, "second of park").json()["state"] == "approved"
    found = world.score("park staff", LIUZHOU, "statistics").json()
    assert found.pop("overrides")[0]["decision"] == "人工核实后按符合处理"
    assert found == before
    assert _decide(world, named, "second of park", approve=False).json()["code"] == "conflict"


def test_a_rejected_or_expired_override_is_not_told(world: World) -> None:
    rejected, expired = (_propose(world, _override()).json()["id"] for _ in range(2))
    _decide(world, rejected, "second of park", approve=False)
    _decide(world, expired, "second of park")
    with world.store.session() as session:
        row = update(ApprovalRow).where(ApprovalRow.id == expired)
        session.execute(row.values(expires_on=(today() - timedelta(days=1)).isoformat()))
    assert "overrides" not in world.score("park staff", LIUZHOU, "statistics").json()


def test_people_of_other_institutions_neither_see_nor_decide_it(world: World) -> None:
    named = _propose(world, _override()).json()["id"]
    assert _decide(world, named, "guilin staff").json()["code"] == "not_found"
    assert world.client.get("/v1/approvals", headers=world.headers("guilin staff")).json()["items"] == []
    own = world.client.get("/v1/approvals", headers=world.headers("second of park")).json()["items"]
    assert [one["id"] for one in own] == [named]


@pytest.mark.parametrize(
    ("given", "who", "status"),
    [
        (_override(expires_on=None), "park staff", 422),
        (_override(expires_on="2020-01-01"), "park staff", 422),
        (_override(uscc=GUILIN), "park staff", 404),
        (_override(uscc="91450200"), "park staff", 422),
        (_override(reason=""), "park staff", 422),
        (_override(overlay="x"), "park staff", 422),
        (_override(), "bank staff", 403),
        ({"kind": "overlay", "reason": "x"}, "park staff", 422),
        ({"kind": "overlay", "reason": "x", "overlay": "not: [an overlay"}, "park staff", 422),
        ({"kind": "overlay", "reason": "x", "overlay": "\ud800"}, "park staff", 400),
    ],
)
def test_what_cannot_be_approved_is_refused_when_it_is_proposed(
    world: World, given: dict[str, Any], who: str, status: int
) -> None:
    headers = {**world.headers(who), "Content-Type": "application/json"}
    answer = world.client.post("/v1/approvals", content=json.dumps(given), headers=headers)
    assert answer.status_code == status, answer.text


def test_an_overlay_is_proposed_as_its_file(world: World) -> None:
    text = OVERLAY.read_text(encoding="utf-8")
    answer = _propose(world, {"kind": "overlay", "overlay": text, "reason": "园区确认（合成）"})
    assert answer.status_code == 201, answer.text
    named = answer.json()["id"]
    with world.store.session() as session:
        assert Approvals(session).overlays() == {}
    assert _decide(world, named, "second of park").json()["state"] == "approved"
    with world.store.session() as session:
        assert Approvals(session).overlays() == {named: text}


def _release(world: World, folder: Path, by: str) -> str:
    engine = Engine(Catalogue(folder))
    with world.store.session() as session:
        Releases(session).built(engine.release_id, content_of(engine.catalogue), pack(engine.catalogue), by)
    return engine.release_id


def test_a_release_is_approved_by_another_person_and_then_answers(copied: Callable[..., World], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "rulebooks"
    for part in ("ladders", "tech_sme"):
        shutil.copytree(ROOT / "scoring/rulebooks" / part, folder / part)
    world = copied(serving=Serving(release="live"))
    with world.client:
        named = _release(world, folder, world.people["administrator"])
        why = {"reason": "启用（合成）"}

        def post(what: str, who: str) -> Any:
            return world.client.post(f"/v1/releases/{named}/{what}", json=why, headers=world.headers(who))

        assert post("activation", "authority").json()["errors"][0]["field"] == "release"
        assert post("approval", "administrator").json()["code"] == "second_person"
        assert post("approval", "authority").status_code == 200
        assert post("activation", "authority").json()["items"][0]["live"]
        for _ in range(200):
            if world.client.get("/healthz").json()["release"] == named:
                break
            time.sleep(0.1)
        found = world.score("park staff", LIUZHOU, "statistics").json()
        assert found["release"]["id"] == named
        assert set(found["assessments"]) == {"tech_sme"}
        assert post("approval", "park staff").json()["code"] == "forbidden"
        missing = world.client.post("/v1/releases/sha256:0/approval", json=why, headers=world.headers("authority"))
        assert missing.json()["code"] == "not_found"
        back = world.client.post("/v1/releases/rollback", json=why, headers=world.headers("authority"))
        assert back.status_code == 422


@pytest.mark.parametrize("pattern", ["firms", "refusals"])
def test_unusual_queries_stop_an_institution_until_an_administrator_releases_it(
    copied: Callable[..., World], pattern: str
) -> None:
    world = copied(patterns=Patterns(firms=2) if pattern == "firms" else Patterns(refusals=2))
    with world.client:
        token = {"Authorization": f"Bearer {world.token('bank program')}"}
        person = world.headers("bank staff")
        for code in (LIUZHOU, GUILIN, CHENGDU):
            headers = {**token, "Purpose": "loan_review"}
            world.client.get(f"/v1/enterprises/{code}/score", params=AS_OF, headers=headers)
        for _ in range(600):
            answer = world.client.get("/v1/me", headers=token)
            if answer.status_code == 403:
                break
            time.sleep(0.1)
        assert answer.json()["code"] == "stopped"
        assert world.client.get("/v1/me", headers=person).json()["code"] == "stopped"
        assert world.client.get("/v1/me", headers=world.headers("other bank program")).status_code == 200
        bank, administrator = world.institutions["bank"], world.headers("administrator")
        listed = world.client.get("/v1/institutions", headers=administrator).json()["items"]
        assert "异常查询" in next(one for one in listed if one["id"] == bank)["stopped"]
        address = f"/v1/institutions/{bank}/release"
        assert world.client.post(address, json={"reason": "已说明"}, headers=administrator).status_code == 204
        assert world.client.get("/v1/me", headers=token).status_code == 200
        time.sleep(3)
        assert world.client.get("/v1/me", headers=token).status_code == 200
    with world.store.session() as session:
        asked = select(AccessRow.action, AccessRow.actor).where(AccessRow.action.startswith("institution."))
        actions = [tuple(row) for row in session.execute(asked.order_by(AccessRow.number))]
    assert ("institution.stop", "system") in actions
    assert ("institution.release", world.people["administrator"]) in actions


def test_an_administrator_stops_an_institution_but_not_their_own(world: World) -> None:
    headers = world.headers("administrator")

    def stop(name: str) -> Any:
        address = f"/v1/institutions/{world.institutions[name]}/stop"
        return world.client.post(address, json={"reason": "合同到期"}, headers=headers)

    assert stop("other bank").status_code == 204
    form = dict(zip(("client_id", "client_secret"), world.programs["other bank program"], strict=True))
    answer = world.client.post("/v1/oauth/token", data={"grant_type": "client_credentials", **form})
    assert (answer.status_code, answer.json()["code"]) == (403, "stopped")
    assert stop("operator").json()["code"] == "conflict"
    assert world.client.post("/v1/institutions/x/stop", json={"reason": "x"}, headers=headers).status_code == 404


def test_the_regulator_reads_the_sealed_chain_page_by_page(world: World) -> None:
    for _ in range(3):
        world.score("park staff", LIUZHOU, "statistics")
    headers, found, cursor = world.headers("regulator"), [], None
    for _ in range(600):
        if world.client.get("/v1/audit", headers=headers).json()["head"]["place"] >= 8:
            break
        time.sleep(0.1)
    for _ in range(600):
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = world.client.get("/v1/audit", params=params, headers=headers).json()
        found += [one["place"] for one in page["items"]]
        cursor = page.get("next")
        if cursor is None or len(found) > 8:
            break
    assert found == list(range(1, len(found) + 1))
    entries = world.client.get("/v1/audit", headers=headers).json()["items"]
    reads = [one for one in entries if one["action"] == "score.read"]
    assert {(one["purpose"], one["uscc"], one["outcome"]) for one in reads} == {("statistics", LIUZHOU, "ok")}
