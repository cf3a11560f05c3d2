"""Random small cards over facts with few values, their completions, and a plain reading of a card on complete facts.

The reader here shares no code with the compiler: it takes the dataclasses and `fractions` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import ceil, floor

from by_name import compile_by_name
from hypothesis import strategies as st

from features.expression import (
    All,
    AtLeast,
    Compound,
    Condition,
    Count,
    Either,
    Exists,
    Fact,
    FirstKnown,
    Linear,
    MeanGrowth,
    Negated,
    OneOf,
    Quantity,
    Ratio,
    RowFact,
    flagged,
)
from features.facts import FirmFacts, Row, listed
from features.indicators.base import Indicator, Unit
from features.kinds import Choice, Flag, Number
from scoring import core
from scoring.assembly import WITHIN, Verdict, assemble
from scoring.bounds import Bounds
from scoring.bounds import ends as by_end
from scoring.card import (
    AllOf,
    AnyOf,
    Award,
    Band,
    Bands,
    BestOf,
    Card,
    Case,
    Choose,
    Expert,
    Fixed,
    Gate,
    Group,
    Item,
    Label,
    LeastOf,
    Limits,
    LinearToCap,
    NotOf,
    Range,
    Requirement,
    Route,
    Source,
    Test,
    Values,
)
from scoring.compile import CompiledCard
from scoring.core import Node

# --- facts with few values ------------------------------------------------------------------------------------------

A, B, D = (Fact(f"annual_report/-1/{name}", Number(lo=0, hi=3)) for name in "abd")
E = Fact("annual_report/-2/d", Number(lo=0, hi=2))
SIGNED = Fact("annual_report/-1/s", Number(lo=-2, hi=2))
PREFERRED = Fact("annual_report/-1/a_calibre", Number(lo=0, hi=3))
YES = Fact("enterprise/yes", Flag())
KIND = Fact("enterprise/kind", Choice(values=("x", "y", "z")))
BRACKET = Fact("annual_report/-1/g", Number(lo=0, hi=3))
GROUP = Fact("enterprise/group", Choice(values=("x", "y", "z")))
SCALARS = {fact.path: fact.kind for fact in (A, B, D, E, SIGNED, YES, KIND, BRACKET, GROUP)}
GRADE = "expert_grade/quality"
GRADES = (0, 12)

CELLS: dict[str, dict[str, tuple[int, ...]]] = {
    "event": {"role": (0, 1), "severity": (0, 1, 2), "count": (0, 1, 2, 10**6)},
    "intellectual_property": {"in_force": (0, 1), "pct": (0, 1), "count": (0, 1, 2, 10**6)},
}
"""Values that an unknown cell is tried with: all of a small domain, of a count those beyond every threshold below."""


# --- expressions and indicators -------------------------------------------------------------------------------------


@st.composite
def row_conditions(draw: st.DrawFn, table: str) -> Condition:
    """A condition on one row, some of them on one column twice."""
    fields = [f for f in CELLS[table] if f != "count"]

    def one(field: str) -> Condition:
        values = CELLS[table][field]
        # Never all values: what no row can be is no condition of a rule.
        return OneOf(RowFact(table, field), draw(st.sampled_from([(v,) for v in values] + [values[1:]])))

    first, second, again = one(fields[0]), one(fields[1]), one(fields[1])
    amount = RowFact(table, "count") >= draw(st.integers(1, 3))
    found = [first, second, ~second, first & second, first | second, second | again, ~(first & second), first & amount]
    return draw(st.sampled_from([*found, second | (first & again)]))


@st.composite
def counts(draw: st.DrawFn) -> Count:
    """Rows of one table, or the sum of their counts."""
    table = draw(st.sampled_from(sorted(CELLS)))
    return Count(table, draw(row_conditions(table)), draw(st.sampled_from(["count", None])))


@st.composite
def amounts(draw: st.DrawFn) -> Quantity:
    """An integer expression."""
    if draw(st.booleans()):
        return draw(counts())
    plain: list[Quantity] = [A, B, SIGNED, FirstKnown((PREFERRED, A)), BRACKET, A - B, B + A + E, A * 2 + 1]
    return draw(st.sampled_from(plain))


@st.composite
def ratios(draw: st.DrawFn) -> Ratio:
    """A share, a difference over something, or a growth rate."""
    over: list[Quantity] = [A, SIGNED, FirstKnown((PREFERRED, A)), A + B, A - B, A + 1, BRACKET, A + BRACKET]
    if draw(st.booleans()):
        over = [draw(counts())]
    under: list[Quantity] = [D, D, E, D + E, D - 1, D * 2]
    if draw(st.integers(0, 3)) == 0:
        grown: list[Quantity] = [A, A + B, FirstKnown((PREFERRED, A))]
        last, first = (Linear.of(draw(st.sampled_from(side))) for side in (grown, under))
        return Compound(last, first, intervals=draw(st.integers(1, 3)))
    return Ratio(
        Linear.of(draw(st.sampled_from(over))),
        Linear.of(draw(st.sampled_from(under))),
        draw(st.sampled_from([0, 0, 1])),
    )


@st.composite
def growths(draw: st.DrawFn) -> MeanGrowth:
    """Growth over three years, losses among them."""
    first, third = draw(st.sampled_from([(E, A), (E, SIGNED), (SIGNED, A)]))
    return MeanGrowth(Linear.of(first), Linear.of(D), Linear.of(third), plain=draw(st.booleans()))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """A true-or-false expression."""
    x = draw(st.sampled_from([A >= B, A <= 1, SIGNED > 0, A + B >= 3, D >= E, BRACKET <= A, BRACKET >= 2]))
    y = draw(st.sampled_from([flagged(YES), OneOf(KIND, (0,)), OneOf(KIND, (1, 2))]))
    table = draw(st.sampled_from(sorted(CELLS)))
    some, other = (Exists(table, draw(row_conditions(table))) for _ in range(2))
    found = [x, y, ~x, x & y, x | ~y, ~(x & y), some, ~some, some & x, some | x]
    # The same fact or list twice.
    found += [x & (A >= 2), x | (B <= 1), All((x, Negated(x))), y | OneOf(KIND, (0, 1))]
    found += [Either((some, other)), All((some, other)), some & ~other]
    return draw(st.sampled_from(found))


def _indicator(expression: Quantity | Ratio | MeanGrowth | Condition, unit: Unit) -> Indicator:
    return Indicator("sample", "样本", "sample", unit, expression, "")


@st.composite
def measures(draw: st.DrawFn) -> Indicator:
    """An indicator with a number as its value."""
    kind = draw(st.integers(0, 4))
    if kind < 3:
        rate: Ratio | MeanGrowth = draw(ratios()) if kind else draw(growths())
        return _indicator(rate, Unit.SHARE)
    amount = draw(amounts())
    # In yuan a threshold counts hundredths.
    return _indicator(
        amount, Unit.ITEMS if isinstance(amount, Count) else draw(st.sampled_from([Unit.ITEMS, Unit.YUAN]))
    )


def thresholds(unit: Unit) -> st.SearchStrategy[Fraction]:
    """Limits that values meet exactly, and some between."""
    if unit is Unit.YUAN:
        return st.sampled_from([Fraction(n, 200) for n in range(-4, 9)])
    if unit is Unit.SHARE:
        return st.sampled_from([Fraction(p, q) for q in (1, 2, 3) for p in range(-3, 8)])
    return st.sampled_from([Fraction(n, 2) for n in range(-4, 9)])


# --- ranges ---------------------------------------------------------------------------------------------------------


@st.composite
def partitions(
    draw: st.DrawFn, indicator: Indicator, most: int = 4, within: st.SearchStrategy[Fraction] | None = None
) -> list[Range]:
    """Ranges that together hold every value once, rising."""
    expression = indicator.expression
    if isinstance(expression, Condition):
        return [Values((0,)), Values((1,))]
    if isinstance(expression, Fact) and isinstance(expression.kind, Choice):
        return [Values((0,)), Values((1, 2))] if draw(st.booleans()) else [Values((i,)) for i in range(3)]
    cuts = sorted(
        set(draw(st.lists(thresholds(indicator.unit) if within is None else within, min_size=1, max_size=most - 1)))
    )
    above = [draw(st.booleans()) for _ in cuts]
    found: list[Range] = [Limits(most=cuts[0], most_strict=above[0])]
    for (low, upper), (high, strict) in zip(
        zip(cuts, above, strict=True), zip(cuts[1:], above[1:], strict=True), strict=False
    ):
        found.append(Limits(low, not upper, high, strict))
    found.append(Limits(cuts[-1], not above[-1]))
    return [
        range_ for range_ in found if indicator.unit is Unit.SHARE or _holds_an_integer(range_, indicator.unit.scale)
    ]


def _holds_an_integer(range_: Range, scale: int) -> bool:
    assert isinstance(range_, Limits)
    if range_.least is None or range_.most is None:
        return True
    low, high = range_.least * scale, range_.most * scale
    return (floor(low) + 1 if range_.least_strict else ceil(low)) <= (
        ceil(high) - 1 if range_.most_strict else floor(high)
    )


def brackets(by: Indicator) -> st.SearchStrategy[list[Range]]:
    """Ranges each of which the chooser can lie in."""
    return partitions(by, 3, st.sampled_from([Fraction(n, 2 * by.unit.scale) for n in range(1, 6)]))


@st.composite
def single_tests(draw: st.DrawFn) -> Test:
    """One indicator held against a range."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        indicator = _indicator(draw(conditions()), Unit.TRUTH)
        return Test(indicator, Values((draw(st.integers(0, 1)),)))
    if kind == 1:
        return Test(_indicator(KIND, Unit.CHOICE), Values(draw(st.sampled_from([(0,), (1,), (0, 2)]))))
    indicator = draw(measures())
    ranges = draw(partitions(indicator))
    return Test(indicator, draw(st.sampled_from(ranges)))


