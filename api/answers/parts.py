"""Gates and items in the result JSON: value, threshold, gap, band, clause, facts.

What does not depend on the enterprise is written once, when the rules are prepared for a day (`api.answers.result`); a
writer then fills in what one enterprise's values say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.answers.numbers import Gap, number, points, threshold
from features.expression import Count, Exists, Fact, FirstKnown, Ratio
from features.facts import path_of_year
from features.indicators.base import Indicator, Unit
from scoring.assembly import Verdict
from scoring.card import Award, Bands, BestOf, Card, Choose, Expert, Gate, Item, Label, LeastOf, Limits, Source
from scoring.compile import Detail, Part
from scoring.program import Program, Values

Json = dict[str, Any]
Scalars = Mapping[str, int | None]
Write = Callable[[Values, Scalars], Json]
FAIL, PASS, OPEN = Verdict.FAIL.word, Verdict.PASS.word, Verdict.UNDETERMINED.word
WORDS = (FAIL, OPEN, PASS)
"""By the sum of "certain" and "possible"."""


@dataclass(frozen=True)
class Prepared:
    """The rules of an answer and its day."""

    program: Program
    as_of: date

    def places(self, root: str, *ends: str) -> list[int]:
        """Where the ends of a root stand among the values."""
        return [self.program.at[f"{root}|{end}"] for end in ends]

    def truth(self, root: str) -> Callable[[Values], str]:
        """The word for the two truths of a root."""
        certain, possible = self.places(root, "low", "high")
        return lambda values: WORDS[values[certain] + values[possible]]

    def points(self, root: str) -> Callable[[Values], Json]:
        """The points of a root, low and high."""
        low, high = self.places(root, "low", "high")
        return lambda values: {"low": points(values[low]), "high": points(values[high])}

    def data_date(self, indicator: Indicator) -> Json:
        """The day that the value speaks of: the end of its accounting year, or as_of."""
        if indicator.period is None:
            return {"data_date": self.as_of.isoformat()}
        return {"data_date": f"{self.as_of.year + indicator.period}-12-31"}

    def flags(self, card: Card, part: str) -> list[tuple[int, str]]:
        """What the part may have taken for granted, each with its place among the values."""
        return [(self.program.at[root], flag) for root, flag in self.program.flags.get((card.id, part), ())]

    def facts(self, details: Iterable[Detail]) -> Callable[[Scalars], list[str]]:
        """Paths of the facts that the indicators used: of preferred measures the one that was known."""
        used: dict[tuple[tuple[str | None, str], ...], None] = {}
        for detail in details:
            for leaf in detail.leaves:
                match leaf:
                    case Fact(path, _):
                        used[((path, path_of_year(path, self.as_of)),)] = None
                    case FirstKnown(options):
                        used[tuple((o.path, path_of_year(o.path, self.as_of)) for o in options)] = None
                    case Exists(table, _) | Count(table, _, _):
                        used[((None, table),)] = None
        if all(options[0][0] is None for options in used):
            always = [options[0][1] for options in used]
            return lambda _: always

        def found(scalars: Scalars) -> list[str]:
            named: dict[str, None] = {}
            for options in used:
                for path, shown in options:
                    if path is None or scalars[path] is not None:
                        named[shown] = None
                        break
            return list(named)

        return found


def label(of: Label | Indicator) -> Json:
    """A label in both languages."""
    return {"zh": of.zh, "en": of.en}


def verdict_of(certain: int, possible: int) -> str:
    """The word for two truths."""
    return WORDS[certain + possible]


def clause(source: Source) -> Json:
    """Where it stands in the law."""
    return {"clause": source.clause, "grade": source.grade}


def gate_writer(prepared: Prepared, card: Card, gate: Gate) -> Write:
    """How one gate is written."""
    fixed: Json = {"label": label(gate.label), **clause(gate.source)}
    if gate.route:
        fixed["route"] = gate.route
    if gate.score is not None:
        return _on_score(prepared, card, gate, gate.score, fixed)
    part = f"gates/{gate.id}"
    details = prepared.program.cards[card.id].parts[part].details
    certain, possible = prepared.places(f"{card.id}|{part}", "low", "high")
    facts, add = prepared.facts(details), _inside(prepared, f"{card.id}|{part}", details)
    flags = prepared.flags(card, part)

    def write(values: Values, scalars: Scalars) -> Json:
        out = fixed.copy()
        out["verdict"] = said = WORDS[values[certain] + values[possible]]
        out["facts"] = facts(scalars)
        add(values, scalars, said, out)
        if flags and (raised := [flag for place, flag in flags if values[place]]):
            out["flags"] = raised
        return out

    return write


def _on_score(prepared: Prepared, card: Card, gate: Gate, limits: Limits, fixed: Json) -> Write:
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    verdict, gap = prepared.truth(f"gate|{card.id}|{gate.id}"), Gap(limits)
    fixed = {**fixed, "threshold": threshold(limits), "unit": "分", "facts": []}

    def write(values: Values, _: Scalars) -> Json:
        out = {**fixed, "verdict": verdict(values)}
        if values[low] == values[high]:
            reached = points(values[low])
            out.update(value=reached, gap=gap.of(*reached.as_integer_ratio()))
        return out

    return write


Add = Callable[[Values, Scalars, str, Json], None]


def _inside(prepared: Prepared, root: str, details: Sequence[Detail]) -> Add:
    """What a gate asks: its one indicator, or the list of its conditions."""
    if len(details) == 1:
        return _single(prepared, root, details[0])
    named = [
        (
            {"indicator": label(d.indicator), "threshold": d.range.text if d.range else ""},
            prepared.truth(f"show|{root}|{d.path}"),
        )
        for d in details
    ]

    def add(values: Values, _: Scalars, __: str, out: Json) -> None:
        out["conditions"] = [{**fixed, "verdict": verdict(values)} for fixed, verdict in named]

    return add


def _single(prepared: Prepared, root: str, detail: Detail) -> Add:
    fixed, value, limits = prepared.data_date(detail.indicator), _value(prepared, root, detail), detail.range
    if isinstance(limits, Limits):
        gap = Gap(limits)
        fixed |= {"threshold": threshold(limits), "unit": detail.indicator.unit.symbol}

        def measured(values: Values, _: Scalars, __: str, out: Json) -> None:
            out.update(fixed)
            if (found := value(values)) is not None:
                out["value"] = number(*found)
                out["gap"] = gap.of(*found)

        return measured
    expression = detail.indicator.expression
    if isinstance(expression, Fact):
        path, kind = expression.path, expression.kind

        def chosen(_: Values, scalars: Scalars, __: str, out: Json) -> None:
            out.update(fixed)
            if (code := scalars[path]) is not None:
                out["value"] = kind.show(code)

        return chosen
    # Of a yes or no the value is what the verdict says of it.
    wanted = PASS if limits is not None and limits.text == "是" else FAIL

    def said_of(_: Values, __: Scalars, said: str, out: Json) -> None:
        out.update(fixed)
        if limits is not None and said != OPEN:
            out["value"] = said == wanted

    return said_of


def _value(prepared: Prepared, root: str, detail: Detail) -> Callable[[Values], tuple[int, int] | None]:
    """The indicator's value in its unit; None where it is not fully known or has a zero denominator."""
    if detail.value is None:
        return lambda _: None
    ends = ("numerator|low", "numerator|high", "denominator|low", "denominator|high")
    low, high, least, most = prepared.places(f"show|{root}|{detail.path}", *ends)
    expression, scale = detail.indicator.expression, detail.indicator.unit.scale
    minus = expression.minus if isinstance(expression, Ratio) else 0

    def value(values: Values) -> tuple[int, int] | None:
        numerator, denominator = values[low], values[least]
        if numerator != values[high] or denominator != values[most] or denominator < 1:
            return None
        return numerator - minus * denominator, denominator * scale

    return value


