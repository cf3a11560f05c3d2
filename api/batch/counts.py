"""What the summary of a population says, counted part by part while the scores are in memory: by a name each, to be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import polars as pl

from api.batch.credit import OPEN
from api.batch.frames import VERDICTS, Head
from scoring.ladder import ladders

STANDING = [f"tier.{key}" for key in ("ladder", "recognised", "qualified", "next", "undetermined")]
"""What says where a firm stands: few differ."""
BANDS = tuple(range(90, -1, -10))
LADDER = "ladder/"
"""Before the names of what is counted by ladder."""


def counts(scores: pl.DataFrame, cards: Sequence[Head]) -> Counter[str]:
    """Firms of each ladder and of its rungs, and those whom each card gives each answer and each band of points."""
    standings = scores.group_by(STANDING).len("firms")
    by_ladder = standings.group_by("tier.ladder").agg(pl.col("firms").sum(), *_by_rung())
    found = Counter[str]()
    for row in by_ladder.iter_rows(named=True):
        ladder = row.pop("tier.ladder")
        found.update({f"{LADDER}{ladder}/{name}": firms for name, firms in row.items()})
    for row in scores.select(one for card in cards for one in (*_answers(card), *_bands(card))).iter_rows(named=True):
        found.update(row)
    return found


def columns_counted(cards: Sequence[Head]) -> list[str]:
    """The columns that `counts` reads."""
    ends = [f"{card.id}.score.{end}" for card in cards if card.has_points for end in ("low", "high")]
    return [*STANDING, *map(_answer, cards), *ends]


def words_of(card: Head) -> list[str]:
    """What a card can answer."""
    return [*card.classes, OPEN] if card.classes else VERDICTS.categories.to_list()


def _by_rung() -> Iterable[pl.Expr]:
    firms = pl.col("firms")
    for rung in dict.fromkeys(rung.id for ladder in ladders().values() for rung in ladder.rungs):
        for key in ("recognised", "qualified", "next"):
            yield firms.filter(pl.col(f"tier.{key}") == rung).sum().alias(f"{key}/{rung}")
        yield firms.filter(pl.col("tier.undetermined").list.contains(rung)).sum().alias(f"undetermined/{rung}")
    for key in ("recognised", "qualified", "next"):
        yield firms.filter(pl.col(f"tier.{key}").is_null()).sum().alias(f"{key}/")


def _answer(card: Head) -> str:
    return f"{card.id}.class" if card.classes else f"{card.id}.verdict"


def _answers(card: Head) -> Iterable[pl.Expr]:
    return ((pl.col(_answer(card)) == word).sum().alias(f"{card.id}/{word}") for word in words_of(card))


def _bands(card: Head) -> Iterable[pl.Expr]:
    """Firms in each band of points, and those of whom an interval is known."""
    if card.has_points:
        low, high = pl.col(f"{card.id}.score.low"), pl.col(f"{card.id}.score.high")
        for start in BANDS:
            below = low < start + 10 if start < BANDS[0] else low <= 100
            yield ((low == high) & (low >= start) & below).sum().alias(f"{card.id}/{start}")
        yield (low != high).sum().alias(f"{card.id}/open")
