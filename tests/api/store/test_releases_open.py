"""A release that this program cannot open is neither approved nor made live, by whichever way, and nothing is noted of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from learned_cards import CLIMB
from packed import RULES, packed
from world import World

from api.store.database import Store
from api.store.releases import ACTIVATED, APPROVED, Releases
from api.store.tables import ReleaseEvent
from features.errors import ValueProblem

FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "1a")
CARD = {"learned/climb.yaml": CLIMB.yaml()}
FORMER = {name: text.replace("format: 1\n", "") for name, text in CARD.items()}
WRONG: Mapping[str, tuple[bytes, str]] = {
    "a learned card of a former format": (packed(**FORMER), "this program reads format 1"),
    "a rulebook with an unknown key": (packed(**{"tech_sme/2030.yaml": "nonsense: 1\n"}), "tech_sme/2030.yaml"),
    "damaged": (RULES[:-9], "damaged"),
}


def _built(store: Store, release: str, files: bytes, *kinds: str) -> None:
    """With events that were noted when the release still opened."""
    with store.session() as session:
        Releases(session).built(release, {}, files, "甲")
        for kind in kinds:
            session.add(ReleaseEvent(release_id=release, kind=kind, by="乙", at=datetime.now(UTC), reason=""))
            session.flush()


def _kinds(store: Store) -> list[str]:
    with store.session() as session:
        return [event.kind for event in Releases(session).events()]


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_open_is_not_approved_and_it_is_said_why(store: Store, case: str) -> None:
    files, told = WRONG[case]
    _built(store, FIRST, files)
    with pytest.raises(ValueProblem) as refused, store.session() as session:
        Releases(session).approve(FIRST, "乙")
    assert (refused.value.field, refused.value.value) == ("release", FIRST)
    assert told in refused.value.rule
    assert "dengti release build" in refused.value.remedy
    assert _kinds(store) == ["built"]


def test_what_opened_when_it_was_approved_is_opened_again_before_it_goes_live(store: Store) -> None:
    _built(store, FIRST, packed(**FORMER), APPROVED)
    with pytest.raises(ValueProblem, match="cannot open"), store.session() as session:
        Releases(session).activate(FIRST, "乙")
    assert _kinds(store) == ["built", "approved"]


def test_nor_does_what_was_live_come_back(store: Store) -> None:
    _built(store, FIRST, packed(**FORMER), APPROVED, ACTIVATED)
    _built(store, SECOND, RULES, APPROVED, ACTIVATED)
    with pytest.raises(ValueProblem, match="cannot open"), store.session() as session:
        Releases(session).roll_back("乙", "有误")
    assert _kinds(store)[-1] == "activated"


def test_from_a_live_release_that_no_longer_opens_one_goes_back_to_one_that_does(store: Store) -> None:
    _built(store, FIRST, RULES, APPROVED, ACTIVATED)
    _built(store, SECOND, packed(**FORMER), APPROVED, ACTIVATED)
    with store.session() as session:
        assert Releases(session).roll_back("乙", "有误") == FIRST


def test_a_release_with_a_learned_card_of_this_format_opens(store: Store) -> None:
    _built(store, FIRST, packed(**CARD))
    with store.session() as session:
        Releases(session).approve(FIRST, "乙")
        Releases(session).activate(FIRST, "丙")
    assert _kinds(store) == ["built", "approved", "activated"]


def test_the_command_line_and_http_say_it_too(copied: Callable[..., World]) -> None:
    world = copied()
    _built(world.store, FIRST, packed(**FORMER), APPROVED)
    with world.client:

        def post(what: str) -> Any:
            address = f"/v1/releases/{FIRST}/{what}"
            return world.client.post(address, json={"reason": "启用"}, headers=world.headers("authority"))

        for what in ("approval", "activation"):
            answer = post(what)
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert "this program reads format 1" in error["rule"]
    command = [sys.executable, "-m", "api.cli.main", "release", "activate", FIRST, "--by", "丙"]
    env = {**os.environ, "DENGTI_STORE": world.store.engine.url.render_as_string(hide_password=False)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3], env=env)
    assert done.returncode == 1
    assert "this program reads format 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert _kinds(world.store) == ["built", "approved"]
