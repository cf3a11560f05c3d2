"""Releases over HTTP: which there are, what was done with each; approved by a second person, live, rolled back."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.authority.release_drift import since_live
from api.http.endpoint import Call
from api.http.refusals import Refused
from api.store.releases import Done, Releases


class ReleaseEventView(BaseModel):
    """What was done with a release."""

    kind: str
    by: str
    at: datetime
    reason: str


class ReleaseView(BaseModel):
    """A release of the store."""

    id: str
    live: bool
    events: list[ReleaseEventView]


class DriftCheck(BaseModel):
    """How often the event came (``base_rate``), or how often a feature was missing, in what the two cards were fitted on."""

    name: str
    live: float
    release: float
    level: str


class DriftView(BaseModel):
    """A learned card of a release against that of the release which answered when it was decided on."""

    card: str
    level: str
    checks: list[DriftCheck]


class ReleaseList(BaseModel):
    """Which release answers now, and those of the store, newest last."""

    answering: str
    items: list[ReleaseView]
    drift: list[DriftView] | None = None
    """After a decision: of each learned card that differs from the one that answered."""


class ReleaseReason(BaseModel):
    """Why it is done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)


def listed(call: Call) -> ReleaseList:
    """Every release."""
    releases = Releases(call.session)
    live, found = releases.live_at(), dict[str, list[Done]]()
    for event in releases.events():
        found.setdefault(event.release, []).append(event)
    return ReleaseList(
        answering=call.service.engine.release_id,
        items=[
            ReleaseView(
                id=name,
                live=name == live,
                events=[ReleaseEventView(kind=e.kind, by=e.by, at=e.at, reason=e.reason) for e in events],
            )
            for name, events in found.items()
        ],
    )


def approve(call: Call) -> ReleaseList:
    """A second person approves a release. Raises `Refused`."""
    releases, named = Releases(call.session), _named(call)
    if any(event.by == call.who.actor for event in releases.events(named)):
        raise Refused("second_person")
    drift = _drift(call, named)
    releases.approve(named, call.who.actor, call.body(ReleaseReason).reason)
    call.note.release = named
    return listed(call).model_copy(update={"drift": drift})


def activate(call: Call) -> ReleaseList:
    """An approved release answers from now on, within a second. Raises `Refused`, `ValueProblem`."""
    named = _named(call)
    drift = _drift(call, named)
    Releases(call.session).activate(named, call.who.actor, call.body(ReleaseReason).reason)
    call.note.release = named
    return listed(call).model_copy(update={"drift": drift})


def roll_back(call: Call) -> ReleaseList:
    """The release that was live before answers again. Raises `ValueProblem` where none was."""
    call.note.release = Releases(call.session).roll_back(call.who.actor, call.body(ReleaseReason).reason)
    return listed(call)


def _drift(call: Call, named: str) -> list[DriftView]:
    return [
        DriftView(
            card=one.card,
            level=one.level.name.lower(),
            checks=[
                DriftCheck(name=c.name, live=c.reference, release=c.batch, level=c.level.name.lower())
                for c in one.checks
            ],
        )
        for one in since_live(Releases(call.session), named, call.service.settings.learning.drift)
    ]


def _named(call: Call) -> str:
    found = call.asked.path["release"]
    if all(event.release != found for event in Releases(call.session).events()):
        raise Refused("not_found")
    return found
