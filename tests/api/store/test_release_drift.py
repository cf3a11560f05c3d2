"""Whoever approves a release or lets it answer is told how far its learned cards have moved from those that answer now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from in_process import dengti
from learned_cards import CLIMB
from packed import packed
from world import World

from api.authority.release_drift import since_live
from api.store.database import Store
from api.store.releases import ACTIVATED, Releases
from api.store.tables import ReleaseEvent
from models.limits import DRIFT
from scoring.seen import Seen

FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "1a")
ROWS = 1000


def _fitted(events: int, missing: int = 100) -> str:
    """The file of a card that was fitted on so many firms with the event, and so many without a known debt ratio."""
    rows = {one.name: (ROWS, 0) for one in CLIMB.features} | {"debt_ratio": (ROWS - missing, missing)}
    return replace(CLIMB, seen=Seen(dict.fromkeys(rows, ()), rows, (ROWS, events))).yaml()


def _live(store: Store, files: bytes) -> None:
    with store.session() as session:
        releases = Releases(session)
        releases.built(FIRST, {}, files, "甲")
        releases.approve(FIRST, "乙")
        releases.activate(FIRST, "丙")


def _built(store: Store, files: bytes) -> None:
    with store.session() as session:
        Releases(session).built(SECOND, {}, files, "甲")


def _found(store: Store, named: str = SECOND) -> list[tuple[str, str, set[str]]]:
    with store.session() as session:
        found = since_live(Releases(session), named, DRIFT)
    return [(one.card, one.level.name, {check.name for check in one.checks if check.level}) for one in found]


@pytest.mark.parametrize(
    ("after", "level", "moved"),
    [
        (_fitted(105), "OK", set()),
        (_fitted(200), "ALARM", {"base_rate"}),
        (_fitted(100, missing=400), "ALARM", {"debt_ratio"}),
    ],
    ids=["alike", "more events", "more missing"],
)
def test_how_often_the_event_came_and_what_was_missing_are_compared(
    store: Store, after: str, level: str, moved: set[str]
) -> None:
    _live(store, packed(**{"learned/climb.yaml": _fitted(100)}))
    _built(store, packed(**{"learned/climb.yaml": after}))
    assert _found(store) == [(CLIMB.id, level, moved)]


def test_where_there_is_nothing_to_compare_nothing_is_said(store: Store) -> None:
    same = packed(**{"learned/climb.yaml": _fitted(100)})
    _built(store, same)
    assert not _found(store), "no release is live"
    _live(store, same)
    assert not _found(store), "the cards are the same"
    assert not _found(store, FIRST), "it is the live one"


def test_a_live_release_that_no_longer_opens_does_not_stand_in_the_way(store: Store) -> None:
    former = packed(**{"learned/climb.yaml": _fitted(100).replace("format: 1\n", "")})
    with store.session() as session:
        Releases(session).built(FIRST, {}, former, "甲")
        # As it was noted when it still opened.
        session.add(ReleaseEvent(release_id=FIRST, kind=ACTIVATED, by="乙", at=datetime.now(UTC), reason=""))
    _built(store, packed(**{"learned/climb.yaml": _fitted(200)}))
    assert not _found(store)


def test_the_command_line_and_http_tell_it_with_the_decision(copied: Callable[..., World]) -> None:
    world = copied()
    _live(world.store, packed(**{"learned/climb.yaml": _fitted(100)}))
    _built(world.store, packed(**{"learned/climb.yaml": _fitted(200)}))
    with world.client:

        def post(what: str) -> Any:
            address = f"/v1/releases/{SECOND}/{what}"
            return world.client.post(address, json={"reason": "启用"}, headers=world.headers("authority"))

        (told,) = post("approval").json()["drift"]
        assert (told["card"], told["level"]) == (CLIMB.id, "alarm")
        assert told["checks"][0] == {"name": "base_rate", "live": 0.1, "release": 0.2, "level": "alarm"}
        uri = world.store.engine.url.render_as_string(hide_password=False)
        done = dengti("release", "activate", SECOND, "--by", "丁", DENGTI_STORE=uri)
        assert done.returncode == 0, done.stderr
        assert f"漂移 drift: {CLIMB.id} — 警报 alarm" in done.stdout
        assert "base_rate" in done.stdout
        # It answers now: against itself there is nothing to say.
        assert post("activation").json()["drift"] == []
