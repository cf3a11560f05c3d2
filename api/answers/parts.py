"""Gates and items in the result JSON: value, threshold, gap, band, clause, facts.

What is said of a part follows from few numbers of an enterprise (`Reads`). Only measured values, and how far they lie outside their
limits, are filled in anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import orjson

from api.answers.forms import ROOM, ROOM_IN_TEXT, Json, members, roomy
from api.answers.kept import Key
from api.answers.measure import Measure
from api.answers.numbers import amount, gap_of, points, threshold
from api.answers.page_words import Piece
from api.answers.reasons import FAIL, OPEN, PASS, Reason, Reasons
from api.answers.state import Prepared, Reads
from features.expression import Compound, Count, Exists, Fact, FirstKnown, Ratio
from features.facts import path_of_year
from features.indicators.base import Indicator, Unit
from features.picking import picker
from scoring.card import MICRO, Award, Bands, BestOf, Card, Choose, Expert, Gate, Item, Label, LeastOf, Limits, Source
from scoring.compile import Detail, Part
from scoring.one_code import is_wide
from scoring.one_machine import UNKNOWN
from scoring.program import MEASURED

WORDS = (FAIL, OPEN, PASS)
"""By the sum of "certain" and "possible"."""

Add = Callable[[Key, Json], None]
"""Writes something that follows from the key."""
More = Callable[[Reads], Add]
"""What else is said of a part, once the numbers on which it depends are named."""


def label(of: Label | Indicator) -> Json:
    """A label in both languages."""
    return {"zh": of.zh, "en": of.en}


def clause(source: Source) -> Json:
    """Where it stands in the law."""
    return {"clause": source.clause, "grade": source.grade}


class OfGate(Protocol):
    """The reason that a gate gives; of one that fails with what is said of its measured value."""

    def __call__(self, gate: Json, measured: str = "") -> Reason | None:
        """None where it gives none."""


def _piece(name: str, json: Json, reason: Reason | None, measure: Measure | None = None) -> Piece:
    """A part as a member of this name, or without a name as one of a list."""
    text = members({name: json}) if name else orjson.dumps(json)
    return Piece(text, reason and (reason[0], roomy(orjson.dumps(reason[1]))), measure)


def ask_gate(prepared: Prepared, card: Card, gate: Gate, reasons: Reasons) -> None:
    """One gate on the page."""
    fixed: Json = {"label": label(gate.label), **clause(gate.source)}
    if gate.route:
        fixed["route"] = gate.route
    if gate.effect is not None:
        fixed |= {"id": gate.id, "effect": gate.effect.kind}
        if gate.effect.points is not None:
            fixed["points"] = points(gate.effect.points)
    elif not gate.binding:
        fixed["binding"] = False
    reads = Reads(prepared)
    # Constraints of a scheme are a list; what does not bind is no reason.
    name = "" if gate.effect else gate.id
    why: OfGate = reasons.of_gate if gate.binding else _no_reason
    if gate.score is not None:
        return _ask_on_score(reads, card, gate, gate.score, fixed, why)
    part = f"gates/{gate.id}"
    root, details = f"{card.id}|{part}", prepared.program.cards[card.id].parts[part].details
    certain, possible = reads.ends(root, "low", "high")
    facts, flags = _facts(reads, root, details), _flags(reads, card, part)
    only = details[0] if len(details) == 1 else None
    inside = _single(reads, only) if only else _conditions(reads, root, details)
    limits = only.range if only and isinstance(only.range, Limits) else None
    value = _value(reads, root, only, limits) if only and limits else None

    def write(key: Key) -> Piece:
        out = fixed.copy()
        out["verdict"] = WORDS[key[certain] + key[possible]]
        out["facts"] = facts(key)
        inside(key, out)
        flags(key, out)
        if value is None or not key[value.known]:
            return _piece(name, out, why(out))
        measured = why(out, _MEASURED.format(ROOM_IN_TEXT, ROOM_IN_TEXT))
        return _piece(name, out | {"value": ROOM, "gap": ROOM}, measured, value.measure)

    return reads.ask(write)


_MEASURED = "（现为 {}，相差 {}）"


def _no_reason(gate: Json, measured: str = "") -> None:
    """Of what decides nothing."""


def _flags(reads: Reads, card: Card, part: str) -> Add:
    """What the part has taken for granted."""
    program = reads.prepared.program
    possible = [(reads.at(program.at[root]), flag) for root, flag in program.flags.get((card.id, part), ())]

    def add(key: Key, out: Json) -> None:
        if raised := [flag for place, flag in possible if key[place]]:
            out["flags"] = raised

    return add


def _facts(reads: Reads, root: str, details: Iterable[Detail]) -> Callable[[Key], list[str]]:
    """Paths of the facts that the indicators used: of preferred measures the one that was known."""
    as_of = reads.prepared.as_of
    used: dict[tuple[int, tuple[tuple[int | None, str], ...]], None] = {}

    def named(path: str) -> tuple[int | None, str]:
        place = reads.prepared.known(path)
        assert place is not None
        return reads.at(place), path_of_year(path, as_of)

    for detail in details:
        (reached,) = reads.ends(f"show|{root}|{detail.path}", "reached")
        for leaf in detail.leaves:
            match leaf:
                case Fact(path, _):
                    used[reached, (named(path),)] = None
                case FirstKnown(options):
                    used[reached, tuple(named(option.path) for option in options)] = None
                case Exists(table, _) | Count(table, _, _):
                    used[reached, ((None, table),)] = None

    def found(key: Key) -> list[str]:
        counting = (options for reached, options in used if key[reached])
        firsts = (next((shown for place, shown in o if place is None or key[place]), None) for o in counting)
        return list(dict.fromkeys(shown for shown in firsts if shown is not None))

    return found


def _ask_on_score(reads: Reads, card: Card, gate: Gate, limits: Limits, fixed: Json, why: OfGate) -> None:
    low, high = reads.ends(f"score|{card.id}", "low", "high")
    certain, possible = reads.ends(f"gate|{card.id}|{gate.id}", "low", "high")
    fixed, gap = {**fixed, "threshold": threshold(limits), "unit": _POINT, "facts": []}, gap_of(limits)

    def write(key: Key) -> Piece:
        out = {**fixed, "verdict": WORDS[key[certain] + key[possible]]}
        if key[low] != key[high]:
            return _piece(gate.id, out, why(out))
        stands, off = points(key[low]), gap(key[low], MICRO)
        reason = why(out, _MEASURED.format(amount(stands, _POINT), amount(off, _POINT)))
        return _piece(gate.id, out | {"value": stands, "gap": off}, reason)

    reads.ask(write, most=1024)


_POINT = "分"


def _conditions(reads: Reads, root: str, details: Sequence[Detail]) -> Add:
    """The list of the conditions that a gate asks for, in the brackets that can be reached; what several brackets ask for alike, once."""
    named = []
    for detail in details:
        fixed = {"indicator": label(detail.indicator), "threshold": detail.range.text if detail.range else ""}
        ends = reads.ends(f"show|{root}|{detail.path}", "reached", "low", "high")
        named.append((orjson.dumps(fixed), fixed, ends))

    def add(key: Key, out: Json) -> None:
        told: dict[tuple[bytes, str], Json] = {}
        for text, fixed, (reached, low, high) in named:
            if key[reached]:
                verdict = WORDS[key[low] + key[high]]
                told.setdefault((text, verdict), {**fixed, "verdict": verdict})
        out["conditions"] = list(told.values())

    return add


def _single(reads: Reads, detail: Detail) -> Add:
    """The one indicator that a gate asks for; of a measured one the value and its gap are filled in later."""
    fixed, limits = _data_date(reads.prepared, detail.indicator), detail.range
    if isinstance(limits, Limits):
        fixed |= {"threshold": threshold(limits), "unit": detail.indicator.unit.symbol}
        return lambda _, out: out.update(fixed)
    expression = detail.indicator.expression
    if isinstance(expression, Fact):
        place, kind = reads.at(reads.prepared.program.stated_at(expression.path)), expression.kind

        def chosen(key: Key, out: Json) -> None:
            out.update(fixed)
            if key[place] != UNKNOWN:
                out["value"] = kind.show(key[place])

        return chosen
    # Of a yes or no the value is what the verdict says of it.
    wanted = PASS if limits is not None and limits.text == "是" else FAIL

    def said_of(_: Key, out: Json) -> None:
        said = out["verdict"]
        out.update(fixed)
        if limits is not None and said != OPEN:
            out["value"] = said == wanted

    return said_of


def _data_date(prepared: Prepared, indicator: Indicator) -> Json:
    """The day that the value speaks of: the end of its accounting year, or as_of."""
    if indicator.period is None:
        return {"data_date": prepared.as_of.isoformat()}
    return {"data_date": f"{prepared.as_of.year + indicator.period}-12-31"}


class _Value(NamedTuple):
    """A value that may be measured."""

    known: int
    """Where in the key it is said that it is known and exists."""
    measure: Measure
    """The value in its unit; behind it how far it is from limits, where there are some."""


def _value(reads: Reads, root: str, detail: Detail, limits: Limits | None = None) -> _Value | None:
    """The indicator's value; None of a condition."""
    if detail.value is None:
        return None
    program, shown, unit = reads.prepared.program, f"show|{root}|{detail.path}", detail.indicator.unit
    over, under = (f"{shown}|{part}|low" for part in ("numerator", "denominator"))
    expression = detail.indicator.expression
    measure = Measure(
        program.at[over],
        program.at[under],
        narrow=not any(is_wide(program.whole[root]) for root in (over, under)),
        unit=unit.symbol,
        scale=unit.scale,
        minus=expression.minus if isinstance(expression, Ratio) else 0,
        intervals=expression.intervals if isinstance(expression, Compound) else 1,
        limits=limits,
    )
    return _Value(reads.at(program.at[f"{shown}{MEASURED}"]), measure)


