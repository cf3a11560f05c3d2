"""What an innovation-credit scheme (企业创新积分) says in its card: stages, weights by stage, what constraints do.

An item's weights make its award a choice by the stage's bracket, so an enterprise of unknown stage has the points of every
stage that it can be in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scoring import card as cards
from scoring.reading_parts import indicator_of, label, optional_points, range_of
from scoring.yaml_tree import Reader

UNSET = "unset"
EFFECTS = ("veto", "deduct", "flag", UNSET)


def read_scheme(reader: Reader) -> cards.Scheme:
    """The mapping below ``scheme``: who issues it, its scale, its stages and by what they are told apart."""
    by = indicator_of(reader, "by") if reader.has("by") else None
    # Ranks over a population: `lists` is read where one is.
    reader.stated(("lists",))

    def stage(inner: Reader) -> cards.Stage:
        return cards.Stage(inner.text("id", required=True), label(inner), range_of(inner, by))

    return cards.Scheme(
        issuer=reader.within("issuer", label, cards.Label("", "")),
        base=optional_points(reader, "base"),
        bonus=optional_points(reader, "bonus") or 0,
        by=by,
        stages=tuple(reader.whole(tree, stage, "article") for tree in reader.items("stages")),
    )


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
    """The item with its award scaled to the weight of each stage. Raises ValueError where points would not be whole."""
    assert scheme.by is not None
    cases = [cards.Case(stage.range, _scaled(item.award, given[stage.id], item.cap)) for stage in scheme.stages]
    award = cards.Choose(scheme.by, tuple(cases))
    return replace(item, award=award, unweighed=item.award, cap=max(given.values()), weights=dict(given))


def _scaled(award: cards.Award, weight: int, cap: int) -> cards.Award:
    def scaled(points: int) -> int:
        found, rest = divmod(points * weight, cap)
        if rest:
            raise ValueError(f"{points} × {weight} / {cap}")
        return found

    match award:
        case cards.Bands(bands=bands):
            made = tuple(replace(band, low=scaled(band.low), high=scaled(band.high)) for band in bands)
            return replace(award, bands=made)
        case cards.BestOf(options) | cards.LeastOf(options):
            return replace(award, options={name: _scaled(one, weight, cap) for name, one in options.items()})
        case cards.Choose(by, cases):
            return cards.Choose(by, tuple(cards.Case(c.range, _scaled(c.body, weight, cap)) for c in cases))
        case cards.LinearToCap(points=points) | cards.Fixed(points=points):
            return replace(award, points=scaled(points))
        case cards.Expert(low=low, high=high):
            return replace(award, low=scaled(low), high=scaled(high))
    raise TypeError(award)
