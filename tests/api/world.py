"""A small world of institutions, people, programs and enterprises in a store. Synthetic."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dossiers import strong
from fastapi.testclient import TestClient

from api.app import create_app
from api.auth.roles import SCOPES, Role
from api.settings import Settings, StoreSettings
from api.store.database import Store
from api.store.loading import File, load
from api.store.parties import Parties
from features.identifiers import uscc
from features.intake import read_input
from scoring.engine import Engine

LIUZHOU, GUILIN, CHENGDU, SANDBOX = (
    uscc.make("91", division, body)
    for division, body in (
        ("450200", "MA0000A1"),
        ("450300", "MA0000A2"),
        ("510100", "MA0000A3"),
        ("450200", "MA0000A4"),
    )
)
PLACES = {
    LIUZHOU: {"region_code": "450200", "park": "liuzhou", "zone_type": "htz", "zone_level": "national"},
    GUILIN: {"region_code": "450300", "park": "guilin", "zone_type": "htz", "zone_level": "national"},
    CHENGDU: {"region_code": "510100", "park": "chengdu", "zone_type": "htz", "zone_level": "national"},
    SANDBOX: {"region_code": "450200", "park": "liuzhou", "zone_type": "htz", "zone_level": "national"},
}
PASSWORD = "four unrelated words here"
EVIDENCE = "sha256:" + "5" * 64
AS_OF = {"as_of": "2026-11-22", "known_at": "2027-12-31"}


def facts(code: str, **changes: Any) -> dict[str, Any]:
    """The dossier of an enterprise of this world."""
    enterprise = {**strong()["enterprise"], "uscc": code, "name": f"某某科技（合成）{code[-4:]}", **PLACES[code]}
    return strong(enterprise=enterprise, **changes)


def load_facts(
    store: Store, folder: Path, dossiers: list[dict[str, Any]], owner: str = "", fingerprint: str = "sha256:first"
) -> None:
    """Into the store, as ``dengti import --store`` does."""
    path = folder / "facts.json"
    path.write_text(json.dumps(dossiers), encoding="utf-8")
    file = File(fingerprint, path.name, "tests", "2020-01-01", "tests", owner)
    load(store, file, read_input(path), date(2026, 11, 22))


@dataclass
class World:
    """Who there is, by a name of the tests."""

    store: Store
    client: TestClient
    institutions: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    programs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def token(self, name: str, **more: str) -> str:
        """A token of a program."""
        client, secret = self.programs[name]
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, **more}
        answer = self.client.post("/v1/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def headers(self, name: str, **more: str) -> dict[str, str]:
        """Headers of a program or, logged in, of a person."""
        if name in self.programs:
            return {"Authorization": f"Bearer {self.token(name)}", **more}
        answer = self.client.post("/v1/session", json={"login": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"].partition(";")[0]
        self.client.cookies.clear()
        return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"], **more}

    def consent(self, bank: str, code: str, **changes: Any) -> str:
        """The id of a consent that the bank registers."""
        given = {
            "purposes": ["loan_review", "post_loan"],
            "scope": ["all"],
            "valid_from": "2020-01-01",
            "valid_to": "2099-12-31",
            "evidence": EVIDENCE,
            "written": True,
            **changes,
        }
        answer = self.client.post(f"/v1/enterprises/{code}/consents", json=given, headers=self.headers(bank))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def score(self, name: str, code: str, purpose: str = "loan_review", **headers: str) -> Any:
        """The answer to a question for a score."""
        found = self.headers(name, Purpose=purpose, **headers)
        return self.client.get(f"/v1/enterprises/{code}/score", params=AS_OF, headers=found)


def made(url: str, engine: Engine, folder: Path, **settings: Any) -> World:
    """The world on an empty store; its client is not started (`with world.client`)."""
    world = _served(url, engine, **settings)
    with world.store.session() as session:
        _people(world, Parties(session))
    load_facts(world.store, folder, [facts(code) for code in PLACES])
    return world


def again(first: World, url: str, engine: Engine, **settings: Any) -> World:
    """The same world on a copy of its store."""
    found = _served(url, engine, **settings)
    found.institutions, found.people, found.programs = first.institutions, first.people, first.programs
    return found


def _served(url: str, engine: Engine, timeouts: dict[str, float] | None = None, **settings: Any) -> World:
    app = create_app(engine, Settings(store=StoreSettings(url=url, **(timeouts or {})), **settings))
    return World(app.state.service.store, TestClient(app))


def _people(world: World, parties: Parties) -> None:
    made_of = world.institutions
    made_of["bank"] = parties.institution("某银行", "bank")
    made_of["other bank"] = parties.institution("另一银行", "bank")
    made_of["liuzhou"] = parties.institution("柳州高新区", "park", park="liuzhou")
    made_of["guilin"] = parties.institution("桂林高新区", "park", park="guilin")
    made_of["guangxi"] = parties.institution("某自治区科技厅", "authority", region="450000")
    made_of["sichuan"] = parties.institution("某省科技厅", "authority", region="510000")
    made_of["regulator"] = parties.institution("某金融监管局", "finance_regulator")
    made_of["operator"] = parties.institution("运营方", "operator")
    branch = parties.branch(made_of["bank"], "某支行")

    def person(login: str, where: str, role: Role, **more: str) -> None:
        world.people[login] = parties.person(made_of[where], role, login, login, PASSWORD, **more)

    person("branch", "bank", Role.BANK_BRANCH, branch=branch)
    person("bank staff", "bank", Role.BANK_STAFF)
    person("park staff", "liuzhou", Role.PARK_STAFF)
    person("second of park", "liuzhou", Role.PARK_STAFF)
    person("officer", "liuzhou", Role.SERVICE_OFFICER)
    person("guilin staff", "guilin", Role.PARK_STAFF)
    person("authority", "guangxi", Role.AUTHORITY)
    person("authority of sichuan", "sichuan", Role.AUTHORITY)
    person("regulator", "regulator", Role.FINANCE_REGULATOR)
    person("auditor", "operator", Role.AUDITOR)
    person("administrator", "operator", Role.ADMINISTRATOR)
    person("engineer", "operator", Role.BATCH_ENGINEER)
    world.people["enterprise"] = parties.person_of_enterprise(LIUZHOU, "enterprise", "企业", PASSWORD)
    world.people["other enterprise"] = parties.person_of_enterprise(GUILIN, "other enterprise", "企业", PASSWORD)
    parties.assign(world.people["officer"], LIUZHOU)
    for name, where, sandbox in (
        ("bank program", "bank", False),
        ("other bank program", "other bank", False),
        ("sandbox program", "bank", True),
    ):
        world.programs[name] = parties.new_client(made_of[where], Role.BANK_STAFF, SCOPES, sandbox=sandbox)
    for name, where, role in (
        ("park program", "liuzhou", Role.PARK_STAFF),
        ("regulator program", "regulator", Role.FINANCE_REGULATOR),
        ("administrator program", "operator", Role.ADMINISTRATOR),
    ):
        world.programs[name] = parties.new_client(made_of[where], role, SCOPES)
    parties.sandbox_firm(SANDBOX)
