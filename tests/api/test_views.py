"""No bank gets the points of a scheme that nobody answers for, by whichever part of the answer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from overlay_texts import CONFIRMED

from api.answers.result import result
from api.answers.views import READERS, seen_by
from features.dossier import read
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))


def _firm() -> dict[str, Any]:
    raw = strong()
    raw["enterprise"]["park"] = "liuzhou"
    return raw


def test_a_bank_sees_that_the_scheme_is_unconfirmed_and_no_points(engine: Engine) -> None:
    whole = result(engine.answer(read(_firm()), QUESTION))
    kept = json.dumps(whole)
    seen = seen_by("bank", whole)
    assert seen["credit"]["unavailable"]["code"] == "scheme_unconfirmed"
    assert seen["credit"]["status"] == "reference"
    assert not {"score", "items", "groups", "stage", "coverage"} & seen["credit"].keys()
    assert "credit.guangxi_reference" not in seen["decision"]["cards"]
    assert not any("积分" in reason["zh"] for reason in seen["reasons"])
    assert not any("credit.guangxi_reference" in fact["settles"] for fact in seen["missing"])
    assert "decision_reference" not in seen
    assert seen["receipt"] == {"sha256": whole["receipt"]["sha256"]}
    assert seen["assessments"] == whole["assessments"]
    assert json.dumps(whole) == kept


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader != "bank"])
def test_others_see_the_points_and_that_they_are_a_reference(engine: Engine, reader: str) -> None:
    credit = seen_by(reader, result(engine.answer(read(_firm()), QUESTION)))["credit"]
    assert credit["status"] == "reference"
    assert credit["score"]["max"] == 130
    assert all(item["grade"] == "reference" for item in credit["items"].values())


def test_a_bank_sees_the_points_that_a_park_confirmed(tmp_path: Path) -> None:
    (tmp_path / "liuzhou.yaml").write_text(CONFIRMED, encoding="utf-8")
    engine = Engine(Catalogue(FOLDER, tmp_path))
    credit = seen_by("bank", result(engine.answer(read(_firm()), QUESTION)))["credit"]
    assert credit["status"] == "confirmed_by_park"
    assert "score" in credit
