"""Cards of one id that differ by place, in columns: to whom each applies, and words of those to whom one does."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from scoring.batch import Scored
from scoring.card import Card
from scoring.engine import Rules
from scoring.machine import Column


def cards_by_name(rules: Iterable[Rules]) -> dict[str, list[Card]]:
    """The cards of some of the rules, by id: several where an edition or an overlay differs by place."""
    found: dict[str, dict[int, Card]] = {}
    for one in rules:
        for name, compiled in one.program.cards.items():
            found.setdefault(name, {})[id(compiled.card)] = compiled.card
    return {name: list(cards.values()) for name, cards in found.items()}


def places_of(scored: Scored, card: Card) -> frozenset[int]:
    """Those of the rules that have the card."""
    programs = enumerate(rules.program for rules in scored.rules)
    return frozenset(at for at, one in programs if card.id in one.cards and one.cards[card.id].card is card)


def worded(scored: Scored, column: str, kind: pl.Enum, root: str, places: Column | None = None) -> pl.Series:
    """Words by their places, by default the root's values; null for those whose rules do not have the root."""
    words = pl.Series(column, [*kind.categories, None], dtype=kind)
    given = (scored.array(root) if places is None else places).astype(np.uint32)
    some = scored.having(root)
    if len(some) < len(scored.rules):
        given[~scored.under(some)] = len(words) - 1
    return words[pl.Series(given)]
