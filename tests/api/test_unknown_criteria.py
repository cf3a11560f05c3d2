"""A grade of a criterion that no rule knows is kept, for a later edition or a park may ask for it; but it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from in_process import dengti

from features.tables import ExpertGrade
from scoring.catalogue import Catalogue
from scoring.criteria import criteria, nearest

OVERLAY = """\
overlay: liuzhou_asks_for_more
title: {zh: 柳州另有要求, en: Liuzhou asks for more}
card: gazelle.guangxi_pool
edition: "2022"
scope: {park: liuzhou}
decision: {by: 柳州高新区管委会, on: 2026-03-01, because: 示例}
status: in_force
effective_from: 2026-03-01
published_on: 2026-03-01
documents: {asked: {number: 柳高新〔2026〕1号, title: 通知}}
gates:
  age: {document: asked, article: 第一条, grade: official, indicator: attested, with: {criterion: liuzhou.own}, is: "true"}
"""


def _score(grades: dict[str, Any]) -> dict[str, Any]:
    done = dengti("score", "-", "--as-of", "2026-11-22", stdin=json.dumps(strong(expert_grades=grades)))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_way_to_ask_for_a_grade_is_known() -> None:
    known = criteria(Catalogue())
    # An expert's points, a grade within a band, a judgement, what indicators read by themselves, an edition of the past.
    assert {
        "hte.talent",
        "hte.ip_count",
        "little_giant.chain_position",
        "specialised.platform_score",
        "specialised.digital_level",
        "gazelle.guangxi_pool.innovation_2021",
    } <= known


@pytest.mark.parametrize(
    ("given", "meant"), [("hte.talnet", "hte.talent"), ("hte.ip-count", "hte.ip_count"), ("q", None)]
)
def test_the_nearest_is_named(given: str, meant: str | None) -> None:
    assert nearest(given, criteria(Catalogue())) == meant


def test_it_is_told_in_the_answer() -> None:
    found = _score({"hte.talnet": 4, "hte.ip_count": 8})
    assert [flag for flag in found["flags"] if flag.startswith("unknown_criterion:")] == [
        "unknown_criterion:hte.talnet"
    ]
    (told,) = (reason for reason in found["reasons"] if "hte.talnet" in reason["zh"])
    assert "是否应为 hte.talent" in told["zh"]
    assert "did you mean hte.talent?" in told["en"]
    assert not any("unknown_criterion" in flag for flag in _score({"hte.talent": 4})["flags"])


def test_what_an_overlay_asks_for_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "unknown_criterion:liuzhou.own" in _score({"liuzhou.own": True})["flags"]
    (tmp_path / "liuzhou_asks_for_more.yaml").write_text(OVERLAY, encoding="utf-8")
    monkeypatch.setenv("DENGTI_OVERLAYS", str(tmp_path))
    assert "unknown_criterion:liuzhou.own" not in _score({"liuzhou.own": True})["flags"]


@pytest.mark.parametrize("command", ["rescore", "import"])
def test_it_is_told_of_files(command: str, tmp_path: Path) -> None:
    (tmp_path / "firms.json").write_text(json.dumps([strong(expert_grades={"hte.talnet": 4})]), encoding="utf-8")
    source, target = str(tmp_path / "firms.json"), str(tmp_path / "out")
    given = (source, target, "--as-of", "2026-11-22") if command == "rescore" else (source, "--into", target)
    done = dengti(command, *given)
    assert done.returncode == 0, done.stderr
    assert f"{ExpertGrade.zh} hte.talnet" in done.stderr
    assert "hte.talent" in done.stderr


def test_wrong_rules_of_its_own_stop_no_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "firms.json").write_text(json.dumps([strong(expert_grades={"hte.talent": 4})]), encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()
    (own / "wrong.yaml").write_text("overlay: wrong\n", encoding="utf-8")
    monkeypatch.setenv("DENGTI_OVERLAYS", str(own))
    done = dengti("import", str(tmp_path / "firms.json"), "--into", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "wrong.yaml" in done.stderr
    assert (tmp_path / "out" / "facts.json").is_file()
