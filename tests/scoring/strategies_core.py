"""Random core expressions and facts, drawn so that they sit where machine integers and unknowns go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import core_oracle as oracle
import polars as pl
from by_name import compile_by_name
from hypothesis import strategies as st

from features.facts import FirmFacts, Row, domain
from scoring import column_backend, core
from scoring.core import WIDEST, Node, const, fill, known
from scoring.errors import CardError

INT64 = 2**63 - 1
DAY = "as_of/day"
MONEY = (0, 10**14)
SIGNED = (-(10**14), 10**14)
SCALARS: dict[str, tuple[int, int]] = {
    "annual_report/-1/revenue": MONEY,
    "annual_report/-1/net_profit": SIGNED,
    "annual_report/-2/employees": (0, 10**12),
    "enterprise/strategic_emerging": (0, 1),
    "expert_grade/specialised.platform_score": (-3, 4),
    "event/listed": (0, 1),
}
ROWS: dict[str, dict[str, tuple[int, int]]] = {
    "event": {"amount": MONEY, "kind": domain("event.kind"), "rank": (1, 10**6)},
    "intellectual_property": {"count": (0, 10**6), "in_force": (0, 1)},
}
DAYS = (-25_567, 99_999)

_NUMBERS = st.one_of(
    st.integers(-9, 9),
    st.sampled_from([10**6, 10**9, 10**14, -(10**14), 2**62, INT64, -INT64, INT64 + 1, 2**64, 2**100, WIDEST, -WIDEST]),
)
_PLACE = st.integers(0, 40)
_STEPS = st.lists(st.tuples(st.integers(0, 16), _PLACE, _PLACE, _PLACE, _NUMBERS), min_size=3, max_size=14)
_MOST_NODES = 300
"""The oracle reads trees, in which what is shared is written out again and again."""


@dataclass(frozen=True)
class Sample:
    """Expressions by name with facts to evaluate them on."""

    roots: dict[str, Node]
    firms: list[FirmFacts]


# --- expressions ----------------------------------------------------------------------------------------------------


def _size(node: Node) -> int:
    sizes: dict[int, int] = {}
    for inner in core.walk([node]):
        sizes[id(inner)] = 1 + sum(sizes[id(o)] for o in inner.operands)
    return sizes[id(node)]


def _stretched(node: Node, widest: int) -> Node:
    """The node times the greatest factor that keeps its bounds within ``widest``."""
    return core.mul(node, max(1, widest // max(1, abs(node.lo), abs(node.hi))))


def _step(ints: list[Node], truths: list[Node], step: tuple[int, int, int, int, int]) -> None:
    """Add one operator over what is there; ``step`` counts operands back from the newest."""
    kind, i, j, k, number = step
    a, b = ints[-1 - i % len(ints)], ints[-1 - j % len(ints)]
    p, q, r = (truths[-1 - place % len(truths)] for place in (i, j, k))
    match kind:
        case 0:
            ints.append(const(number))
        case 1:
            ints.append(core.add((a, b, const(number)) if k % 2 else (a, b, a)))
        case 2:
            ints.append(core.mul(a, b))
        case 3:
            ints.append(core.mul(a, number))
        case 4:
            ints.append(core.div(a, core.greatest((b, const(max(1, abs(number)))))))
        case 5:
            ints.append(core.div(a, const(max(1, abs(number)))))
        case 6:
            ints.append(core.smallest((a, b, ints[-1 - k % len(ints)])))
        case 7:
            ints.append(core.greatest((a, b)))
        case 8:
            ints.append(core.choose(p, a, b))
        case 9:
            ints.append(_stretched(a, WIDEST))
        case 10:
            ints.append(_stretched(a, INT64 + k % 2))
        case 11:
            truths.append(core.ge(a, b))
        case 12:
            # At a bound of the operand itself, where folding and machine limits meet.
            truths.append(core.ge(a, (a.lo, a.lo + 1, a.hi, a.hi + 1)[k % 4]))
        case 13:
            truths.append(core.eq(a, (a.lo, a.hi, number)[k % 3]))
        case 14:
            truths.append((core.all_of if k % 2 else core.any_of)((p, q, core.negate(r))))
        case 15:
            # A truth is the integer 0 or 1 wherever a number is wanted.
            ints.append(core.choose(p, q, core.negate(r)) if k % 2 else core.add((p, q, a)))
        case 16:
            edges = sorted({a.lo, a.lo + 1, (a.lo + a.hi) // 2, a.hi - 1, number})
            ints.append(core.step(a, edges, [*range(j, j + len(edges)), number]))


def _grow(ints: list[Node], truths: list[Node], steps: Sequence[tuple[int, int, int, int, int]]) -> None:
    for step in steps:
        before = len(ints), len(truths)
        try:
            _step(ints, truths, step)
        except CardError:
            # Too wide: the compiler refuses it, so there is nothing to evaluate.
            continue
        for pool, length in zip((ints, truths), before, strict=True):
            if len(pool) > length and _size(pool[-1]) > _MOST_NODES:
                pool.pop()


def _inputs(domains: Mapping[str, tuple[int, int]], default: int) -> tuple[list[Node], list[Node]]:
    ints: list[Node] = []
    for name, (lo, hi) in domains.items():
        ints += [fill(name, (lo, hi, lo - 1)[(default + len(ints)) % 3], lo, hi)]
    return ints, [known(name) for name in domains]


@st.composite
def row_sums(draw: st.DrawFn, table: str) -> Node:
    """A sum over the rows of a table; the day of the evaluation can be read inside."""
    ints, truths = _inputs({f"{table}.{field}": domain for field, domain in ROWS[table].items()}, draw(_PLACE))
    ints.append(fill(DAY, 0, *DAYS))
    _grow(ints, truths, draw(_STEPS))
    body = draw(st.sampled_from([ints[-1], truths[-1], ints[-2], const(1)]))
    try:
        return core.rows(table, body)
    except CardError:
        return core.rows(table, truths[-1])


@st.composite
def expressions(draw: st.DrawFn) -> dict[str, Node]:
    """A few expressions that share parts with one another."""
    ints, truths = _inputs(SCALARS, draw(_PLACE))
    if draw(st.booleans()):
        ints.append(fill(DAY, 0, *DAYS))
    for table in ROWS:
        if draw(st.booleans()):
            ints += [draw(row_sums(table)) for _ in range(draw(st.integers(1, 2)))]
    _grow(ints, truths, draw(_STEPS))
    found = [ints[-1], truths[-1], *draw(st.lists(st.sampled_from([*ints, *truths]), max_size=4))]
    return {f"root {i}": node for i, node in enumerate(found)}


def outside_of_rows(roots: Iterable[Node]) -> list[Node]:
    """The nodes that speak of an enterprise, not of one of its rows."""
    found: dict[int, Node] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found[id(node)] = node
            stack += node.operands if node.op != "rows" else ()
    return list(found.values())


# --- facts ----------------------------------------------------------------------------------------------------------


def values(lo: int, hi: int) -> st.SearchStrategy[int | None]:
    """Unknown, the ends of the domain and their neighbours, and anything between."""
    ends = sorted({x for x in (lo, lo + 1, -1, 0, 1, hi - 1, hi) if lo <= x <= hi})
    return st.one_of(st.none(), st.sampled_from(ends), st.integers(lo, hi))


@st.composite
def firms(draw: st.DrawFn, day: int) -> FirmFacts:
    """The facts of one enterprise at ``day``."""
    scalars = {name: draw(values(*domain)) for name, domain in SCALARS.items()}
    rows = {
        table: draw(st.lists(st.fixed_dictionaries({f: values(*d) for f, d in fields.items()}), max_size=3))
        for table, fields in ROWS.items()
    }
    return FirmFacts({**scalars, DAY: day}, rows)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Expressions and some enterprises, all at one day."""
    day = draw(st.integers(*DAYS))
    return Sample(draw(expressions()), draw(st.lists(firms(day), min_size=1, max_size=6)))


