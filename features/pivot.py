"""Long tables → the wide part of a snapshot: a row an enterprise, as known at a day.

The rows that hold at the day (`features.held`) are turned in columns. Where several still speak of one thing (sources that
differ, duplicates) the enterprise goes through `features.resolve`, so hard cases have one definition for file and dossier; what it
makes of a table stands in place of the table's rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import orjson
import polars as pl

from features.facts import INDUSTRY_SECTION, LEFT_REGISTER, OUT_OF_SCOPE, QUOTED, SIZE_GROUP, listed
from features.held import ROW, Held, hold
from features.identifiers import industry
from features.identifiers.boards import quoted_only
from features.identifiers.register import LEFT
from features.kinds import Choice, day_number
from features.long_tables import LISTED, LongTables
from features.resolve import Alternatives, Cell, Known, resolve
from features.schema import Table
from features.tables import NO_ZONE, TABLES, AnnualReport, Enterprise, ExpertGrade, ZoneMembership

SAID = "said"
"""Column with what sources say differently: the tables of `resolve` as JSON; null where they agree."""
ANNUAL = tuple(n for n, spec in AnnualReport.fields.items() if spec.kind.readable and n != "fiscal_year")
_YEAR = "fiscal_year"
_TEXTS = dict.fromkeys(("name", "industry_code", "park", "listing_board"), pl.String())


@dataclass(frozen=True)
class Wide:
    """A part of a snapshot.

    ``firms`` has ``uscc``, ``name``, ``region_code``, ``park``, ``duplicates``, ``conflicts``, `SAID` and the facts by name, years
    written out: ``enterprise/established_on``, ``annual_report/2025/revenue``, ``expert_grade/hte.talent`` (and behind @ its year),
    ``event/listed``. ``rows`` has a frame a list table, with column `ROW` and the table's fields.
    """

    firms: pl.DataFrame
    rows: Mapping[str, pl.DataFrame]

    def only(self, which: pl.Series) -> Wide:
        """Some of the enterprises, by a mask, with their rows."""
        place = (which.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
        rows = {}
        for table, frame in self.rows.items():
            kept = frame.filter(which.gather(frame[ROW]))
            rows[table] = kept.with_columns(place.gather(kept[ROW]).alias(ROW))
        return Wide(self.firms.filter(which), rows)


def pivot(long: LongTables, known_at: date) -> Wide:
    """What was known at a day."""
    until, places = day_number(known_at), long.places
    held = {name: hold(TABLES[name], frame, places[name], until) for name, frame in long.tables.items()}
    hard = _hard(held)
    known = [resolve(dossier, known_at) for dossier in long.only(hard).dossiers()]
    merged = {name: table.merged(merged_rows(name, table, hard, known)) for name, table in held.items()}
    enterprise = _enterprise(long.firms, merged.get(Enterprise.id))
    group = _size_groups(enterprise)[SIZE_GROUP.path]
    firms = pl.concat(
        [
            enterprise.select("uscc", "name", "region_code", "park"),
            _told(long.firms.len(), hard, known),
            enterprise.select(pl.col(c).alias(f"enterprise/{c}") for c in _fields(Enterprise, enterprise)),
            pl.DataFrame(
                [group, _section(enterprise), _quoted(enterprise), _left(enterprise), _out_of_scope(long.firms)]
            ),
            pl.DataFrame(_annual(merged.get(AnnualReport.id), enterprise["established_on"])),
            pl.DataFrame(_grades(merged.get(ExpertGrade.id), long.firms.len())),
            pl.DataFrame([_listed(table, held.get(table), long, enterprise) for table in LISTED]),
        ],
        how="horizontal",
    )
    lists = {table: merged[table] for table in LISTED if table in merged}
    return Wide(firms, {t: held.rows(_fields(TABLES[t], held.frame)) for t, held in lists.items()})


def _fields(table: type[Table], frame: pl.DataFrame) -> list[str]:
    """Columns that rules can read, and what they say was assumed."""
    names = [name for name, spec in table.fields.items() if spec.kind.readable]
    return [c for name in names for c in (name, f"{name}/assumed") if c in frame.columns]


# --- enterprises of which rows that hold speak twice ----------------------------------------------------------------


def _hard(held: Mapping[str, Held]) -> pl.Series:
    """Places of the enterprises that `resolve` must see whole, in order: rows speak twice, or the industry code is too short
    to name one size group, so that each of its children's groups is a completion."""
    found = [pl.Series([], dtype=pl.UInt32), *(table.twice for table in held.values())]
    if Enterprise.id in held:
        enterprise = held[Enterprise.id].rows(["industry_code", "industry_code_edition"])
        found.append(enterprise[ROW].filter(_size_groups(enterprise)["several"]))
    return pl.concat([places.alias(ROW) for places in found]).unique().sort()


