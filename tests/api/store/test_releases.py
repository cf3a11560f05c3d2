"""A release is made by one person, approved by another, goes live, is rolled back; what was live when is never forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packed import RULES
from sqlalchemy import inspect

from api.authority.bundle import pack, unpack
from api.store.database import Store
from api.store.releases import Releases
from api.store.tables import Base
from features.errors import FileProblem, ValueProblem
from scoring.catalogue import Catalogue
from scoring.engine import Engine
from scoring.release import content_of, digest

ROOT = Path(__file__).parents[3]
FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "1a")


def _built(store: Store, *ids: str) -> None:
    for one in ids:
        with store.session() as session:
            Releases(session).built(one, {"cards": {}}, RULES, "甲")


def _live(store: Store, release: str) -> None:
    with store.session() as session:
        Releases(session).approve(release, "乙")
        Releases(session).activate(release, "丙")


def test_the_schema_is_the_one_that_the_tables_declare(store: Store) -> None:
    found = inspect(store.engine)
    for table in Base.metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}


@pytest.mark.parametrize("again", ["p-7", " p-7", "P-7", "P-7 "])
def test_another_spelling_is_no_other_person(store: Store, again: str) -> None:
    with store.session() as session:
        Releases(session).built(FIRST, {"cards": {}}, RULES, "p-7 ")
        with pytest.raises(ValueProblem) as refused:
            Releases(session).approve(FIRST, again)
    assert refused.value.field == "by"


def test_a_release_is_live_from_its_activation_until_another_is(store: Store) -> None:
    _built(store, FIRST, SECOND)
    moments = [datetime.now(UTC)]
    for release in (FIRST, SECOND):
        _live(store, release)
        moments.append(datetime.now(UTC))
    with store.session() as session:
        assert Releases(session).roll_back("丁", "有误") == FIRST
    with store.session() as session:
        releases = Releases(session)
        assert [releases.live_at(moment) for moment in moments] == [None, FIRST, SECOND]
        assert releases.live_at() == FIRST
        assert releases.live_at(moments[0] - timedelta(days=1)) is None
        assert [event.kind for event in releases.events(FIRST)] == ["built", "approved", "activated", "rolled_back"]
        assert releases.events(FIRST)[-1].reason == "有误"


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda r: r.approve(FIRST, "甲"), "by"),
        (lambda r: r.approve(FIRST, "  "), "by"),
        (lambda r: r.activate(FIRST, "乙"), "release"),
        (lambda r: r.approve("sha256:ffff", "乙"), "release"),
        (lambda r: r.approve("1", "乙"), "release"),
        (lambda r: r.roll_back("乙", "有误"), "release"),
    ],
)
def test_what_is_not_allowed_changes_nothing(store: Store, act: Callable[[Releases], object], field: str) -> None:
    _built(store, FIRST)
    with pytest.raises(ValueProblem) as error, store.session() as session:
        act(Releases(session))
    assert error.value.field == field
    with store.session() as session:
        assert [event.kind for event in Releases(session).events()] == ["built"]


def test_a_release_that_is_kept_stays_as_it_was_built(store: Store) -> None:
    _built(store, FIRST)
    with store.session() as session:
        Releases(session).built(FIRST, {"cards": {"other": "x"}}, b"other", "乙")
        assert Releases(session).files(FIRST) == RULES
        assert [event.by for event in Releases(session).events()] == ["甲"]


def test_the_beginning_of_an_id_names_it(store: Store) -> None:
    _built(store, FIRST, SECOND)
    with store.session() as session:
        assert Releases(session).known("aaaa") == SECOND


def test_two_processes_that_open_an_empty_store_at_once_find_one_schema(url: str) -> None:
    code = "import sys; from api.store.database import Store; Store(sys.argv[1]).engine.dispose()"
    command = [sys.executable, "-c", code, url]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]
    assert [(one.communicate()[1], one.returncode) for one in started] == [("", 0)] * 3


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/x.db", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_store_that_cannot_be_opened_is_named(url: str) -> None:
    with pytest.raises(ValueProblem, match="DENGTI_STORE"):
        Store(url)


def test_packed_rules_read_back_are_the_same_release(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    catalogue = Catalogue()
    assert pack(catalogue) == pack(Catalogue())
    again = unpack(pack(catalogue), tmp_path / "again")
    assert digest(content_of(again)) == Engine(catalogue).release_id


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"\x1f\x8b"])
def test_damaged_rules_are_named(packed: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        unpack(packed, tmp_path)