# --- the three evaluations ------------------------------------------------------------------------------------------


def by_python(roots: Mapping[str, Node], given: Sequence[FirmFacts]) -> list[tuple[int, ...]]:
    """A row of values for each enterprise, one by one."""
    evaluate = compile_by_name(roots)
    return [tuple(evaluate(firm)[name] for name in roots) for firm in given]


def frames(given: Sequence[FirmFacts]) -> column_backend.Facts:
    """Enterprises as columns."""
    frame = pl.DataFrame({n: [f.scalars[n] for f in given] for n in SCALARS}, schema=dict.fromkeys(SCALARS, pl.Int64))
    children = {}
    for table, fields in ROWS.items():
        found: list[tuple[int, Row]] = [(at, row) for at, firm in enumerate(given) for row in firm.rows[table]]
        children[table] = pl.DataFrame(
            {column_backend.ROW: [at for at, _ in found], **{f: [row[f] for _, row in found] for f in fields}},
            schema={column_backend.ROW: pl.UInt32, **dict.fromkeys(fields, pl.Int64)},
        )
    day = given[0].scalars[DAY] if given else 0
    assert day is not None
    return column_backend.Facts(frame, children, {DAY: day})


def by_polars(roots: Mapping[str, Node], given: Sequence[FirmFacts]) -> list[tuple[int, ...]]:
    """A row of values for each enterprise, by one plan over all."""
    table = column_backend.evaluate(roots, frames(given))
    assert all(kind in (pl.Boolean, pl.Int64, pl.Int128) for kind in table.dtypes)
    return table.rows()


def by_oracle(roots: Mapping[str, Node], given: Sequence[FirmFacts]) -> list[tuple[int, ...]]:
    """A row of values for each enterprise, by fractions over the nodes as a receipt keeps them."""
    found = []
    for firm in given:
        exact = [oracle.evaluate(node, firm.scalars, firm.rows) for node in roots.values()]
        assert all(value.denominator == 1 for value in exact)
        found.append(tuple(value.numerator for value in exact))
    return found
