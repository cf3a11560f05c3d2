"""A gate by brackets tells of the conditions of the brackets in which the firm can be, and of no others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dossiers import strong

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("code", "indicators"),
    [
        ("C3612", ["从业人员（期末）", "营业收入"]),
        ("A0111", ["营业收入"]),
        ("M7310", ["从业人员（期末）"]),
    ],
)
def test_only_the_lines_of_the_firms_own_industry_are_told(code: str, indicators: list[str], engine: Engine) -> None:
    assert [told["indicator"]["zh"] for told in _conditions(code, engine)] == indicators


def test_of_an_unknown_industry_the_lines_of_all_are_told(engine: Engine) -> None:
    assert len(_conditions(None, engine)) > 10


def test_what_several_brackets_ask_for_alike_is_told_once(engine: Engine) -> None:
    raw = strong()
    raw["enterprise"]["region_code"] = "510100"
    del raw["annual_reports"]
    answer = result(engine.answer(dossier.read(raw), Question(DAY, DAY, rulebooks=("gazelle.sichuan",))))
    gates = answer["assessments"]["gazelle.sichuan"]["gates"]
    assert len(gates["growth"]["conditions"]) > 4, "all brackets can be reached"
    told = gates["growth"]["conditions"] + gates["latest_growth"]["conditions"]
    for name in ("growth", "latest_growth"):
        assert len({str(one) for one in gates[name]["conditions"]}) == len(gates[name]["conditions"])
    labels = {one["indicator"]["en"] for one in told}
    assert len(labels) == len({one["indicator"]["zh"] for one in told}), "English names the year wherever Chinese does"


def _conditions(code: str | None, engine: Engine) -> list[dict[str, Any]]:
    raw = strong()
    raw["enterprise"]["industry_code"] = code
    answer = engine.answer(dossier.read(raw), Question(DAY, DAY, rulebooks=("specialised_sme",)))
    found: list[dict[str, Any]] = result(answer)["assessments"]["specialised_sme"]["gates"]["size_class"]["conditions"]
    return found
