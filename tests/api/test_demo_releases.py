"""A card of synthetic or foreign data gets into a release that is marked a demonstration, and into no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from dossiers import strong
from learned_cards import CLIMB, catalogue, own

from scoring.learned import FOREIGN, LearnedCard

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


@pytest.mark.parametrize("demo", [True, False])
def test_the_manifest_of_a_batch_says_whether_it_is_a_demonstration(tmp_path: Path, demo: bool) -> None:
    firms = tmp_path / "firms.json"
    firms.write_text(json.dumps([strong()], default=str), encoding="utf-8")
    done = _dengti(tmp_path, CLIMB if demo else own(CLIMB), "rescore", str(firms), str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.get("demo", False) is demo