@st.composite
def choosers(draw: st.DrawFn) -> Indicator:
    """An indicator that brackets are chosen by."""
    by_value: list[tuple[Quantity | Ratio | Condition, Unit]] = [
        (BRACKET, Unit.YUAN),
        (Linear.of(BRACKET), Unit.ITEMS),
        (FirstKnown((PREFERRED, A)), Unit.ITEMS),
        (A * 2, Unit.ITEMS),
        (A / E, Unit.SHARE),
        (GROUP, Unit.CHOICE),
        (KIND, Unit.CHOICE),
        (flagged(YES), Unit.TRUTH),
        (A >= B, Unit.TRUTH),
    ]
    return _indicator(*draw(st.sampled_from(by_value)))


# --- requirements and awards ----------------------------------------------------------------------------------------


@st.composite
def requirements(draw: st.DrawFn, depth: int = 2) -> Requirement:
    """A condition of a gate or a route."""
    kind = draw(st.integers(0, 6)) if depth else 0
    inner = requirements(depth - 1)
    if kind < 3:
        return draw(single_tests())
    if kind == 3:
        return AllOf(tuple(draw(st.lists(inner, min_size=1, max_size=2))))
    if kind == 4:
        return AnyOf(tuple(draw(st.lists(inner, min_size=1, max_size=2))))
    if kind == 5:
        return NotOf(draw(inner))
    by = draw(choosers())
    return Choose(by, tuple(Case(range_, draw(inner)) for range_ in draw(brackets(by))))


