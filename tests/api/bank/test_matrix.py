"""A bank's matrix: two numbers apart, a grade for each pair, open where they are open, and for that bank alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from api.bank.matrix import Matrix, read_matrix
from features.errors import ValueProblem
from scoring.errors import CardError

TEXT = """\
matrix: sample
owner: 某银行
title: {zh: 示例矩阵, en: Sample matrix}
scheme: credit.sample
innovation:
  - {id: high, min: 70}
  - {id: mid, min: 40, max_exclusive: 70}
  - {id: low, max_exclusive: 40}
distress:
  - {id: low, max_exclusive: 2%}
  - {id: high, min: 2%}
grades:
  high: {low: A, high: C}
  mid: {low: B, high: D}
  low: {low: C, high: E}
"""


def _matrix(folder: Path, text: str = TEXT) -> Matrix:
    path = folder / "matrix.yaml"
    path.write_text(text, encoding="utf-8")
    return read_matrix(path)


def _credit(low: float, high: float, **more: Any) -> dict[str, Any]:
    score = {"low": low, "high": high, "max": 130}
    return {"scheme": "credit.sample", "status": "confirmed_by_park", "score": score, **more}


def _distress(*ends: str) -> tuple[Fraction, Fraction]:
    return Fraction(ends[0]), Fraction(ends[-1])


@pytest.mark.parametrize(
    ("points", "distress", "grade"),
    [
        (70, "0.0199", "A"),
        (69.999999, "0.0199", "B"),
        (40, "0.02", "D"),
        (39.999999, "0.0199", "C"),
        (0, "1", "E"),
        (130, "0.02", "C"),
    ],
)
def test_each_pair_of_levels_has_its_grade(tmp_path: Path, points: float, distress: str, grade: str) -> None:
    view = _matrix(tmp_path).view(_credit(points, points), _distress(distress))
    assert view["grade"] == grade
    assert view["distress"] == {"low": float(distress), "high": float(distress)}
    assert view["innovation"]["low"] == points


def test_open_numbers_leave_the_grade_open_and_say_between_which(tmp_path: Path) -> None:
    matrix = _matrix(tmp_path)
    view = matrix.view(_credit(60, 80), _distress("0.01", "0.03"))
    assert (view["grade"], view["grades"]) == ("undetermined", ["A", "B", "C", "D"])
    assert matrix.view(_credit(71, 80), _distress("0.001", "0.01"))["grade"] == "A"


@pytest.mark.parametrize(
    "credit",
    [
        _credit(70, 70, status="reference"),
        _credit(70, 70, scheme="credit.other"),
        {"scheme": "credit.sample", "status": "official"},
    ],
)
def test_points_that_nobody_answers_for_or_of_another_scheme_are_refused(
    tmp_path: Path, credit: dict[str, Any]
) -> None:
    with pytest.raises(ValueProblem, match="credit"):
        _matrix(tmp_path).view(credit, _distress("0.01"))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("min: 40, max_exclusive: 70", "min: 40, max_exclusive: 69", "innovation"),
        ("min: 40, max_exclusive: 70", "min: 40, max: 70", "innovation"),
        ("{id: low, max_exclusive: 40}", "{id: low, min: 0, max_exclusive: 40}", "innovation"),
        ("{id: high, min: 2%}", "{id: high, min_exclusive: 2%}", "distress"),
        ("mid: {low: B, high: D}", "mid: {low: E, high: D}", "grades"),
        ("high: {low: A, high: C}", "high: {low: D, high: E}", "grades"),
    ],
)
def test_levels_meet_and_no_grade_rises_with_distress(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueProblem) as error:
        _matrix(tmp_path, TEXT.replace(old, new))
    assert error.value.field == field


@pytest.mark.parametrize(
    ("old", "new"), [("low: {low: C, high: E}", "low: {low: C}"), ("owner: 某银行\n", ""), ("high: E", "high: F")]
)
def test_a_matrix_that_says_too_little_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(CardError):
        _matrix(tmp_path, TEXT.replace(old, new))
