"""How far what a release's learned cards were fitted on lies from what those of the release that answers now were fitted on.

For whoever approves it or lets it answer. Only what the cards tell of both sides exactly: how often the event came, and what was
missing (`models.drift.between`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from api.authority.bundle import unpack
from api.store.releases import Releases
from features.errors import FactError
from models.drift import Check, Level, between, worst
from models.limits import DriftLimits
from scoring.errors import RuleError
from scoring.learned import LearnedCard


class CardDrift(NamedTuple):
    """One learned card against its forerunner; ``checks`` the worst first."""

    card: str
    checks: Sequence[Check]

    @property
    def level(self) -> Level:
        """The worst level."""
        return worst(self.checks)


def since_live(releases: Releases, named: str, limits: DriftLimits) -> list[CardDrift]:
    """Of each card of a release of which the live release has another version; none where the two are one, or none is live, or
    one cannot be opened: it is then no release to go live with (`api.authority.bundle.must_open`), or to be compared with.

    Raises `ValueProblem` where no such release is kept.
    """
    release, live = releases.known(named), releases.live_at()
    if live in (None, release):
        return []
    assert live is not None
    try:
        before, after = (_cards(releases.files(one)) for one in (live, release))
    except (FactError, RuleError):
        return []
    pairs = [(before[name], card) for name, card in after.items() if name in before and before[name] != card]
    return [CardDrift(new.id, between(old, new, limits)) for old, new in pairs if old.seen and new.seen]


def _cards(packed: bytes) -> dict[str, LearnedCard]:
    with TemporaryDirectory() as folder:
        return {card.id: card for card in unpack(packed, Path(folder)).learned}