@st.composite
def bands(draw: st.DrawFn, *, rising: bool = False) -> Bands:
    """A table that holds every value once, its points rising, falling or uneven."""
    kind = draw(st.integers(0, 5))
    if kind == 0 and not rising:
        indicator = _indicator(KIND, Unit.CHOICE)
    elif kind == 1 and not rising:
        indicator = _indicator(draw(conditions()), Unit.TRUTH)
    else:
        indicator = draw(measures())
    ranges = draw(partitions(indicator))
    points = st.lists(st.integers(0, 6), min_size=len(ranges), max_size=len(ranges))
    lows = draw(points)
    graded = draw(st.booleans())
    highs = [low + more for low, more in zip(lows, draw(points), strict=True)] if graded else lows
    # Of mean growth the law only ever rewards more.
    rising = rising or isinstance(indicator.expression, MeanGrowth)
    if rising or draw(st.booleans()):
        falling = not rising and draw(st.booleans())
        lows, highs = sorted(lows, reverse=falling), sorted(highs, reverse=falling)
    table = [Band(*one) for one in zip(ranges, lows, highs, strict=True)]
    return Bands(indicator, tuple(draw(st.permutations(table))), "quality" if graded else None)


def _is_share(indicator: Indicator) -> bool:
    expression = indicator.expression
    return not isinstance(expression, MeanGrowth) and not (isinstance(expression, Ratio) and expression.minus)


@st.composite
def linear(draw: st.DrawFn) -> LinearToCap:
    """Points in proportion."""
    indicator = draw(measures().filter(_is_share))
    full = draw(st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(5, 3), Fraction(3)]))
    return LinearToCap(indicator, full, draw(st.integers(1, 9)), draw(st.integers(1, 3)))


