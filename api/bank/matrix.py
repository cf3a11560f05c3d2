"""A bank's own matrix: innovation points and distress, two numbers that stay apart, as that bank's grade A–E.

The bank owns every bound in it; nothing of it is policy, and what it gives is for that bank alone. A file:

    matrix: sample            # its name
    owner: 某银行              # whose it is
    title: {zh: …, en: …}
    scheme: credit.wenzhou    # whose points are read
    innovation: [{id: high, min: 70}, {id: low, max_exclusive: 70}]              # points
    distress: [{id: low, max_exclusive: 0.02}, {id: high, min: 0.02}]            # probability
    grades: {high: {low: A, high: C}, low: {low: B, high: E}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from api.answers.decision import USABLE
from api.answers.forms import Json
from features.errors import ValueProblem
from features.indicators.base import Unit
from scoring.card import Label, Limits
from scoring.reading_parts import label, limits
from scoring.yaml_tree import Findings, Reader, Tree, load

GRADES = "ABCDE"


@dataclass(frozen=True)
class Matrix:
    """Levels of each number, and the grade of each pair of levels."""

    id: str
    owner: str
    title: Label
    scheme: str
    innovation: Mapping[str, Limits]
    distress: Mapping[str, Limits]
    grades: Mapping[tuple[str, str], str]

    def view(self, credit: Json, distress: tuple[Fraction, Fraction]) -> Json:
        """``bank_view`` of an enterprise; ``distress``: its probability, least and most.

        Raises `ValueProblem` where the credit is of another scheme, has no points, or nobody answers for the scheme.
        """
        if credit["scheme"] != self.scheme or "score" not in credit or credit["status"] not in USABLE:
            raise ValueProblem(
                field="credit",
                value=f"{credit['scheme']} ({credit['status']})",
                rule=f"矩阵只用 {self.scheme} 经发布方或园区确认的分数 / the matrix reads confirmed points of {self.scheme} only",
                remedy="请园区确认方案，或换用另一矩阵 / have the park confirm the scheme, or use another matrix",
            )
        points = tuple(Fraction(str(credit["score"][end])) for end in ("low", "high"))
        found = [
            self.grades[one, other]
            for one in _reached(self.innovation, points[0], points[1])
            for other in _reached(self.distress, *distress)
        ]
        possible = sorted(set(found))
        return {
            "matrix": self.id,
            "owner": self.owner,
            "grade": possible[0] if len(possible) == 1 else "undetermined",
            **({"grades": possible} if len(possible) > 1 else {}),
            "innovation": {"low": float(points[0]), "high": float(points[1]), "max": credit["score"]["max"]},
            "distress": {"low": float(distress[0]), "high": float(distress[1])},
        }


def read_matrix(path: Path) -> Matrix:
    """The matrix of a file. Raises `CardError` with every finding."""
    findings = Findings(path.name)
    reader = Reader(load(path, path.name), findings)
    levels = {key: _levels(reader, key) for key in ("innovation", "distress")}
    given = reader.mapping("grades", required=True)
    grades = {}
    for one in levels["innovation"]:
        row = Reader(given.get(one, Tree({}, reader.at("grades").line, "grades")), findings)
        for other in levels["distress"]:
            grades[one, other] = row.one_of(other, tuple(GRADES))
    matrix = Matrix(
        reader.text("matrix", required=True),
        reader.text("owner", required=True),
        reader.within("title", label, Label("", "")),
        reader.text("scheme", required=True),
        levels["innovation"],
        levels["distress"],
        grades,
    )
    reader.done()
    findings.raise_if_any()
    _check_order(matrix)
    return matrix


def _levels(reader: Reader, key: str) -> dict[str, Limits]:
    found: dict[str, Limits] = {}
    for tree in reader.items(key, required=True):
        inner = Reader(tree, reader.findings)
        found[inner.text("id", required=True)] = limits(inner, Unit.SHARE)
        inner.done()
    return found


def _reached(levels: Mapping[str, Limits], low: Fraction, high: Fraction) -> list[str]:
    """The levels in which some value between low and high lies."""
    return [name for name, limit in levels.items() if _meets(limit, low, high)]


def _meets(limit: Limits, low: Fraction, high: Fraction) -> bool:
    above = limit.least is None or high > limit.least or (high == limit.least and not limit.least_strict)
    below = limit.most is None or low < limit.most or (low == limit.most and not limit.most_strict)
    return above and below


def _check_order(matrix: Matrix) -> None:
    """Levels meet without gap or overlap, and no grade is better for fewer points or more distress.

    Raises `ValueProblem`.
    """
    for field, levels in (("innovation", matrix.innovation), ("distress", matrix.distress)):
        ordered = sorted(levels.values(), key=lambda limit: (limit.least is not None, limit.least or 0))
        joined = all(
            a.most == b.least and a.most is not None and a.most_strict != b.least_strict for a, b in pairwise(ordered)
        )
        if not joined or ordered[0].least is not None or ordered[-1].most is not None:
            raise ValueProblem(
                field=field,
                value=", ".join(limit.text for limit in ordered),
                rule="各档须首尾相接，覆盖全部取值 / levels must meet and cover every value",
                remedy="相邻两档共用一个界限，一含一不含 / neighbours share a bound, one including it and one not",
            )
    by_points = sorted(matrix.innovation, key=lambda name: -(matrix.innovation[name].least or Fraction(-1)))
    by_distress = sorted(matrix.distress, key=lambda name: matrix.distress[name].least or Fraction(-1))
    rows = [[matrix.grades[one, other] for other in by_distress] for one in by_points]
    for line in (*rows, *map(list, zip(*rows, strict=True))):
        if line != sorted(line):
            raise ValueProblem(
                field="grades",
                value=" ".join(line),
                rule="分数更低或风险更高时等级不得更好 / no grade is better for fewer points or more distress",
                remedy="改正该行或该列 / correct that row or column",
            )
