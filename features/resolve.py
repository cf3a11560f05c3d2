"""What was known of one enterprise at a day: versions chosen, duplicates dropped, conflicts kept as alternatives.

Rules of contract §1, *Row identity and time*: a row is known by its key (fiscal year, criterion) or by ``row_id``, else by
its natural fields; of one key and source the latest version known at the day wins; what sources say differently, or one
source twice with one ``known_from``, is a conflict whose completions are exactly the values given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import product
from operator import itemgetter
from types import MappingProxyType
from typing import cast

from features import moments
from features.dossier import Dossier, TypedRow
from features.facts import (
    ACCOUNTING_YEARS,
    DERIVED_FROM,
    INDUSTRY_SECTION,
    LAST_ROUND,
    LEFT_REGISTER,
    OUT_OF_SCOPE,
    QUOTED,
    SIZE_GROUP,
    Cells,
    FirmFacts,
    columns_of,
    is_note,
    listed,
    stated,
)
from features.identifiers import industry, uscc
from features.identifiers.boards import quoted_only
from features.identifiers.register import LEFT
from features.kinds import Choice, day_number, day_of
from features.last_round import last
from features.picking import picker
from features.schema import Table
from features.tables import (
    NO_ZONE,
    PROVENANCE,
    TABLES,
    AnnualReport,
    Enterprise,
    ExpertGrade,
    ZoneMembership,
)

MOST_COMPLETIONS = 64
"""Beyond so many combinations of conflicting values the remaining conflicts count as unknown (still sound)."""


@dataclass(frozen=True)
class Alternatives:
    """The values that sources give for one fact."""

    values: tuple[int | str | None, ...]


Cell = int | str | None | Alternatives
_ROUNDS, _LAST, _CLOSED_ON = *LAST_ROUND.split("."), stated(LAST_ROUND).partition(".")[2]
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass
class Known:
    """What was known of one enterprise at a day."""

    uscc: str
    tables: dict[str, list[dict[str, Cell]] | None]
    """Rows; what one statement gives is the dossier's own row, with its provenance: not to be changed."""
    duplicates: int = 0
    conflicts: list[str] = field(default_factory=list)
    """Paths of the conflicting facts."""
    partial: frozenset[str] = frozenset()
    """List tables that may have further rows."""
    apart: bool = False
    """Whether some cell has alternatives."""

    def facts(self) -> dict[str, list[dict[str, Cell]] | None]:
        """The tables without who said so and when."""
        return {
            name: rows and [{n: cell for n, cell in row.items() if n not in PROVENANCE} for row in rows]
            for name, rows in self.tables.items()
        }


def resolve(dossier: Dossier, known_at: date) -> Known:
    """The versions that held at ``known_at``."""
    until = day_number(known_at)
    known = Known(dossier.uscc, {}, partial=dossier.partial)
    for name, table in TABLES.items():
        given = dossier.tables.get(name)
        if not given:
            known.tables[name] = None if given is None else []
            continue
        visible = [row for row in given if row["known_from"] is None or not _later(row, until)]
        if len(visible) < 2:
            known.tables[name] = cast("list[dict[str, Cell]]", _latest(visible)) if visible else None
            continue
        identities = [_identity(table, row) for row in visible]
        if len(set(identities)) == len(visible):
            merged = cast("list[dict[str, Cell]]", [row for row in visible if not row["retracted"]])
        else:
            spoken_of = map(_latest, _grouped(identities, visible))
            merged = [_merge(table, versions, known) for versions in spoken_of if versions]
        # Rows that were told apart by what they say need not be compared again.
        renamed = not table.identity and len(merged) > 1 and any(row["row_id"] for row in visible)
        known.tables[name] = _once(table, merged, known) if renamed else merged
    for enterprise in known.tables[Enterprise.id] or ():
        if enterprise["park"] == "":
            known.tables[Enterprise.id] = [_in_no_zone(enterprise)]
            # Without a list of memberships on file it is in none.
            if dossier.tables.get(ZoneMembership.id) is None and ZoneMembership.id not in known.partial:
                known.tables[ZoneMembership.id] = []
    # In an order that does not hang on that of the rows.
    known.conflicts.sort()
    known.apart = bool(known.conflicts)
    return known