@st.composite
def awards(draw: st.DrawFn, depth: int = 2) -> Award:
    """A way to earn points."""
    kind = draw(st.integers(0, 9)) if depth else draw(st.integers(0, 6))
    if kind < 4:
        return draw(bands())
    if kind == 4:
        return draw(linear())
    if kind == 5:
        return Expert("quality", *sorted(draw(st.tuples(st.integers(0, 2), st.integers(2, 4)))))
    if kind == 6:
        return Fixed(draw(st.integers(0, 5)))
    inner = awards(depth - 1)
    if kind == 9:
        by = draw(choosers())
        return Choose(by, tuple(Case(range_, draw(inner)) for range_ in draw(brackets(by))))
    options = {f"option {i}": option for i, option in enumerate(draw(st.lists(inner, min_size=1, max_size=2)))}
    return BestOf(options) if kind == 7 else LeastOf(options)


@st.composite
def bracketed(draw: st.DrawFn) -> Choose[Award]:
    """A choice whose brackets read the very fact that chooses."""
    fact = BRACKET
    read: list[tuple[Quantity | Ratio, Unit]] = [(fact, Unit.ITEMS), (fact + A, Unit.YUAN), (A - fact, Unit.ITEMS)]
    read += [(fact / D, Unit.SHARE), (A / fact, Unit.SHARE), (A / (fact + E), Unit.SHARE)]

    def body() -> Bands:
        indicator = _indicator(*draw(st.sampled_from(read)))
        ranges = draw(partitions(indicator))
        points = sorted(draw(st.lists(st.integers(0, 6), min_size=len(ranges), max_size=len(ranges))))
        points.sort(reverse=draw(st.booleans()))
        return Bands(indicator, tuple(Band(r, p, p) for r, p in zip(ranges, points, strict=True)))

    by = _indicator(draw(st.sampled_from([fact, Linear.of(fact)])), draw(st.sampled_from([Unit.ITEMS, Unit.YUAN])))
    return Choose(by, tuple(Case(range_, body()) for range_ in draw(brackets(by))))


@st.composite
def crowded(draw: st.DrawFn) -> Card:
    """A card whose few facts stand in several parts, some of them twice in one part."""
    rows = [OneOf(RowFact("event", "severity"), (code,)) for code in (0, 1)]

    def held() -> Requirement:
        choices: list[Quantity | Ratio] = [A, A, SIGNED, E, A / E, Count("event", rows[0])]
        measured = draw(st.sampled_from(choices))
        indicator = _indicator(measured, Unit.SHARE if isinstance(measured, Ratio) else Unit.ITEMS)
        some: list[Requirement] = [Test(indicator, draw(st.sampled_from(draw(partitions(indicator, 2)))))]
        some += [Test(_indicator(condition, Unit.TRUTH), Values((1,))) for condition in map(_some_event, rows)]
        some.append(Test(_indicator(KIND, Unit.CHOICE), Values((draw(st.integers(0, 2)),))))
        found = draw(st.sampled_from(some))
        return draw(st.sampled_from([found, NotOf(found)]))

    def joint() -> Requirement:
        parts = (held(), held())
        found: list[Requirement] = [parts[0], AllOf(parts), AnyOf(parts)]
        return draw(st.sampled_from(found))

    def table() -> Award:
        counted = Count("event", draw(st.sampled_from(rows)))
        choices: list[Quantity | Ratio] = [A, A, SIGNED, B + A, counted, E, A / E, B / E]
        measured = draw(st.sampled_from(choices))
        indicator = _indicator(measured, Unit.SHARE if isinstance(measured, Ratio) else Unit.ITEMS)
        if draw(st.integers(0, 3)) == 0:
            return LinearToCap(indicator, Fraction(draw(st.integers(1, 2))), draw(st.integers(1, 4)), 1)
        ranges = draw(partitions(indicator, 2))
        points = sorted(draw(st.lists(st.integers(0, 4), min_size=len(ranges), max_size=len(ranges))))
        points.sort(reverse=draw(st.booleans()))
        return Bands(indicator, tuple(Band(r, p, p) for r, p in zip(ranges, points, strict=True)))

    def award() -> Award:
        options = {"one": table(), "other": table()}
        choices: list[Award] = [options["one"], BestOf(options), LeastOf(options)]
        return draw(st.sampled_from(choices))

    items: dict[str, Award] = {f"item {i}": award() for i in range(draw(st.integers(0, 2)))}
    gates = {f"gate {i}": joint() for i in range(draw(st.integers(0, 2)))}
    routes: dict[str, Route] = {}
    if draw(st.booleans()):
        routes["direct"] = Route("direct", LABEL, OFFICIAL, requirement=joint())
    if draw(st.booleans()) and items:
        routes["score"] = Route("score", LABEL, OFFICIAL, Limits(least=Fraction(draw(st.integers(1, 5)), 10**6)))
    groups: dict[str, Group] = {}
    if draw(st.booleans()) and items:
        ends = draw(st.tuples(st.none() | st.integers(1, 4), st.none() | st.integers(1, 4)))
        groups["group"] = Group("group", LABEL, tuple(items), *ends)
    return _on_a_route(draw, card(items, gates, routes, groups))


