"""A card goes to the registry as challenger with all that speaks for it, and becomes champion by a second person only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from made import SPLIT, made

from features.errors import ValueProblem
from models.drift import Level, Profile, worst
from models.experiment import Provenance, Trained, fingerprint, train
from models.promotion import compare, promote
from models.tracking import PROFILE, Tracking
from scoring.learned import SYNTHETIC

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
NAME = "climb.sample"


def _train(seed: int) -> Trained:
    return train(made(seed=seed), Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"), full=False)


@pytest.fixture(scope="module")
def first() -> Trained:
    return _train(4)


@pytest.fixture(scope="module")
def second() -> Trained:
    return _train(5)


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry without runs: to make one takes seconds, to copy it none."""
    folder = tmp_path_factory.mktemp("registry")
    Tracking(folder).versions()
    return folder


@pytest.fixture
def tracking(emptied: Path, tmp_path: Path) -> Tracking:
    shutil.copytree(emptied, tmp_path / "mlruns")
    return Tracking(tmp_path / "mlruns")


def test_a_run_keeps_card_profile_report_environment_parameters_and_measures(
    tracking: Tracking, first: Trained, tmp_path: Path
) -> None:
    version = tracking.log(first, "张三")
    assert (version.number, version.aliases) == ("1", ("challenger",))
    assert version.tags["data"] == fingerprint(made())
    assert version.tags["test_from"] == "2023-06-30"
    assert tracking.card(version).sha256 == first.card.sha256
    environment = json.loads(tracking.file(version, "environment.json").read_text())
    assert environment["scikit-learn"]
    assert "SYNTHETIC" in tracking.file(version, "report.html").read_text(encoding="utf-8")
    run = tracking._client.get_run(version.run)
    assert run.data.params["max_leaf_nodes"] == "2"
    assert run.data.metrics["additive_card/auc"] == pytest.approx(
        first.evaluation.test.results["additive card"]["auc"].value
    )
    assert (tmp_path / "mlruns" / "mlflow.db").is_file()
    assert not list((tmp_path / "mlruns").rglob("*.pkl"))


def test_the_profile_of_a_version_tells_drift(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    profile = Profile.read(json.loads(tracking.file(version, PROFILE).read_text()))
    batch = made(seed=9).features
    assert worst(profile.checks(batch)) is Level.OK
    assert worst(profile.checks(batch.with_columns(pl.col("up") + 1))) is Level.ALARM


def test_promotion_needs_a_comparison(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    with pytest.raises(ValueProblem, match=r"comparison\.md"):
        promote(tracking, version, "李四", "首个版本")


def test_promotion_needs_a_second_person_and_a_reason(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made())
    version = tracking.version(NAME, "challenger")
    for by in ("张三", " 张三 "):
        with pytest.raises(ValueProblem, match="another person"):
            promote(tracking, version, by, "首个版本")
    with pytest.raises(ValueProblem, match="--reason"):
        promote(tracking, version, "李四", " ")
    done = promote(tracking, version, "李四", "首个版本")
    assert done.aliases == ("champion",)
    assert (done.tags["promoted_by"], done.tags["promoted_why"]) == ("李四", "首个版本")


def test_a_comparison_with_a_former_champion_does_not_count(
    tracking: Tracking, first: Trained, second: Trained
) -> None:
    one, two = tracking.log(first, "张三"), tracking.log(second, "张三")
    for version in (one, two):
        compare(tracking, version, made())
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    with pytest.raises(ValueProblem, match="present champion 1"):
        promote(tracking, tracking.version(NAME, "2"), "李四", "更好")
    text = compare(tracking, tracking.version(NAME, "2"), made())
    assert "challenger 2" in text
    assert "champion 1" in text
    assert "AUC 差 difference" in text
    promote(tracking, tracking.version(NAME, "2"), "李四", "更好")
    assert tracking.version(NAME, "champion").number == "2"
    assert tracking.version(NAME, "1").aliases == ()


def test_a_comparison_is_made_on_days_on_which_neither_card_was_fitted(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    dataset = made()
    assert dataset.day is not None
    rows = int((dataset.day >= SPLIT).sum())
    assert f"{rows:,} 行 rows" in compare(tracking, version, dataset)
    before = dataset.day < SPLIT
    past = type(dataset)(
        NAME,
        dataset.features.filter(before),
        dataset.outcome.filter(before),
        dataset.group.filter(before),
        day=dataset.day.filter(before),
    )
    with pytest.raises(ValueProblem, match="neither card"):
        compare(tracking, version, past)


def test_a_version_that_does_not_exist_is_refused(tracking: Tracking) -> None:
    for number in ("7", "champion"):
        with pytest.raises(ValueProblem, match="no such version"):
            tracking.version("climb.unheard_of", number)


def test_other_data_have_another_fingerprint_and_train_another_card(first: Trained, second: Trained) -> None:
    assert (first.fingerprint, second.fingerprint) == (fingerprint(made(seed=4)), fingerprint(made(seed=5)))
    assert first.fingerprint != second.fingerprint
    assert first.card.sha256 != second.card.sha256
