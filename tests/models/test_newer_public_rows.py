"""A card of a public set meets newer rows: a file in the set's own form, with or without outcomes, or the set's later period."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_loans import loans as made
from public_data import FOLDER, needs_public_data

from features.errors import FileProblem, ValueProblem
from models.datasets import SBA_SPLIT, sba
from models.drift import BASE_RATE, Level, checks, worst
from models.seen_rows import seen_of
from models.sources import newer, public


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made(900, 1).write_parquet(tmp_path / "sba_loans_dev.parquet")
    return tmp_path


def test_a_file_is_read_as_the_set_is_in_either_form(folder: Path) -> None:
    loans = made(300, 2)
    loans.write_csv(folder / "newer.csv")
    loans.write_parquet(folder / "newer.parquet")
    one, two = (newer("sba", folder / f"newer.{suffix}") for suffix in ("csv", "parquet"))
    assert one[0].equals(two[0])
    assert one[1].to_list() == two[1].to_list() == loans["default"].to_list()


def test_newer_rows_of_the_same_kind_are_no_drift_and_others_are(folder: Path) -> None:
    fitted = sba(folder)
    seen = seen_of(fitted.features, fitted.outcome)
    for guaranteed, level in ((0.5, Level.OK), (0.8, Level.ALARM)):
        made(400, 3, guaranteed).write_csv(folder / "newer.csv")
        features, outcome = newer("sba", folder / "newer.csv")
        found = checks(seen, features, outcome)
        assert worst(found) is level
        assert {one.name for one in found if one.level} == ({"guaranteed_share", "SBA_Appv"} if level else set())


def test_loans_whose_outcome_is_not_known_yet_are_compared_by_their_features(folder: Path) -> None:
    made(300, 2).drop("default").write_csv(folder / "newer.csv")
    features, outcome = newer("sba", folder / "newer.csv")
    assert outcome.null_count() == 300
    fitted = sba(folder)
    found = checks(seen_of(fitted.features, fitted.outcome), features, outcome)
    assert BASE_RATE not in {one.name for one in found}
    assert len(found) == features.width
    with pytest.raises(ValueProblem, match="outcome is not known"):
        public("sba", folder / "newer.csv")


def test_of_the_sets_own_folder_only_rows_after_training_are_a_batch(folder: Path) -> None:
    assert newer("sba", folder, "2005-01-01")[0].height == 900
    for since in ("2005-03-02", ""):
        with pytest.raises(ValueProblem, match="a file of newer rows"):
            newer("sba", folder, since)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("none.csv", None, "cannot be read"),
        ("none.parquet", None, "cannot be read"),
        ("junk.parquet", "junk", "cannot be read"),
        ("other.csv", "a,b\n1,2\n", "ApprovalFY"),
        ("short.csv", "ApprovalFY,SBA_Appv\n2005,1\n", "not in the form of this set"),
    ],
)
def test_what_is_no_file_of_the_set_is_told(name: str, text: str | None, told: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(FileProblem, match=told) as refused:
        newer("sba", tmp_path / name)
    assert name in refused.value.field


def test_a_folder_without_the_file_says_which_one(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"sba_loans_dev\.parquet"):
        newer("sba", tmp_path, "2004-08-01")


@needs_public_data
def test_the_loans_after_training_are_an_alarm_from_the_folder_as_from_a_file(tmp_path: Path) -> None:
    whole = sba(FOLDER)
    assert whole.day is not None
    before = whole.day < SBA_SPLIT
    seen = seen_of(whole.features.filter(before), whole.outcome.filter(before))
    loans = pl.read_parquet(FOLDER / "sba_loans_dev.parquet").filter(pl.col("approval_date") >= SBA_SPLIT)
    loans.write_csv(tmp_path / "newer.csv")
    batches = newer("sba", FOLDER, SBA_SPLIT.isoformat()), newer("sba", tmp_path / "newer.csv")
    first, second = (checks(seen, *one) for one in batches)
    assert first == second
    assert worst(first) is Level.ALARM