def _on_a_route(draw: st.DrawFn, made: Card) -> Card:
    """The same card, one of its gates perhaps binding on one route only."""
    if not made.gates or not made.routes:
        return made
    route, name = draw(st.sampled_from([None, *made.routes])), draw(st.sampled_from(sorted(made.gates)))
    return replace(made, gates={**made.gates, name: replace(made.gates[name], route=route)})


def _some_event(where: Condition) -> Condition:
    return Exists("event", where)


# --- cards ----------------------------------------------------------------------------------------------------------

LABEL, OFFICIAL = Label("样本", "sample"), Source("甲", "第一条", "official")


def card(
    items: Mapping[str, Award] | None = None,
    gates: Mapping[str, Requirement] | None = None,
    routes: Mapping[str, Route] | None = None,
    groups: Mapping[str, Group] | None = None,
    *,
    cap: int = 10**9,
) -> Card:
    """A card of these parts."""
    day = date(2026, 1, 1)
    return Card(
        id="sample",
        edition="1",
        title=LABEL,
        status="in_force",
        effective_from=day,
        effective_to=None,
        published_on=day,
        region=None,
        kinds={},
        documents={},
        file="sample.yaml",
        sha256="",
        gates={name: Gate(name, LABEL, OFFICIAL, gate) for name, gate in (gates or {}).items()},
        items={name: Item(name, LABEL, OFFICIAL, award, cap) for name, award in (items or {}).items()},
        groups=dict(groups or {}),
        routes=dict(routes or {}),
    )


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Up to three items and two gates, with or without a group and routes."""
    depth = draw(st.integers(0, 2))
    items = {f"item {i}": a for i, a in enumerate(draw(st.lists(awards(depth), min_size=1, max_size=3)))}
    gates = {f"gate {i}": g for i, g in enumerate(draw(st.lists(requirements(depth), max_size=2)))}
    groups = {}
    if draw(st.booleans()):
        members = tuple(items)[: draw(st.integers(1, len(items)))]
        groups["group"] = Group(
            "group", LABEL, members, draw(st.none() | st.integers(1, 8)), draw(st.none() | st.integers(1, 4))
        )
    routes = {}
    least = Limits(least=Fraction(draw(st.integers(1, 9)), 10**6))
    if draw(st.booleans()):
        # Points are millionths; a score of so few of them is what these items can give.
        routes["score"] = Route("score", LABEL, OFFICIAL, least)
    if draw(st.booleans()):
        routes["direct"] = Route("direct", LABEL, OFFICIAL, requirement=draw(requirements(1)))
    made = card(items, gates, routes, groups, cap=draw(st.sampled_from([5, 10**9])))
    if draw(st.booleans()):
        made = replace(made, gates={**made.gates, "on score": Gate("on score", LABEL, OFFICIAL, score=least)})
    return _on_a_route(draw, made)


# --- enterprises ----------------------------------------------------------------------------------------------------


def inputs(compiled: CompiledCard) -> set[str]:
    """Names of what the card's parts read."""
    roots = [node for part in compiled.parts.values() for node in ends(part.bounds)]
    return {str(node.args[0]) for node in core.walk([*roots, compiled.unsafe]) if node.op in ("fill", "known")}


def rows_of(table: str, read: set[str]) -> list[Row]:
    """Every row of the table that differs in what is read."""
    fields = {f: values for f, values in CELLS[table].items() if f"{table}.{f}" in read}
    rest = {f: 0 for f in CELLS[table] if f not in fields}
    return [{**rest, **dict(zip(fields, cells, strict=True))} for cells in product(*fields.values())]


