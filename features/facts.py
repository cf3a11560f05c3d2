"""The facts of one enterprise as rules read them: named integers, and rows of named integers.

Names of scalar inputs
    enterprise/<field>              a fact of the enterprise
    annual_report/<offset>/<field>  of the accounting year as_of's year + offset
    expert_grade/<criterion>        a recorded grade (the newest), in millionths of a point
    expert_grade/<criterion>@<offset>   the grade of as_of's year + offset
    <table>.<field>                 a column of each row of a list table
    <table>/listed                  1 where the list of rows is complete (no row = none), unknown otherwise
    <…>/assumed                     1 where an absent key was read as "not so"
    as_of/…                         days computed from as_of (`features.moments`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from features import moments
from features.expression import Fact
from features.identifiers.industry import SECTIONS, SIZE_GROUPS
from features.kinds import NEVER, Choice, Day, Flag, Kind, Number
from features.tables import TABLES

Row = dict[str, int | None]
Cells = tuple[int | None, ...]
"""Those of a row, in an order that somebody knows."""

SIZE_GROUP = Fact("enterprise/size_group", Choice(values=SIZE_GROUPS))
"""Derived from the industry code; see `features.identifiers.industry`."""
INDUSTRY_SECTION = Fact("enterprise/industry_section", Choice(values=SECTIONS))
"""The letter of the industry code."""
QUOTED = Fact("enterprise/quoted", Flag())
"""1 where the board that is stated is one of quotations (新三板, 四板), so that ``listed_on`` is no listing; else 0."""
OUT_OF_SCOPE = Fact("enterprise/out_of_scope", Flag())
"""1 for an individual business (92) or a cooperative (93): no ladder card applies to it."""
LEFT_REGISTER = Fact("enterprise/left_register", Flag())
"""1 where the status is one of enterprises that have left the register; of sources that differ one is enough. Else 0."""

ACCOUNTING_YEARS = Fact("enterprise/accounting_years", Number(hi=3))
"""Accounting years that the firm has closed by as_of's year, 3 at most."""

LAST_ROUND = "financing_round.last"
"""1 for a round that is the last closed by as_of, 0 for any other; rounds of one day are all the last."""

SELDOM = frozenset({"intellectual_property.acquired_on"})
"""Columns that most rows have no reason to state: this one is asked of rights that were transferred."""

DERIVED_FROM = {
    SIZE_GROUP.path: "enterprise/industry_code",
    INDUSTRY_SECTION.path: "enterprise/industry_code",
    QUOTED.path: "enterprise/listing_board",
    OUT_OF_SCOPE.path: "enterprise/uscc",
    LEFT_REGISTER.path: "enterprise/status",
    ACCOUNTING_YEARS.path: "enterprise/established_on",
    LAST_ROUND: "financing_round.closed_on",
}


class FirmFacts:
    """One enterprise at (as_of, known_at), under one completion of its conflicting facts."""

    def __init__(self, scalars: Mapping[str, int | None], rows: Mapping[str, list[Row]] | None = None) -> None:
        self._names, self._numbers = (*scalars,), (*scalars.values(),)
        self._columns: Mapping[str, tuple[str, ...]] = {}
        self._cells: Mapping[str, list[Cells]] = {}
        self.rows = {} if rows is None else {**rows}

    @classmethod
    def in_order(
        cls,
        names: tuple[str, ...],
        numbers: tuple[int | None, ...],
        columns: Mapping[str, tuple[str, ...]],
        cells: Mapping[str, list[Cells]],
    ) -> FirmFacts:
        """Of numbers in the order of their names, and of the rows of each table in the order of its columns."""
        found = cls.__new__(cls)
        found._names, found._numbers, found._columns, found._cells = names, numbers, columns, cells
        return found

    @cached_property
    def scalars(self) -> dict[str, int | None]:
        """The scalar facts by their names."""
        return dict(zip(self._names, self._numbers, strict=True))

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        """The rows of each table, cells by their names."""
        return {
            table: [dict(zip(self._columns[table], row, strict=True)) for row in rows]
            for table, rows in self._cells.items()
        }

    @property
    def stated(self) -> dict[str, list[Row]]:
        """Of each row the cells that are known."""
        return {
            table: [{name: cell for name, cell in row.items() if cell is not None} for row in rows]
            for table, rows in self.rows.items()
        }

    def numbers(self, names: tuple[str, ...]) -> Sequence[int | None]:
        """Scalar facts in the order of some names."""
        return self._numbers if names is self._names else [*map(self.scalars.__getitem__, names)]

    def cells(self, table: str, columns: tuple[str, ...]) -> Sequence[Cells]:
        """The rows of a table, each in the order of some columns."""
        if self._columns.get(table) == columns:
            return self._cells[table]
        return [tuple([row[name] for name in columns]) for row in self.rows[table]]


def listed(table: str) -> str:
    """Name of the input that says whether the list is complete."""
    return f"{table}/listed"


def assumed(path: str) -> str:
    """Name of the input that says whether an absent key was read as "not so"."""
    return f"{path}/assumed"


def is_note(name: str) -> bool:
    """Whether an input says that a fact was assumed."""
    return name.endswith("/assumed")


def stated(name: str) -> str:
    """The fact that somebody states from which an input follows; the input itself where it is stated."""
    return DERIVED_FROM.get(name, name)


def stored(row_fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The columns of list tables that must be at hand for these inputs."""
    return {
        table: tuple(dict.fromkeys(stated(f"{table}.{field}").partition(".")[2] for field in fields))
        for table, fields in row_fields.items()
    }


def columns_of(row_fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The columns of an enterprise's rows: these inputs, and behind them what they follow from."""
    at_hand = stored(row_fields)
    return {table: tuple(dict.fromkeys((*fields, *at_hand[table]))) for table, fields in row_fields.items()}


def path_of_year(path: str, as_of: date) -> str:
    """The fact's path with its year written out: ``annual_report/2025/revenue``; of a grade a year before as_of's."""
    table, _, rest = path.partition("/")
    if table == "expert_grade" and "@" in rest:
        criterion, _, offset = rest.rpartition("@")
        return f"{table}/{as_of.year + int(offset)}/{criterion}" if int(offset) else f"{table}/{criterion}"
    if table != "annual_report":
        return path
    offset, _, name = rest.partition("/")
    return f"{table}/{as_of.year + int(offset)}/{name}"


def domain(path: str, kind: Kind | None = None) -> tuple[int, int]:
    """Least and greatest value of an input; "not at all" (`NEVER`) belongs to the dates that allow it."""
    if path.startswith(moments.PREFIX):
        return Day().lo, Day().hi
    if path.endswith("/listed") or is_note(path) or path == LAST_ROUND:
        return 0, 1
    if kind is None:
        table, _, name = path.partition(".")
        kind = TABLES[table].fields[name].kind
    return kind.lo, NEVER if isinstance(kind, Day) and kind.none else kind.hi
