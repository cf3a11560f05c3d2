"""What a scheme of innovation credit says of many enterprises beside its points, as in the result JSON.

``<scheme>.stage``, ``.status``, ``.coverage``, ``.accounts.year``; ``.percentile.low``, ``.high`` and ``.among`` (the group whose frozen
distribution it is told of), ``.percentile_in_park.low`` and ``.high``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.answers.decision import status_of
from api.answers.scheme_figures import ALL, TENTH, months_since_year, told_groups, weights_of
from api.batch.shown import Shown, cards_by_name, rules_with, worded
from features.identifiers import regions
from scoring.batch import Scored
from scoring.card import Card
from scoring.core import FALSE, TRUE, Node, add, all_of, any_of, choose, const, eq, ge, mul, negate
from scoring.machine import Column
from scoring.machine_types import Result, given, integers, quotient
from scoring.program import accounts_read
from scoring.roots import Roots

Mask = NDArray[np.bool_]
OPEN = "undetermined"
_DIGITS = 4
_NONE = -10_000
"""Stands for the accounting year of those of whom none is known."""


def scheme_columns(roots: Roots, name: str, gone: str | None) -> Iterator[Shown]:
    """The columns of one scheme; none of points for those who are `refused`."""
    cards = cards_by_name(roots.rules)[name]
    yield from _stage(roots, name, cards)
    yield _status(roots, name, cards)
    if any(card.items and not card.unset for card in cards):
        yield _accounts_year(roots, name)
        yield _coverage(roots, name, cards)
        yield _percentiles(roots, name, cards, gone)


def refused(roots: Roots, as_of: date) -> dict[str, Node]:
    """By scheme that has such a setting, to whom it gives no points because the newest accounts are too old for it
    (`refuse_accounts_older_than`).
    """
    found: dict[str, Node] = {}
    for name, card in ((name, card) for name, cards in cards_by_name(roots.rules).items() for card in cards):
        limit = card.scheme.refuse_accounts_older_than if card.scheme else None
        if limit is not None:
            old = [year for year in _years(roots, name) if months_since_year(year, as_of) > limit]
            newest, own = _newest(roots, name), roots.under(rules_with(roots, card))
            refuses = all_of((own, any_of(eq(newest, year) for year in old)))
            found[name] = any_of((found.get(name, FALSE), refuses))
    return found


def _years(roots: Roots, name: str) -> list[int]:
    """Accounting years of which the scheme reads facts, counted from as_of's, newest first."""
    compiled = (one.program.cards[name] for one in roots.rules if name in one.program.cards)
    return sorted({year for one in compiled for year in accounts_read(one)}, reverse=True)


def _newest(roots: Roots, name: str) -> Node:
    """The newest accounting year of which a fact is known, counted from as_of's; `_NONE` where none is."""
    found = const(_NONE)
    for year in reversed(_years(roots, name)):
        found = choose(roots[f"accounts|{name}|{year}"], const(year), found)
    return found


def _accounts_year(roots: Roots, name: str) -> Shown:
    column = f"{name}.accounts.year"
    return Shown({column: integers(_newest(roots, name))}, partial(_year, column))


def _year(column: str, scored: Scored) -> list[pl.Series]:
    newest = scored.made[column]
    year = pl.Series(column, newest + scored.as_of.year).cast(pl.Int32)
    return [year.set(pl.Series(newest == _NONE), None)]


def _stage(roots: Roots, name: str, cards: Sequence[Card]) -> Iterator[Shown]:
    """The stage where the enterprise surely is; nothing of a scheme without stages."""
    kinds = list(dict.fromkeys(stage.id for card in cards if card.scheme for stage in card.scheme.stages))
    if kinds:
        place = const(len(kinds))
        for at, stage in enumerate(kinds):
            place = choose(roots[f"stage|{name}|{stage}|low"], const(at), place)
        words = [*kinds, OPEN]
        yield worded(f"{name}.stage", pl.Enum(words), words, place, roots.having(f"verdict|{name}"))


def _status(roots: Roots, name: str, cards: Sequence[Card]) -> Shown:
    """How far its weights are those of an office."""
    words = list(dict.fromkeys(map(status_of, cards)))
    place = const(0)
    for card in cards:
        place = choose(roots.under(rules_with(roots, card)), const(words.index(status_of(card))), place)
    return worded(f"{name}.status", pl.String(), words, place, roots.having(f"verdict|{name}"))


