"""A card goes to the registry as challenger with all that speaks for it, and becomes champion by a second person only."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from made import SPLIT, made

from features.errors import ValueProblem
from models.drift import Level, Profile, worst
from models.experiment import Provenance, Trained, fingerprint, train
from models.promotion import compare, promote
from models.tracking import CARD, PROFILE, Tracking
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
    assert {name: run.data.tags[name] for name in ("by", "data", "card", "origin", "test_from")} == {
        name: version.tags[name] for name in ("by", "data", "card", "origin", "test_from")
    }
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
    with pytest.raises(ValueProblem, match="compare first"):
        promote(tracking, version, "李四", "首个版本")


def test_promotion_needs_a_second_person_and_a_reason(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made())
    version = tracking.version(NAME, "challenger")
    for by in ("张三", " 张三 ", "张 三", "张\u200b三", "\u3000张三"):
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
    with pytest.raises(ValueProblem, match=r"present champion \(1\)"):
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


def test_every_comparison_stays_and_says_of_what_and_whether_the_challenger_is_better(
    tracking: Tracking, first: Trained, second: Trained
) -> None:
    for trained in (first, second):
        version = tracking.log(trained, "张三")
        text = compare(tracking, version, made())
        if trained is first:
            assert "there is no champion to compare with" in text
            promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    more = compare(tracking, tracking.version(NAME, "2"), made(rows=1500, seed=8))
    two = tracking.version(NAME, "2")
    assert two.tags["compared"] in ("better", "worse", "not distinguishable")
    assert two.tags["compared"] in more
    for told in (
        first.card.sha256,
        second.card.sha256,
        fingerprint(made(rows=1500, seed=8)),
        "2023-06-30 – 2024-06-30",
    ):
        assert told in more
    kept = [one.path for one in tracking._client.list_artifacts(two.run) if one.path.startswith("comparison")]
    assert len(kept) == 2
    assert tracking.file(two, two.tags["comparison"]).read_text(encoding="utf-8") == more


def test_few_events_compare_nothing_and_the_champion_is_not_compared_with_itself(
    tracking: Tracking, first: Trained
) -> None:
    version = tracking.log(first, "张三")
    with pytest.raises(ValueProblem, match=r"30 events .* \(reference default\)"):
        compare(tracking, version, made(rows=60))
    compare(tracking, version, made())
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    champion = tracking.version(NAME, "champion")
    with pytest.raises(ValueProblem, match="champion already"):
        compare(tracking, champion, made())
    with pytest.raises(ValueProblem, match="champion already"):
        promote(tracking, champion, "王五", "再批")
    assert tracking.version(NAME, "1").tags["promoted_by"] == "李四"


def test_a_card_that_was_changed_in_the_registry_is_not_given_out(
    tracking: Tracking, first: Trained, tmp_path: Path
) -> None:
    version = tracking.log(first, "张三")
    (file,) = (tmp_path / "mlruns").rglob(CARD)
    file.write_text(re.sub(r"^intercept: .*$", "intercept: 5", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    with pytest.raises(ValueProblem, match=f"registered as {first.card.sha256}"):
        tracking.card(version)


@pytest.mark.parametrize("server", ["garbage://x", "http://127.0.0.1:9"])
def test_a_server_that_cannot_be_reached_is_told_by_its_address(server: str, tmp_path: Path) -> None:
    with pytest.raises(ValueProblem, match=re.escape(server)):
        Tracking(tmp_path, server)


def test_a_folder_without_a_registry_or_with_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueProblem, match="there is no registry here"):
        Tracking(tmp_path, make=False)
    assert not list(tmp_path.iterdir())
    (tmp_path / "mlflow.db").write_text("no database " * 100)
    with pytest.raises(ValueProblem, match="cannot be read"):
        Tracking(tmp_path)


def test_a_period_without_the_event_trains_nothing() -> None:
    dataset = made()
    assert dataset.later is not None
    never = replace(dataset, outcome=dataset.outcome.zip_with(dataset.later, pl.Series([0] * 750, dtype=pl.Int8)))
    with pytest.raises(ValueProblem, match="450 行 rows, 0 事件 events"):
        train(never, Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"), full=False)


def test_a_version_that_does_not_exist_is_refused(tracking: Tracking) -> None:
    for number in ("7", "champion"):
        with pytest.raises(ValueProblem, match="no such version"):
            tracking.version("climb.unheard_of", number)


def test_other_data_have_another_fingerprint_and_train_another_card(first: Trained, second: Trained) -> None:
    assert (first.fingerprint, second.fingerprint) == (fingerprint(made(seed=4)), fingerprint(made(seed=5)))
    assert first.fingerprint != second.fingerprint
    assert first.card.sha256 != second.card.sha256
