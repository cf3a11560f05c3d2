"""A card of the office's own facts gets into a release only as the registry has it: promoted by a second person."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from learned_cards import CLIMB
from made import made

from api.store.database import Store
from api.store.tables import ReleaseRow
from features.errors import ValueProblem
from models.datasets import Dataset
from models.experiment import Provenance, train
from models.promotion import compare, promote, promoted
from models.tracking import Tracking
from scoring.learned import OWN, LearnedCard
from scoring.learned_file import read_card

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
ROOT = Path(__file__).parents[2]
NAME = "climb.high_tech_enterprise"
WHOSE = Provenance(OWN, "本单位企业（编造） made up", "测试 tests")


def _of_the_office() -> Dataset:
    """The made-up set, its features named like indicators that an enterprise has."""
    names = {"up": "rd_to_revenue", "down": "debt_ratio", "noise": "revenue_growth"}
    found = made(name=NAME)
    measured = {name: (name, {}) for name in names.values()}
    monotone = {names[name]: way for name, way in found.monotone.items()}
    return replace(found, features=found.features.rename(names), monotone=monotone, measured=measured)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LearnedCard, LearnedCard]:
    """Its folder, a card that was promoted, and a later challenger."""
    folder, dataset = tmp_path_factory.mktemp("registry") / "mlruns", _of_the_office()
    trained = train(dataset, WHOSE, full=False)
    tracking = Tracking(folder)
    tracking.log(trained, "张三")
    compare(tracking, tracking.version(NAME, "1"), dataset, "王五")
    promote(tracking, tracking.version(NAME, "1"), "李四", "首个版本")
    later = replace(trained, card=replace(trained.card, intercept=trained.card.intercept + 1))
    tracking.log(later, "张三")
    return folder, trained.card, later.card


@pytest.fixture
def build(registry: tuple[Path, LearnedCard, LearnedCard], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """``dengti release build`` with one learned card, as the office's registry has it."""

    def run(card: LearnedCard, *more: str) -> tuple[int, str, str]:
        (tmp_path / "learned").mkdir(exist_ok=True)
        card.write(tmp_path / "learned" / "card.yaml")
        store = f"sqlite:///{tmp_path / 'store.db'}"
        runs = () if "--runs" in more else ("--runs", str(registry[0]))
        done = subprocess.run(
            [sys.executable, "-m", "api.cli.main", "release", "build", "--by", "甲", *runs, *more],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "DENGTI_LEARNED": str(tmp_path / "learned"), "DENGTI_STORE": store},
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout.strip(), done.stderr

    return run


def test_a_promoted_card_is_built_and_the_record_says_who_trained_and_promoted_it(
    registry: tuple[Path, LearnedCard, LearnedCard], build: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    folder, card, _ = registry
    code, named, told = build(card)
    assert code == 0, told
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store, store.session() as session:
        row = session.get(ReleaseRow, named)
        assert row is not None
        content = row.content
    at = Tracking(folder).version(NAME, "1").tags["promoted_at"]
    assert content["registry"] == {
        NAME: {"version": "1", "trained_by": "张三", "promoted_by": "李四", "promoted_at": at}
    }
    assert content["demo"] is False
    again = tmp_path / "card.yaml"
    card.write(again)
    assert read_card(again).sha256 == content["learned"][NAME]


@pytest.mark.parametrize("mark", [(), ("--demo",)], ids=["", "also for a demonstration"])
def test_a_card_that_nobody_promoted_is_refused(
    registry: tuple[Path, LearnedCard, LearnedCard], build: Callable[..., tuple[int, str, str]], mark: tuple[str, ...]
) -> None:
    challenger = registry[2]
    code, _, told = build(challenger, *mark)
    assert code == 1
    assert f"{NAME} {challenger.sha256}" in told
    assert "version 2 was not promoted" in told
    assert "dengti model promote" in told


def test_a_file_that_only_says_own_is_refused(build: Callable[..., tuple[int, str, str]]) -> None:
    code, _, told = build(replace(CLIMB, origin=OWN))
    assert code == 1
    assert "the registry does not have this card" in told
    assert "dengti model card" in told


def test_a_promoted_card_that_was_changed_in_its_file_is_another(
    registry: tuple[Path, LearnedCard, LearnedCard], build: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, told = build(replace(registry[1], valid_for="全国 everyone"))
    assert (code, "does not have this card" in told) == (1, True)


def test_without_a_registry_it_is_said_where_it_was_looked_for(
    registry: tuple[Path, LearnedCard, LearnedCard], build: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, _, told = build(registry[1], "--runs", str(tmp_path / "nowhere"))
    assert code == 1
    assert "nowhere" in re.sub(r"\s", "", told)
    assert "there is no registry here" in told


def test_who_trained_a_card_promotes_it_in_no_registry(registry: tuple[Path, LearnedCard, LearnedCard]) -> None:
    """Tags are typed in MLflow too."""
    folder, _, challenger = registry
    tracking = Tracking(folder)
    tracking.tag(tracking.version(NAME, "2"), promoted_by="张 三")
    try:
        with pytest.raises(ValueProblem, match="version 2 was not promoted"):
            promoted(tracking, challenger)
    finally:
        tracking.tag(tracking.version(NAME, "2"), promoted_by=None)
