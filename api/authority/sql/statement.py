"""Core expressions as one statement over a wide table of enterprises and a table a list.

Tables: ``firm`` with ``uscc`` and a column an input (``"annual_report/-1/revenue"``); each list by its own name with ``uscc``
and a column a field. The questions that are put to rows are summed up by ``uscc``, once a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from api.authority.sql.dialects import Dialect
from api.authority.sql.expressions import Expressions, quoted
from scoring.core import Node, read, walk

FIRMS, KEY, ANSWER = "firm", "uscc", "answer"
Told = Callable[[str], str]
"""What is said of an input behind its column; empty for nothing."""


def statement(
    roots: Mapping[str, Node],
    days: Mapping[str, int],
    dialect: Dialect,
    told: Told = lambda _: "",
    select: str = f"SELECT * FROM {ANSWER} ORDER BY {KEY}",
) -> str:
    """Every root's value by name, a row an enterprise.

    ``days`` are the inputs that are the same for all; ``select`` is what is asked of the table ``answer``.
    """
    return _Statement(roots, days, dialect, told).text(select)


class _Statement:
    def __init__(self, roots: Mapping[str, Node], days: Mapping[str, int], dialect: Dialect, told: Told) -> None:
        self._roots, self._dialect, self._told = roots, dialect, told
        inputs = read(roots.values())
        self._days = {name: days[name] for name in inputs if name in days}
        self._sums: dict[str, list[Node]] = {}
        for node in walk(roots.values(), rows=False):
            if node.op == "rows":
                self._sums.setdefault(str(node.args[0]), []).append(node)
        self._scalars = [n for n in inputs if n not in self._days and n.partition(".")[0] not in self._sums]
        self._tables: list[str] = []
        """Definitions of the tables that the statement makes."""

    def text(self, select: str) -> str:
        if self._days:
            self._define("as_of", [self._cast(str(day), n) for n, day in self._days.items()], "")
        for table, nodes in self._sums.items():
            self._sum_up(table, nodes)
        ready = {id(node): _name(table, place) for table, of in self._sums.items() for place, node in enumerate(of, 1)}
        columns = [f"{FIRMS}.{KEY}", *(self._cast(f"{FIRMS}.{quoted(n)}", n) for n in self._scalars)]
        joined = FIRMS
        for table in self._sums:
            mine = [name for name in ready.values() if name.startswith(f"{table}#")]
            columns += [f"COALESCE({quoted(name)}, 0) AS {quoted(name)}" for name in mine]
            joined += f" LEFT JOIN {_summed(table)} ON {_summed(table)}.{KEY} = {FIRMS}.{KEY}"
        self._define("facts", [*columns, *self._day_columns()], self._beside_days(joined))
        expressions = Expressions(self._dialect, ready)
        last = self._layers("facts", expressions, expressions.steps(self._roots.values(), "v"))
        values = (f"{expressions.number(node)} AS {quoted(name)}" for name, node in self._roots.items())
        self._define(ANSWER, [KEY, *values], last)
        return "WITH " + ",\n".join(self._tables) + "\n" + select

    def _sum_up(self, table: str, nodes: list[Node]) -> None:
        """A row an enterprise that has rows: the sum of each question over them."""
        bodies = [node.operands[0] for node in nodes]
        cells = [name for name in read(bodies) if name not in self._days]
        given = (self._cast(f"{quoted(table)}.{quoted(cell.removeprefix(f'{table}.'))}", cell) for cell in cells)
        start = f"{table}_rows"
        self._define(start, [f"{quoted(table)}.{KEY}", *given, *self._day_columns()], self._beside_days(quoted(table)))
        expressions = Expressions(self._dialect)
        last = self._layers(start, expressions, expressions.steps(bodies, "r"))
        sums = [
            f"SUM(CAST({expressions.number(body)} AS {self._dialect.integer})) AS {quoted(_name(table, place))}"
            for place, body in enumerate(bodies, start=1)
        ]
        self._define(_summed(table), [KEY, *sums], f"{last} GROUP BY {KEY}")

    def _layers(self, start: str, expressions: Expressions, steps: Iterable[Mapping[str, str]]) -> str:
        """Tables of which each adds columns to the one before; the last one's name."""
        last = start
        for place, step in enumerate(steps, start=1):
            name = f"{start}_{place}"
            self._define(name, [f"{last}.*", *(f"{text} AS {column}" for column, text in step.items())], last)
            last = name
        return last

    def _day_columns(self) -> list[str]:
        return ["as_of.*"] if self._days else []

    def _beside_days(self, tables: str) -> str:
        return f"as_of CROSS JOIN {tables}" if self._days else tables

    def _cast(self, given: str, name: str) -> str:
        said = self._told(name)
        return f"CAST({given} AS {self._dialect.integer}) AS {quoted(name)}" + (f"\x00{said}" if said else "")

    def _define(self, name: str, columns: list[str], source: str) -> None:
        # Materialised, or PostgreSQL writes each definition into every use and what is shared blows up.
        lines = []
        for place, column in enumerate(columns):
            text, _, said = column.partition("\x00")
            lines.append(f"    {text}{'' if place == len(columns) - 1 else ','}{f'  -- {said}' if said else ''}")
        ending = f"\n  FROM {source}" if source else ""
        self._tables.append(f"{name} AS MATERIALIZED (\n  SELECT\n" + "\n".join(lines) + f"{ending}\n)")


def _name(table: str, place: int) -> str:
    return f"{table}#{place}"


def _summed(table: str) -> str:
    return f"{table}_sums"
