"""The gate "small or medium" of a card says what the size standard's own card says, at every bound of every group."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from api.answers.result import result
from features import dossier
from scoring.card import Bands, Choose, LeastOf, Limits
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question

CODES = {
    "agriculture": "A0111", "industry": "C3612", "construction": "E4710", "wholesale": "F5111", "retail": "F5211",
    "transport": "G5411", "storage": "G5920", "post": "G6010", "accommodation": "H6110", "catering": "H6210",
    "information_transmission": "I6311", "software": "I6513", "real_estate": "K7010", "property_management": "K7020",
    "leasing_business_services": "L7211", "other": "M7310",
}  # fmt: skip
FIELDS = {
    "employees_year_end": "employees",
    "operating_revenue": "main_business_revenue",
    "total_assets": "total_assets",
}
CARDS = sorted(
    (name, edition.latest.edition)
    for name, editions in Catalogue().editions.items()
    for edition in editions
    if "size_class" in edition.latest.gates
)


def _large() -> dict[str, dict[str, int]]:
    """By group, the lines from which a firm is large, as `size_class` writes them."""
    award = Catalogue().edition("size_class").latest.items["class"].award
    assert isinstance(award, Choose)
    found: dict[str, dict[str, int]] = {}
    for case in award.cases:
        if isinstance(case.body, LeastOf):
            tables = [table for table in case.body.options.values() if isinstance(table, Bands)]
            lines = {t.indicator.id: max(_least(band.range) for band in t.bands) for t in tables}
            found[case.range.text] = lines
    return found


def _least(limits: Any) -> int:
    assert isinstance(limits, Limits)
    return int(limits.least or 0)


def test_there_is_a_code_for_every_group() -> None:
    assert set(_large()) == set(CODES)


@pytest.mark.parametrize(("card", "edition"), CARDS)
def test_the_gate_agrees_with_the_size_class(card: str, edition: str, engine: Engine) -> None:
    # As of a day on which the edition is in force for new applications.
    day = Catalogue().edition(card, edition).latest.period("new").begins
    for group, lines in _large().items():
        tried = [[(FIELDS[name], line + step) for step in (-1, 0, 1)] for name, line in lines.items()]
        for values in product(*tried):
            raw = {
                "enterprise": {
                    "uscc": "91450200MA00000151",
                    "industry_code": CODES[group],
                    "established_on": "2010-01-01",
                },
                "annual_reports": [{"fiscal_year": day.year - 1, "revenue": 1, **dict(values)}],
            }
            question = Question(day, day, rulebooks=("size_class", card))
            found = result(engine.answer(dossier.read(raw), question))["assessments"]
            wanted = "fail" if found["size_class"]["class"] == "large" else "pass"
            assert found[card]["gates"]["size_class"]["verdict"] == wanted, (group, values)
