"""A card goes to the registry as challenger with all that speaks for it, and becomes champion by a second person only."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from made import SPLIT, made

from features.errors import ValueProblem
from models.drift import Level, checks, worst
from models.experiment import Provenance, Trained, fingerprint, train
from models.limits import DriftLimits
from models.persons import same
from models.promotion import compare, promote
from models.tracking import CARD, Tracking
from scoring.learned import SYNTHETIC

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
NAME = "climb.sample"


WHOSE = Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration", known_at=date(2026, 9, 30), split=SPLIT)


def _train(seed: int) -> Trained:
    return train(made(seed=seed), WHOSE, full=False)


def _guessing(trained: Trained) -> Trained:
    """Its card with all that it learned taken out: the same probability for everyone."""
    flat = tuple(replace(one, points=(0,) * len(one.points), missing=0) for one in trained.card.features)
    return replace(trained, card=replace(trained.card, features=flat))


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


def test_a_run_keeps_card_report_environment_parameters_and_measures(
    tracking: Tracking, first: Trained, tmp_path: Path
) -> None:
    version = tracking.log(first, "张三")
    assert (version.number, version.aliases) == ("1", ("challenger",))
    assert version.tags["data"] == fingerprint(made())
    assert version.tags["test_from"] == "2023-06-30"
    assert tracking.card(version).sha256 == first.card.sha256
    environment = json.loads(tracking.file(version, "environment.json").read_text())
    assert {"dengti", "scikit-learn", "mlflow-skinny", "matplotlib"} <= environment.keys()
    assert environment.get("commit", "").removesuffix("-dirty") == _commit()
    assert "SYNTHETIC" in tracking.file(version, "report.html").read_text(encoding="utf-8")
    run = tracking._client.get_run(version.run)
    assert run.data.params["max_leaf_nodes"] == "2"
    told = ("by", "data", "card", "origin", "test_from", "event")
    assert {name: run.data.tags[name] for name in told} == {name: version.tags[name] for name in told}
    assert run.data.tags["event"] == NAME
    assert (run.data.params["known_at"], run.data.params["split"]) == ("2026-09-30", "2023-01-01")
    found, metrics = first.evaluation, run.data.metrics
    assert metrics["additive_card/auc"] == pytest.approx(found.test.results["additive card"]["auc"].value)
    assert metrics["additive_card/lift_at_10"] == pytest.approx(found.test.results["additive card"]["lift_at_10"].value)
    assert metrics["first_20/precision"] == pytest.approx(found.served[0].found.value)
    assert metrics["first_20/lift"] == pytest.approx(found.served[0].found.value / found.served[0].chance)
    assert metrics["drift/worst"] == worst(found.drift)
    assert {name for name in metrics if name.startswith("drift/psi")} == {
        f"drift/psi/{name}" for name in ("up", "down", "noise")
    }
    assert "drift/base_rate_odds" in metrics
    assert (tmp_path / "mlruns" / "mlflow.db").is_file()
    assert not list((tmp_path / "mlruns").rglob("*.pkl"))


def _commit() -> str:
    """Of the checkout in which the tests run, where it is one."""
    asked = ["git", "-C", str(Path(__file__).parents[2]), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


EXPLAINED = {
    ("known", "implausible_skill"): "法定门槛 a threshold",
    ("known", "pure"): "仅此而已 no more",
    ("climb.sample", "implausible_together"): "演示 shown",
}


def test_what_was_explained_of_leakage_is_a_parameter() -> None:
    leaky = made()
    leaky = replace(leaky, features=leaky.features.with_columns(known=leaky.outcome.cast(pl.Float64)))
    done = train(leaky, WHOSE, explained=EXPLAINED, full=False)
    assert "known implausible_skill: 法定门槛 a threshold; known pure: 仅此而已 no more" in done.parameters["explained"]
    assert "explained" not in _train(4).parameters


def test_the_fingerprint_knows_days_and_which_rows_are_the_test() -> None:
    dataset = made()
    assert dataset.day is not None
    assert dataset.later is not None
    others = [replace(dataset, day=dataset.day.dt.offset_by("1d")), replace(dataset, later=~dataset.later)]
    assert len({fingerprint(one) for one in (dataset, *others)}) == 3


def test_the_card_of_a_version_tells_drift(tracking: Tracking, first: Trained) -> None:
    seen = tracking.card(tracking.log(first, "张三")).seen
    assert seen is not None
    dataset = made()
    assert dataset.later is not None
    fitted = dataset.outcome.filter(~dataset.later)
    assert seen.outcome == (fitted.len(), fitted.sum())
    batch = made(seed=9).features
    assert worst(checks(seen, batch)) is Level.OK
    assert worst(checks(seen, batch.with_columns(pl.col("up") + 1))) is Level.ALARM


def test_a_comparison_tells_how_far_its_rows_are_from_what_each_card_was_fitted_on(
    tracking: Tracking, first: Trained
) -> None:
    one = tracking.log(first, "张三")
    alone = compare(tracking, one, made(), "王五")
    assert alone.count("最高级别 worst level: 正常 ok") == 1
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    other = made(seed=5)
    other = replace(
        other,
        features=other.features.with_columns(pl.col("up") + 1),
        outcome=other.outcome | (pl.int_range(750, eager=True) % 2 == 0).cast(pl.Int8),
    )
    tracking.log(train(other, WHOSE, full=False), "张三")
    text = compare(tracking, tracking.version(NAME, "2"), made(), "王五")
    _, challenger, champion, apart = re.split("^### ", text, flags=re.MULTILINE)
    for part, told, level, told_too in (
        (challenger, "challenger 2", "警报 alarm", "| up |"),
        (champion, "champion 1", "正常 ok", "| base_rate |"),
        (apart, "- champion 1: 450 行 rows", "警报 alarm", "| base_rate |"),
    ):
        assert all(one in part for one in (told, level, told_too))
    assert "| up |" not in champion
    assert "参考默认值 reference" in text
    loose = compare(tracking, tracking.version(NAME, "2"), made(), "王五", DriftLimits(psi_alarm=90, odds_alarm=90))
    assert "警报 alarm" not in loose


def test_a_card_that_does_not_tell_what_it_was_fitted_on_is_compared_all_the_same(
    tracking: Tracking, first: Trained
) -> None:
    tracking.log(replace(first, card=replace(first.card, seen=None)), "张三")
    text = compare(tracking, tracking.version(NAME, "1"), made(), "王五")
    assert "does not tell what it was fitted on" in text


def test_promotion_needs_a_comparison(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    with pytest.raises(ValueProblem, match="compare first"):
        promote(tracking, version, "李四", "首个版本")


def test_promotion_needs_a_second_person_and_a_reason(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made(), "王五")
    version = tracking.version(NAME, "challenger")
    for by in ("张三", " 张三 ", "张 三", "张\u200b三", "\u3000张三"):
        with pytest.raises(ValueProblem, match="another person"):
            promote(tracking, version, by, "首个版本")
    with pytest.raises(ValueProblem, match="--reason"):
        promote(tracking, version, "李四", " ")
    done = promote(tracking, version, "李四", "首个版本")
    assert done.aliases == ("champion",)
    assert (done.tags["promoted_by"], done.tags["promoted_why"]) == ("李四", "首个版本")


@pytest.mark.parametrize(
    "by", ["Zhang San", "Zhang  San", "ZHANG SAN", "ＺＨＡＮＧ　ＳＡＮ", "zhang\u200bsan\t", "zhangsan"]
)
def test_a_name_spelled_otherwise_is_the_same_person(by: str) -> None:
    assert same(by, "Zhang San")
    assert not same(by, "Zhang Shan")


def test_a_champion_that_is_not_better_is_promoted_with_that_sentence(tracking: Tracking, first: Trained) -> None:
    tracking.log(first, "张三")
    compare(tracking, tracking.version(NAME, "1"), made(), "王五")
    assert "promoted_despite" not in promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本").tags
    tracking.log(_guessing(first), "张三")
    text = compare(tracking, tracking.version(NAME, "2"), made(), "王五")
    done = promote(tracking, tracking.version(NAME, "2"), "李四", "试用")
    assert done.tags["promoted_despite"] == done.tags["verdict"]
    assert "挑战者更差 / the challenger is worse" in done.tags["verdict"]
    assert done.tags["verdict"] in text
    compare(tracking, tracking.version(NAME, "1"), made(), "王五")
    back = promote(tracking, tracking.version(NAME, "1"), "赵六", "换回")
    assert "挑战者更好 / the challenger is better" in back.tags["verdict"]
    assert "promoted_despite" not in back.tags


def test_every_promotion_stays_also_of_a_version_that_comes_back(
    tracking: Tracking, first: Trained, second: Trained
) -> None:
    for trained in (first, second):
        tracking.log(trained, "张三")
    for number, by in (("1", "李四"), ("2", "李四"), ("1", "赵六")):
        compare(tracking, tracking.version(NAME, number), made(), "王五")
        promote(tracking, tracking.version(NAME, number), by, "更好")
    one = tracking.version(NAME, "1")
    assert one.tags["promoted_by"] == "赵六"
    told = [tracking.file(one, f"promotion-{n}.md").read_text(encoding="utf-8") for n in (1, 2)]
    assert ["李四" in told[0], "赵六" in told[1]] == [True, True]
    assert ["comparison-1.md" in told[0], "comparison-2.md" in told[1]] == [True, True]


def test_a_comparison_with_a_former_champion_does_not_count(
    tracking: Tracking, first: Trained, second: Trained
) -> None:
    one, two = tracking.log(first, "张三"), tracking.log(second, "张三")
    for version in (one, two):
        compare(tracking, version, made(), "王五")
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    with pytest.raises(ValueProblem, match=r"present champion \(1\)"):
        promote(tracking, tracking.version(NAME, "2"), "李四", "更好")
    text = compare(tracking, tracking.version(NAME, "2"), made(), "王五")
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
    assert f"{rows:,} 行 rows" in compare(tracking, version, dataset, "王五")
    before = dataset.day < SPLIT
    past = type(dataset)(
        NAME,
        dataset.features.filter(before),
        dataset.outcome.filter(before),
        dataset.group.filter(before),
        day=dataset.day.filter(before),
    )
    with pytest.raises(ValueProblem, match="neither card"):
        compare(tracking, version, past, "王五")


def test_a_comparison_that_told_no_verdict_does_not_count(tracking: Tracking, first: Trained) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made(), "王五")
    tracking.tag(tracking.version(NAME, "1"), verdict=None)
    with pytest.raises(ValueProblem, match="compare first"):
        promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")


def test_every_comparison_stays_and_says_of_what_by_whom_and_whether_the_challenger_is_better(
    tracking: Tracking, first: Trained, second: Trained
) -> None:
    tracking.log(first, "张三")
    alone = compare(tracking, tracking.version(NAME, "1"), made(), "王五")
    assert "there is no champion to compare with" in alone
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    tracking.log(second, "张三")
    texts = [
        compare(tracking, tracking.version(NAME, "2"), made(rows=1500, seed=seed), by)
        for seed, by in ((8, "王五"), (8, "赵六"), (9, "王五"))
    ]
    two = tracking.version(NAME, "2")
    kept = [tracking.file(two, f"comparison-{n}.md").read_text(encoding="utf-8") for n in (1, 2, 3)]
    assert kept == texts
    assert two.tags["comparison"] == "comparison-3.md"
    assert two.tags["compared_with"] == "1"
    for told in (
        first.card.sha256,
        second.card.sha256,
        fingerprint(made(rows=1500, seed=9)),
        "2023-06-30 – 2024-06-30",
        "600 行 rows",
        "比较者 compared by: 王五",
        "至少 30 个事件和 30 个非事件（参考默认值 reference）",
        "平均精确率 AP",
    ):
        assert told in texts[2]


def test_nobody_compares_nothing(tracking: Tracking, first: Trained) -> None:
    tracking.log(first, "张三")
    with pytest.raises(ValueProblem, match="--by"):
        compare(tracking, tracking.version(NAME, "1"), made(), " ")


def test_few_events_compare_nothing_and_the_champion_is_not_compared_with_itself(
    tracking: Tracking, first: Trained
) -> None:
    version = tracking.log(first, "张三")
    with pytest.raises(ValueProblem, match=r"30 events and 30 others .* reference"):
        compare(tracking, version, made(rows=60), "王五")
    compare(tracking, version, made(), "王五")
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    champion = tracking.version(NAME, "champion")
    with pytest.raises(ValueProblem, match="champion already"):
        compare(tracking, champion, made(), "王五")
    with pytest.raises(ValueProblem, match="champion already"):
        promote(tracking, champion, "王五", "再批")
    assert tracking.version(NAME, "1").tags["promoted_by"] == "李四"


def test_a_card_that_was_changed_in_the_registry_is_not_given_out(
    tracking: Tracking, first: Trained, tmp_path: Path
) -> None:
    version = tracking.log(first, "张三")
    (file,) = (tmp_path / "mlruns").rglob(CARD)
    file.write_text(re.sub(r"^intercept: .*$", "intercept: 5", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    with pytest.raises(ValueProblem, match=f"registered as {first.card.sha256}") as found:
        tracking.card(version)
    assert found.value.value.startswith("sha256:")
    assert found.value.value != first.card.sha256


def test_a_card_that_was_changed_after_the_comparison_is_not_promoted(
    tracking: Tracking, first: Trained, tmp_path: Path
) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made(), "王五")
    (file,) = (tmp_path / "mlruns").rglob(CARD)
    file.write_text(re.sub(r"^intercept: .*$", "intercept: 5", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    with pytest.raises(ValueProblem, match="changed after it was registered"):
        promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    assert tracking.version(NAME, "1").aliases == ("challenger",)


@pytest.mark.parametrize(("name", "remedy"), [("report.md", "train anew"), ("comparison-1.md", "compare again")])
def test_a_file_that_is_missing_is_told_with_the_command_that_makes_it(
    tracking: Tracking, first: Trained, tmp_path: Path, name: str, remedy: str
) -> None:
    version = tracking.log(first, "张三")
    compare(tracking, version, made(), "王五")
    (file,) = (tmp_path / "mlruns").rglob(name)
    file.unlink()
    with pytest.raises(ValueProblem, match=f"no such file.*{remedy}"):
        tracking.file(tracking.version(NAME, "1"), name)


def test_a_period_without_the_event_trains_nothing() -> None:
    dataset = made()
    assert dataset.later is not None
    never = replace(dataset, outcome=dataset.outcome.zip_with(dataset.later, pl.Series([0] * 750, dtype=pl.Int8)))
    with pytest.raises(ValueProblem, match="training: 450 行 rows, 0 事件 events; 检验期 test: 300 行 rows, 91"):
        train(never, WHOSE, full=False)


def test_a_version_that_does_not_exist_is_refused(tracking: Tracking) -> None:
    for number in ("7", "champion"):
        with pytest.raises(ValueProblem, match="no such version"):
            tracking.version("climb.unheard_of", number)


def test_other_data_have_another_fingerprint_and_train_another_card(first: Trained, second: Trained) -> None:
    assert (first.fingerprint, second.fingerprint) == (fingerprint(made(seed=4)), fingerprint(made(seed=5)))
    assert first.fingerprint != second.fingerprint
    assert first.card.sha256 != second.card.sha256
