"""Probabilities by learned cards as columns: what each card says, whose it is, and the placement on the ladder, as in the result JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import polars as pl

from api.answers.placement import DIGITS, ENDS, whose
from api.batch.shown import Shown
from api.batch.tier import LadderOf, by_ladder
from models.placement import NONE, spread
from scoring.assembly import Verdict
from scoring.batch import Scored
from scoring.ladder import Ladder, Rung, ladder_for
from scoring.learned import DISTRESS, UNITS, LearnedCard
from scoring.learned_points import UNASKED
from scoring.machine_types import given
from scoring.roots import Roots

_PASS, _OPEN = Verdict.PASS.value, Verdict.UNDETERMINED.value


def probabilities(card: LearnedCard, roots: Roots) -> Shown:
    """As in the result JSON: of whom the card speaks, and of a climb to whom it is one; no number where sources differ and so do its
    points; whose it is in every row.
    """
    asked, ladders = _roots(card), _climbed(card, roots)
    read = list(dict.fromkeys([*asked, UNASKED, *(root for ladder in ladders for root in _stands(ladder, card))]))
    told = partial(_said, card, ladders, partial(ladder_for, day=roots.rules[0].day), roots.each_having(read))
    return Shown({root: given(roots[root]) for root in read}, told)


def _said(
    card: LearnedCard,
    ladders: Sequence[Ladder],
    ladder: LadderOf,
    having: Mapping[str, frozenset[int]],
    scored: Scored,
) -> list[pl.Series]:
    found = {f"probability.{card.id}.{end}": of for end, of in _numbers(card).items()}
    on = by_ladder(ladder, scored)
    climbs = [pl.col(f"on|{one.id}") & _climbs(one, card) for one in ladders if one.id in on]
    speaks = (pl.col(UNASKED).cast(pl.Int8) == 0) & (
        pl.lit(card.id == DISTRESS) if not climbs else pl.any_horizontal(climbs)
    )
    values = scored.values(having).with_columns(stands.alias(f"on|{name}") for name, stands in on.items())
    numbers = values.select(pl.when(speaks).then(of).alias(name) for name, of in found.items())
    fixed = {name: value for name, value in whose(card).items() if name != "card"}
    same = (
        pl.Series(f"probability.{card.id}.{name}", [value], dtype=pl.Enum([value])) for name, value in fixed.items()
    )
    return [*numbers.get_columns(), *(one.new_from_index(0, scored.firms.height) for one in same)]


def _climbed(card: LearnedCard, roots: Roots) -> list[Ladder]:
    """The ladders that have the rung to which the card's firms climb."""
    return [one for one in roots.rules[0].program.ladders.values() if any(_is_of(rung, card) for rung in one.rungs)]


def _is_of(rung: Rung, card: LearnedCard) -> bool:
    return card.id == f"climb.{rung.id}"


def _stands(ladder: Ladder, card: LearnedCard) -> list[str]:
    """What `_climbs` reads."""
    return [f"tier|{ladder.id}|next", *(f"holds/{rung.id}|low" for rung in ladder.rungs if _is_of(rung, card))]


def _climbs(ladder: Ladder, card: LearnedCard) -> pl.Expr:
    """Whether the card's rung is the next one or above it, or stands beside the order and is not held."""
    (place,) = (at for at, rung in enumerate(ladder.rungs) if _is_of(rung, card))
    following, held = (pl.col(root).cast(pl.Int8) for root in _stands(ladder, card))
    above = (following >= 0) & (following <= place)
    return above | (held == 0) if ladder.rungs[place].parallel else above


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
    """Whether the rules leave it open, so that its card is asked."""
    left_out: pl.Expr
    """Whether it is open but no card speaks of it, or it is not known whether it is held against the conditions."""
    numbers: Mapping[str, pl.Expr]

    def reached(self, end: str) -> pl.Expr:
        """P(tier reached), 0 of one that is left out."""
        says = self.numbers.get(end, pl.lit(None, dtype=pl.Float64))
        return pl.when(self.open).then(says).otherwise(self.granted.cast(pl.Float64))


def placements(roots: Roots) -> Shown:
    """``placement.<tier>.p``, and the `ENDS` of its ranges; null where the rules leave nothing open of which a card speaks. No column of a
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
    ladder: LadderOf,
    cards: Mapping[str, LearnedCard],
    having: Mapping[str, Mapping[str, frozenset[int]]],
    scored: Scored,
) -> list[pl.Series]:
    """``having``: by ladder the roots that are read, each with those of the rules that have it."""
    found: dict[str, pl.Series] = {}
    on, nobody = by_ladder(ladder, scored), pl.repeat(False, scored.firms.height, eager=True)
    # Every ladder, also one on which nobody of this part stands: parts have the same columns.
    for name, one in spoken.items():
        stands = on.get(name, nobody)
        for column in _on(scored, one, cards, having[name]):
            shown = column.set(~stands, None)
            found[shown.name] = found[shown.name].zip_with(~stands, shown) if shown.name in found else shown
    return list(found.values())


def _on(
    scored: Scored, ladder: Ladder, cards: Mapping[str, LearnedCard], having: Mapping[str, frozenset[int]]
) -> list[pl.Series]:
    """As if all stood on one ladder."""
    tiers = _tiers(ladder, cards, having)

    def where(end: str) -> pl.Expr:
        return pl.all_horizontal(
            ~tier.open | tier.numbers[end].is_not_null() if end in tier.numbers else ~tier.open
            for tier in tiers.values()
        )

    told = (pl.col(UNASKED).cast(pl.Int8) == 0) & pl.any_horizontal(tier.open for tier in tiers.values()) & where("p")
    reached = {end: [tier.reached(end) for tier in tiers.values()] for end in ("p", *chain(*ENDS))}
    spreads = {"p": spread(reached["p"])}
    for low, high in ENDS:
        spreads |= {low: spread(reached[low], reached[high]), high: spread(reached[high], reached[low])}
    columns = []
    for end, values in spreads.items():
        for name, value in zip((NONE, *tiers), values, strict=True):
            left_out = tiers[name].left_out if name in tiers else pl.lit(False)
            shown = pl.when(told & where(end) & ~left_out).then(value).round(DIGITS)
            columns.append(shown.alias(f"placement.{name}.{end}"))
    return scored.values(having).select(columns).get_columns()


def _all_read(roots: Roots, ladder: Ladder, cards: Mapping[str, LearnedCard]) -> dict[str, None]:
    known = roots.names
    read = [UNASKED, *(root for rung in ladder.rungs for root in _read(rung, known))]
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
        passed, met_or_open = (low == 1) | (says == _PASS), (says == _PASS) | (says == _OPEN)
        may = ~passed & ~above & (met_or_open | (high == 1))
        speaks = met_or_open & pl.lit(rung.id in cards)
        numbers = _numbers(cards[rung.id]) if rung.id in cards else {}
        found[rung.id] = _Tier(passed & ~above, may & speaks, may & ~speaks, numbers)
        above = above | passed
    return dict(reversed(found.items()))
