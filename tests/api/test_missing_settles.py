"""What an unknown fact would settle: cards that the answer itself leaves open, also where sources differ or a code is too short."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dossiers import strong

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

DAY = date(2026, 11, 22)


def _said_otherwise(year: int, **facts: Any) -> dict[str, Any]:
    return {"fiscal_year": year, "source": "other", **facts}


def _open(told: dict[str, Any]) -> set[str]:
    """As the answer says of its cards, without their roots."""

    def is_open(card: dict[str, Any]) -> bool:
        if "class" in card:
            return bool(card["class"] == "undetermined")
        return card.get("verdict") == "undetermined"

    found = {name for name, card in told["assessments"].items() if is_open(card)}
    credit = told.get("credit")
    if credit and "score" in credit and credit["score"]["low"] != credit["score"]["high"]:
        found.add(credit["scheme"])
    return found


def _firm(**changes: Any) -> dict[str, Any]:
    raw = strong()
    raw["enterprise"] |= changes.pop("enterprise", {})
    raw["annual_reports"] += changes.pop("reports", [])
    return raw | changes


FIRMS = {
    "sources agree": _firm(),
    "a code too short to name one size group": _firm(enterprise={"industry_code": "F"}),
    "employees within a bound and beyond": _firm(reports=[_said_otherwise(2025, employees=900)]),
    "employees beyond a bound at first": _firm(reports=[_said_otherwise(2025, employees=1)]),
    "revenue far apart": _firm(reports=[_said_otherwise(2025, revenue=300_000_000), _said_otherwise(2024, revenue=1)]),
}


@pytest.mark.parametrize("firm", FIRMS.values(), ids=FIRMS)
@pytest.mark.parametrize("names", [(), ("tech_sme", "size_class", "specialised_sme"), ("credit.guangxi_reference",)])
def test_a_fact_settles_only_cards_that_are_open(firm: dict[str, Any], names: tuple[str, ...], engine: Engine) -> None:
    told = result(engine.answer(dossier.read(firm), Question(DAY, DAY, None, names)))
    settled = {name for fact in told["missing"] for name in fact["settles"]}
    assert settled <= _open(told)


@pytest.mark.parametrize("firm", FIRMS.values(), ids=FIRMS)
def test_an_open_card_is_named_by_each_unknown_fact_that_it_reads(firm: dict[str, Any], engine: Engine) -> None:
    answer = engine.answer(dossier.read(firm), Question(DAY, DAY))
    told, program = result(answer), answer.rules.program
    open_ = _open(told)
    for fact in told["missing"]:
        path = fact["fact"].replace("annual_report/2025/", "annual_report/-1/")
        reads = {
            name
            for name, card in program.cards.items()
            if any(path in part.influences for part in card.parts.values()) and name in open_
        }
        if path.startswith("annual_report/-1/"):
            assert set(fact["settles"]) == reads
