"""Past years under one card: every year names its card, breaks are marked, and the error that the card makes is stated."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from overlay_texts import overlay

from api.answers.series import Asked, linked_series
from api.authority.bundle import pack, unpack
from features.dossier import read
from features.errors import ValueProblem
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine

KNOWN = date(2026, 11, 22)
EDITION = """\
card: credit.sample
edition: "{edition}"
title: {{zh: 示例, en: Sample}}
status: in_force
effective_from: {edition}-01-01
{to}published_on: {edition}-01-01
documents: {{measures: {{number: 示例〔{edition}〕1号, title: 示例}}}}
source: {{document: measures, grade: official}}
scheme:
  issuer: {{zh: 示例, en: Sample}}
  base: {base}
  by: revenue
  stages: [{{id: any, zh: 全部, en: Any, min: 0元}}, {{id: loss, zh: 负, en: Negative, max_exclusive: 0元}}]
items:
  rd:
    label: {{zh: 研发, en: R&D}}
    article: 第一条
    max: 1
    linear: {{indicator: rd_to_revenue, full: {full}, points: 1}}
    weights: {{any: {base}, loss: {base}}}
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A scheme of 10 points up to 10 % of R&D until 2024, of 100 points up to 20 % since."""
    folder = tmp_path_factory.mktemp("rules")
    unpack(pack(Catalogue()), folder)
    sample = folder / "credit" / "sample"
    sample.mkdir()
    old = EDITION.format(edition="2022", to="effective_to: 2024-12-31\n", base=10, full="10%")
    (sample / "2022.yaml").write_text(old, encoding="utf-8")
    new = EDITION.format(edition="2025", to="", base=100, full="20%")
    (sample / "2025.yaml").write_text(new, encoding="utf-8")
    return Engine(Catalogue(folder))


def _firm(**changes: Any) -> dict[str, Any]:
    """R&D of 2, 4, 6 % … of revenue from 2021 on."""
    reports = [
        {"fiscal_year": 2021 + place, "revenue": 1000_0000, "rd_expense": 20_0000 * (place + 1)} for place in range(5)
    ]
    return strong(annual_reports=reports, **changes)


def _series(engine: Engine, raw: dict[str, Any], **asked: Any) -> dict[str, Any]:
    given = {"scheme": "credit.sample", "years": range(2022, 2026), "known_at": KNOWN, "rules_on": KNOWN, **asked}
    return linked_series(engine, read(raw), Asked(**given))


def test_old_years_are_scored_anew_under_the_card_of_today_on_the_facts_of_their_year(engine: Engine) -> None:
    found = _series(engine, _firm())
    assert [year["as_of"] for year in found["years"]] == ["2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"]
    assert [year["then"]["card"]["edition"] for year in found["years"]] == ["2022", "2022", "2022", "2025"]
    assert [year["then"]["score"]["low"] for year in found["years"]] == [2, 4, 6, 40]
    assert [year["linked"]["score"]["low"] for year in found["years"]] == [10, 20, 30, 40]
    assert {year["linked"]["card"]["sha256"] for year in found["years"]} == {found["linked_under"]["sha256"]}


def test_the_break_is_marked_and_says_what_of_the_step_is_the_cards(engine: Engine) -> None:
    found = _series(engine, _firm())
    (one,) = found["breaks"]
    assert one["between"] == [2024, 2025]
    assert (one["from"]["edition"], one["to"]["edition"]) == ("2022", "2025")
    # On the facts of 2024: 30 of the new card, 6 of the old.
    assert one["error"] == {"low": 24, "high": 24, "bounds": "exact"}
    assert [year["error"]["low"] for year in found["years"]] == [8, 16, 24, 0]


def test_unknown_facts_make_the_error_an_interval(engine: Engine) -> None:
    raw = _firm()
    del raw["annual_reports"][2]["rd_expense"]
    (one,) = _series(engine, raw)["breaks"]
    # Anything between nothing now and ten then, and a hundred now and nothing then.
    assert one["error"] == {"low": -10, "high": 100, "bounds": "safe"}


def test_the_series_names_its_vintage(engine: Engine) -> None:
    found = _series(engine, _firm(), known_at=date(2026, 1, 1))
    assert (found["known_at"], found["rules_on"], found["release"]) == ("2026-01-01", "2026-11-22", engine.release_id)


def test_facts_that_came_later_than_the_vintage_do_not_move_it(engine: Engine) -> None:
    raw = _firm()
    before = _series(engine, raw)
    late = {**raw["annual_reports"][1], "rd_expense": 1, "known_from": "2026-12-01"}
    raw["annual_reports"].append(late)
    assert _series(engine, raw) == before
    assert _series(engine, raw, known_at=date(2026, 12, 1)) != before


def test_a_scheme_without_points_has_a_break_with_no_stated_error(engine: Engine) -> None:
    found = _series(engine, _firm(), scheme="credit.national", years=[2024, 2025], under="credit.guangxi_reference")
    (one,) = found["breaks"]
    assert one["error"]["code"] == "no_points"
    assert [year["error"]["code"] for year in found["years"]] == ["no_points", "no_points"]
    assert found["linked_under"]["status"] == "reference"


def test_before_there_was_a_card_it_says_so(engine: Engine) -> None:
    (year,) = _series(engine, _firm(), scheme="credit.guangxi_reference", years=[2024])["years"]
    assert year["then"]["flags"] == ["edition_outside_period"]
    assert year["error"]["code"] == "not_in_force"


def test_an_overlay_that_a_park_laid_is_a_break_too(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "park.yaml").write_text(
        overlay(
            "park",
            "items: {rd: {linear: {indicator: rd_to_revenue, full: 5%, points: 1}, max: 1}}\n",
            card="credit.sample",
            edition="2022",
            begins="2023-06-01",
        ),
        encoding="utf-8",
    )
    raw = _firm()
    raw["enterprise"]["park"] = "liuzhou"
    found = _series(Engine(Catalogue(engine.catalogue.folder, tmp_path)), raw)
    assert [one["between"] for one in found["breaks"]] == [[2022, 2023], [2024, 2025]]
    assert found["breaks"][0]["to"]["overlays"] == ["park"]
    assert found["breaks"][0]["error"]["low"] == 2


def test_a_bank_gets_no_points_of_a_reference_in_a_series_either(engine: Engine) -> None:
    found = _series(engine, _firm(), scheme="credit.guangxi_reference", years=[2026], reader="bank")
    assert "score" not in json.dumps(found)
    assert found["years"][0]["error"]["code"] == "scheme_unconfirmed"


@pytest.mark.parametrize("changes", [{"scheme": "tech_sme"}, {"years": []}, {"month_and_day": (2, 30)}])
def test_what_cannot_be_a_series_is_named(engine: Engine, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueProblem):
        _series(engine, _firm(), **changes)


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "firm.json").write_text(json.dumps(_firm()), encoding="utf-8")
    command = [sys.executable, "-m", "api.cli.main", "credit", "series", str(folder / "firm.json")]
    asked = ["--scheme", "credit.national", "--known-at", "2026-11-22", "--rules-on", "2026-11-22", *options]
    environment = {"COLUMNS": "250", "PATH": "", "LANG": "C.UTF-8"}
    return subprocess.run(
        [*command, *asked], capture_output=True, text=True, cwd=FOLDER.parents[1], env=environment, check=False
    )


def test_by_command_line_the_table_names_edition_vintage_and_status(tmp_path: Path) -> None:
    done = _run(tmp_path, "--years", "2024-2025", "--under", "credit.guangxi_reference")
    assert done.returncode == 0, done.stderr
    for text in (
        "credit.guangxi_reference 2026",
        "参考，非官方",
        "known at 2026-11-22",
        "release",
        "断点 break 2024–2025",
    ):
        assert text in done.stdout, text


@pytest.mark.parametrize("options", [("--years", "25"), ("--years", "2025-2022"), ("--years", "2024", "--on", "x")])
def test_wrong_options_are_named(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = _run(tmp_path, *options)
    assert done.returncode == 1
    assert "字段 field: --" in done.stderr
    assert "Traceback" not in done.stderr
