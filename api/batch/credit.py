"""What a scheme of innovation credit says of many enterprises beside its points, as in the result JSON.

``<scheme>.stage``, ``.status``, ``.coverage``, ``.accounts.year``; ``.percentile.low``, ``.high`` and ``.among`` (the group whose frozen
distribution it is told of), ``.percentile_in_park.low`` and ``.high``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.answers.decision import status_of
from api.answers.scheme_figures import ALL, TENTH, months_since_year, told_groups, weights_of
from api.batch.under import cards_by_name, places_of, worded
from features.identifiers import regions
from scoring.batch import Scored
from scoring.card import Card
from scoring.program import accounts_read

Mask = NDArray[np.bool_]
OPEN = "undetermined"
_DIGITS = 4


def scheme_columns(scored: Scored, name: str, without: Mask | None) -> list[pl.Series]:
    """The columns of one scheme; none of points for those ``without``."""
    cards = cards_by_name(scored.rules)[name]
    found = [*_stage(scored, name, cards), _status(scored, name, cards)]
    if any(card.items and not card.unset for card in cards):
        found += [
            _accounts_year(scored, name),
            _coverage(scored, name, cards),
            *_percentiles(scored, name, cards, without),
        ]
    return found


def refused(scored: Scored) -> dict[str, Mask]:
    """By scheme that has such a setting, to whom it gives no points because the newest accounts are too old for it
    (`refuse_accounts_older_than`).
    """
    found: dict[str, Mask] = {}
    for name, card in ((name, card) for name, cards in cards_by_name(scored.rules).items() for card in cards):
        limit = card.scheme.refuse_accounts_older_than if card.scheme else None
        if limit is not None:
            newest, own = _newest(scored, name), scored.under(places_of(scored, card))
            old = [year for year in _years(scored, name) if months_since_year(year, scored.as_of) > limit]
            found[name] = found.get(name, np.zeros_like(own)) | own & np.isin(newest, old)
    return found


def _years(scored: Scored, name: str) -> list[int]:
    """Accounting years of which the scheme reads facts, counted from as_of's, newest first."""
    compiled = (one.program.cards[name] for one in scored.rules if name in one.program.cards)
    return sorted({year for one in compiled for year in accounts_read(one)}, reverse=True)


def _newest(scored: Scored, name: str) -> NDArray[np.int64]:
    """The newest accounting year of which a fact is known, counted from as_of's; the least number where none is."""
    found = np.full(scored.firms.height, np.iinfo(np.int64).min)
    for year in reversed(_years(scored, name)):
        found[scored.array(f"accounts|{name}|{year}") == 1] = year
    return found


def _accounts_year(scored: Scored, name: str) -> pl.Series:
    newest = _newest(scored, name)
    year = pl.Series(f"{name}.accounts.year", np.maximum(newest, -scored.as_of.year) + scored.as_of.year)
    return year.cast(pl.Int32).set(pl.Series(newest < -scored.as_of.year), None)


def _stage(scored: Scored, name: str, cards: Sequence[Card]) -> list[pl.Series]:
    """The stage where the enterprise surely is; nothing of a scheme without stages."""
    kinds = list(dict.fromkeys(stage.id for card in cards if card.scheme for stage in card.scheme.stages))
    if not kinds:
        return []
    places = np.full(scored.firms.height, len(kinds), np.uint8)
    for place, stage in enumerate(kinds):
        places[scored.array(f"stage|{name}|{stage}|low") == 1] = place
    return [worded(scored, f"{name}.stage", pl.Enum([*kinds, OPEN]), f"verdict|{name}", places)]


def _status(scored: Scored, name: str, cards: Sequence[Card]) -> pl.Series:
    """How far its weights are those of an office."""
    kinds = list(dict.fromkeys(map(status_of, cards)))
    places = np.zeros(scored.firms.height, np.uint8)
    for card in cards:
        places[scored.under(places_of(scored, card))] = kinds.index(status_of(card))
    return worded(scored, f"{name}.status", pl.Enum(kinds), f"verdict|{name}", places).cast(pl.String)


def _coverage(scored: Scored, name: str, cards: Sequence[Card]) -> pl.Series:
    """Share of the weight whose points the data settle; of several possible stages the least."""
    found = np.full(scored.firms.height, np.nan)
    for card in (card for card in cards if card.items and not card.unset):
        own = scored.under(places_of(scored, card))
        ends = {item: [scored.array(f"{name}|items/{item}|{end}") for end in ("low", "high")] for item in card.items}
        settled = {item: low == high for item, (low, high) in ends.items()}
        weights = weights_of(card)
        least, open_ = np.full(scored.firms.height, np.inf), own.copy()
        for stage in (stage for stage in weights if stage):
            possible = scored.array(f"stage|{name}|{stage}|high") == 1 if card.scheme and card.scheme.by else ~own
            least = np.where(possible, np.minimum(least, _share(settled, weights[stage])), least)
            open_ &= ~possible
        found[own] = np.where(open_, _share(settled, weights[""]), least)[own]
    return pl.Series(f"{name}.coverage", found, nan_to_null=True).round(_DIGITS)


def _share(settled: Mapping[str, Mask], weights: Mapping[str, int]) -> NDArray[np.float64]:
    held = np.zeros(next(iter(settled.values())).size, np.int64)
    for item, weight in weights.items():
        held += settled[item] * np.int64(weight)
    return held / sum(weights.values())


def _percentiles(scored: Scored, name: str, cards: Sequence[Card], without: Mask | None) -> list[pl.Series]:
    """Of a group those with fewer points: that of the stage, of all where it has too few or is open; and that of the park."""
    stands, low, high, in_low, in_high = (np.full(scored.firms.height, np.nan) for _ in range(5))
    among: list[str] = []
    for card in cards:
        groups, own = told_groups(card), scored.under(places_of(scored, card))
        own = own if without is None else own & ~without
        taken = ~own
        for group in [*(g for g in groups if g.startswith("stage:")), *([ALL] if ALL in groups else [])]:
            stage = group.removeprefix("stage:")
            inside = ~taken if group == ALL else ~taken & (scored.array(f"stage|{name}|{stage}|low") == 1)
            taken |= inside
            stands[inside] = among.index(group) if group in among else len(among)
            among = among if group in among else [*among, group]
            _tell(scored, name, groups[group], inside, low, high)
        parks = _parks(scored) if any(g.startswith("park:") for g in groups) else None
        for group in (g for g in groups if parks is not None and g.startswith("park:")):
            inside = own & (parks == group)
            _tell(scored, name, groups[group], inside, in_low, in_high)
    words = pl.Series([*among, None], dtype=pl.String)
    places = np.where(np.isnan(stands), len(among), stands).astype(np.uint32)
    told = {"percentile.low": low, "percentile.high": high}
    told |= {"percentile_in_park.low": in_low, "percentile_in_park.high": in_high}
    columns = [pl.Series(f"{name}.{column}", values, nan_to_null=True) for column, values in told.items()]
    return [*columns[:2], words[pl.Series(places)].alias(f"{name}.percentile.among"), *columns[2:]]


def _tell(
    scored: Scored,
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
        reached = scored.array(f"score|{name}|{end}")[inside] // TENTH
        found[inside] = shares[np.searchsorted(tenths, reached)]


def _parks(scored: Scored) -> NDArray[Any]:
    stated = scored.firms["park"]
    ids = {park: (zone.id if (zone := regions.find_zone(park)) else park) for park in stated.unique().drop_nulls()}
    return ("park:" + stated.replace(ids).fill_null("")).to_numpy()
