"""Percentiles are told from a distribution frozen in the rules: of the stage, of the park, with small cells left out."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong

from api.answers.result import result
from features.dossier import read
from scoring.card import Bands
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question
from scoring.reading import read_card

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
ROOT = FOLDER.parents[1]
PEERS = """\
overlay: peers
title: {zh: 分布, en: Distribution}
card: credit.guangxi_reference
edition: "2026"
scope: {region: "450000"}
decision: {by: 测试, on: 2026-11-01, because: 测试}
status: in_force
effective_from: 2026-11-01
published_on: 2026-11-01
scheme:
  peers_of: {population: 合成人口, firms: 20, as_of: 2026-11-01, snapshot: "sha256:0"}
  peers:
    all: {"0": 10, "100": 5, "999": 5}
    stage:expansion: {"0": 4, "122": 4, "124": 2}
    park:liuzhou: {"124": 1, "500": 4}
"""


def _firm(**enterprise: Any) -> dict[str, Any]:
    """12.4 certain points: R&D staff of half the full mark and growth of nothing but what is stated."""
    raw = strong(intellectual_property=[], events=[], certificates=[])
    raw["enterprise"] |= enterprise
    raw["annual_reports"] = [
        {"fiscal_year": 2025, "revenue": 4000_0000, "rd_expense": 200_0000, "employees": 100, "rd_staff": 4, "hitech_income": 0,
         "total_income": 4000_0000, "net_profit": 0, "total_assets": 100, "total_liabilities": 100, "main_business_revenue": 0},
        {"fiscal_year": 2024, "revenue": 1, "main_business_revenue": 0},
        {"fiscal_year": 2023, "revenue": 1, "main_business_revenue": 0},
    ]  # fmt: skip
    return raw


def _credit(folder: Path, raw: dict[str, Any], text: str = PEERS) -> dict[str, Any]:
    (folder / "peers.yaml").write_text(text, encoding="utf-8")
    found: dict[str, Any] = result(Engine(Catalogue(FOLDER, folder)).answer(read(raw), QUESTION))["credit"]
    return found


def test_a_percentile_is_the_share_of_the_stage_with_fewer_points(tmp_path: Path) -> None:
    credit = _credit(tmp_path, _firm())
    # 5.55 + 2.22 + 4.44 points: 122 tenths.
    assert credit["score"]["low"] == 12.21
    assert credit["percentile"] == {"low": 0.4, "high": 0.4, "among": "stage:expansion", "firms": 10}


def test_a_stage_without_a_distribution_falls_back_on_all_and_says_so(tmp_path: Path) -> None:
    raw = _firm()
    raw["annual_reports"][0]["revenue"] = 600_0000
    credit = _credit(tmp_path, raw)
    assert credit["stage"] == "growth"
    assert (credit["percentile"]["among"], credit["percentile"]["firms"]) == ("all", 20)
    assert credit["percentile"]["low"] == 0.75


def test_open_points_are_a_range_of_percentiles(tmp_path: Path) -> None:
    raw = _firm()
    del raw["annual_reports"][0]["rd_staff"]
    credit = _credit(tmp_path, raw)
    assert (credit["percentile"]["low"], credit["percentile"]["high"]) == (0.4, 1.0)


def test_the_park_is_told_apart_by_name_or_id_and_only_where_it_has_a_distribution(tmp_path: Path) -> None:
    among = {"among": "park:liuzhou", "firms": 5}
    for park in ("liuzhou", "柳州高新区"):
        assert _credit(tmp_path, _firm(park=park))["percentile_in_park"] == {"low": 0.0, "high": 0.0, **among}
    assert "percentile_in_park" not in _credit(tmp_path, _firm(park="nanning"))
    assert "percentile_in_park" not in _credit(tmp_path, _firm(park=None))


def test_without_a_distribution_there_is_no_percentile(engine: Engine) -> None:
    assert "percentile" not in result(engine.answer(read(_firm()), QUESTION))["credit"]


SCHEME = """\
card: credit.sample
edition: "2026"
title: {zh: 示例, en: Sample}
status: in_force
effective_from: 2026-01-01
published_on: 2026-01-01
documents: {measures: {number: 示例〔2026〕1号, title: 示例}}
source: {document: measures, grade: official}
scheme:
  issuer: {zh: 示例, en: Sample}
  base: 10
  by: revenue
  stages:
    - {id: early, zh: 早, en: Early, max_exclusive: 500万元}
    - {id: late, zh: 晚, en: Late, min: 500万元}
