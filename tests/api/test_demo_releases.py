"""A card of synthetic or foreign data gets into a release that is marked a demonstration, and into no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from learned_cards import CLIMB, catalogue, own

from api.authority.bundle import pack
from api.store.database import Store
from api.store.releases import Releases
from scoring.learned import FOREIGN, LearnedCard
from scoring.release import content_of, digest

ROOT = Path(__file__).parents[2]


def _build(folder: Path, card: LearnedCard, *more: str) -> subprocess.CompletedProcess[str]:
    return _dengti(folder, card, "release", "build", "--by", "first", *more)


def _dengti(folder: Path, card: LearnedCard, *arguments: str) -> subprocess.CompletedProcess[str]:
    catalogue(folder / "learned", card)
    store = f"sqlite:///{folder / 'store.db'}"
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DENGTI_LEARNED": str(folder / "learned"), "DENGTI_STORE": store},
    )


@pytest.mark.parametrize("card", [CLIMB, replace(CLIMB, origin=FOREIGN)], ids=["synthetic", "foreign"])
def test_it_is_refused_by_name_without_the_mark(tmp_path: Path, card: LearnedCard) -> None:
    refused = _build(tmp_path, card)
    assert refused.returncode == 1
    assert f"{card.id} ({card.origin})" in refused.stderr
    assert "--demo" in refused.stderr


def test_with_the_mark_it_is_built(tmp_path: Path) -> None:
    marked = _build(tmp_path, CLIMB, "--demo")
    assert marked.returncode == 0, marked.stderr


def _manifest(folder: Path, card: LearnedCard, *more: str) -> dict[str, Any]:
    firms = folder / "firms.json"
    firms.write_text(json.dumps([strong()], default=str), encoding="utf-8")
    done = _dengti(folder, card, "rescore", str(firms), str(folder / "out"), *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("card", [CLIMB, own(CLIMB)], ids=["synthetic", "said to be of own facts"])
def test_a_batch_with_cards_that_stand_in_no_release_is_a_demonstration(tmp_path: Path, card: LearnedCard) -> None:
    assert _manifest(tmp_path, card)["demo"] is True


@pytest.mark.parametrize("demo", [True, False])
def test_a_batch_by_a_release_of_the_store_is_what_the_release_is(tmp_path: Path, demo: bool) -> None:
    card = CLIMB if demo else own(CLIMB)
    rules = catalogue(tmp_path / "made", card)
    release = digest(content_of(rules))
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    with store.session() as session:
        releases = Releases(session)
        releases.built(release, content_of(rules), pack(rules), "甲")
        releases.approve(release, "乙")
        releases.activate(release, "丙")
    # What lies in the deployment's own folder is another card: the release has its own.
    other = replace(CLIMB, intercept=0)
    manifest = _manifest(tmp_path, other, "--release", "live")
    assert (manifest["release"], manifest.get("demo", False)) == (release, demo)
    assert manifest["cards"][card.id]["sha256"] == card.sha256
    unknown = ("rescore", str(tmp_path / "firms.json"), str(tmp_path / "none"), "--release", "abcd")
    refused = _dengti(tmp_path, other, *unknown)
    assert refused.returncode == 1
    assert "dengti release list" in refused.stderr
