"""Stage, coverage and percentiles of an enterprise under a scheme, as the integers that the decision part states.

`scoring.verifier` makes the same of what `tables_of` writes into a receipt; the words for people are `api.answers.credit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import compress
from operator import eq
from typing import Any

from api.answers.kept import Kept
from features.picking import picker
from scoring.card import MICRO, Card
from scoring.compile import CompiledCard
from scoring.program import Program, accounts_read

Json = dict[str, Any]
LEAST = 5
"""Fewest enterprises of which a distribution is told."""
TENTH = MICRO // 10
STALE_MONTHS = 21
"""Accounts older than this are stale; a scheme may refuse them from another age on (`refuse_accounts_older_than`)."""
ALL = "all"
STALE = "stale_accounts"


@dataclass(frozen=True)
class Share:
    """Of the enterprises of a frozen distribution those with fewer points: at least, at most, of all."""

    least: int
    most: int
    firms: int

    def told(self) -> Json:
        """As shares, to four decimals."""
        return {"low": round(self.least / self.firms, 4), "high": round(self.most / self.firms, 4), "firms": self.firms}


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of an enterprise beside its points."""

    stages: Mapping[str, Sequence[int]]
    """Of each stage whether the enterprise is certainly, and possibly, in it."""
    accounts: int | None
    """The newest accounting year, counted from as_of's, of which the scheme has a fact."""
    refused: bool
    """Whether the scheme gives no points because the newest accounts are too old for it."""
    coverage: Fraction
    """Share of the weight whose points the data settle; of several possible stages the least. 0 where it gives no points at all."""
    group: str
    """Those of the same stage; all, where a stage has too few to tell or is open; empty where nothing is told of them."""
    in_park: str
    """Those of the same park; empty likewise."""
    shares: Mapping[str, Share]
    """Of both, those with fewer points, in whole tenths rounded down."""


class Figures:
    """How the figures of one scheme follow from the values of its roots. They are kept by what they follow from."""

    def __init__(self, program: Program, compiled: CompiledCard, as_of: date) -> None:
        card, at = compiled.card, program.at
        assert card.scheme is not None
        self.card, self._scheme, self._as_of = card, card.scheme, as_of
        self.gives_points = bool(card.items) and not card.unset
        self.groups = told_groups(card) if self.gives_points else {}
        ends = ("low", "high")
        self._stages = [s.id for s in card.scheme.stages if card.scheme.by]
        self._lows, self._highs = (picker([at[f"{card.id}|items/{name}|{end}"] for name in card.items]) for end in ends)
        self._years = sorted(accounts_read(compiled), reverse=True)
        self._others = picker(
            [
                *(at[f"stage|{card.id}|{stage}|{end}"] for stage in self._stages for end in ends),
                *(at[f"accounts|{card.id}|{year}"] for year in self._years),
                *(at[f"score|{card.id}|{end}"] for end in ends if self.groups),
            ]
        )
        self._kept = Kept(self._told, 1024)

    def of(self, values: Sequence[int], park: str | None) -> Told:
        """Those of an enterprise in a park."""
        settled = tuple(map(eq, self._lows(values), self._highs(values)))
        own = f"park:{park}"
        return self._kept[settled, self._others(values), own if own in self.groups else ""]

    def _told(self, key: tuple[Sequence[bool], Sequence[int], str]) -> Told:
        settled, others, own = key
        of_stages, of_years = 2 * len(self._stages), len(self._years)
        stages = {stage: others[2 * n : 2 * n + 2] for n, stage in enumerate(self._stages)}
        known = others[of_stages : of_stages + of_years]
        accounts = next((year for year, is_known in zip(self._years, known, strict=True) if is_known), None)
        limit = self._scheme.refuse_accounts_older_than
        late = limit is not None and accounts is not None and months_since_year(accounts, self._as_of) > limit
        certain = (f"stage:{stage}" for stage, (low, _) in stages.items() if low)
        group = next((group for group in (*certain, ALL) if group in self.groups), "")
        shares = {one: share_of(self.groups[one], *others[of_stages + of_years :]) for one in (group, own) if one}
        possible = [stage for stage, (_, high) in stages.items() if high]
        return Told(stages, accounts, self.gives_points and late, self._coverage(settled, possible), group, own, shares)

    def _coverage(self, settled: Sequence[bool], possible: Sequence[str]) -> Fraction:
        if not self.gives_points:
            return Fraction(0)
        weights = [weights_of(self.card)[stage].values() for stage in possible or [""]]
        return min(Fraction(sum(compress(each, settled)), sum(each)) for each in weights)


def share_of(counts: Sequence[tuple[int, int]], low: int, high: int) -> Share:
    """Of a distribution the enterprises with fewer than so many micro-points, at least and at most."""
    least, most = (sum(firms for tenths, firms in counts if tenths < end // TENTH) for end in (low, high))
    return Share(least, most, sum(firms for _, firms in counts))


def weights_of(card: Card) -> dict[str, dict[str, int]]:
    """Micro-points of the items in each stage, and under an empty name where there is none."""
    stages = [s.id for s in card.scheme.stages] if card.scheme else []
    return {stage: {name: i.weights.get(stage, i.cap) for name, i in card.items.items()} for stage in ("", *stages)}


def told_groups(card: Card) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """The frozen distributions that are large enough to be told."""
    peers = card.scheme.peers if card.scheme else {}
    return {group: counts for group, counts in peers.items() if sum(firms for _, firms in counts) >= LEAST}


def tables_of(cards: Iterable[Card]) -> Json:
    """What a verifier needs to make the figures: by scheme its stages, weights and frozen distributions."""
    return {
        card.id: {
            "stages": [s.id for s in card.scheme.stages] if card.scheme.by else [],
            "weights": weights_of(card) if card.items and not card.unset else {},
            "peers": {group: [list(pair) for pair in counts] for group, counts in told_groups(card).items()},
        }
        for card in cards
        if card.scheme
    }


def months_since(day: date, as_of: date) -> int:
    """Whole months from a day to as_of."""
    return (as_of.year - day.year) * 12 + as_of.month - day.month - (as_of.day < day.day)


def months_since_year(year: int, as_of: date) -> int:
    """Whole months from the end of an accounting year, counted from as_of's, to as_of."""
    return months_since(date(as_of.year + year, 12, 31), as_of)