items:
  rd:
    label: {zh: 研发, en: R&D}
    article: 第一条
    max: 1
    percentile: {indicator: rd_to_revenue, points: 1, cuts: {all: [2%, 4%, 4%], late: [10%]}}
    weights: {early: 10, late: 10}
"""


def test_a_percentile_item_is_bands_of_the_frozen_cuts_of_its_stage(tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text(SCHEME, encoding="utf-8")
    award = read_card(path).items["rd"].award
    early, late = (case.body for case in award.cases)  # type: ignore[union-attr]
    assert isinstance(early, Bands)
    assert isinstance(late, Bands)
    # Two of four groups are below 4 %, and one more at 4 % itself.
    assert [(b.range.least, b.low) for b in early.bands] == [  # type: ignore[union-attr]
        (None, 0), (Fraction(2, 100), 2_500_000), (Fraction(4, 100), 7_500_000)
    ]  # fmt: skip
    assert [b.low for b in late.bands] == [0, 5_000_000]


def test_the_distribution_of_a_population_is_frozen_by_command(tmp_path: Path) -> None:
    firms = []
    for number, body in enumerate(
        ("91450200MA00000151", "91450200MA0000154P", "91450200MA0000162J", "91450200MA0000170D")
    ):
        raw = copy.deepcopy(_firm(uscc=body, park="liuzhou" if number else "nanning"))
        raw["annual_reports"][0]["rd_staff"] = number
        firms.append(raw)
    firms += [copy.deepcopy(firms[-1]) for _ in range(3)]
    for raw, body in zip(firms[4:], ("91450200MA0000189A", "91450200MA00001975", "91450200MA000020XM"), strict=True):
        raw["enterprise"]["uscc"] = body
    source, output = tmp_path / "firms.json", tmp_path / "own" / "peers.yaml"
    output.parent.mkdir()
    source.write_text(json.dumps(firms), encoding="utf-8")
    asked = [
        "--scheme",
        "credit.guangxi_reference",
        "--population",
        "合成",
        "--by",
        "甲",
        "--because",
        "试",
        "--as-of",
        "2026-11-22",
    ]
    command = [sys.executable, "-m", "api.cli.main", "credit", "peers", str(source), *asked, "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    catalogue = Catalogue(FOLDER, output.parent)
    scheme = catalogue.pick(
        "credit.guangxi_reference", date(2026, 11, 22), place=catalogue.place("450200", None)
    ).card.scheme  # type: ignore[union-attr]
    assert scheme is not None
    counted = {group: sum(count for _, count in counts) for group, counts in scheme.peers.items()}
    scored = len({raw["enterprise"]["uscc"] for raw in firms})
    # A park with one enterprise is left out.
    assert counted == {"all": scored, "stage:expansion": scored, "park:liuzhou": scored - 1}


@pytest.mark.parametrize("scheme", ["credit.national", "tech_sme"])
def test_what_gives_no_points_has_no_distribution(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "firms.json").write_text(json.dumps([_firm()]), encoding="utf-8")
    asked = [
        "--scheme",
        scheme,
        "--population",
        "合成",
        "--by",
        "甲",
        "--because",
        "试",
        "--output",
        str(tmp_path / "o.yaml"),
    ]
    command = [sys.executable, "-m", "api.cli.main", "credit", "peers", str(tmp_path / "firms.json"), *asked]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "scheme" in done.stderr
    assert "Traceback" not in done.stderr
