"""The parts of a provision in a rulebook file: requirements, awards, the ranges and points in them."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from features.expression import Condition, Fact
from features.indicators import catalogue as indicators
from features.indicators import written
from features.indicators.base import Indicator, Unit
from features.kinds import Choice
from scoring import card as cards
from scoring.yaml_tree import Reader, Tree

REQUIREMENTS = ("indicator", "all", "any", "not", "choose")
AWARDS = ("bands", "best_of", "least_of", "choose", "linear", "percentile", "expert", "points")
_POINTS = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,6})?")
_LIMITS = {"min": "≥", "min_exclusive": ">", "max": "≤", "max_exclusive": "<"}
_RANGES = (*_LIMITS, "is", "one_of")
_RANGES_OF = {Unit.TRUTH: "is: true, is: false", Unit.CHOICE: "one_of: [...]"}

STAND_IN = indicators.make("sales_revenue")
"""Stands where a card names no indicator that there is; such a card is never handed out."""


def label(reader: Reader) -> cards.Label:
    """What people read, in both languages."""
    return cards.Label(reader.text("zh", required=True), reader.text("en", required=True))


# --- requirements -------------------------------------------------------------------------------------------------


def requirement(reader: Reader) -> cards.Requirement:
    """The one condition among the keys of a mapping."""
    match reader.stated(REQUIREMENTS):
        case ["indicator"]:
            indicator = indicator_of(reader)
            return cards.Test(indicator or STAND_IN, range_of(reader, indicator))
        case ["all"]:
            return cards.AllOf(_conditions(reader, "all"))
        case ["any"]:
            return cards.AnyOf(_conditions(reader, "any"))
        case ["not"]:
            return cards.NotOf(reader.whole(reader.at("not"), requirement, "note"))
        case ["choose"]:
            return _choose(reader, _then)
    reader.lacks("one_condition_expected", choices=", ".join(REQUIREMENTS))
    return cards.AllOf(())


def _then(reader: Reader) -> cards.Requirement:
    # Below a key of its own: the case's limits and the condition's would stand in one mapping.
    nothing: cards.Requirement = cards.AllOf(())
    return reader.within("then", requirement, nothing)


def _conditions(reader: Reader, key: str) -> tuple[cards.Requirement, ...]:
    return tuple(reader.whole(tree, requirement, "note") for tree in reader.items(key, required=True))


def _choose(outer: Reader, body: Callable[[Reader], cards.Body]) -> cards.Choose[cards.Body]:
    reader = Reader(outer.at("choose"), outer.findings)
    by = indicator_of(reader, "by")

    def case(inner: Reader) -> cards.Case[cards.Body]:
        return cards.Case(range_of(inner, by), body(inner))

    cases = tuple(reader.whole(tree, case, "note") for tree in reader.items("cases", required=True))
    reader.done()
    return cards.Choose(by or STAND_IN, cases)


# --- awards -------------------------------------------------------------------------------------------------------


def award(reader: Reader) -> cards.Award:
    """The one way of scoring among the keys of a mapping."""
    match reader.stated(AWARDS):
        case ["bands"]:
            return _bands(reader)
        case ["best_of"]:
            return cards.BestOf(_options(reader, "best_of"))
        case ["least_of"]:
            return cards.LeastOf(_options(reader, "least_of"))
        case ["choose"]:
            return _choose(reader, award)
        case ["linear"]:
            return reader.whole(reader.at("linear"), _linear)
        case ["percentile"]:
            return reader.whole(reader.at("percentile"), _percentile)
        case ["expert"]:
            return reader.whole(reader.at("expert"), _expert)
        case ["points"]:
            return cards.Fixed(points(reader)[0])
    reader.lacks("one_award_expected", choices=", ".join(AWARDS))
    return cards.Fixed(0)


def most_points(given: cards.Award) -> int:
    """Most micro-points that an award can give."""
    match given:
        case cards.Bands(_, bands):
            return max((band.high for band in bands), default=0)
        case cards.BestOf(options):
            return max(map(most_points, options.values()), default=0)
        case cards.LeastOf(options):
            return min(map(most_points, options.values()), default=0)
        case cards.Choose(_, cases):
            return max((most_points(case.body) for case in cases), default=0)
        case (
            cards.LinearToCap(points=most) | cards.Fixed(most) | cards.Expert(high=most) | cards.Percentile(points=most)
        ):
            return most
    raise TypeError(given)


def _options(reader: Reader, key: str) -> dict[str, cards.Award]:
    return {name: reader.whole(tree, award, "note") for name, tree in reader.mapping(key, required=True).items()}


def _bands(reader: Reader) -> cards.Award:
    indicator = indicator_of(reader)

    def band(inner: Reader) -> cards.Band:
        return cards.Band(range_of(inner, indicator), *points(inner))

    bands = tuple(reader.whole(tree, band, "note") for tree in reader.items("bands", required=True))
    step = optional_points(reader, "step") or 1
    return cards.Bands(indicator or STAND_IN, bands, reader.text("graded_by") or None, step)


def _linear(reader: Reader) -> cards.Award:
    indicator = indicator_of(reader)
    tree = reader.take("full", required=True)
    full = _amount(reader, tree, partial(written.read, unit=indicator.unit)) if indicator else None
    if full is not None and full <= 0:
        reader.findings.add("full_mark_not_positive", reader.at("full"))
    step = optional_points(reader, "step") or 1
    return cards.LinearToCap(indicator or STAND_IN, full or Fraction(1), points(reader)[1], step)


def _percentile(reader: Reader) -> cards.Award:
    indicator = indicator_of(reader)
    of_group = reader.whole(reader.at("cuts"), lambda inner: {name: inner.items(name) for name in inner.names()})
    if "all" not in of_group:
        reader.lacks("key_missing", "cuts", name="cuts.all")
    cuts: dict[str, tuple[Fraction, ...]] = {}
    unit = indicator.unit if indicator else Unit.SHARE
    for group, trees in of_group.items() if indicator else ():
        read = [_amount(reader, tree, partial(written.read, unit=unit)) for tree in trees]
        cuts[group] = tuple(cut for cut in read if cut is not None)
        if list(cuts[group]) != sorted(cuts[group]):
            reader.findings.add("cuts_fall", reader.at("cuts"), group=group)
    return cards.Percentile(indicator or STAND_IN, points(reader)[1], cuts)


def _expert(reader: Reader) -> cards.Award:
    step = optional_points(reader, "step") or 1
    return cards.Expert(reader.text("criterion", required=True), *points(reader), step)


def points(reader: Reader, key: str = "points") -> tuple[int, int]:
    """Micro-points below a key that must stand there: least and most."""
    return _amount(reader, reader.take(key, required=True), _micro_points) or (0, 0)


def optional_points(reader: Reader, key: str) -> int | None:
    """Micro-points below a key that may stand there."""
    found = _amount(reader, reader.take(key), _micro_points)
    return found[1] if found else None


def _amount(reader: Reader, tree: Tree | None, read: Callable[[object], cards.Body]) -> cards.Body | None:
    if tree is None:
        return None
    try:
        return read(tree.plain())
    except written.AmountError as error:
        reader.findings.add(error.code, tree, **error.values)
        return None


def _micro_points(stated: object) -> tuple[int, int]:
    """Micro-points, least and most: a number twice, or the ends between which a person chooses. Raises `AmountError`."""
    texts = [str(text) for text in (stated if isinstance(stated, list) else [stated])]
    if len(texts) in (1, 2) and all(map(_POINTS.fullmatch, texts)):
        # At most six decimals, so a whole number of millionths.
        low, high = (int(Fraction(text) * cards.MICRO) for text in (texts[0], texts[-1]))
        if low <= high:
            return low, high
    raise written.AmountError("not_points", texts=", ".join(texts))


# --- indicators and ranges ----------------------------------------------------------------------------------------


def indicator_of(reader: Reader, key: str = "indicator") -> Indicator | None:
    """The indicator named below a key, with its settings; None, with a finding, where there is no such one."""
    name = reader.text(key, required=True)
    settings = {setting: _setting(tree.plain()) for setting, tree in reader.mapping("with").items()}
    if not name:
        return None
    if name not in indicators.names():
        near = difflib.get_close_matches(name, indicators.names(), n=1, cutoff=0.0)
        reader.findings.add("unknown_indicator", reader.at(key), name=name, near=", ".join(near))
        return None
    wanted = indicators.parameters(name)
    missing = [f"-{p}" for p, spec in wanted.items() if p not in settings and spec.default is inspect.Parameter.empty]
    surplus = [f"+{p}" for p in settings if p not in wanted]
    if missing or surplus:
        wrong, choices = ", ".join(missing + surplus), ", ".join(wanted) or "—"
        reader.findings.add("indicator_settings", reader.at(key), "with", name=name, wrong=wrong, choices=choices)
        return None
    try:
        misfit = [f"{p}: {wanted[p].annotation}" for p, value in settings.items() if not _fits(value, wanted[p])]
        if misfit:
            raise ValueError(", ".join(misfit))
        return indicators.make(name, **settings)
    except (KeyError, ValueError, TypeError) as error:
        reader.findings.add("setting_not_accepted", reader.at("with"), name=name, reason=error)
        return None


def _setting(written: object) -> object:
    if isinstance(written, list):
        return list(map(str, written))
    return int(str(written)) if re.fullmatch("-?[0-9]+", str(written)) else str(written)


def _fits(value: object, wanted: inspect.Parameter) -> bool:
    # Texts are not checked: a text of digits has been read as a number by now.
    return isinstance(value, {"int": int, "list[str]": list}.get(str(wanted.annotation), object))


def range_of(reader: Reader, indicator: Indicator | None) -> cards.Range:
    """The range of an indicator among the keys of a mapping."""
    stated = reader.stated(_RANGES)
    if indicator is None:
        # The range of what is no indicator cannot be judged.
        return cards.Limits()
    if stated and set(stated) <= set(_LIMITS):
        return limits(reader, indicator.unit)
    expression = indicator.expression
    if stated == ["is"] and isinstance(expression, Condition):
        holds = reader.one_of("is", ("true", "false")) == "true"
        return cards.Values((int(holds),), "是" if holds else "否")
    if stated == ["one_of"] and isinstance(expression, Fact) and isinstance(expression.kind, Choice):
        kind = expression.kind
        names = reader.some_of("one_of", kind.values)
        return cards.Values(tuple(sorted(map(kind.code, names))), " / ".join(names))
    choices = _RANGES_OF.get(indicator.unit, ", ".join(_LIMITS))
    reader.lacks("range_expected", of=indicator.id, choices=choices)
    return cards.Limits()


def limits(reader: Reader, unit: Unit) -> cards.Limits:
    """The limits among the keys of a mapping."""
    stated = {key: reader.at(key) for key in reader.stated(tuple(_LIMITS))}
    if not stated:
        reader.lacks("range_expected", of=reader.tree.path, choices=", ".join(_LIMITS))
    for one, other in (("min", "min_exclusive"), ("max", "max_exclusive")):
        if one in stated and other in stated:
            reader.findings.add("two_limits", reader.tree, other, one=one, other=other)
    read = {key: _amount(reader, tree, partial(written.read, unit=unit)) for key, tree in stated.items()}
    found = {key: amount for key, amount in read.items() if amount is not None}
    least, most = (found.get(end, found.get(f"{end}_exclusive")) for end in ("min", "max"))
    above, below = "min_exclusive" in found, "max_exclusive" in found
    if least is not None and most is not None and (least > most or (least == most and (above or below))):
        reader.findings.add("empty_range", reader.tree)
    return cards.Limits(least, above, most, below, ", ".join(f"{_LIMITS[key]} {stated[key].value}" for key in found))
