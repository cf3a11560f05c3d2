"""The parts of a provision in a rulebook file: requirements, awards, the ranges and points in them."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from features.expression import Condition, Fact
from features.indicators import catalogue as indicators
from features.indicators.base import Indicator, Unit
from features.kinds import Choice
from scoring import amounts
from scoring.card import (
    AllOf,
    AnyOf,
    Award,
    Band,
    Bands,
    BestOf,
    Body,
    Case,
    Choose,
    Expert,
    Fixed,
    LeastOf,
    Limits,
    LinearToCap,
    NotOf,
    Range,
    Requirement,
    Test,
    Values,
)
from scoring.yaml_tree import Reader, Tree

REQUIREMENTS = ("indicator", "all", "any", "not", "choose")
AWARDS = ("bands", "best_of", "least_of", "choose", "linear", "expert", "points")
_LIMITS = {"min": "≥", "min_exclusive": ">", "max": "≤", "max_exclusive": "<"}
_RANGES = (*_LIMITS, "is", "one_of")
_RANGES_OF = {Unit.TRUTH: "is: true, is: false", Unit.CHOICE: "one_of: [...]"}

STAND_IN = indicators.make("sales_revenue")
"""Stands where a card names no indicator that there is; such a card is never handed out."""


# --- requirements -------------------------------------------------------------------------------------------------


def requirement(reader: Reader) -> Requirement:
    """The one condition among the keys of a mapping."""
    match reader.stated(REQUIREMENTS):
        case ["indicator"]:
            indicator = _indicator(reader)
            return Test(indicator or STAND_IN, _range(reader, indicator))
        case ["all"]:
            return AllOf(_junction(reader, "all"))
        case ["any"]:
            return AnyOf(_junction(reader, "any"))
        case ["not"]:
            return NotOf(reader.whole(reader.at("not"), _noted(requirement)))
        case ["choose"]:
            return reader.whole(reader.at("choose"), _choose(requirement))
    reader.lacks("one_condition_expected", choices=", ".join(REQUIREMENTS))
    return AllOf(())


def _junction(reader: Reader, key: str) -> tuple[Requirement, ...]:
    parts = tuple(reader.whole(part, _noted(requirement)) for part in reader.items(key))
    if not parts:
        reader.lacks("empty_list", key, part=key)
    return parts


def _noted(read: Callable[[Reader], Body]) -> Callable[[Reader], Body]:
    """``read`` where a note may stand beside."""

    def reading(reader: Reader) -> Body:
        reader.text("note")
        return read(reader)

    return reading


def _choose(body: Callable[[Reader], Body]) -> Callable[[Reader], Choose[Body]]:
    def reading(reader: Reader) -> Choose[Body]:
        by = _indicator(reader, "by")
        case = _noted(lambda inner: Case(_range(inner, by), body(inner)))
        cases = tuple(reader.whole(child, case) for child in reader.items("cases"))
        if not cases:
            reader.lacks("empty_list", "cases", part="cases")
        return Choose(by or STAND_IN, cases)

    return reading


# --- awards -------------------------------------------------------------------------------------------------------


def award(reader: Reader) -> Award:
    """The one way of scoring among the keys of a mapping."""
    match reader.stated(AWARDS):
        case ["bands"]:
            return _bands(reader)
        case ["best_of"]:
            return BestOf(_options(reader, "best_of"))
        case ["least_of"]:
            return LeastOf(_options(reader, "least_of"))
        case ["choose"]:
            return reader.whole(reader.at("choose"), _choose(award))
        case ["linear"]:
            return reader.whole(reader.at("linear"), _linear)
        case ["expert"]:
            return reader.whole(reader.at("expert"), _expert)
        case ["points"]:
            return Fixed(points(reader)[0])
    reader.lacks("one_award_expected", choices=", ".join(AWARDS))
    return Fixed(0)


def _options(reader: Reader, key: str) -> dict[str, Award]:
    options = {name: reader.whole(child, _noted(award)) for name, child in reader.mapping(key).items()}
    _not_empty(reader, key, {})
    return options


def _not_empty(reader: Reader, key: str, empty: object) -> None:
    tree = reader.at(key)
    if tree.value == empty:
        reader.findings.add("empty_list", tree, part=key)


def _bands(reader: Reader) -> Award:
    indicator = _indicator(reader)
    band = _noted(lambda inner: Band(_range(inner, indicator), *points(inner)))
    bands = tuple(reader.whole(tree, band) for tree in reader.items("bands"))
    _not_empty(reader, "bands", [])
    return Bands(indicator or STAND_IN, bands)


def _linear(reader: Reader) -> Award:
    indicator = _indicator(reader)
    tree = reader.take("full", required=True)
    full = _amount(reader, tree, indicator.unit) if tree and indicator else None
    if full is not None and full <= 0:
        reader.findings.add("full_mark_not_positive", reader.at("full"))
    return LinearToCap(
        indicator or STAND_IN, full or Fraction(1), points(reader)[1], optional_points(reader, "step") or 1
    )


def _expert(reader: Reader) -> Award:
    return Expert(reader.text("criterion", required=True), *points(reader))


def points(reader: Reader, key: str = "points") -> tuple[int, int]:
    """Micro-points below a key that must stand there: least and most."""
    tree = reader.take(key, required=True)
    return (_points(reader, tree) if tree else None) or (0, 0)


def optional_points(reader: Reader, key: str) -> int | None:
    """Micro-points below a key that may stand there."""
    tree = reader.take(key)
    found = _points(reader, tree) if tree else None
    return found[1] if found else None


def _points(reader: Reader, tree: Tree) -> tuple[int, int] | None:
    try:
        return amounts.points([str(t.value) for t in tree.value] if isinstance(tree.value, list) else [str(tree.value)])
    except amounts.AmountError as error:
        reader.findings.add(error.code, tree, **error.values)
        return None


# --- indicators and ranges ----------------------------------------------------------------------------------------


def _indicator(reader: Reader, key: str = "indicator") -> Indicator | None:
    name = reader.text(key, required=True)
    given = reader.take("with")
    settings = _settings(Reader(given, reader.findings)) if given else {}
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


def _settings(reader: Reader) -> dict[str, Any]:
    return {key: _setting(reader.at(key)) for key in reader.names()}


def _setting(tree: Tree) -> Any:
    if isinstance(tree.value, list):
        return [str(t.value) for t in tree.value]
    text = str(tree.value)
    return int(text) if re.fullmatch("-?[0-9]+", text) else text


def _fits(value: Any, wanted: inspect.Parameter) -> bool:
    # Texts are not checked: a text of digits has been read as a number by now.
    return isinstance(value, {"int": int, "list[str]": list}.get(str(wanted.annotation), object))


def _range(reader: Reader, indicator: Indicator | None) -> Range:
    stated = reader.stated(_RANGES)
    if indicator is None:
        # The range of what is no indicator cannot be judged.
        return Limits()
    if stated and set(stated) <= set(_LIMITS):
        return limits(reader, indicator.unit)
    expression = indicator.expression
    if stated == ["is"] and isinstance(expression, Condition):
        holds = reader.one_of("is", ("true", "false")) == "true"
        return Values((int(holds),), "是" if holds else "否")
    if stated == ["one_of"] and isinstance(expression, Fact) and isinstance(expression.kind, Choice):
        kind = expression.kind
        names = reader.some_of("one_of", kind.values)
        return Values(tuple(sorted(map(kind.code, names))), " / ".join(names))
    choices = _RANGES_OF.get(indicator.unit, ", ".join(_LIMITS))
    reader.lacks("range_expected", of=indicator.id, choices=choices)
    return Limits()


def limits(reader: Reader, unit: Unit) -> Limits:
    """The limits among the keys of a mapping."""
    stated = {key: reader.at(key) for key in reader.stated(tuple(_LIMITS))}
    if not stated:
        reader.lacks("range_expected", of=reader.tree.path, choices=", ".join(_LIMITS))
    for one, other in (("min", "min_exclusive"), ("max", "max_exclusive")):
        if one in stated and other in stated:
            reader.findings.add("two_limits", reader.tree, other, one=one, other=other)
    read = {key: _amount(reader, tree, unit) for key, tree in stated.items()}
    found = {key: amount for key, amount in read.items() if amount is not None}
    least, most = (found.get(end, found.get(f"{end}_exclusive")) for end in ("min", "max"))
    above, below = "min_exclusive" in found, "max_exclusive" in found
    if least is not None and most is not None and (least > most or (least == most and (above or below))):
        reader.findings.add("empty_range", reader.tree)
    return Limits(least, above, most, below, ", ".join(f"{_LIMITS[key]} {stated[key].value}" for key in found))


def _amount(reader: Reader, tree: Tree, unit: Unit) -> Fraction | None:
    try:
        return amounts.read(str(tree.value), unit)
    except amounts.AmountError as error:
        reader.findings.add(error.code, tree, **error.values)
        return None
