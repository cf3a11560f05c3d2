"""Percentiles are told from a distribution frozen in the rules: of the stage, of the park, with small cells left out."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from overlay_texts import CONFIRMED
from scheme_firms import PEERS, QUESTION, SCHEME, firm, lay

from api.answers.result import result
from features.dossier import read
from scoring.card import Bands
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine
from scoring.made_under import made_under
from scoring.reading import read_card

ROOT = FOLDER.parents[1]


def _credit(folder: Path, raw: dict[str, Any], text: str = PEERS) -> dict[str, Any]:
    lay(folder / "peers.yaml", text)
    found: dict[str, Any] = result(Engine(Catalogue(FOLDER, folder)).answer(read(raw), QUESTION))["credit"]
    return found


def test_a_percentile_is_the_share_of_the_stage_with_fewer_points(tmp_path: Path) -> None:
    credit = _credit(tmp_path, firm())
    # 5.55 + 2.22 + 4.44 points: 122 tenths.
    assert credit["score"]["low"] == 12.21
    assert credit["percentile"] == {"low": 0.4, "high": 0.4, "among": "stage:expansion", "firms": 10}


def test_a_stage_without_a_distribution_falls_back_on_all_and_says_so(tmp_path: Path) -> None:
    raw = firm()
    raw["annual_reports"][0]["revenue"] = 600_0000
    credit = _credit(tmp_path, raw)
    assert credit["stage"] == "growth"
    assert (credit["percentile"]["among"], credit["percentile"]["firms"]) == ("all", 20)
    assert credit["percentile"]["low"] == 0.75


def test_open_points_are_a_range_of_percentiles(tmp_path: Path) -> None:
    raw = firm()
    del raw["annual_reports"][0]["rd_staff"]
    credit = _credit(tmp_path, raw)
    assert (credit["percentile"]["low"], credit["percentile"]["high"]) == (0.4, 1.0)


def test_the_park_is_told_apart_by_name_or_id_and_only_where_it_has_a_distribution(tmp_path: Path) -> None:
    among = {"among": "park:liuzhou", "firms": 5}
    for park in ("liuzhou", "柳州高新区"):
        assert _credit(tmp_path, firm(park=park))["percentile_in_park"] == {"low": 0.0, "high": 0.0, **among}
    assert "percentile_in_park" not in _credit(tmp_path, firm(park="nanning"))
    assert "percentile_in_park" not in _credit(tmp_path, firm(park=None))


def test_without_a_distribution_there_is_no_percentile(engine: Engine) -> None:
    assert "percentile" not in result(engine.answer(read(firm()), QUESTION))["credit"]


EDITS = {
    "weights": "items: {rd_intensity: {weights: {seed: 16.7, startup: 16.7, growth: 11.1, expansion: 12.1, mature: 11.1}},"
    " rd_amount: {weights: {seed: 16.6, startup: 16.6, growth: 11.1, expansion: 10.1, mature: 11.1}}}",
    "stages": "scheme: {stages: [{id: seed, zh: 甲, en: A, max_exclusive: 100万元}, {id: startup, zh: 乙, en: B, min: 100万元,"
    " max_exclusive: 500万元}, {id: growth, zh: 丙, en: C, min: 500万元, max_exclusive: 3000万元}, {id: expansion, zh: 丁, en: D,"
    " min: 3000万元, max_exclusive: 10000万元}, {id: mature, zh: 戊, en: E, min: 10000万元}]}",
    "full marks": "items: {rd_amount: {linear: {indicator: rd_expense, full: 600万元, points: 1}, max: 1}}",
    "bonus": "scheme: {bonus: 20}\ngroups: {bonus: {max: 20}}",
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_of_a_park_no_percentile_is_told_there_from_the_old_table(tmp_path: Path, edit: str) -> None:
    lay(tmp_path / "liuzhou.yaml", f"{CONFIRMED}{EDITS[edit]}\n")
    lay(tmp_path / "peers.yaml", PEERS.replace("MADE_UNDER", made_under(Catalogue().edition(SCHEME).latest)))
    engine = Engine(Catalogue(FOLDER, tmp_path))
    here, elsewhere = (
        result(engine.answer(read(firm(park=park)), QUESTION))["credit"] for park in ("liuzhou", "nanning")
    )
    assert "percentile" in elsewhere
    assert not {"percentile", "percentile_in_park"} & here.keys()
    said = here["percentile_unavailable"]
    assert said["code"] == "peers_under_other_weights"
    for words in (said["zh"], said["en"]):
        assert "dengti release build --peers" in words
    # The points are those of the park all the same.
    assert here["score"]["low"] > 0


def test_a_table_that_does_not_say_what_it_was_made_under_tells_nothing(tmp_path: Path) -> None:
    credit = _credit(tmp_path, firm(), PEERS.replace(', made_under: "MADE_UNDER"', ""))
    assert credit["percentile_unavailable"]["code"] == "peers_under_other_weights"


def test_who_confirms_and_renames_without_an_edit_keeps_the_table(tmp_path: Path) -> None:
    lay(tmp_path / "peers.yaml", PEERS)
    text = f"{CONFIRMED}items: {{rd_amount: {{label: {{zh: 研发, en: R&D}}, weights: {{seed: 16.60, startup: 16.6, growth: 11.1, expansion: 11.1, mature: 11.1}}}}}}\n"
    lay(tmp_path / "liuzhou.yaml", text)
    credit = result(Engine(Catalogue(FOLDER, tmp_path)).answer(read(firm(park="liuzhou")), QUESTION))["credit"]
    assert (credit["status"], credit["percentile"]["firms"]) == ("confirmed_by_park", 10)


SAMPLE = """\
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
    path.write_text(SAMPLE, encoding="utf-8")
    award = read_card(path).items["rd"].award
    early, late = (case.body for case in award.cases)  # type: ignore[union-attr]
    assert isinstance(early, Bands)
    assert isinstance(late, Bands)
    # Two of four groups are below 4 %, and one more at 4 % itself.
    assert [(b.range.least, b.low) for b in early.bands] == [  # type: ignore[union-attr]
        (None, 0), (Fraction(2, 100), 2_500_000), (Fraction(4, 100), 7_500_000)
    ]  # fmt: skip
    assert [b.low for b in late.bands] == [0, 5_000_000]


@pytest.mark.parametrize("scheme", ["credit.national", "tech_sme"])
def test_what_gives_no_points_has_no_distribution(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "firms.json").write_text(json.dumps([firm()]), encoding="utf-8")
    asked = ["--scheme", scheme, "--by", "甲", "--because", "试", "--output", str(tmp_path / "own")]
    command = [sys.executable, "-m", "api.cli.main", "credit", "peers", str(tmp_path / "firms.json"), *asked]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "scheme" in done.stderr
    assert "Traceback" not in done.stderr