def _in_no_zone(enterprise: dict[str, Cell]) -> dict[str, Cell]:
    """Who is stated to be in no park is in no zone."""
    return {**enterprise, "zone_type": NO_ZONE} if enterprise["zone_type"] is None else enterprise


def _once(table: type[Table], rows: list[dict[str, Cell]], known: Known) -> list[dict[str, Cell]]:
    """Rows alike in every natural field count once, also under different row ids."""
    found: dict[object, dict[str, Cell]] = {}
    for row in rows:
        alike = _NATURAL[table.id](row)
        kept = found.setdefault(alike, row)
        if kept is not row:
            # Silence that is read as "not so" gives way to what an equal row says.
            found[alike] = {name: cell for name, cell in kept.items() if not is_note(name) or name in row}
    known.duplicates += len(rows) - len(found)
    return list(found.values())


def _later(row: TypedRow, until: int) -> bool:
    known_from = row["known_from"]
    return isinstance(known_from, int) and known_from > until


_NATURAL = {table.id: itemgetter(*table.fields) for table in TABLES.values()}
_IDENTITY = {table.id: itemgetter(*table.identity) for table in TABLES.values() if table.identity}


def _identity(table: type[Table], row: TypedRow) -> object:
    """What a row speaks of."""
    if table is Enterprise:
        return ()
    if table.identity:
        return _IDENTITY[table.id](row)
    return row["row_id"] or _NATURAL[table.id](row)


def _grouped(identities: Iterable[object], rows: Iterable[TypedRow]) -> Iterable[list[TypedRow]]:
    groups: dict[object, list[TypedRow]] = {}
    for identity, row in zip(identities, rows, strict=True):
        groups.setdefault(identity, []).append(row)
    return groups.values()


def _latest(versions: list[TypedRow]) -> list[TypedRow]:
    """Of one thing the statements that hold; empty where all are withdrawn."""
    if len(versions) == 1:
        return [] if versions[0]["retracted"] else versions
    newest: dict[object, int] = {}
    for row in versions:
        newest[row["source"]] = max(newest.get(row["source"], -1_000_000), _since(row))
    last = [row for row in versions if _since(row) == newest[row["source"]]]
    return [row for row in last if not row["retracted"]]


def _since(row: TypedRow) -> int:
    known_from = row["known_from"]
    return known_from if isinstance(known_from, int) else -999_999


def _merge(table: type[Table], versions: list[TypedRow], known: Known) -> dict[str, Cell]:
    """One row of several statements; where they differ a cell holds the alternatives."""
    first = versions[0]
    if len(versions) == 1:
        return cast("dict[str, Cell]", first)
    distinct = set(map(_NATURAL[table.id], versions))
    known.duplicates += len(versions) - len(distinct)
    merged = {name: cast("Cell", first[name]) for name in table.fields}
    for name, cells in zip(table.fields, zip(*distinct, strict=True), strict=True):
        if cells.count(cells[0]) == len(cells):
            continue
        # Silence that is read as "not so" gives way to what another source says.
        speaking = [row for row in versions if not row.get(f"{name}/assumed")] or versions
        stated = sorted({v for row in speaking if isinstance(v := row[name], int)})
        if not table.fields[name].kind.readable and name != "industry_code":
            merged[name] = next((row[name] for row in versions if row[name] is not None), None)
        elif name == "industry_code":
            codes = tuple(dict.fromkeys(row[name] for row in versions if row[name] is not None))
            merged[name] = Alternatives(codes) if len(codes) > 1 else next(iter(codes), None)
            if len(codes) > 1:
                known.conflicts.append("enterprise/industry_code")
        elif len(stated) > 1:
            merged[name] = Alternatives(tuple(stated))
            known.conflicts.append(_path(table, first, name))
        else:
            merged[name] = stated[0] if stated else None
    for note in (f"{name}/assumed" for name in table.fields):
        if first.get(note) and all(row.get(note) for row in versions):
            merged[note] = 1
    return merged


def _path(table: type[Table], row: TypedRow, name: str) -> str:
    if table is Enterprise:
        return f"enterprise/{name}"
    if table.identity:
        return f"{table.id}/{row[table.identity[0]]}/{name}"
    return f"{table.id}/{row['row_id'] or '?'}/{name}"


