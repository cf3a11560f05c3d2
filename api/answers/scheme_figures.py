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


class Figures:
    """How the figures of one scheme follow from the values of its roots."""

    def __init__(self, program: Program, compiled: CompiledCard) -> None:
        card, at = compiled.card, program.at
        assert card.scheme is not None
        self.card, self.scheme = card, card.scheme
        self.gives_points = bool(card.items) and not card.unset
        self._stages = {
            s.id: [at[f"stage|{card.id}|{s.id}|{end}"] for end in ("low", "high")]
            for s in card.scheme.stages
            if card.scheme.by
        }
        self._score = [at[f"score|{card.id}|{end}"] for end in ("low", "high")] if self.gives_points else []
        self._lows, self._highs = (
            picker([at[f"{card.id}|items/{name}|{end}"] for name in card.items]) for end in ("low", "high")
        )
        self._possible = picker([high for _, high in self._stages.values()])
        self._covered = Kept(self._share_settled)
        self.groups = told_groups(card)
        self._accounts = {
            year: at[f"accounts|{card.id}|{year}"] for year in sorted(accounts_read(compiled), reverse=True)
        }

    def stages(self, values: Sequence[int]) -> dict[str, list[int]]:
        """Of each stage whether the enterprise is certainly, and possibly, in it."""
        return {stage: [values[place] for place in ends] for stage, ends in self._stages.items()}

    def coverage(self, values: Sequence[int]) -> Fraction:
        """Share of the weight whose points the data settle; of several possible stages the least."""
        return self._covered[tuple(map(eq, self._lows(values), self._highs(values))), self._possible(values)]

    def _share_settled(self, told: tuple[Sequence[bool], Sequence[int]]) -> Fraction:
        """Of which items are settled, and which stages are possible."""
        settled, possible = told
        weights = weights_of(self.card)
        stages = list(compress(self._stages, possible)) or [""]
        return min(
            Fraction(sum(compress(weights[stage].values(), settled)), sum(weights[stage].values())) for stage in stages
        )

    def group(self, values: Sequence[int]) -> str | None:
        """Those of the same stage; all, where a stage has too few to tell or is open."""
        certain = [f"stage:{stage}" for stage, (low, _) in self.stages(values).items() if low]
        return next((group for group in (*certain, ALL) if group in self.groups), None)

    def share(self, values: Sequence[int], group: str) -> Share:
        """Of a group the enterprises with fewer points, in whole tenths rounded down."""
        low, high = (values[end] for end in self._score)
        return share_of(self.groups[group], low, high)

    def accounts(self, values: Sequence[int]) -> int | None:
        """The newest accounting year, counted from as_of's, of which the scheme has a fact; None where it has none."""
        return next((year for year, place in self._accounts.items() if values[place]), None)

    def refuses(self, values: Sequence[int], as_of: date) -> bool:
        """Whether the scheme gives no points because the newest accounts are too old for it."""
        limit, year = self.scheme.refuse_accounts_older_than, self.accounts(values)
        return limit is not None and year is not None and months_since_year(year, as_of) > limit

    def decided(self, values: Sequence[int], park: str | None, as_of: date) -> Json:
        """What the decision part says beside parts and score."""
        out: Json = {"stages": self.stages(values)}
        if not self.gives_points:
            return out
        out["coverage"] = list(self.coverage(values).as_integer_ratio())
        if self.refuses(values, as_of):
            return {**out, "refused": STALE}
        asked = [group for group in (self.group(values), f"park:{park}") if group in self.groups]
        shares = ((group, self.share(values, group)) for group in asked if group)
        return {**out, "percentile": {group: [one.least, one.most, one.firms] for group, one in shares}}


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