def _coverage(roots: Roots, name: str, cards: Sequence[Card]) -> Shown:
    """Share of the weight whose points the data settle; of several possible stages the least."""
    column = f"{name}.coverage"
    asked: dict[str, Result] = {}
    for at, card in enumerate(card for card in cards if card.items and not card.unset):
        own, weights = roots.under(rules_with(roots, card)), weights_of(card)
        settled = {item: ge(*(roots[f"{name}|items/{item}|{end}"] for end in ("low", "high"))) for item in card.items}
        staged = [stage for stage in weights if stage] if card.scheme and card.scheme.by else []
        possible = {stage: roots[f"stage|{name}|{stage}|high"] for stage in staged}
        possible[""] = all_of(negate(one) for one in possible.values()) if possible else TRUE
        for stage, may_be in possible.items():
            held = add(mul(settled[item], weight) for item, weight in weights[stage].items())
            asked[f"{column}|{at}|{stage}"] = quotient(held, sum(weights[stage].values()))
            asked[f"{column}|{at}|{stage}|possible"] = given(all_of((own, may_be)))

    return Shown(asked, partial(_least, column, [share for share in asked if not share.endswith("|possible")]))


def _least(column: str, shares: Sequence[str], scored: Scored) -> list[pl.Series]:
    least = np.full(scored.firms.height, np.nan)
    for share in shares:
        possible = scored.made[f"{share}|possible"].view(np.bool_)
        np.fmin(least, np.where(possible, scored.made[share], np.nan), out=least)
    return [pl.Series(column, least, nan_to_null=True).round(_DIGITS)]


def _percentiles(roots: Roots, name: str, cards: Sequence[Card], gone: str | None) -> Shown:
    """Of a group those with fewer points: that of the stage, of all where it has too few or is open; and that of the park."""
    stages = list(dict.fromkeys(stage.id for card in cards if card.scheme for stage in card.scheme.stages))
    certain = {f"stage:{stage}": f"stage|{name}|{stage}|low" for stage in stages}
    groups = {rules_with(roots, card): told_groups(card) for card in cards}
    read = [f"score|{name}|low", f"score|{name}|high", *certain.values()] if any(groups.values()) else []
    return Shown({root: given(roots[root]) for root in read}, partial(_among, name, certain, groups, gone))


def _among(
    name: str,
    certain: Mapping[str, str],
    groups: Mapping[frozenset[int], Mapping[str, Sequence[tuple[int, int]]]],
    gone: str | None,
    scored: Scored,
) -> list[pl.Series]:
    """``certain``: by group the root that says whether one is in it; ``groups``: by rules the counts of each."""
    among = list(dict.fromkeys(g for some in groups.values() for g in some if g in certain or g == ALL))
    words = pl.Series(f"{name}.percentile.among", [*among, None], dtype=pl.String)
    made, firms = scored.made, scored.firms.height
    low, high, in_low, in_high = (np.full(firms, np.nan) for _ in range(4))
    stands, parks = np.full(firms, len(among), np.uint32), None
    for some, counts in groups.items():
        own = scored.under(some) if gone is None else scored.under(some) & (made[gone] == 0)
        taken = ~own
        for group in (group for group in (*certain, ALL) if group in counts):
            inside = ~taken if group == ALL else ~taken & (made[certain[group]] == 1)
            taken |= inside
            stands[inside] = among.index(group)
            _tell(made, name, counts[group], inside, low, high)
        for group in (group for group in counts if group.startswith("park:")):
            parks = _parks(scored) if parks is None else parks
            _tell(made, name, counts[group], own & (parks == group), in_low, in_high)
    columns = {"percentile.low": low, "percentile.high": high}
    columns |= {"percentile_in_park.low": in_low, "percentile_in_park.high": in_high}
    found = [pl.Series(f"{name}.{column}", values, nan_to_null=True) for column, values in columns.items()]
    return [*found[:2], words[pl.Series(stands)], *found[2:]]


def _tell(
    made: Mapping[str, Column],
    name: str,
    counts: Sequence[tuple[int, int]],
    inside: Mask,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> None:
    """Put the shares of those inside where they belong."""
    firms = sum(count for _, count in counts)
    below = np.concatenate([[0], np.cumsum([count for _, count in counts])])
    shares = np.array([round(int(count) / firms, _DIGITS) for count in below])
    tenths = np.array([tenths for tenths, _ in counts])
    for end, found in (("low", low), ("high", high)):
        reached = made[f"score|{name}|{end}"][inside] // TENTH
        found[inside] = shares[np.searchsorted(tenths, reached)]


def _parks(scored: Scored) -> NDArray[Any]:
    stated = scored.firms["park"]
    ids = {park: (zone.id if (zone := regions.find_zone(park)) else park) for park in stated.unique().drop_nulls()}
    return ("park:" + stated.replace(ids).fill_null("")).to_numpy()