class Wanted:
    """The facts that rules read as of a day, ``scalars`` and ``row_fields`` by name, each with where it is found; of the scalars some are no
    facts but stand ``beside`` them.
    """

    def __init__(
        self,
        scalars: tuple[str, ...],
        row_fields: Mapping[str, Sequence[str]],
        as_of: date,
        beside: Collection[str] = (),
    ) -> None:
        self._as_of, self._columns = as_of, columns_of(row_fields)
        days: dict[str, int | None] = {}
        of_list, found_in = dict[str, str](), dict[object, dict[str, str]]()
        self._derived, self._beside = [], list[str]()
        for path in scalars:
            table, _, rest = path.partition("/")
            if path in beside:
                self._beside.append(path)
            elif path.startswith(moments.PREFIX):
                days[path] = moments.value(path, as_of)
            elif path in DERIVED_FROM:
                self._derived.append(path)
            elif path == listed(table):
                of_list[path] = table
            elif table == AnnualReport.id:
                offset, _, name = rest.partition("/")
                found_in.setdefault(as_of.year + int(offset), {})[path] = name
            elif table == ExpertGrade.id and "@" in rest:
                criterion, _, offset = rest.rpartition("@")
                found_in.setdefault(table, {})[path] = f"{criterion}@{as_of.year + int(offset)}"
            else:
                found_in.setdefault(table, {})[path] = rest
        self._days, self._of_list = [*days.values()], [*of_list.values()]
        self._fields = {place: [*names.values()] for place, names in found_in.items()}
        """Names by the table in which the scalars stand; of annual reports by the fiscal year."""
        self._names = scalars
        in_fields = (path for names in found_in.values() for path in names)
        self._told = (*days, *in_fields, *self._derived, *of_list, *self._beside)
        self._in_order = picker([self._told.index(name) for name in self._names])

    def completions(self, known: Known, beside: Mapping[str, int] = _NOTHING) -> list[FirmFacts]:
        """The facts under every combination of conflicting values, almost always one; with each what stands ``beside`` them.

        More than `MOST_COMPLETIONS` would be needed only for a firm whose sources disagree nearly everywhere: its
        further conflicts are unknown.
        """
        tables = known.tables
        enterprise = (tables[Enterprise.id] or [{}])[0]
        sources: dict[object, dict[str, Cell]] = {row["fiscal_year"]: row for row in tables[AnnualReport.id] or ()}
        sources[Enterprise.id] = enterprise
        if graded := tables[ExpertGrade.id]:
            grades, year = by_criterion(graded), f"@{self._as_of.year}"
            this_year = {name.replace("@", year): v for name, v in grades.items() if name.endswith("@")}
            sources[ExpertGrade.id] = {**this_year, **grades}
        founded = enterprise.get("established_on")
        told: list[Cell] = [*self._days]
        for place, names in self._fields.items():
            source = sources.get(place)
            if source is not None:
                told += map(source.get, names)
            else:
                # Nothing was earned, spent or employed in a year before the founding year.
                before = type(place) is int and type(founded) is int and place < day_of(founded).year
                told += [0 if before else None] * len(names)
        of_others = [derived(path, known.uscc, enterprise, self._as_of) for path in self._derived]
        told += of_others
        told += [None if tables[table] is None or table in known.partial else 1 for table in self._of_list]
        told += [beside[name] for name in self._beside]
        rows = {t: [tuple(map(row.get, names)) for row in tables[t] or ()] for t, names in self._columns.items()}
        apart = known.apart or Alternatives in map(type, of_others)
        listed = tables[_ROUNDS] is not None and _ROUNDS not in known.partial
        return [self._facts(*one, listed=listed) for one in (_spread(told, rows) if apart else ((told, rows),))]

    def _facts(self, told: Sequence[Cell], rows: Mapping[str, list[tuple[Cell, ...]]], *, listed: bool) -> FirmFacts:
        """Facts of which none has alternatives; ``listed`` where all rounds of financing are known."""
        numbers, cells = cast("Cells", self._in_order(told)), cast("dict[str, list[Cells]]", rows)
        rounds = self._columns.get(_ROUNDS, ())
        if _LAST in rounds:
            day, place = rounds.index(_CLOSED_ON), rounds.index(_LAST)
            last_ = last([row[day] for row in cells[_ROUNDS]], day_number(self._as_of), listed=listed)
            with_last = zip(cells[_ROUNDS], last_, strict=True)
            cells = {**cells, _ROUNDS: [(*row[:place], value, *row[place + 1 :]) for row, value in with_last]}
        return FirmFacts.in_order(self._names, numbers, self._columns, cells)


