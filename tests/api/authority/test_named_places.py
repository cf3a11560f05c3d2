"""A park or a city sees its own rules: what is laid over an edition shows in ``rulebook show`` and ``rulebook diff``."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from overlay_texts import overlay
from test_cli_score import dengti

from api.authority.named import named
from features.errors import ValueProblem
from scoring.catalogue import Catalogue
from scoring.errors import UnknownName

DAY = ("--rules-on", "2022-06-01")
PARK = overlay(
    "liuzhou_rd",
    """\
documents:
  park: {number: 测试, title: 测试}
gates:
  rd_intensity: {document: park, article: 测试, min: 4%}
""",
    card="gazelle.guangxi_pool",
    edition="2022",
    begins="2022-01-01",
    title="{zh: 柳州高新区口径, en: As the park of Liuzhou counts}",
)


def test_a_city_shows_the_province_s_card_as_it_changes_it() -> None:
    plain = dengti("rulebook", "show", "gazelle.sichuan@2019", *DAY).stdout
    changed = dengti("rulebook", "show", "gazelle.sichuan@2019+510100", *DAY).stdout
    assert "成都市2022年申报条件" in changed
    assert "成都市2022年申报条件" not in plain
    assert "2000万" in changed


def test_a_difference_names_only_what_the_city_changes() -> None:
    told = dengti("rulebook", "diff", "gazelle.sichuan@2019", "gazelle.sichuan@2019+510100", *DAY, "--format", "json")
    found = json.loads(told.stdout)
    assert found["after"]["overlays"] == ["chengdu_gazelle_2022"]
    parts = {change["part"] for change in found["changes"]}
    assert {"base", "growth"} <= parts
    assert "registered_in" not in parts


def test_a_park_of_the_deployment_is_found_by_its_id_and_its_name(tmp_path: Path) -> None:
    (tmp_path / "liuzhou_rd.yaml").write_text(PARK, encoding="utf-8")
    catalogue = Catalogue(own_overlays=tmp_path)
    for place in ("liuzhou", "柳州高新区"):
        edition = named(f"gazelle.guangxi_pool@2022+{place}", catalogue, date(2026, 1, 1))
        assert [overlay.id for overlay in edition.overlays] == ["liuzhou_rd"]
        assert "4%" in str(edition.latest.gates["rd_intensity"].requirement)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("gazelle.sichuan@2019+999999", "unknown_name"),
        ("gazelle.sichuan@2019+没有的园区", "unknown_name"),
        ("gazelle.sichuan@2018+510100", "unknown_name"),
    ],
)
def test_a_place_that_does_not_exist_is_named(asked: str, code: str) -> None:
    with pytest.raises(UnknownName) as told:
        named(asked, Catalogue(), date(2022, 6, 1))
    assert told.value.code == code


def test_where_nothing_is_laid_over_an_edition_it_says_what_there_is() -> None:
    with pytest.raises(ValueProblem, match="chengdu_gazelle_2022"):
        named("gazelle.sichuan@2019+510100", Catalogue(), date(2023, 1, 1))


ZONE = """
card: gazelle.nowhere
edition: "2026"
title: {zh: 虚构区瞪羚企业（仅供测试）, en: "Gazelle of a made-up zone (for tests only)"}
status: in_force
effective_from: 2026-01-01
published_on: 2026-01-01
region: "450300"
documents:
  notice: {number: 虚构〔2026〕1号, title: 虚构}
source: {document: notice, grade: official}
gates:
  base:
    label: {zh: 上年营业收入达到1000万元, en: Revenue of 10 million yuan}
    article: 第一条
    indicator: revenue
    min: 1000万元
"""


def test_a_card_for_a_new_zone_takes_one_file_and_no_code(tmp_path: Path) -> None:
    """The made-up zone's card is picked where the zone is, scored, shown and written as SQL."""
    from api.answers.result import result
    from api.authority.sql.card_query import card_query
    from api.authority.sql.dialects import DIALECTS
    from features.dossier import read
    from scoring.catalogue import FOLDER
    from scoring.engine import Engine, Question

    folder = shutil.copytree(FOLDER, tmp_path / "rulebooks")
    (folder / "gazelle" / "nowhere").mkdir()
    (folder / "gazelle" / "nowhere" / "2026.yaml").write_text(ZONE, encoding="utf-8")
    engine = Engine(Catalogue(folder))
    for region, revenue, verdict in (
        ("450305", 10_000_000, "pass"),
        ("450305", 9_999_999, "fail"),
        ("450200", 10_000_000, None),
    ):
        firm = {"uscc": "91450200MA00000151", "established_on": "2019-05-01", "region_code": region}
        dossier = {"enterprise": firm, "annual_reports": [{"fiscal_year": 2025, "revenue": revenue}]}
        answer = result(engine.answer(read(dossier), Question(date(2026, 11, 22), date(2026, 11, 22))))
        assert answer["assessments"].get("gazelle.nowhere", {}).get("verdict") == verdict
    card = engine.catalogue.edition("gazelle.nowhere").latest
    assert "SELECT" in card_query(card, date(2026, 11, 22), DIALECTS["postgres"])


def test_the_command_line_refuses_by_name() -> None:
    told = dengti("rulebook", "show", "gazelle.sichuan@2019+510100", "--rules-on", "2023-01-01")
    assert told.returncode != 0
    assert "--rules-on" in told.stderr
