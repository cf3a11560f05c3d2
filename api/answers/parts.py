"""Gates and items in the result JSON: value, threshold, gap, band, clause, facts.

What is said of a part depends on few numbers of an enterprise (`Reads`), and of most enterprises the same is said: so the
words are made from these numbers alone and kept. Only measured values, and how far they lie outside their limits, are
filled in anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from api.answers.numbers import Gap, gap_of, nth_root, number, points, threshold
from api.answers.reasons import FAIL, OPEN, PASS, Json, Reason, Reasons, with_measure
from api.answers.state import Kept, Key, Prepared, Reads, State
from features.expression import Compound, Count, Exists, Fact, FirstKnown, Ratio
from features.facts import path_of_year
from features.indicators.base import Indicator, Unit
from scoring.card import Award, Bands, BestOf, Card, Choose, Expert, Gate, Item, Label, LeastOf, Limits, Source
from scoring.compile import Detail, Part

WORDS = (FAIL, OPEN, PASS)
"""By the sum of "certain" and "possible"."""

Told = tuple[Json, tuple[str, ...], Reason | None]
"""What is said of one part, its flags and its reason. Shared between enterprises of which the same is said: not to be changed."""
Tell = Callable[[State], Told]
Add = Callable[[Key, Json], None]
"""Writes something that follows from the key."""


class Value(NamedTuple):
    """Where the ends of an indicator's value stand in a state, and how they make the value in its unit."""

    ends: list[int]
    """Numerator low and high, denominator low and high."""
    minus: int
    scale: int
    intervals: int
    """The root that is taken of the quotient first: of compound growth."""


def label(of: Label | Indicator) -> Json:
    """A label in both languages."""
    return {"zh": of.zh, "en": of.en}


def clause(source: Source) -> Json:
    """Where it stands in the law."""
    return {"clause": source.clause, "grade": source.grade}


def _teller(
    reads: Reads,
    write: Callable[[Key], Json],
    reason: Callable[[Json], Reason | None],
    value: Value | None = None,
    gap: Gap | None = None,
) -> Tell:
    """How a part is told: ``write`` makes the words from the key and leaves room for the value and its gap."""

    def said(key: Key) -> Told:
        json = write(key)
        return json, tuple(json.get("flags", ())), reason(json)

    def unmeasured(told: Told) -> Told:
        json, flags, why = told
        return {name: one for name, one in json.items() if name not in ("value", "gap")}, flags, why

    pick = reads.key
    if value is None:
        words: Kept[Key, Told] = Kept(said)
        return lambda state: words[pick(state)]

    ways: Kept[Key, tuple[Told, Told]] = Kept(lambda key: (told := said(key), unmeasured(told)))
    (low, high, least, most), minus, scale, intervals = value

    def tell(state: Any) -> Told:
        told, without = ways[pick(state)]
        numerator, denominator = state[low], state[least]
        if numerator != state[high] or denominator != state[most] or denominator < 1:
            return without
        same, flags, why = told
        json = same.copy()
        if intervals > 1:
            numerator, denominator = nth_root(numerator, denominator, intervals)
        numerator, denominator = numerator - minus * denominator, denominator * scale
        json["value"] = number(numerator, denominator)
        if gap is None:
            return json, flags, why
        json["gap"] = gap(numerator, denominator)
        return json, flags, why and with_measure(why, json)

    return tell


def gate_teller(prepared: Prepared, card: Card, gate: Gate, reasons: Reasons) -> Tell:
    """How one gate is told."""
    fixed: Json = {"label": label(gate.label), **clause(gate.source)}
    if gate.route:
        fixed["route"] = gate.route
    if not gate.binding:
        fixed["binding"] = False
    reads = Reads(prepared)
    if gate.score is not None:
        return _teller(reads, _on_score(reads, card, gate, gate.score, fixed), reasons.of_gate)
    part = f"gates/{gate.id}"
    root, details = f"{card.id}|{part}", prepared.program.cards[card.id].parts[part].details
    certain, possible = reads.ends(root, "low", "high")
    facts, flags = _facts(reads, root, details), _flags(reads, card, part)
    only = details[0] if len(details) == 1 else None
    inside = _single(reads, only) if only else _conditions(reads, root, details)
    limits = only.range if only and isinstance(only.range, Limits) else None

    def write(key: Key) -> Json:
        out = fixed.copy()
        out["verdict"] = WORDS[key[certain] + key[possible]]
        out["facts"] = facts(key)
        inside(key, out)
        flags(key, out)
        return out

    if only is None or limits is None:
        return _teller(reads, write, reasons.of_gate)
    return _teller(reads, write, reasons.of_gate, _value(prepared, root, only), gap_of(limits))


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


