"""Ranks are a strict order within a stage, whatever the order of the rows; lists take their share, both ends included."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from api.authority.ranks import imported, lists_of, ranked
from features.errors import ValueProblem
from scoring.catalogue import FOLDER, Catalogue


def _firms(scores: dict[str, tuple[str | None, float, float]]) -> pl.DataFrame:
    rows = [{"uscc": code, "stage": stage, "low": low, "high": high} for code, (stage, low, high) in scores.items()]
    return pl.DataFrame(rows, schema={"uscc": pl.String, "stage": pl.String, "low": pl.Float64, "high": pl.Float64})


def _ranks(frame: pl.DataFrame) -> dict[str, int | None]:
    return dict(frame.select("uscc", "rank").iter_rows())


def test_ties_go_by_possible_points_and_then_by_code() -> None:
    firms = _firms(
        {"C": ("seed", 50, 60), "B": ("seed", 50, 60), "A": ("seed", 50, 50), "D": ("seed", 50.000001, 50.1)}
    )
    assert _ranks(ranked(firms, [])) == {"D": 1, "B": 2, "C": 3, "A": 4}


def test_the_order_of_rows_does_not_matter() -> None:
    rng = random.Random(3)
    firms = _firms(
        {f"{i:04}": (rng.choice(["seed", "growth"]), rng.randrange(5), rng.randrange(5, 8)) for i in range(300)}
    )
    once = ranked(firms, [])
    again = ranked(firms.sample(fraction=1, shuffle=True, seed=4), [])
    assert once.equals(again)
    for stage in ("seed", "growth"):
        inside = once.filter(pl.col("stage") == stage)
        assert sorted(inside["rank"]) == list(range(1, inside.height + 1))


def test_each_stage_is_ranked_apart_and_an_open_stage_not_at_all() -> None:
    firms = _firms({"A": ("seed", 10, 10), "B": ("growth", 90, 90), "C": ("undetermined", 99, 99), "D": (None, 99, 99)})
    assert _ranks(ranked(firms, [])) == {"A": 1, "B": 1, "C": None, "D": None}


@pytest.fixture(scope="module")
def longwan() -> list[tuple[str, str, object]]:
    return lists_of(Catalogue().edition("credit.wenzhou_longwan").tree)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("rank", "name"),
    [
        (1, "创新领跑榜"),
        (5, "创新领跑榜"),
        (6, "创新竞跑榜"),
        (10, "创新竞跑榜"),
        (11, "创新进取榜"),
        (20, "创新进取榜"),
        (21, None),
    ],
)
def test_the_lists_of_longwan_of_a_hundred(longwan, rank: int, name: str | None) -> None:  # type: ignore[no-untyped-def]
    found = ranked(_firms({f"{i:03}": ("seed", 1000 - i, 1000 - i) for i in range(1, 101)}), longwan)
    assert dict(found.select("rank", "list").iter_rows())[rank] == name


def test_of_nineteen_nobody_is_in_the_first_twentieth(longwan) -> None:  # type: ignore[no-untyped-def]
    found = ranked(_firms({f"{i:03}": ("seed", 100 - i, 100 - i) for i in range(19)}), longwan)
    assert found["list"].to_list()[:4] == ["创新竞跑榜", "创新进取榜", "创新进取榜", None]


def test_imported_scores_are_ranked_by_command(tmp_path: Path) -> None:
    lines = ["uscc,stage,score", *(f"{i:018},seed,{i}" for i in range(1, 21))]
    (tmp_path / "scores.csv").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "api.cli.main", "credit", "rank", str(tmp_path / "scores.csv")]
    asked = ["--scheme", "credit.wenzhou_longwan", "--output", str(tmp_path / "ranks.csv")]
    done = subprocess.run([*command, *asked], capture_output=True, text=True, cwd=FOLDER.parents[1])
    assert done.returncode == 0, done.stderr
    first = pl.read_csv(tmp_path / "ranks.csv", schema_overrides={"uscc": pl.String}).row(0, named=True)
    assert (first["uscc"], first["rank"], first["of"], first["list"]) == (f"{20:018}", 1, 20, "创新领跑榜")


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ({"A": "9", "B": "十"}, "is no number"),
        ({"A": "9", "B": "NaN"}, "is no number"),
        ({"A": "inf"}, "is no number"),
        ({"A": "9", " A": "9"}, "stands there twice"),
    ],
)
def test_an_imported_score_that_is_no_number_or_stands_twice_is_refused(scores: dict[str, str], rule: str) -> None:
    with pytest.raises(ValueProblem, match=rule) as error:
        imported(pl.DataFrame({"uscc": list(scores), "score": list(scores.values())}))
    assert "row" in error.value.field


def test_imported_scores_are_ranked_as_numbers_and_an_empty_one_not_at_all() -> None:
    found = imported(pl.DataFrame({"uscc": ["A", "B", "C"], "score": ["9", "10.5", " "], "stage": ["seed"] * 3}))
    ends = {"low": pl.col("score"), "high": pl.col("score")}
    assert _ranks(ranked(found.select("uscc", "stage", **ends), [])) == {"B": 1, "A": 2, "C": None}