def item_writer(prepared: Prepared, card: Card, item: Item) -> Write:
    """How one item is written, by the way of earning its points that counts."""
    part = f"items/{item.id}"
    own: Part = prepared.program.cards[card.id].parts[part]
    fixed: Json = {"label": label(item.label), **clause(item.source)}
    criterion = _criterion(item.award)
    grade = f"expert_grade/{criterion}"
    if criterion:
        fixed["expert"] = criterion
    low, high = prepared.places(f"{card.id}|{part}", "low", "high")
    most, flags = points(item.cap), prepared.flags(card, part)
    options = [_option(prepared, f"{card.id}|{part}", detail) for detail in own.details]
    only = options[0] if len(options) == 1 else None

    def write(values: Values, scalars: Scalars) -> Json:
        out = fixed.copy()
        out["points"] = {"low": points(values[low]), "high": points(values[high]), "max": most}
        if only is not None:
            only.add(values, scalars, out)
        elif options:
            best = max(options, key=lambda option: (values[option.low], values[option.high]))
            best.add(values, scalars, out)
            out["option"] = best.path
        else:
            out["facts"] = []
        if criterion and scalars.get(grade) is not None:
            out["facts"] = [*out["facts"], grade]
        if flags and (raised := [flag for place, flag in flags if values[place]]):
            out["flags"] = raised
        return out

    return write


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


@dataclass(frozen=True)
class _Option:
    path: str
    low: int
    high: int
    add: Callable[[Values, Scalars, Json], None]


def _option(prepared: Prepared, root: str, detail: Detail) -> _Option:
    shown = f"show|{root}|{detail.path}"
    low, high = prepared.places(shown, "low", "high")
    fixed = {"indicator": label(detail.indicator), **prepared.data_date(detail.indicator)}
    if detail.indicator.unit is not Unit.SHARE:
        fixed["unit"] = detail.indicator.unit.symbol
    value, facts, bands = _value(prepared, root, detail), prepared.facts([detail]), detail.bands
    first, last = prepared.places(f"{shown}|band", "low", "high") if bands else (0, 0)

    def add(values: Values, scalars: Scalars, out: Json) -> None:
        out.update(fixed)
        if (found := value(values)) is not None:
            out["value"] = number(*found)
        if bands:
            one, other = bands[values[first]], bands[values[last]]
            out["band"] = one if one == other else f"{one} … {other}"
        out["facts"] = facts(scalars)

    return _Option(detail.path, low, high, add)