def ask_item(prepared: Prepared, card: Card, item: Item, reasons: Reasons, more: More | None) -> None:
    """One item on the page, by the way of earning its points that counts, and what else is said of it."""
    own: Part = prepared.program.cards[card.id].parts[f"items/{item.id}"]
    reads = Reads(prepared)
    several = len(own.details) > 1
    ways = [_way(reads, card, item, more, detail, named=several) for detail in own.details or [None]]
    shown = [f"show|{card.id}|items/{item.id}|{detail.path}" for detail in own.details if several]
    ends = [picker(reads.ends(root, "reached", "low", "high")) for root in shown]

    def write(key: Key) -> Piece:
        way = max(zip(ends, ways, strict=True), key=lambda one: one[0](key))[1] if several else ways[0]
        out = way.write(key)
        reason = reasons.of_item(out)
        if way.value is None or not key[way.value.known]:
            return _piece(item.id, out, reason)
        return _piece(item.id, out | {"value": ROOM}, reason, way.value.measure)

    reads.ask(write, most=512)


class _Way(NamedTuple):
    """What is said of an item by one way of earning its points."""

    write: Callable[[Key], Json]
    value: _Value | None


def _way(
    reads: Reads, card: Card, item: Item, more: More | None, detail: Detail | None, *, named: bool = False
) -> _Way:
    """One way of earning an item's points, of several by its name."""
    part = f"items/{item.id}"
    fixed: Json = {"label": label(item.label), **clause(item.source)}
    criterion = _criterion(item.award)
    if criterion:
        fixed["expert"] = criterion
    grade = f"expert_grade/{criterion}"
    known = reads.prepared.known(grade)
    graded = None if known is None else reads.at(known)
    low, high = reads.ends(f"{card.id}|{part}", "low", "high")
    most, flags = _most(reads, card, item), _flags(reads, card, part)
    shown = _shown(reads, f"{card.id}|{part}", detail) if detail else None
    further = more(reads) if more else None
    value = _value(reads, f"{card.id}|{part}", detail) if detail else None

    def write(key: Key) -> Json:
        out = fixed.copy()
        out["points"] = {"low": points(key[low]), "high": points(key[high]), "max": most(key)}
        if shown is not None:
            shown(key, out)
        else:
            out["facts"] = []
        if named and detail:
            out["option"] = detail.path
        if graded is not None and key[graded]:
            out["facts"] = [*out["facts"], grade]
        flags(key, out)
        if further is not None:
            further(key, out)
        return out

    return _Way(write, value)


