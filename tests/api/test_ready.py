"""A batch made ready in one process tells the same in another, and is made anew whenever something that it follows from changes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api import rules
from api.batch.frames import Framed
from api.batch.ready import ready
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import SAID, Wide, pivot
from features.population import write_population
from scoring.batch import places_of
from scoring.engine import Engine, Question
from scoring.machine_kept import CACHE

DAY = date(2026, 11, 22)
QUESTION = Question(DAY, DAY)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Wide:
    folder = tmp_path_factory.mktemp("population")
    write_population(folder, 400, 7)
    read = read_input(folder)
    return pivot(LongTables.of(read.tables, read.incomplete), DAY)


@pytest.fixture(scope="module")
def made(wide: Wide, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Framed]:
    """Made ready in a cache of its own, where the deployment has no overlays yet."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(CACHE, str(tmp_path_factory.mktemp("cache")))
        patched.setenv(rules.OVERLAYS, str(tmp_path_factory.mktemp("overlays")))
        yield ready(QUESTION, places_of(wide), 400)


@pytest.fixture
def no_rules(made: Framed, monkeypatch: pytest.MonkeyPatch) -> Framed:
    """What was made; from now on none can be."""

    def refused() -> Engine:
        raise AssertionError("rules were read")

    monkeypatch.setattr(rules, "engine", refused)
    return made


def test_what_was_pickled_tells_the_same_of_firms_in_doubt_too(engine: Engine, wide: Wide) -> None:
    assert wide.firms[SAID].count() > 0
    framed = Framed(engine, QUESTION, places_of(wide), wide.firms.height)
    kept = pickle.dumps(framed)
    again: Framed = pickle.loads(kept)
    for one, other in zip(framed.of(wide), again.of(wide), strict=True):
        assert one.equals(other)
        assert one.schema == other.schema
    assert (again.release, again.cards, again.heads) == (framed.release, framed.cards, framed.heads)
    assert len(pickle.dumps(framed)) < 1.02 * len(kept), "what was told meanwhile does not go along"


def test_a_second_batch_reads_no_rulebook(no_rules: Framed, wide: Wide) -> None:
    again = ready(QUESTION, places_of(wide), 400)
    for one, other in zip(no_rules.of(wide), again.of(wide), strict=True):
        assert one.equals(other)


@pytest.mark.usefixtures("no_rules")
@pytest.mark.parametrize("what", ["day", "rules_on", "places", "an overlay of its own", "many firms"])
def test_it_is_made_anew_where_something_differs(
    what: str, wide: Wide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, places, firms = QUESTION, places_of(wide), 400
    if what == "day":
        question = Question(date(2026, 11, 21), DAY)
    elif what == "rules_on":
        question = Question(DAY, DAY, date(2025, 11, 21))
    elif what == "places":
        places = places[1:]
    elif what == "many firms":
        firms = 1_000_000
    else:
        (tmp_path / "ours.yaml").write_text("overlay: ours\n", encoding="utf-8")
        monkeypatch.setenv(rules.OVERLAYS, str(tmp_path))
    with pytest.raises(AssertionError, match="rules were read"):
        ready(question, places, firms)


@pytest.mark.parametrize("cache", ["damaged", "none"])
def test_without_what_was_kept_it_is_made_again(
    cache: str, made: Framed, wide: Wide, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cache == "none":
        monkeypatch.setenv(CACHE, "")
    else:
        # The code is still good.
        folder = Path(os.environ[CACHE])
        for path in folder.glob("*.batch"):
            path.write_bytes(path.read_bytes()[:-1])
    again = ready(QUESTION, places_of(wide), 400)
    assert again.cards == made.cards
    assert again.of(wide)[0].equals(made.of(wide)[0])
