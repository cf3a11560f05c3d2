"""The same firm under every card of a family: asked as if it were registered there, differences clause by clause."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong

from api.answers.elsewhere import compare, families
from features.dossier import read
from features.errors import ValueProblem
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
YEARS = {2022: 2000_0000, 2023: 2400_0000, 2024: 2900_0000, 2025: 3500_0000}


def _firm() -> dict[str, Any]:
    reports = [
        {"fiscal_year": year, "revenue": r, "sales_revenue": r, "rd_expense": r // 25} for year, r in YEARS.items()
    ]
    return strong(annual_reports=reports)


@pytest.fixture(scope="module")
def found(engine: Engine) -> dict[str, Any]:
    return compare(engine, read(_firm()), QUESTION, "gazelle")


def _cell(found: dict[str, Any], gate: str, card: str) -> Any:
    clause = next(clause for clause in found["clauses"] if clause["id"] == gate)
    return clause["cells"].get(card)


def test_every_card_of_the_family_is_asked_each_in_its_own_region(found: dict[str, Any]) -> None:
    cards = {card["card"]: card for card in found["cards"]}
    assert set(cards) == {name for name in Catalogue(FOLDER).names() if name.startswith("gazelle.")}
    assert found["home"] == "gazelle.guangxi_pool"
    assert not cards["gazelle.guangxi_pool"]["moved"]
    assert cards["gazelle.sichuan"]["moved"]
    for name in ("gazelle.guangxi_pool", "gazelle.sichuan", "gazelle.jiangsu", "gazelle.shandong"):
        assert _cell(found, "registered_in", name)["verdict"] == "pass", name


def test_a_difference_says_what_each_card_asks_and_how_it_is_answered(found: dict[str, Any]) -> None:
    told = {(one["card"], one["id"]): one["zh"] for one in found["differences"]}
    # R&D is 4 % of revenue: enough in Guangxi (3 %), not in Sichuan's bracket (5 %).
    assert _cell(found, "rd_intensity", "gazelle.guangxi_pool")["verdict"] == "pass"
    assert _cell(found, "rd_intensity", "gazelle.sichuan")["verdict"] == "fail"
    sentence = told["gazelle.sichuan", "rd_intensity"]
    assert "《广西瞪羚企业培育库》" in sentence
    assert "《四川省瞪羚企业》" in sentence
    assert "符合（现为 4%）" in sentence
    assert sentence.endswith("不符合")
    assert "不作要求" in told["gazelle.sichuan", "debt_ratio"]
    # Shown beside the growth that decides, it decides nothing.
    assert not any(gate == "growth_mean_reading" for _, gate in told)


def test_clauses_that_agree_make_no_difference(found: dict[str, Any]) -> None:
    for one in found["differences"]:
        cells = [_cell(found, one["id"], card) for card in ("gazelle.guangxi_pool", one["card"])]
        verdicts = [cell["verdict"] for cell in cells if cell]
        assert len(set(verdicts)) == 2 or (len(verdicts) == 1 and verdicts != ["pass"])


def test_a_city_with_an_overlay_has_a_column_of_its_own(engine: Engine) -> None:
    then = Question(date(2026, 11, 22), date(2026, 11, 22), date(2022, 6, 1))
    cards = {card["card"]: card for card in compare(engine, read(_firm()), then, "gazelle")["cards"]}
    assert cards["gazelle.sichuan+chengdu_gazelle_2022"]["region"]["code"] == "510100"
    assert cards["gazelle.sichuan"]["region"]["code"] == "510000"


def test_schemes_of_credit_side_by_side_say_whose_points_are_not_published(engine: Engine) -> None:
    found = compare(engine, read(_firm()), QUESTION, "credit")
    cards = {card["card"]: card for card in found["cards"]}
    assert cards["credit.guangxi_reference"]["status"] == "reference"
    assert cards["credit.national"]["undetermined"]["zh"] == "权重未公布"
    assert "score" not in cards["credit.national"]
    names = {clause["id"]: clause for clause in found["clauses"] if clause["part"] == "unset"}
    assert names["rd_intensity"]["cells"]["credit.national"]["grade"] == "memory"
    assert found["differences"] == []


def test_the_dossier_itself_is_left_as_it_was(engine: Engine) -> None:
    dossier = read(_firm())
    before = json.dumps(dossier.tables, default=str)
    compare(engine, dossier, QUESTION, "gazelle")
    assert json.dumps(dossier.tables, default=str) == before


def test_another_family_is_an_error_that_lists_those_there_are(engine: Engine) -> None:
    assert {"gazelle", "hte_pool", "credit"} <= set(families(engine))
    with pytest.raises(ValueProblem, match="family: 'dragons'"):
        compare(engine, read(_firm()), QUESTION, "dragons")


def test_by_command_line(tmp_path: Path) -> None:
    path = tmp_path / "firm.json"
    path.write_text(json.dumps(_firm()), encoding="utf-8")
    command = [sys.executable, "-m", "api.cli.main", "compare", str(path), "--as-of", "2026-11-22"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER.parents[1])
    assert done.returncode == 0, done.stderr
    assert "视同注册在当地" in done.stdout
    assert "不作要求" in done.stdout