def _most(reads: Reads, card: Card, item: Item) -> Callable[[Key], float]:
    """The most that an item can give: of a scheme's, in the stage where the enterprise surely is."""
    whole = points(item.cap)
    stages = [(reads.ends(f"stage|{card.id}|{stage}", "low")[0], points(w)) for stage, w in item.weights.items()]
    if not stages:
        return lambda _: whole
    return lambda key: next((weight for place, weight in stages if key[place]), whole)


def _criterion(award: Award) -> str | None:
    """The grade that settles an item, by whichever way its points are earned."""
    match award:
        case Expert(criterion) | Bands(_, _, criterion):
            return criterion
        case BestOf(options) | LeastOf(options):
            return next(filter(None, map(_criterion, options.values())), None)
        case Choose(_, cases):
            return next(filter(None, (_criterion(case.body) for case in cases)), None)
    return None


def _shown(reads: Reads, root: str, detail: Detail) -> Add:
    """Indicator, band and facts of one way of earning points; its value is filled in later."""
    fixed = {"indicator": label(detail.indicator), **_data_date(reads.prepared, detail.indicator)}
    if detail.indicator.unit is not Unit.SHARE:
        fixed["unit"] = detail.indicator.unit.symbol
    facts, bands = _facts(reads, root, [detail]), detail.bands
    first, last = reads.ends(f"show|{root}|{detail.path}|band", "low", "high") if bands else (0, 0)

    def add(key: Key, out: Json) -> None:
        out.update(fixed)
        if bands:
            one, other = bands[key[first]], bands[key[last]]
            out["band"] = one if one == other else f"{one} … {other}"
        out["facts"] = facts(key)

    return add