def by_criterion(rows: Iterable[Mapping[str, Cell]]) -> dict[str, Cell]:
    """Grades under the criterion's name, the newest, and under ``criterion@year``; nothing stands behind @ where no year
    was stated."""
    found: dict[str, Cell] = {}
    dated = [(year if isinstance(year := row["year"], int) else 0, row) for row in rows]
    for year, row in sorted(dated, key=lambda pair: pair[0]):
        found[str(row["criterion"])] = found[f"{row['criterion']}@{year or ''}"] = row["value"]
    return found


def derived(path: str, code: str, enterprise: dict[str, Cell], as_of: date) -> Cell:
    """A fact that follows from others: size group and section from the industry code, scope from the USCC, years from
    founding, a mere quotation from the board, having left from the status."""
    if path == ACCOUNTING_YEARS.path:
        founded = enterprise.get("established_on")
        if isinstance(founded, Alternatives):
            return Alternatives(
                tuple(sorted({accounting_years(d, as_of) for d in founded.values if isinstance(d, int)}))
            )
        return accounting_years(founded, as_of) if isinstance(founded, int) else None
    if path == OUT_OF_SCOPE.path:
        return int(not uscc.is_enterprise_scope(code))
    if path == QUOTED.path:
        board = enterprise.get("listing_board")
        return int(isinstance(board, str) and quoted_only(board))
    if path == LEFT_REGISTER.path:
        status = enterprise.get("status")
        return int(any(one in LEFT for one in (status.values if isinstance(status, Alternatives) else (status,))))
    given, edition = enterprise.get("industry_code"), enterprise.get("industry_code_edition")
    found: set[int] = set()
    for one in given.values if isinstance(given, Alternatives) else (given,):
        if not isinstance(one, str):
            return None
        if path == INDUSTRY_SECTION.path:
            found.add(industry.SECTIONS.index(one[0]))
        else:
            found.update(_size_groups(one, edition if isinstance(edition, int) else 2017))
    # A code too short to name one group leaves exactly the groups of its children.
    return Alternatives(tuple(sorted(found))) if len(found) > 1 else next(iter(found), None)


@lru_cache(maxsize=10_000)
def _size_groups(code: str, edition: int) -> tuple[int, ...]:
    kind = SIZE_GROUP.kind
    assert isinstance(kind, Choice)
    return tuple(map(kind.code, industry.size_groups(code, edition)))


def accounting_years(founded: int, as_of: date) -> int:
    """Accounting years closed since the founding day, 3 at most."""
    return max(0, min(3, as_of.year - day_of(founded).year))


def _spread(
    scalars: Sequence[Cell], rows: Mapping[str, list[tuple[Cell, ...]]]
) -> Iterator[tuple[Cells, dict[str, list[tuple[Cell, ...]]]]]:
    """One for each combination of values that sources give."""
    slots: list[tuple[list[int | None], int, tuple[int | str | None, ...]]] = []

    def settled(cells: Sequence[Cell]) -> list[int | None]:
        found = [cell if type(cell) is int else None for cell in cells]
        slots.extend((found, at, cell.values) for at, cell in enumerate(cells) if type(cell) is Alternatives)
        return found

    numbers, children = settled(scalars), {table: [*map(settled, each)] for table, each in rows.items()}
    counted, used = 1, []
    for slot in slots:
        if counted * len(slot[2]) <= MOST_COMPLETIONS:
            counted *= len(slot[2])
            used.append(slot)
    for values in product(*(values for _, _, values in used)):
        for (cells, place, _), value in zip(used, values, strict=True):
            cells[place] = value if isinstance(value, int) else None
        yield tuple(numbers), {table: [*map(tuple, each)] for table, each in children.items()}
