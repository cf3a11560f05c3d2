"""Columns of the result files: what each asks of the roots, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl

from scoring.batch import Scored
from scoring.card import MICRO, Card
from scoring.core import Node
from scoring.engine import Rules
from scoring.machine_types import Result, places, quotient
from scoring.roots import Roots

Tell = Callable[[Scored], Iterable[pl.Series]]
"""Tells columns of what was scored. Holds no rules, and is kept on disk for another process: no function within a function."""


class Shown(NamedTuple):
    """Columns that stand side by side."""

    asked: Mapping[str, Result]
    told: Tell


def cards_by_name(rules: Iterable[Rules]) -> dict[str, list[Card]]:
    """The cards of some of the rules, by id: several where an edition or an overlay differs by place."""
    found: dict[str, dict[int, Card]] = {}
    for one in rules:
        for name, compiled in one.program.cards.items():
            found.setdefault(name, {})[id(compiled.card)] = compiled.card
    return {name: list(cards.values()) for name, cards in found.items()}


def rules_with(roots: Roots, card: Card) -> frozenset[int]:
    """Those of the rules that have the card."""
    programs = enumerate(rules.program for rules in roots.rules)
    return frozenset(at for at, one in programs if card.id in one.cards and one.cards[card.id].card is card)


def worded(column: str, kind: pl.DataType, words: Iterable[str], place: Node, some: Collection[int]) -> Shown:
    """Words by their places; null for those to whom none of some rules applies."""
    # Without a null among them: where there may be one, it is looked for wherever a word is taken.
    told = pl.Series(column, list(words), dtype=kind)
    return Shown({column: places(place)}, partial(_in_words, told, some))


def _in_words(words: pl.Series, some: Collection[int], scored: Scored) -> list[pl.Series]:
    # As indices of the width that Polars takes them in.
    return [scored.only(words[pl.Series(scored.made[words.name].astype(np.uint32))], some)]


def points(roots: Roots, column: str, root: str) -> Shown:
    """Micro-points as points: the nearest float of the exact quotient; null for those whose rules do not have the root."""
    return Shown({column: quotient(roots[root], MICRO)}, partial(_as_made, column, roots.having(root)))


def _as_made(column: str, some: Collection[int], scored: Scored) -> list[pl.Series]:
    return [scored.only(pl.Series(column, scored.made[column]), some)]


def without(shown: Shown, mask: str | None) -> Shown:
    """The same, but null for those of whom a truth that is told under a name holds."""
    return shown if mask is None else Shown(shown.asked, partial(_but_for, mask, shown.told))


def _but_for(mask: str, tell: Tell, scored: Scored) -> list[pl.Series]:
    return [one.set(pl.Series(scored.made[mask] == 1), None) for one in tell(scored)]


def repeated(value: pl.Series) -> Tell:
    """The same one value for everybody."""
    return partial(_for_all, value)


def _for_all(value: pl.Series, scored: Scored) -> list[pl.Series]:
    return [value.new_from_index(0, scored.firms.height)]
