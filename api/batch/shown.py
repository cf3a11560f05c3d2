"""Columns of the result files: what each asks of the roots, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import polars as pl

from scoring.batch import Scored
from scoring.card import MICRO, Card
from scoring.core import Node
from scoring.engine import Rules
from scoring.machine_types import Result, places, quotient
from scoring.roots import Roots


class Shown(NamedTuple):
    """Columns that stand side by side."""

    asked: Mapping[str, Result]
    told: Callable[[Scored], Iterable[pl.Series]]


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
    return Shown({column: places(place)}, lambda scored: [scored.only(told[pl.Series(scored.made[column])], some)])


def points(roots: Roots, column: str, root: str) -> Shown:
    """Micro-points as points: the nearest float of the exact quotient; null for those whose rules do not have the root."""
    having = roots.having(root)
    asked = {column: quotient(roots[root], MICRO)}
    return Shown(asked, lambda scored: [scored.only(pl.Series(column, scored.made[column]), having)])


def without(shown: Shown, mask: str | None) -> Shown:
    """The same, but null for those of whom a truth that is told under a name holds."""
    if mask is None:
        return shown
    return Shown(
        shown.asked,
        lambda scored: [one.set(pl.Series(scored.made[mask] == 1), None) for one in shown.told(scored)],
    )