@st.composite
def firms(draw: st.DrawFn, read: set[str], unknown: int = 3) -> FirmFacts:
    """An enterprise with at most so many of the facts that are read unknown."""
    scalars: dict[str, int | None] = {n: draw(st.integers(k.lo, k.hi)) for n, k in SCALARS.items()}
    scalars[GRADE] = draw(st.integers(*GRADES))
    scalars[PREFERRED.path] = draw(st.none() | st.integers(0, 3))
    rows: dict[str, list[Row]] = {}
    for table, fields in CELLS.items():
        scalars[listed(table)] = 1
        row = st.fixed_dictionaries({f: st.sampled_from(values) for f, values in fields.items()})
        rows[table] = [dict(r) for r in draw(st.lists(row, max_size=2))]
    cells = [(table, at, field) for table in CELLS for at in range(len(rows[table])) for field in CELLS[table]]
    hideable = [n for n in (*SCALARS, GRADE, *map(listed, CELLS)) if n in read]
    hideable += [f"{t} {at} {f}" for t, at, f in cells if f"{t}.{f}" in read]
    if not hideable:
        return FirmFacts(scalars, rows)
    hidden = set(draw(st.lists(st.sampled_from(hideable), max_size=unknown)))
    for name in hidden & scalars.keys():
        scalars[name] = None
    for table, at, field in cells:
        if f"{table} {at} {field}" in hidden:
            rows[table][at][field] = None
    for table in CELLS:
        if scalars[listed(table)] is None:
            # Of an unknown list no row is known.
            rows[table] = []
    return FirmFacts(scalars, rows)


def completions(firm: FirmFacts, read: set[str]) -> Iterator[FirmFacts]:
    """Every enterprise that the known facts leave possible; a preferred measure that is not given stays so."""
    names = [n for n, value in firm.scalars.items() if value is None and n in read and n != PREFERRED.path]
    scalar_values = [_domain(name) for name in names if "listed" not in name]
    names = [name for name in names if "listed" not in name]
    table_rows = [_table_completions(table, firm, read) for table in CELLS]
    for values in product(*scalar_values):
        scalars = {**firm.scalars, **dict(zip(names, values, strict=True)), **{listed(t): 1 for t in CELLS}}
        for rows in product(*table_rows):
            yield FirmFacts(scalars, dict(zip(CELLS, rows, strict=True)))


def _domain(name: str) -> range:
    if name == GRADE:
        return range(GRADES[0], GRADES[1] + 1)
    return range(SCALARS[name].lo, SCALARS[name].hi + 1)


def _table_completions(table: str, firm: FirmFacts, read: set[str]) -> list[list[Row]]:
    if firm.scalars[listed(table)] is None and any(
        name.startswith(f"{table}.") or name == listed(table) for name in read
    ):
        every = rows_of(table, read)
        short = [list(rows) for size in (0, 1, 2) for rows in combinations_with_replacement(every, size)]
        many = [[row] * times for row in every for times in (3, 4, 5, 40)]
        return [*short[:200], *many, every * 40]
    slots = [(at, f) for at, row in enumerate(firm.rows[table]) for f, cell in row.items() if cell is None]
    found = []
    for cells in product(*(CELLS[table][f] for _, f in slots)):
        rows = [dict(row) for row in firm.rows[table]]
        for (at, field), cell in zip(slots, cells, strict=True):
            rows[at][field] = cell
        found.append(rows)
    return found


# --- the compiled card as one function ------------------------------------------------------------------------------


def ends(part: Bounds) -> tuple[Node, Node]:
    """Both ends of a part."""
    return part.lo, part.hi


@dataclass(frozen=True)
class Answer:
    """What a card says of one enterprise."""

    parts: dict[str, tuple[int, int]]
    score: tuple[int, int]
    verdict: Verdict
    unsafe: bool


