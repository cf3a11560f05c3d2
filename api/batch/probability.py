"""Probabilities by learned cards as columns: what each card says, whose it is, and the placement on the ladder, as in the result JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import NamedTuple

import polars as pl

from api.answers.placement import DIGITS, whose
from api.batch.shown import Shown
from models.placement import NONE, spread
from scoring.assembly import OUTSIDE, Verdict
from scoring.batch import Scored
from scoring.ladder import Ladder, Rung, ladder_for
from scoring.learned import UNITS, LearnedCard
from scoring.machine_types import given
from scoring.roots import Roots

_PASS, _OPEN = Verdict.PASS.value, Verdict.UNDETERMINED.value
_OUTSIDE = f"{OUTSIDE}|high"


def probabilities(card: LearnedCard, roots: Roots) -> Shown:
    """As in the result JSON: no number where sources differ and so do its points; whose it is in every row."""
    asked = _roots(card)
    return Shown({root: given(roots[root]) for root in asked}, partial(_said, card, roots.each_having(asked)))


def _said(card: LearnedCard, having: Mapping[str, frozenset[int]], scored: Scored) -> list[pl.Series]:
    found = {f"probability.{card.id}.{end}": of for end, of in _numbers(card).items()}
    numbers = scored.values(having).select(of.alias(name) for name, of in found.items())
    fixed = {name: value for name, value in whose(card).items() if name != "card"}
    same = (
        pl.Series(f"probability.{card.id}.{name}", [value], dtype=pl.Enum([value])) for name, value in fixed.items()
    )
    return [*numbers.get_columns(), *(one.new_from_index(0, scored.firms.height) for one in same)]


def _roots(card: LearnedCard) -> list[str]:
    """What `_numbers` reads."""
    parts = ("points", "facts", "range") if card.uncertainty.low else ("points", "facts")
    return [f"{card.id}|{part}|{end}" for part in parts for end in ("low", "high")]


def _numbers(card: LearnedCard) -> dict[str, pl.Expr]:
    name = card.id
    ends = {"p": f"{name}|points|low", "facts_low": f"{name}|facts|low", "facts_high": f"{name}|facts|high"}
    if card.uncertainty.low:
        ends |= {end: f"{name}|range|{end}" for end in ("low", "high")}
    found = {end: 1.0 / (1.0 + (pl.col(root).cast(pl.Float64) / -float(UNITS)).exp()) for end, root in ends.items()}
    settled = pl.col(ends["p"]) == pl.col(f"{name}|points|high")
    found = {end: of.round(DIGITS) for end, of in found.items()}
    return {end: of if end.startswith("facts") else pl.when(settled).then(of) for end, of in found.items()}


class _Tier(NamedTuple):
    """One tier of an enterprise: what the rules say, and what its learned card says, if there is one."""

    granted: pl.Expr
    """Whether it is the highest that the rules grant."""
    open: pl.Expr
    numbers: Mapping[str, pl.Expr] | None

    def reached(self, end: str) -> pl.Expr:
        """P(tier reached), 0 of an open one of which no card speaks: it is left out."""
        says = self.numbers.get(end, pl.lit(None, dtype=pl.Float64)) if self.numbers else pl.lit(0.0)
        return pl.when(self.open).then(says).otherwise(self.granted.cast(pl.Float64))


def placements(roots: Roots) -> Shown:
    """``placement.<tier>.p``, ``low`` and ``high``; null where the rules leave nothing open of which a card speaks. No column of a
    ladder that has no learned card.
    """
    program = roots.rules[0].program
    cards = {one.id.removeprefix("climb."): one for one in program.learned}
    spoken = {name: ladder for name, ladder in program.ladders.items() if any(r.id in cards for r in ladder.rungs)}
    read = {name: _all_read(roots, ladder, cards) for name, ladder in spoken.items()}
    having = {name: roots.each_having(some) for name, some in read.items()}
    asked = {root: given(roots[root]) for some in read.values() for root in some}
    return Shown(asked, partial(_placed, spoken, partial(ladder_for, day=roots.rules[0].day), cards, having))


def _placed(
    spoken: Mapping[str, Ladder],
    ladder: Callable[[str | None], Ladder],
    cards: Mapping[str, LearnedCard],
    having: Mapping[str, Mapping[str, frozenset[int]]],
    scored: Scored,
) -> list[pl.Series]:
    """``having``: by ladder the roots that are read, each with those of the rules that have it."""
    codes = scored.firms["region_code"]
    ladders = {code: ladder(None if code is None else str(code)).id for code in codes.unique().to_list()}
    found: dict[str, pl.Series] = {}
    for name in dict.fromkeys(name for name in ladders.values() if name in spoken):
        own = pl.Series([code for code, ladder in ladders.items() if ladder == name], dtype=pl.Int64)
        stands = codes.is_in(own.implode(), nulls_equal=True)
        for column in _on(scored, spoken[name], cards, having[name]):
            shown = column.set(~stands, None)
            found[shown.name] = found[shown.name].zip_with(~stands, shown) if shown.name in found else shown
    return list(found.values())


def _on(
    scored: Scored, ladder: Ladder, cards: Mapping[str, LearnedCard], having: Mapping[str, frozenset[int]]
) -> list[pl.Series]:
    """As if all stood on one ladder."""
    tiers = _tiers(ladder, cards, having)
    spoken = [tier for tier in tiers.values() if tier.numbers]
    inside = pl.col(_OUTSIDE).cast(pl.Int8) == 0
    told = inside & pl.any_horizontal(tier.open for tier in spoken)
    told &= pl.all_horizontal(~tier.open | tier.numbers["p"].is_not_null() for tier in spoken if tier.numbers)
    ranged = told & pl.all_horizontal(~tier.open | pl.lit("low" in (tier.numbers or {})) for tier in spoken)
    p, low, high = ([tier.reached(end) for tier in tiers.values()] for end in ("p", "low", "high"))
    columns = []
    spreads = (("p", spread(p), told), ("low", spread(low, high), ranged), ("high", spread(high, low), ranged))
    for end, values, where in spreads:
        for name, value in zip((NONE, *tiers), values, strict=True):
            left_out = tiers[name].open if name in tiers and not tiers[name].numbers else pl.lit(False)
            shown = pl.when(where & ~left_out).then(value).round(DIGITS)
            columns.append(shown.alias(f"placement.{name}.{end}"))
    return scored.values(having).select(columns).get_columns()


def _all_read(roots: Roots, ladder: Ladder, cards: Mapping[str, LearnedCard]) -> dict[str, None]:
    known = roots.names
    read = [_OUTSIDE, *(root for rung in ladder.rungs for root in _read(rung, known))]
    return dict.fromkeys([*read, *(root for r in ladder.rungs if r.id in cards for root in _roots(cards[r.id]))])


def _read(rung: Rung, known: Collection[str]) -> list[str]:
    """Of the roots that there are those that say how one stands to a rung."""
    says = [f"verdict|{rung.card}"] if f"verdict|{rung.card}" in known else []
    return [*says, f"holds/{rung.id}|low", f"holds/{rung.id}|high"]


def _tiers(ladder: Ladder, cards: Mapping[str, LearnedCard], known: Collection[str]) -> dict[str, _Tier]:
    found: dict[str, _Tier] = {}
    above = pl.lit(False)
    for rung in reversed(ladder.rungs):
        *says_so, low, high = (pl.col(root).cast(pl.Int8) for root in _read(rung, known))
        # Unset, or not among the rules that apply.
        says = says_so[0].fill_null(_OPEN) if says_so else pl.lit(_OPEN)
        passed = (low == 1) | (says == _PASS)
        open_ = ~passed & ~above & ((says == _OPEN) | (high == 1))
        card = cards.get(rung.id)
        found[rung.id] = _Tier(passed & ~above, open_, _numbers(card) if card else None)
        above = above | passed
    return dict(reversed(found.items()))