def _on_score(reads: Reads, card: Card, gate: Gate, limits: Limits, fixed: Json) -> Callable[[Key], Json]:
    low, high = reads.ends(f"score|{card.id}", "low", "high")
    certain, possible = reads.ends(f"gate|{card.id}|{gate.id}", "low", "high")
    gap = gap_of(limits)
    fixed = {**fixed, "threshold": threshold(limits), "unit": "分", "facts": []}

    def write(key: Key) -> Json:
        out = {**fixed, "verdict": WORDS[key[certain] + key[possible]]}
        if key[low] == key[high]:
            reached = points(key[low])
            out.update(value=reached, gap=gap(*reached.as_integer_ratio()))
        return out

    return write


def _conditions(reads: Reads, root: str, details: Sequence[Detail]) -> Add:
    """The list of the conditions that a gate asks for, in the brackets that can be reached."""
    named = [
        (
            {"indicator": label(d.indicator), "threshold": d.range.text if d.range else ""},
            reads.ends(f"show|{root}|{d.path}", "reached", "low", "high"),
        )
        for d in details
    ]

    def add(key: Key, out: Json) -> None:
        out["conditions"] = [
            {**fixed, "verdict": WORDS[key[low] + key[high]]} for fixed, (reached, low, high) in named if key[reached]
        ]

    return add


def _single(reads: Reads, detail: Detail) -> Add:
    """The one indicator that a gate asks for; of a measured one the value and its gap are filled in later."""
    fixed, limits = _data_date(reads.prepared, detail.indicator), detail.range
    if isinstance(limits, Limits):
        fixed |= {"threshold": threshold(limits), "unit": detail.indicator.unit.symbol, "value": None, "gap": None}
        return lambda _, out: out.update(fixed)
    expression = detail.indicator.expression
    if isinstance(expression, Fact):
        place, kind = reads.at(reads.prepared.given(expression.path)), expression.kind

        def chosen(key: Key, out: Json) -> None:
            out.update(fixed)
            if key[place] is not None:
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


def _value(prepared: Prepared, root: str, detail: Detail) -> Value | None:
    """How the indicator's value is found; None of a condition."""
    if detail.value is None:
        return None
    ends = ("numerator|low", "numerator|high", "denominator|low", "denominator|high")
    expression = detail.indicator.expression
    minus = expression.minus if isinstance(expression, Ratio) else 0
    intervals = expression.intervals if isinstance(expression, Compound) else 1
    return Value(prepared.places(f"show|{root}|{detail.path}", *ends), minus, detail.indicator.unit.scale, intervals)


def item_teller(prepared: Prepared, card: Card, item: Item, reasons: Reasons) -> Tell:
    """How one item is told, by the way of earning its points that counts."""
    own: Part = prepared.program.cards[card.id].parts[f"items/{item.id}"]
    if len(own.details) < 2:
        return _way(prepared, card, item, reasons, own.details[0] if own.details else None)
    ways = []
    for detail in own.details:
        ends = prepared.places(f"show|{card.id}|items/{item.id}|{detail.path}", "reached", "low", "high")
        ways.append((itemgetter(*ends), _way(prepared, card, item, reasons, detail, named=True)))

    def tell(state: Any) -> Told:
        return max(ways, key=lambda way: way[0](state))[1](state)

    return tell


def _way(
    prepared: Prepared, card: Card, item: Item, reasons: Reasons, detail: Detail | None, *, named: bool = False
) -> Tell:
    """How an item is told by one way of earning its points, of several by its name."""
    part, reads = f"items/{item.id}", Reads(prepared)
    fixed: Json = {"label": label(item.label), **clause(item.source)}
    criterion = _criterion(item.award)
    if criterion:
        fixed["expert"] = criterion
    grade = f"expert_grade/{criterion}"
    known = prepared.known(grade)
    graded = None if known is None else reads.at(known)
    low, high = reads.ends(f"{card.id}|{part}", "low", "high")
    most, flags = _most(reads, card, item), _flags(reads, card, part)
    shown = _shown(reads, f"{card.id}|{part}", detail) if detail else None

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
        return out

    value = _value(prepared, f"{card.id}|{part}", detail) if detail else None
    return _teller(reads, write, reasons.of_item, value)


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
    if detail.value is not None:
        fixed["value"] = None
    facts, bands = _facts(reads, root, [detail]), detail.bands
    first, last = reads.ends(f"show|{root}|{detail.path}|band", "low", "high") if bands else (0, 0)

    def add(key: Key, out: Json) -> None:
        out.update(fixed)
        if bands:
            one, other = bands[key[first]], bands[key[last]]
            out["band"] = one if one == other else f"{one} … {other}"
        out["facts"] = facts(key)

    return add
