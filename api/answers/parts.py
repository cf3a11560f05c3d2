"""Gates and items in the result JSON: value, threshold, gap, band, clause, facts.

What is said of a part depends on few numbers of an enterprise (`Reads`), and of most enterprises the same is said: so the
words are made from these numbers alone and kept. Only measured values, and how far they lie outside their limits, are
filled in anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

import orjson

from api.answers.forms import ROOM, ROOM_IN_TEXT, Json, Written, form, members
from api.answers.numbers import Gap, amount, gap_of, nth_root, number, points, threshold
from api.answers.reasons import FAIL, OPEN, PASS, Order, Reason, Reasons
from api.answers.state import Kept, Key, Prepared, Reads, State
from features.expression import Compound, Count, Exists, Fact, FirstKnown, Ratio
from features.facts import path_of_year
from features.indicators.base import Indicator, Unit
from scoring.card import MICRO, Award, Bands, BestOf, Card, Choose, Expert, Gate, Item, Label, LeastOf, Limits, Source
from scoring.compile import Detail, Part

WORDS = (FAIL, OPEN, PASS)
"""By the sum of "certain" and "possible"."""

Told = tuple[Written, tuple[str, ...], tuple[Order, Written] | None]
"""What is said of one part, its flags and its reason."""
Tell = Callable[[State], Told]
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


Measured = Callable[[State], tuple[int, int] | None]
"""The value in its unit as numerator and denominator; None where it is not known or does not exist."""


@dataclass(frozen=True)
class _Words:
    """What is said of one part, and how it is a reason."""

    name: str
    """The member that it is; empty where parts are a list."""
    write: Callable[[Key], Json]
    why: Callable[[Json], Reason | None]
    """The reason that they give."""

    def text(self, json: Json) -> Written:
        return members({self.name: json}) if self.name else orjson.dumps(json)

    def told(self, json: Json) -> Told:
        reason = self.why(json)
        return self.text(json), tuple(json.get("flags", ())), reason and (reason[0], orjson.dumps(reason[1]))


def _teller(reads: Reads, words: _Words, measured: Measured | None = None) -> Tell:
    """How a part is told; of a value that is measured the words are a form."""

    pick = reads.key
    if measured is None:
        kept: Kept[Key, Told] = Kept(lambda key: words.told(words.write(key)))
        return lambda state: kept[pick(state)]

    def ways(key: Key) -> tuple[bytes, Told]:
        json = words.write(key)
        return form(words.text({**json, "value": ROOM})), words.told(json)

    forms = Kept(ways)

    def tell(state: State) -> Told:
        with_value, told = forms[pick(state)]
        found = measured(state)
        if found is None:
            return told
        return with_value % orjson.dumps(number(*found)), told[1], told[2]

    return tell


def _against(reads: Reads, words: _Words, why: OfGate, measured: Measured, gap: Gap, unit: str) -> Tell:
    """How a gate is told that holds a measured value against limits: with its gap, also in the reason of one that fails."""

    def ways(key: Key) -> tuple[bytes, tuple[Order, bytes] | None, Told]:
        json, failing = words.write(key), None
        if json["verdict"] == FAIL:
            reason = why(json, f"（现为 {ROOM_IN_TEXT}，相差 {ROOM_IN_TEXT}）")
            failing = reason and (reason[0], form(orjson.dumps(reason[1])))
        return form(words.text({**json, "value": ROOM, "gap": ROOM})), failing, words.told(json)

    pick, forms = reads.key, Kept(ways)

    def tell(state: State) -> Told:
        with_value, failing, told = forms[pick(state)]
        found = measured(state)
        if found is None:
            return told
        stands, off = number(*found), gap(*found)
        _, flags, reason = told
        if failing is not None:
            order, text = failing
            reason = order, text % (amount(stands, unit).encode(), amount(off, unit).encode())
        return with_value % (orjson.dumps(stands), orjson.dumps(off)), flags, reason

    return tell


def gate_teller(prepared: Prepared, card: Card, gate: Gate, reasons: Reasons) -> Tell:
    """How one gate is told."""
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
        return _on_score(reads, card, gate, gate.score, fixed, why)
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

    measured = _value(prepared, root, only) if only and limits else None
    if only is None or limits is None or measured is None:
        return _teller(reads, _Words(name, write, why))
    return _against(reads, _Words(name, write, why), why, measured, gap_of(limits), only.indicator.unit.symbol)


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


def _on_score(reads: Reads, card: Card, gate: Gate, limits: Limits, fixed: Json, why: OfGate) -> Tell:
    low, high = reads.prepared.places(f"score|{card.id}", "low", "high")
    certain, possible = reads.ends(f"gate|{card.id}|{gate.id}", "low", "high")
    fixed = {**fixed, "threshold": threshold(limits), "unit": "分", "facts": []}

    def reached(state: Any) -> tuple[int, int] | None:
        return (state[low], MICRO) if state[low] == state[high] else None

    def write(key: Key) -> Json:
        return {**fixed, "verdict": WORDS[key[certain] + key[possible]]}

    return _against(reads, _Words(gate.id, write, why), why, reached, gap_of(limits), "分")


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
        fixed |= {"threshold": threshold(limits), "unit": detail.indicator.unit.symbol}
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


def _value(prepared: Prepared, root: str, detail: Detail) -> Measured | None:
    """How the indicator's value is found; None of a condition."""
    if detail.value is None:
        return None
    ends = ("numerator|low", "numerator|high", "denominator|low", "denominator|high")
    low, high, least, most = prepared.places(f"show|{root}|{detail.path}", *ends)
    expression, scale = detail.indicator.expression, detail.indicator.unit.scale
    minus = expression.minus if isinstance(expression, Ratio) else 0
    # The root that is taken of the quotient first: of compound growth.
    intervals = expression.intervals if isinstance(expression, Compound) else 1

    def measured(state: Any) -> tuple[int, int] | None:
        numerator, denominator = state[low], state[least]
        if numerator != state[high] or denominator != state[most] or denominator < 1:
            return None
        if intervals > 1:
            numerator, denominator = nth_root(numerator, denominator, intervals)
        return numerator - minus * denominator, denominator * scale

    return measured


def item_teller(prepared: Prepared, card: Card, item: Item, reasons: Reasons, more: More | None) -> Tell:
    """How one item is told, by the way of earning its points that counts, and what else is said of it."""
    own: Part = prepared.program.cards[card.id].parts[f"items/{item.id}"]
    if len(own.details) < 2:
        return _way(prepared, card, item, reasons, more, own.details[0] if own.details else None)
    ways = []
    for detail in own.details:
        ends = prepared.places(f"show|{card.id}|items/{item.id}|{detail.path}", "reached", "low", "high")
        ways.append((itemgetter(*ends), _way(prepared, card, item, reasons, more, detail, named=True)))

    def tell(state: Any) -> Told:
        return max(ways, key=lambda way: way[0](state))[1](state)

    return tell


def _way(
    prepared: Prepared,
    card: Card,
    item: Item,
    reasons: Reasons,
    more: More | None,
    detail: Detail | None,
    *,
    named: bool = False,
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
    further = more(reads) if more else None

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

    measured = _value(prepared, f"{card.id}|{part}", detail) if detail else None
    return _teller(reads, _Words(item.id, write, reasons.of_item), measured)


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