def merged_rows(table: str, held: Held, hard: pl.Series, known: list[Known]) -> pl.DataFrame:
    """What `resolve` made of the enterprises of which the table speaks twice, as rows of the table, with their places.

    Where sources differ nothing is known; what they say stands in `SAID`.
    """
    twice = set(held.twice)
    rows = [
        {**row, ROW: place}
        for place, firm in zip(hard, known, strict=True)
        if place in twice
        for row in firm.tables[table] or ()
    ]
    schema = {**held.frame.schema, ROW: pl.UInt32()}
    cells = {name: [row.get(name) for row in rows] for name in schema}
    agreed = {name: [None if type(cell) is Alternatives else cell for cell in of] for name, of in cells.items()}
    return pl.DataFrame(agreed, schema)


def _told(firms: int, hard: pl.Series, known: list[Known]) -> pl.DataFrame:
    """For every enterprise the number of duplicates, the conflicting facts and what is said of them."""
    told = pl.DataFrame(
        {
            "duplicates": [firm.duplicates for firm in known],
            "conflicts": [firm.conflicts or None for firm in known],
            SAID: [_said(firm) if _is_open(firm) else None for firm in known],
        },
        {"duplicates": pl.Int64(), "conflicts": pl.List(pl.String()), SAID: pl.String()},
    )
    found = told[_lines(pl.select(pl.int_range(hard.len(), dtype=pl.UInt32)).to_series(), hard, firms)]
    return found.with_columns(pl.col("duplicates").fill_null(0))


def _is_open(known: Known) -> bool:
    """Whether a fact has several completions: sources differ, or a short industry code leaves several size groups."""
    if known.conflicts:
        return True
    enterprise = (known.tables[Enterprise.id] or [{}])[0]
    code = enterprise.get("industry_code")
    return isinstance(code, str) and len(industry.size_groups(code, edition_of(enterprise))) > 1


def edition_of(enterprise: Mapping[str, Cell]) -> int:
    """Edition of GB/T 4754 that an enterprise's code follows."""
    edition = enterprise.get("industry_code_edition")
    return edition if isinstance(edition, int) else 2017


def _said(known: Known) -> str:
    told = {"tables": known.facts(), "partial": sorted(known.partial)}
    return orjson.dumps(told, attrgetter("values"), orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def known_of(code: str, said: str) -> Known:
    """What `SAID` holds, as `resolve` gave it."""
    stored, apart = orjson.loads(said), False
    for row in (row for rows in stored["tables"].values() for row in rows or ()):
        if list in map(type, row.values()):
            row.update({name: Alternatives(tuple(cell)) for name, cell in row.items() if type(cell) is list})
            apart = True
    return Known(code, stored["tables"], partial=frozenset(stored["partial"]), apart=apart)


# --- rows that hold, in columns -------------------------------------------------------------------------------------


def _enterprise(firms: pl.Series, held: Held | None) -> pl.DataFrame:
    """``uscc`` and every field, a row for each of ``firms``; unknown where nothing holds."""
    frame = firms.to_frame("uscc")
    if held is not None:
        line = _lines(held.holds.arg_true(), held.at.filter(held.holds), firms.len())
        frame = frame.hstack(held.frame.drop("uscc")[line])
    missing = [name for name in Enterprise.fields if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=_TEXTS.get(name, pl.Int64())).alias(name) for name in missing)
    nowhere = (pl.col("park") == "") & pl.col("zone_type").is_null()
    return frame.with_columns(zone_type=pl.when(nowhere).then(NO_ZONE).otherwise("zone_type").cast(pl.Int64))


def _size_groups(enterprise: pl.DataFrame) -> pl.DataFrame:
    """The group of the size standard, and whether the code leaves several; each distinct (code, edition) is looked up once."""
    kind = SIZE_GROUP.kind
    assert isinstance(kind, Choice)
    pairs = enterprise.select("industry_code", "industry_code_edition")
    distinct = pairs.unique()
    found = [
        () if code is None else industry.size_groups(code, 2017 if edition is None else edition)
        for code, edition in distinct.iter_rows()
    ]
    groups = distinct.with_columns(
        pl.Series(SIZE_GROUP.path, [kind.code(g[0]) if len(g) == 1 else None for g in found], dtype=pl.Int64),
        pl.Series("several", [len(g) > 1 for g in found], dtype=pl.Boolean),
    )
    return pairs.join(groups, on=pairs.columns, how="left", nulls_equal=True, maintain_order="left")


def _section(enterprise: pl.DataFrame) -> pl.Series:
    letters = {letter: place for place, letter in enumerate(industry.SECTIONS)}
    return (
        enterprise["industry_code"]
        .str.head(1)
        .replace_strict(letters, return_dtype=pl.Int64)
        .alias(INDUSTRY_SECTION.path)
    )