def answering(compiled: CompiledCard) -> Callable[[FirmFacts], Answer]:
    """The compiled card and its assembly as a function of the facts."""

    parts = {
        n: node for name, part in compiled.parts.items() for n, node in by_end(f"sample|{name}", part.bounds).items()
    }
    made = assemble(replace(compiled.card, id="sample"), (parts | WITHIN).__getitem__)
    roots = {
        "verdict": made["verdict|sample"],
        "unsafe": compiled.unsafe,
        "score low": made.get("score|sample|low", core.const(0)),
        "score high": made.get("score|sample|high", core.const(0)),
    }
    for name in compiled.parts:
        roots[f"{name} low"], roots[f"{name} high"] = ends(compiled.parts[name].bounds)
    evaluate = compile_by_name(roots)

    def answer(firm: FirmFacts) -> Answer:
        found = evaluate(firm)
        return Answer(
            {name: (int(found[f"{name} low"]), int(found[f"{name} high"])) for name in compiled.parts},
            (found["score low"], found["score high"]),
            Verdict(found["verdict"]),
            bool(found["unsafe"]),
        )

    return answer


# --- a plain reading of a card on complete facts --------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """One enterprise with nothing unknown."""

    firm: FirmFacts

    def amount(self, quantity: Quantity, row: Row | None = None) -> int:
        """Value of an integer expression."""
        match quantity:
            case Linear(terms, constant):
                return constant + sum(c * self.amount(q, row) for c, q in terms)
            case FirstKnown(facts):
                return next(v for f in facts if (v := self.firm.scalars[f.path]) is not None)
            case Fact(path):
                found = self.firm.scalars[path]
            case RowFact(_, field):
                assert row is not None
                found = row[field]
            case Count(table, where, of):
                return sum((r[of] or 0) if of else 1 for r in self.firm.rows[table] if self.holds(where, r))
            case _:
                raise TypeError(quantity)
        assert found is not None
        return found

    def holds(self, condition: Condition, row: Row | None = None) -> bool:
        """Whether a condition is true."""
        match condition:
            case AtLeast(quantity):
                return self.amount(quantity, row) >= 0
            case OneOf(fact, codes):
                return self.amount(fact, row) in codes
            case All(inner):
                return all(self.holds(c, row) for c in inner)
            case Either(inner):
                return any(self.holds(c, row) for c in inner)
            case Negated(inner):
                return not self.holds(inner, row)
            case Exists(table, where):
                return any(self.holds(where, r) for r in self.firm.rows[table])
        raise TypeError(condition)

    def measured(self, indicator: Indicator) -> Fraction | None:
        """Value in the indicator's unit; None where it is undefined."""
        expression = indicator.expression
        if isinstance(expression, Ratio):
            under = self.amount(expression.denominator)
            if under <= 0:
                return None
            if isinstance(expression, Compound):
                return Fraction(self.amount(expression.numerator), under)
            return Fraction(self.amount(expression.numerator), under) - expression.minus
        if isinstance(expression, MeanGrowth):
            years = (expression.first, expression.second, expression.third)
            first, second, third = (Fraction(max(0, self.amount(year))) for year in years)
            if not second or (expression.plain and not first):
                return None
            return ((second / first + third / second) / 2 if first else third / second) - 1
        if isinstance(expression, Condition):
            return Fraction(self.holds(expression))
        return Fraction(self.amount(expression), indicator.unit.scale)

    def within(self, indicator: Indicator, range_: Range) -> bool:
        """Whether the value lies in the range."""
        value = self.measured(indicator)
        if value is None:
            return False
        if isinstance(range_, Values):
            return value in range_.codes
        least, most = (_before_the_root(indicator, end) for end in (range_.least, range_.most))
        above = least is None or value > least or (value == least and not range_.least_strict)
        below = most is None or value < most or (value == most and not range_.most_strict)
        return above and below

    def satisfies(self, requirement: Requirement) -> bool:
        """Whether a requirement is met."""
        match requirement:
            case Test(indicator, range_):
                return self.within(indicator, range_)
            case AllOf(parts):
                return all(self.satisfies(p) for p in parts)
            case AnyOf(parts):
                return any(self.satisfies(p) for p in parts)
            case NotOf(part):
                return not self.satisfies(part)
            case Choose(by, cases):
                return any(self.within(by, c.range) and self.satisfies(c.body) for c in cases)
        raise TypeError(requirement)

    def points(self, award: Award) -> int:
        """What is earned."""
        match award:
            case Bands(indicator, inner):
                return sum(self.graded(b.low, b.high) for b in inner if self.within(indicator, b.range))
            case BestOf(options):
                return max(self.points(a) for a in options.values())
            case LeastOf(options):
                return min(self.points(a) for a in options.values())
            case Choose(by, cases):
                return sum(self.points(c.body) for c in cases if self.within(by, c.range))
            case LinearToCap(indicator, full, points, step):
                value = self.measured(indicator) or Fraction(0)
                return max(0, min(points, points * value // full)) // step * step
            case Expert(_, low, high):
                return self.graded(low, high)
            case Fixed(points):
                return points
        raise TypeError(award)

    def graded(self, low: int, high: int) -> int:
        """The recorded grade, kept within the range."""
        grade = self.firm.scalars[GRADE]
        assert grade is not None
        return max(low, min(high, grade))

    def score(self, sample: Card) -> tuple[int, dict[str, int]]:
        """Total, and the total of each group."""
        earned = {name: min(item.cap, self.points(item.award)) for name, item in sample.items.items()}
        groups = {}
        for name, group in sample.groups.items():
            total = sum(earned.pop(member) for member in group.items)
            groups[name] = total if group.cap is None else min(total, group.cap)
        return sum(earned.values()) + sum(groups.values()), groups

    def passes(self, sample: Card) -> bool:
        """Whether every gate holds and one of the routes, if there are any, leads through."""
        total, groups = self.score(sample)

        def leads(route: Route) -> bool:
            if route.score is not None:
                floors = all(g.floor is None or groups[n] >= g.floor for n, g in sample.groups.items())
                least = route.score.least
                if not floors or (least is not None and Fraction(total, 10**6) < least):
                    return False
            gates = all(opens(gate) for gate in sample.gates.values() if gate.route == route.id)
            return gates and (route.requirement is None or self.satisfies(route.requirement))

        def opens(gate: Gate) -> bool:
            enough = gate.score is None or gate.score.least is None or Fraction(total, 10**6) >= gate.score.least
            return enough and (gate.requirement is None or self.satisfies(gate.requirement))

        gates = all(opens(gate) for gate in sample.gates.values() if gate.route is None)
        return gates and (not sample.routes or any(leads(r) for r in sample.routes.values()))

    def part(self, sample: Card, name: str) -> int:
        """Points of an item, truth of a gate or a route's condition."""
        table, _, key = name.partition("/")
        if table == "items":
            return min(sample.items[key].cap, self.points(sample.items[key].award))
        requirement: Requirement | None
        requirement = sample.gates[key].requirement if table == "gates" else sample.routes[key].requirement
        assert requirement is not None
        return int(self.satisfies(requirement))


def _before_the_root(indicator: Indicator, limit: Fraction | None) -> Fraction | None:
    """What the quotient of compound growth is held against: the root is never taken."""
    expression = indicator.expression
    if limit is None or not isinstance(expression, Compound):
        return limit
    return (limit + 1) ** expression.intervals if limit >= -1 else Fraction(-1)


def hidden(firm: FirmFacts, names: Sequence[str]) -> FirmFacts:
    """The same enterprise with these scalar facts unknown (a list's rows with its completeness)."""
    rows = {t: [] if listed(t) in names else rows for t, rows in firm.rows.items()}
    return FirmFacts({n: None if n in names else v for n, v in firm.scalars.items()}, rows)


def raised(firm: FirmFacts, expression: object, place: int) -> FirmFacts | None:
    """The same enterprise with one thing more of what is measured; None where nothing known can be raised."""
    measured = {Ratio: "numerator", Compound: "numerator", MeanGrowth: "third"}.get(type(expression))
    expression = getattr(expression, measured) if measured else expression
    terms = expression.terms if isinstance(expression, Linear) else ((1, expression),)
    coefficient, quantity = terms[place % len(terms)]
    if isinstance(quantity, Count):
        # A row that satisfies each of the conditions drawn above can be found among all rows.
        if firm.scalars[listed(quantity.table)] is None:
            return None
        full: list[Row] = [
            dict(zip(CELLS[quantity.table], cells, strict=True)) for cells in product(*CELLS[quantity.table].values())
        ]
        return FirmFacts(firm.scalars, {**firm.rows, quantity.table: [*firm.rows[quantity.table], *full]})
    facts = quantity.facts if isinstance(quantity, FirstKnown) else (quantity,)
    for fact in facts:
        assert isinstance(fact, Fact)
        value = firm.scalars[fact.path]
        if value is not None:
            to = value + (1 if coefficient > 0 else -1)
            within = fact.kind.lo <= to <= fact.kind.hi
            return FirmFacts({**firm.scalars, fact.path: to}, firm.rows) if within else None
    return None
