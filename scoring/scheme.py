"""What an innovation-credit scheme (企业创新积分) says in its card: stages, weights by stage, what constraints do.

An item's weights make its award a choice by the stage's bracket, so an enterprise of unknown stage has the points of every
stage that it can be in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from scoring import card as cards
from scoring.reading_parts import indicator_of, label, optional_points, range_of
from scoring.yaml_tree import Reader

UNSET = "unset"
EFFECTS = ("veto", "deduct", "flag", UNSET)


def read_scheme(reader: Reader) -> cards.Scheme:
    """The mapping below ``scheme``: who issues it, its scale, its stages and by what they are told apart."""
    by = indicator_of(reader, "by") if reader.has("by") else None
    # Ranks over a population, and what the peers were made of, are read by those who rank.
    reader.stated(("lists", "peers_of"))

    def stage(inner: Reader) -> cards.Stage:
        return cards.Stage(inner.text("id", required=True), label(inner), range_of(inner, by))

    return cards.Scheme(
        issuer=reader.within("issuer", label, cards.Label("", "")),
        base=optional_points(reader, "base"),
        bonus=optional_points(reader, "bonus") or 0,
        by=by,
        stages=tuple(reader.whole(tree, stage, "article") for tree in reader.items("stages")),
        peers=reader.whole(reader.at("peers"), _peers) if reader.has("peers") else {},
        refuse_accounts_older_than=_months(reader, "refuse_accounts_older_than"),
    )


def _months(reader: Reader, key: str) -> int | None:
    if not reader.has(key):
        return None
    stated = reader.text(key)
    if not stated.isdecimal():
        reader.findings.add("not_months", reader.at(key), months=stated)
        return None
    return int(stated)


def _peers(reader: Reader) -> dict[str, tuple[tuple[int, int], ...]]:
    """Enterprises by tenths of a point, of all, of stages and of parks: ``all: {155: 12, …}``."""
    found = {}
    for group in reader.names():
        counts = [(tenths, str(tree.value)) for tenths, tree in reader.mapping(group).items()]
        if not all(number.isdecimal() for pair in counts for number in pair):
            reader.findings.add("not_a_distribution", reader.at(group), group=group)
            continue
        found[group] = tuple(sorted((int(tenths), int(firms)) for tenths, firms in counts))
    return found


def effect(reader: Reader) -> cards.Effect | None:
    """What a constraint does where its condition fails."""
    if not reader.has("effect"):
        return None
    kind = reader.one_of("effect", EFFECTS)
    taken = optional_points(reader, "deduct")
    if (kind == "deduct") != (taken is not None):
        reader.lacks("deduction_expected")
    return cards.Effect(kind, taken)


def weights(reader: Reader, scheme: cards.Scheme | None) -> dict[str, int]:
    """Micro-points of an item by stage; empty where it states none."""
    stated = reader.mapping("weights") if reader.has("weights") else {}
    stages = [stage.id for stage in scheme.stages] if scheme else []
    if stated and list(stated) != stages:
        reader.findings.add("weights_not_of_stages", reader.at("weights"), stages=", ".join(stages))
        return {}
    inner = Reader(reader.at("weights"), reader.findings)
    return {name: optional_points(inner, name) or 0 for name in stated}


def weighed(item: cards.Item, given: Mapping[str, int], scheme: cards.Scheme) -> cards.Item:
    """The item with its award scaled to the weight of each stage, or as it is for all where it has no weights.

    Raises ValueError where points would not be whole.
    """
    if not given or scheme.by is None:
        return replace(item, award=_scaled(item.award, item.cap, item.cap, "all"), unweighed=item.award)
    cases = [cards.Case(s.range, _scaled(item.award, given[s.id], item.cap, s.id)) for s in scheme.stages]
    award = cards.Choose(scheme.by, tuple(cases))
    return replace(item, award=award, unweighed=item.award, cap=max(given.values()), weights=dict(given))


def _scaled(award: cards.Award, weight: int, cap: int, stage: str) -> cards.Award:
    def scaled(points: int) -> int:
        # An item without a ``max`` is a finding of its own.
        found, rest = divmod(points * weight, cap or 1)
        if rest:
            raise ValueError(f"{points} × {weight} / {cap}")
        return found

    match award:
        case cards.Bands(bands=bands):
            made = tuple(replace(band, low=scaled(band.low), high=scaled(band.high)) for band in bands)
            return replace(award, bands=made)
        case cards.BestOf(options) | cards.LeastOf(options):
            return replace(award, options={name: _scaled(one, weight, cap, stage) for name, one in options.items()})
        case cards.Choose(by, cases):
            return cards.Choose(by, tuple(cards.Case(c.range, _scaled(c.body, weight, cap, stage)) for c in cases))
        case cards.LinearToCap(points=points) | cards.Fixed(points=points):
            return replace(award, points=scaled(points))
        case cards.Percentile(indicator, points, cuts):
            return cards.Bands(indicator, _of_peers(cuts.get(stage, cuts.get("all", ())), scaled(points)))
        case cards.Expert(low=low, high=high):
            return replace(award, low=scaled(low), high=scaled(high))
    raise TypeError(award)


def _of_peers(cuts: tuple[Fraction, ...], points: int) -> tuple[cards.Band, ...]:
    """A band for each group of peers: points × groups below ÷ all groups, rounded down; of equal cuts the last counts."""
    ranks = {cut: rank for rank, cut in enumerate(cuts, 1)}
    starts: list[tuple[Fraction | None, int]] = [(None, 0), *ranks.items()]
    ends: list[Fraction | None] = [*ranks, None]
    return tuple(
        cards.Band(cards.Limits(least, False, end, True, _between(least, end)), given, given)
        for (least, rank), end in zip(starts, ends, strict=True)
        for given in [points * rank // (len(cuts) + 1)]
    )


def _between(least: Fraction | None, end: Fraction | None) -> str:
    texts = [] if least is None else [f"≥ {float(least):.10g}"]
    return ", ".join(texts if end is None else [*texts, f"< {float(end):.10g}"])
