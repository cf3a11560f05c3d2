"""A text of which not even the year is on file is in force for nobody: it answers where it is asked for by name, and says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from golden_cases import found
from test_expected_editions import _answer, _engine
from test_overlays import CARD

from api.answers.elsewhere import compare
from api.authority.lint import lint_folder
from api.authority.show.description import describe
from features.dossier import read
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question

UNDATED = CARD.replace('edition: "2022"', "edition: undated").replace("status: in_force", "status: undated")
FIRM = {
    "enterprise": {"uscc": "91450200MA00000151", "established_on": "2016-05-01", "region_code": "450200"},
    "annual_reports": [{"fiscal_year": 2025, "employees": 150, "revenue": 100, "rd_expense": 6}],
}


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2022, 1, 1), date(2030, 6, 1)])
def test_it_answers_by_name_alone_and_on_every_day_says_that_it_is_undated(tmp_path: Path, day: date) -> None:
    engine = _engine(tmp_path, undated=UNDATED)
    assert "sample" not in _answer(engine, day)["assessments"]
    told = _answer(engine, day, "sample")["assessments"]
    assert found(told, "sample.edition") == "undated"
    assert found(told, "sample.flags") == ["edition_undated"]


def test_its_days_are_shown_as_those_on_which_it_was_read(tmp_path: Path) -> None:
    edition = _engine(tmp_path, undated=UNDATED).catalogue.edition("sample")
    facts = {label.en: value for label, value in describe(edition.latest, edition.tree).facts}
    assert "not on file, answers by name only" in facts["in force"]
    assert (facts["read"], "published" in facts) == ("2022-01-01", False)


def test_a_dated_edition_that_is_in_force_goes_before_it(tmp_path: Path) -> None:
    engine = _engine(tmp_path, e2022=CARD, undated=UNDATED)
    assert not [one for one in lint_folder(engine.catalogue.folder) if one.code.startswith("edition")]
    for names in ((), ("sample",)):
        told = _answer(engine, date(2025, 6, 1), *names)["assessments"]
        assert found(told, "sample.edition") == "2022"
        assert "edition_undated" not in found(told, "sample.flags")


def test_it_stands_in_a_comparison(tmp_path: Path) -> None:
    place = tmp_path / "rules" / "sample" / "other"
    place.mkdir(parents=True)
    other = CARD.replace("card: sample", "card: sample.other")
    (place / "2022.yaml").write_text(other, encoding="utf-8")
    (place.parent / "undated.yaml").write_text(UNDATED, encoding="utf-8")
    engine, day = Engine(Catalogue(tmp_path / "rules")), date(2025, 6, 1)
    told = compare(engine, read(FIRM), Question(day, day), "sample")
    assert told["home"] == "sample.other"
    assert [(one["card"], one.get("flags", [])) for one in told["cards"]] == [
        ("sample", ["edition_undated"]),
        ("sample.other", []),
    ]
