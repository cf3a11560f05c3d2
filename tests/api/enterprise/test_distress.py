"""Distress is told to nobody by default, then to a bank that runs it itself, or by a filed bureau; nowhere else is it even computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import world as worlds
from dossiers import strong
from fastapi.testclient import TestClient
from in_process import dengti
from learned_cards import DISTRESS, catalogue

from api.app import create_app
from api.auth.roles import Principal, Role
from api.distress import sees_distress
from api.settings import Issuer, Serving, Settings
from api.store.tables import InstitutionRow
from scoring.engine import Engine

FIRM = strong()
BUREAU = Issuer(mode="filed_bureau")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned")
    catalogue(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a firm, and settings that serve distress."""
    (tmp_path / "firm.json").write_text(json.dumps([FIRM], default=str), encoding="utf-8")
    (tmp_path / "served.toml").write_text("[serving]\ndistress = true\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("mode", ["public_body", "filed_bureau"])
@pytest.mark.parametrize("runs", [False, True])
def test_who_is_told_of_distress(served: bool, mode: str, runs: bool) -> None:
    settings = Settings.model_validate({"issuer": {"mode": mode}, "serving": {"distress": served}})
    bank = Principal("client_1", Role.BANK_STAFF, "inst_1", "api", runs_distress=runs)
    assert sees_distress(settings, bank) == (served and (mode == "filed_bureau" or runs))


def test_by_default_it_is_off() -> None:
    assert not Serving().distress
    assert Issuer().mode == "public_body"


@pytest.mark.parametrize("settings", [Settings(), Settings(serving=Serving(distress=True), issuer=BUREAU)])
def test_whoever_brings_a_dossier_without_credentials_is_not_told(learned: Path, settings: Settings) -> None:
    app = create_app(Engine(catalogue(learned)), settings=settings)
    with TestClient(app) as client:
        answer = client.post("/v1/assess", json=json.loads(json.dumps(FIRM, default=str)))
    assert answer.status_code == 200
    assert "climb.high_tech_enterprise" in answer.json()["release"]["cards"]
    assert "distress" not in answer.text


def test_nor_is_a_bank_that_brings_one(learned: Path, copied: Callable[..., worlds.World]) -> None:
    world = copied(Engine(catalogue(learned)), serving=Serving(distress=True, anonymous_assess=False))
    with world.client:
        answer = world.client.post(
            "/v1/assess",
            json=json.loads(json.dumps(FIRM, default=str)),
            headers=world.headers("bank program", Purpose="loan_review"),
        )
    assert answer.status_code == 200, answer.text
    assert "distress" not in answer.text


@pytest.mark.parametrize("runs", [False, True])
def test_a_bank_that_runs_it_reads_it_with_a_score_and_another_does_not(
    learned: Path, copied: Callable[..., worlds.World], runs: bool
) -> None:
    world = copied(Engine(catalogue(learned)), serving=Serving(distress=True, anonymous_assess=False))
    with world.store.session() as session:
        session.query(InstitutionRow).filter_by(kind="bank").update({"runs_distress": runs})
    with world.client:
        consent = world.consent("bank program", worlds.LIUZHOU)
        told = world.score("bank program", worlds.LIUZHOU, **{"Consent-Id": consent}).json()
        park = world.score("park program", worlds.LIUZHOU, "pool_selection")
    assert ("distress" in told.get("probability", {})) is runs
    assert ("distress" in told["release"]["cards"]) is runs
    assert park.status_code == 200, park.text
    assert "distress" not in park.text


def _score(folder: Path, learned: Path, *more: str, **environment: str) -> Any:
    return dengti("score", str(folder / "firm.json"), *more, DENGTI_LEARNED=str(learned), **environment)


def test_the_command_line_tells_it_only_where_it_is_asked_for_and_served(folder: Path, learned: Path) -> None:
    served = {"DENGTI_SETTINGS": str(folder / "served.toml")}
    assert "distress" not in _score(folder, learned).stdout
    assert "distress" not in _score(folder, learned, **served).stdout
    refused = _score(folder, learned, "--distress", "--for", "bank")
    assert refused.returncode == 1
    assert "serving.distress" in refused.stderr
    for reader in ("authority", "park", "enterprise"):
        refused = _score(folder, learned, "--distress", "--for", reader, **served)
        assert (refused.returncode, reader in refused.stderr) == (1, True)
    (told,) = json.loads(_score(folder, learned, "--distress", "--for", "bank", **served).stdout)
    assert told["probability"]["distress"]["sha256"] == DISTRESS.sha256


def test_a_batch_writes_it_only_where_it_is_asked_for_and_served(folder: Path, learned: Path) -> None:
    def columns(name: str, *more: str, **environment: str) -> list[str]:
        given = ("rescore", str(folder / "firm.json"), str(folder / name), *more)
        done = dengti(*given, DENGTI_LEARNED=str(learned), **environment)
        assert done.returncode == 0, done.stderr
        return [one for one in pl.read_parquet_schema(folder / name / "scores.parquet") if "distress" in one]

    served = {"DENGTI_SETTINGS": str(folder / "served.toml")}
    assert not columns("plain", **served)
    assert "probability.distress.p" in columns("asked", "--distress", **served)
    refused = dengti("rescore", str(folder / "firm.json"), str(folder / "none"), "--distress")
    assert refused.returncode == 1
    assert not (folder / "none").exists()
