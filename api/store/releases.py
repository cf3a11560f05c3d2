"""Releases in the store: built, approved by a second person, live, rolled back; which was live when is one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.authority.bundle import must_open
from api.store.tables import ReleaseEvent, ReleaseRow
from features.errors import ValueProblem

BUILT, APPROVED, ACTIVATED, ROLLED_BACK = "built", "approved", "activated", "rolled_back"
LIVE = (ACTIVATED, ROLLED_BACK)
"""Events after which their release is the one that answers."""


@dataclass(frozen=True)
class Done:
    """One event of a release."""

    release: str
    kind: str
    by: str
    at: datetime
    reason: str


class Releases:
    """What is known of releases. Every change raises `ValueProblem` where it is not allowed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def built(self, release: str, content: dict[str, object], files: bytes, by: str, reason: str = "") -> None:
        """Keep a release as a draft; one that is kept already stays as it is."""
        if self._session.get(ReleaseRow, release) is None:
            self._session.add(ReleaseRow(id=release, content=content, files=files))
            self._session.flush()
            self._note(release, BUILT, by, reason)

    def approve(self, release: str, by: str, reason: str = "") -> None:
        """Another person than its builder says that it may go live."""
        builder = next((event.by for event in self.events(self.known(release)) if event.kind == BUILT), "")
        if by.strip().casefold() == builder.casefold():
            raise ValueProblem(
                field="by",
                value=by,
                rule="须由制作人以外的人批准 / a release is approved by another person than its builder",
                remedy="请第二人批准 / have a second person approve it",
            )
        self._note(release, APPROVED, by, reason)

    def activate(self, release: str, by: str, reason: str = "") -> None:
        """From now on this release answers."""
        if all(event.kind != APPROVED for event in self.events(self.known(release))):
            raise ValueProblem(
                field="release",
                value=release,
                rule="未经批准不得启用 / a release goes live only after its approval",
                remedy="先由第二人批准：dengti release approve / approve it first",
            )
        self._note(release, ACTIVATED, by, reason)

    def roll_back(self, by: str, reason: str) -> str:
        """The release that was live before the present one answers again; its id."""
        live = [event for event in self.events() if event.kind in LIVE]
        before = [event.release for event in live if live and event.release != live[-1].release]
        if not before:
            raise ValueProblem(
                field="release",
                value=live[-1].release if live else None,
                rule="没有更早启用的发布版 / no release was live before",
                remedy="启用另一发布版 / activate another release",
            )
        self._note(before[-1], ROLLED_BACK, by, reason)
        return before[-1]

    def live_at(self, at: datetime | None = None) -> str | None:
        """The release that answered at a moment (default: now)."""
        asked = select(ReleaseEvent.release_id).where(ReleaseEvent.kind.in_(LIVE))
        asked = asked.where(ReleaseEvent.at <= at) if at else asked
        return self._session.scalar(asked.order_by(ReleaseEvent.at.desc(), ReleaseEvent.number.desc()).limit(1))

    def events(self, release: str | None = None) -> list[Done]:
        """All that was done, in time; with one release only what was done with it."""
        asked = select(ReleaseEvent).order_by(ReleaseEvent.number)
        asked = asked.where(ReleaseEvent.release_id == release) if release else asked
        return [Done(row.release_id, row.kind, row.by, row.at, row.reason) for row in self._session.scalars(asked)]

    def known(self, named: str) -> str:
        """The id of a release that is kept, by its beginning. Raises `ValueProblem` where none or several begin so."""
        stem = named.removeprefix("sha256:")
        found = list(self._session.scalars(select(ReleaseRow.id).where(ReleaseRow.id.startswith(f"sha256:{stem}"))))
        if len(found) == 1 and len(stem) >= 4:
            return found[0]
        raise ValueProblem(
            field="release",
            value=named,
            rule=f"没有唯一的发布版（{len(found)} 个） / names {len(found)} releases, must name one",
            remedy="用 dengti release list 列出的编号，至少 4 位 / give at least 4 digits of an id of dengti release list",
        )

    def files(self, release: str) -> bytes:
        """The rules of a release as they were packed."""
        row = self._session.get(ReleaseRow, release)
        assert row is not None
        return row.files

    def _note(self, release: str, kind: str, by: str, reason: str) -> None:
        if not by.strip():
            raise ValueProblem(
                field="by", value=by, rule="须写明何人 / who does it must be said", remedy="--by 姓名或工号 / --by NAME"
            )
        release = self.known(release)
        if kind != BUILT:
            # Whoever approves it or lets it answer: rules of a former program may be none of this one.
            must_open(release, self.files(release))
        self._session.add(
            ReleaseEvent(release_id=release, kind=kind, by=by.strip(), at=datetime.now(UTC), reason=reason)
        )
        self._session.flush()