def _quoted(enterprise: pl.DataFrame) -> pl.Series:
    boards = enterprise["listing_board"]
    quoted = [board for board in boards.drop_nulls().unique() if quoted_only(board)]
    return boards.is_in(quoted).fill_null(False).cast(pl.Int64).alias(QUOTED.path)


def _left(enterprise: pl.DataFrame) -> pl.Series:
    return enterprise["status"].is_in(LEFT).fill_null(False).cast(pl.Int64).alias(LEFT_REGISTER.path)


def _out_of_scope(firms: pl.Series) -> pl.Series:
    return firms.str.slice(0, 2).is_in(["92", "93"]).cast(pl.Int64).alias(OUT_OF_SCOPE.path)


def _annual(held: Held | None, founded: pl.Series) -> list[pl.Series]:
    """Facts by year, of those that somebody states, and ``fiscal_year`` where the year was reported.

    In a year before the founding year that nobody reported nothing was earned, spent or employed.
    """
    if held is None:
        return []
    reports, firms = held.frame, founded.len()
    year = reports[_YEAR].filter(held.holds)
    years = year.unique().sort()
    # Two more rows say "unknown" and "nothing".
    began = founded.cast(pl.Date).dt.year()
    before = [(began > year).fill_null(False).cast(pl.UInt32) for year in years]
    nobody = pl.concat([pl.Series([], dtype=pl.UInt32), *before]) + reports.height
    stated = years.search_sorted(year) * firms + held.at.filter(held.holds)
    line = nobody.scatter(stated, held.holds.arg_true())
    # A column is gathered for all years while it is in the cache, then cut.
    gathered = [
        _gathered(pl.concat([column, pl.Series([None, None if name == _YEAR else 0], dtype=column.dtype)]), line)
        for name in (_YEAR, *ANNUAL)
        if (column := reports[name]).null_count() < column.len()
    ]
    return [
        column.slice(place * firms, firms).alias(f"annual_report/{year}/{column.name}")
        for place, year in enumerate(years)
        for column in gathered
    ]


def _gathered(column: pl.Series, rows: pl.Series) -> pl.Series:
    """The column at the rows; nulls are dearer to gather than a number that stands for them."""
    found = column.fill_null(_NEVER).rechunk()[rows]
    return found.set(found == _NEVER, None)


_NEVER = -(2**63)
"""No fact is this number."""


def _lines(rows: pl.Series, at: pl.Series, firms: int) -> pl.Series:
    """For each enterprise the last of the rows that is about it; null where there is none."""
    return pl.Series([None], dtype=rows.dtype).new_from_index(0, firms).scatter(at, rows)


def _grades(held: Held | None, firms: int) -> list[pl.Series]:
    if held is None:
        return []
    # Of several years the newest is written last, and stays.
    rows = held.rows(["criterion", "value", "year"]).sort("year", nulls_last=False, maintain_order=True)
    of_a_year = pl.concat_str("criterion", pl.lit("@"), pl.col("year").cast(pl.String).fill_null(""))
    found = []
    for names in (rows["criterion"], rows.select(of_a_year).to_series()):
        for name in names.unique().sort():
            stated = names == name
            values = _lines(rows["value"].filter(stated), rows[ROW].filter(stated), firms)
            found.append(values.alias(f"expert_grade/{name}"))
    return found


def _listed(table: str, held: Held | None, long: LongTables, enterprise: pl.DataFrame) -> pl.Series:
    """1 where the list is complete: said so, or not said and the firm has a row; never where a row was rejected, nor
    where rows exist but none was known yet. Who is stated to be in no park is in no zone, where nobody lists any."""
    firms = long.firms
    none = pl.Series([False]).new_from_index(0, firms.len())
    given, seen = (
        (none, none) if held is None else (_some(at, firms.len()) for at in (held.at, held.at.filter(held.visible)))
    )
    column, said = f"{table}_listed", long.tables.get(Enterprise.id)
    complete = seen
    if said is not None and column in said.columns:
        # Said of the list, whatever became of the row beside which it stands.
        line = _lines(pl.select(pl.int_range(said.height)).to_series(), long.places[Enterprise.id], firms.len())
        complete = (said[column] == 1).gather(line).fill_null(False)
    if table == ZoneMembership.id:
        complete = complete | ((enterprise["park"] == "").fill_null(False) & ~given)
    rejected = long.incomplete.filter(pl.col("table") == table)["uscc"]
    complete = complete & (seen | ~given) & ~firms.is_in(rejected.unique().implode())
    flags = pl.DataFrame({"complete": complete})
    return flags.select(pl.when("complete").then(pl.lit(1, dtype=pl.Int64)).alias(listed(table))).to_series()


def _some(at: pl.Series, firms: int) -> pl.Series:
    """Whether some row is about each enterprise."""
    return pl.Series([False]).new_from_index(0, firms).scatter(at, True)
