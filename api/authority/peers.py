"""Reference tables of schemes, frozen over a named population in two passes, as overlays that a release holds by hash.

First the cuts of items that are told as percentiles, then, under those cuts, the distribution of scores; each scheme at each
place where it is a card of its own, of the enterprises there. No cell of fewer than `LEAST` enterprises is told or can be
found by taking told ones from their whole (`suppressed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from api.answers.numbers import nth_root
from api.answers.scheme_figures import ALL, LEAST
from features.errors import ValueProblem
from features.expression import Compound, Ratio
from features.identifiers import regions
from features.indicators.base import Indicator, Unit
from features.pivot import SAID, Wide
from features.snapshot import Snapshot
from scoring.batch import Scored, Scorer, distinct, rules_by_place
from scoring.card import Card, Percentile
from scoring.catalogue import OVERLAYS, Catalogue, Edition
from scoring.compile import stage_truths
from scoring.engine import Engine, Question
from scoring.lower import Lowering
from scoring.made_under import made_under
from scoring.overlay import Place
from scoring.release import content_of, digest

TENTHS = 100_000
"""Micro-points in a tenth of a point."""
GROUPS = 100
"""So many equal groups the cuts part the peers into, where there are enough for `LEAST` in each."""
DIGITS = 3
"""Significant digits of a cut: it is the value of one enterprise, which is not told exactly."""
Done = Callable[[int], None]
Counts = dict[str, dict[int, int]]
"""Of each group the enterprises by tenths of a point."""


@dataclass(frozen=True)
class Frozen:
    """Of which population the tables are, and who makes them why."""

    population: str
    snapshot: Snapshot
    as_of: date
    by: str
    because: str


@dataclass(frozen=True)
class _Scheme:
    """A scheme that gives points, at a place where it is a card of its own."""

    card: Card
    edition: Edition
    place: Place


def freeze(folder: Path, frozen: Frozen, done: Done, only: str | None = None) -> list[str]:
    """Writes the tables of every scheme that gives points (or of ``only`` this) into a folder of rules; ids of their overlays.

    Raises `ValueProblem` where there is no such scheme.
    """
    written: list[str] = []
    # Of the rules that the tables are made under, before they are in it.
    release = digest(content_of(Catalogue(folder)))
    for cuts in (True, False):
        engine = Engine(Catalogue(folder))
        for scheme in schemes(engine.catalogue, frozen.as_of, only):
            if cuts and not percentiles(scheme.card):
                continue
            items = _cuts(engine, scheme, frozen, done) if cuts else _stated_cuts(scheme)
            found = {} if cuts else distribution(engine, scheme.card, frozen, done)
            name, text = _overlay(scheme, frozen, release, items, found)
            path = folder / OVERLAYS / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written += [] if cuts else [name]
    if not written:
        raise ValueProblem(
            field="scheme",
            value=only or "credit.*",
            rule="当日没有可以计分的这一方案 / there is no such scheme that gives points on that day",
            remedy="例如 / for example: credit.guangxi_reference",
        )
    return written


def schemes(catalogue: Catalogue, day: date, only: str | None = None) -> Iterator[_Scheme]:
    """The schemes in force on a day that give points: in their region, and wherever an overlay makes them another card.

    An overlay is for a division or a park, so of a scheme without a region only those places are known.
    """
    for name in catalogue.names():
        seen: list[Card] = []
        base = catalogue.pick_by_name(name, day)
        if base.outside or base.card.scheme is None or only not in (None, name):
            continue
        scopes = (overlay.scope for overlay in catalogue.overlays if overlay.card == name)
        for place in (*([Place(base.card.region)] if base.card.region else ()), *scopes):
            whole = place if place.region else Place(base.card.region, place.park)
            picked = catalogue.pick_by_name(name, day, place=whole)
            if picked.card.items and not picked.card.unset and not any(picked.card is card for card in seen):
                seen.append(picked.card)
                yield _Scheme(picked.card, picked.edition, place)


def percentiles(card: Card) -> dict[str, Percentile]:
    """The items that are told from a frozen table."""
    return {name: i.unweighed for name, i in card.items.items() if isinstance(i.unweighed, Percentile)}


def distribution(engine: Engine, card: Card, frozen: Frozen, done: Done) -> Counts:
    """Enterprises by tenths of a point (certain points, rounded down) under a card: of all, of each stage, of each park."""
    stages = [stage.id for stage in card.scheme.stages] if card.scheme and card.scheme.by else []
    parts = []
    for _, scored, own in _under(engine, card, frozen, done)[1]:
        truths = [pl.when(pl.col(f"stage|{card.id}|{s}|low") == 1).then(pl.lit(f"stage:{s}")) for s in stages]
        tenths = pl.col(f"score|{card.id}|low").cast(pl.Int64) // TENTHS
        roots = (f"score|{card.id}|low", *(f"stage|{card.id}|{stage}|low" for stage in stages))
        inside = scored.values(dict.fromkeys(roots, range(scored.rules))).select(
            tenths.alias("tenths"), pl.coalesce(*truths, pl.lit(None, pl.String)).alias("stage")
        )
        parts.append(inside.with_columns(_parks(scored.firms["park"])).filter(own))
    found: Counts = {ALL: {}}
    for row in pl.concat(parts).iter_rows() if parts else ():
        for group in (ALL, *(group for group in row[1:] if group)):
            counts = found.setdefault(group, {})
            counts[row[0]] = counts.get(row[0], 0) + 1
    return {group: dict(sorted(counts.items())) for group, counts in sorted(found.items())}


def told(found: Counts) -> Counts:
    """The distributions without small cells: groups left out (`suppressed`), and tenths joined until each has `LEAST`."""
    left_out = suppressed({group: sum(counts.values()) for group, counts in found.items()})
    return {group: _joined(counts) for group, counts in found.items() if group not in left_out}


def suppressed(sizes: dict[str, int]) -> set[str]:
    """Groups of fewer than `LEAST`, and of each kind the smallest others until what is not told has as many, or nobody is in it."""
    out = {group for group, firms in sizes.items() if firms < LEAST}
    if ALL in out:
        return set(sizes)
    for kind in ("stage:", "park:"):
        kept = sorted((g for g in sizes if g.startswith(kind) and g not in out), key=lambda g: (sizes[g], g))
        while kept and 0 < sizes[ALL] - sum(sizes[group] for group in kept) < LEAST:
            out.add(kept.pop(0))
    return out


def _joined(counts: dict[int, int]) -> dict[int, int]:
    """Neighbouring tenths as one cell, named by its greatest: so nobody is counted below an equal."""
    found: list[tuple[int, int]] = []
    waiting = 0
    for tenths, firms in sorted(counts.items()):
        waiting += firms
        if waiting >= LEAST:
            found.append((tenths, waiting))
            waiting = 0
    if waiting and found:
        found[-1] = max(counts), found[-1][1] + waiting
    return dict(found)


def cuts_of(values: Sequence[Fraction]) -> list[Fraction]:
    """Cuts of equal groups of at least `LEAST`, `GROUPS` at most; none where there are not enough for two."""
    ordered, groups = sorted(values), min(GROUPS, len(values) // LEAST)
    return [_rounded(ordered[place * len(ordered) // groups]) for place in range(1, groups)]


def _cuts(engine: Engine, scheme: _Scheme, frozen: Frozen, done: Done) -> dict[str, Any]:
    """First pass: the percentile items of a scheme with the cuts of the population, of all and of each stage."""
    card, asked = scheme.card, percentiles(scheme.card)
    stages = [stage.id for stage in card.scheme.stages] if card.scheme and card.scheme.by else []
    values: dict[str, dict[str, list[Fraction]]] = {name: {} for name in asked}
    roots = {f"stage:{stage}": truth.lo for stage, truth in stage_truths(card).items()}
    for name, award in asked.items():
        shown = Lowering().measure(award.indicator.expression).shown
        roots |= {f"{name}|{place}": node for place, node in enumerate(shown)}
    rules, parts = _under(engine, card, frozen, done)
    measure = rules.measure(roots)
    for wide, _, own in parts:
        agreed = own & wide.firms[SAID].is_null()
        for row in measure(wide).filter(agreed).iter_rows(named=True):
            groups = (ALL, *(f"stage:{s}" for s in stages if row[f"stage:{s}"]))
            for name, award in asked.items():
                value = _value(award.indicator, *(row[f"{name}|{place}"] for place in range(4)))
                if value is not None:
                    for group in groups:
                        values[name].setdefault(group, []).append(value)
    items = {}
    for name, award in asked.items():
        cuts = {group.removeprefix("stage:"): cuts_of(each) for group, each in values[name].items()}
        written = {group: [_written(cut, award.indicator.unit) for cut in each] for group, each in cuts.items() if each}
        # Where even all are too few the cuts stay as they are on file.
        if ALL in written:
            stated = _stated(scheme, name)
            items[name] = {**stated, "percentile": {**stated["percentile"], "cuts": written}}
    return items


def _stated_cuts(scheme: _Scheme) -> dict[str, Any]:
    return {name: _stated(scheme, name) for name in percentiles(scheme.card)}


def _stated(scheme: _Scheme, item: str) -> dict[str, Any]:
    """An award with its maximum, as the card states it: an overlay of one states both."""
    tree: Any = scheme.edition.tree.plain()
    return {key: tree["items"][item][key] for key in ("max", "percentile")}


def _value(indicator: Indicator, low: int, high: int, least: int, most: int) -> Fraction | None:
    """The value in its unit where it is certain and defined."""
    if low != high or least != most or least < 1:
        return None
    expression = indicator.expression
    intervals = expression.intervals if isinstance(expression, Compound) else 1
    numerator, denominator = nth_root(low, least, intervals) if intervals > 1 else (low, least)
    minus = expression.minus if isinstance(expression, Ratio) else 0
    return (Fraction(numerator, denominator) - minus) / indicator.unit.scale


def _rounded(value: Fraction) -> Fraction:
    """Down to `DIGITS` significant digits."""
    whole = abs(value)
    step = Fraction(1)
    while whole and whole / step >= 10**DIGITS:
        step *= 10
    while whole and whole / step < 10 ** (DIGITS - 1) and step > Fraction(1, 10**6):
        step /= 10
    return value // step * step


def _written(cut: Fraction, unit: Unit) -> str:
    """As a card states it: ``4.25%``, ``1200000元``."""
    shown, symbol = (cut * 100, "%") if unit is Unit.SHARE else (cut, unit.symbol)
    text = f"{float(shown):.8f}".rstrip("0").rstrip(".")
    return f"{text}{symbol}"


def _under(
    engine: Engine, card: Card, frozen: Frozen, done: Done
) -> tuple[Scorer, Iterator[tuple[Wide, Scored, pl.Series]]]:
    """The rules, and part by part the enterprises, their values, and for whom of them the card is in force."""
    question = Question(frozen.as_of, frozen.snapshot.known_at, rulebooks=(card.id,))
    by_place = rules_by_place(engine, question, frozen.snapshot.places)
    rules = Scorer(question, by_place, sum(frozen.snapshot.sizes))
    picked = [one.picked[card.id] for one in distinct(by_place)]
    own = [place for place, one in enumerate(picked) if one.card is card and not one.outside]

    def parts() -> Iterator[tuple[Wide, Scored, pl.Series]]:
        for number, firms in enumerate(frozen.snapshot.sizes):
            wide = frozen.snapshot.part(number)
            scored = rules.score(wide)
            yield wide, scored, pl.Series(scored.under(own))
            done(firms)

    return rules, parts()


def _parks(stated: pl.Series) -> pl.Series:
    names = {park: (zone.id if (zone := regions.find_zone(park)) else park) for park in stated.unique().drop_nulls()}
    return stated.replace(names).rename("park").map_elements(lambda park: f"park:{park}", return_dtype=pl.String)


def _overlay(scheme: _Scheme, frozen: Frozen, release: str, items: dict[str, Any], found: Counts) -> tuple[str, str]:
    card, day = scheme.card, frozen.as_of
    kept = told(found)
    at = scheme.place.park or scheme.place.region or ""
    name = "_".join((card.id.replace(".", "_"), at, f"{day:%Y%m%d}", "peers"))
    stated: dict[str, Any] = {
        "overlay": name,
        "title": {"zh": f"{card.title.zh}：{day} 分布", "en": f"{card.title.en}: distribution of {day}"},
        "card": card.id,
        "edition": card.edition,
        "scope": {"park": scheme.place.park} if scheme.place.park else {"region": at},
        "decision": {"by": frozen.by, "on": day.isoformat(), "because": frozen.because},
        "status": "in_force",
        "effective_from": day.isoformat(),
        "published_on": day.isoformat(),
        "scheme": {
            "peers_of": {
                "population": frozen.population,
                "firms": sum(found.get(ALL, {}).values()),
                "as_of": day.isoformat(),
                "known_at": frozen.snapshot.known_at.isoformat(),
                "snapshot": frozen.snapshot.sha256,
                "edition": card.edition,
                "made_under": made_under(card),
                "release": release,
                "least_in_a_cell": LEAST,
                "left_out": sorted(found.keys() - kept.keys()),
            },
            "peers": {
                group: {str(tenths): count for tenths, count in counts.items()} for group, counts in kept.items()
            },
        },
        **({"items": items} if items else {}),
    }
    return name, yaml.safe_dump(stated, allow_unicode=True, sort_keys=False, width=120)
