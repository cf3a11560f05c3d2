"""How a sheet is laid out: where its header is, which tables it feeds, what each column means."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from features.intake.grids import Grid
from features.intake.headers import UNITS, Heading, Refusal, plain, understand, unit_of_titles
from features.kinds import Heads
from features.tables import PROVENANCE, TABLES, AnnualReport, Enterprise

HEADER_WITHIN = 15
_MIXED = (Enterprise.id, AnnualReport.id)
_UNIT_CELLS = frozenset(UNITS) | {"人", "名", "个", "项", "件", "次", "%", "-", "—", "/", "单位", "年", "日期"}


@dataclass(frozen=True)
class Column:
    """A column that is read."""

    place: int
    written: str
    heading: Heading
    unit: Decimal = Decimal(1)

    @property
    def name(self) -> str:
        """Name of the field, or of a value of one year."""
        return self.heading.field


@dataclass
class Layout:
    """The columns that are read, and those that are not."""

    table: str
    first_row: int
    """Row of the grid where the data start."""
    columns: list[Column] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)
    refused_fields: set[str] = field(default_factory=set)
    ignored: list[str] = field(default_factory=list)
    assumed_yuan: list[str] = field(default_factory=list)
    """Money columns for which no unit is stated anywhere."""
    header: tuple[str, ...] = ()

    @property
    def code(self) -> Column | None:
        """The column of the USCC."""
        return next((c for c in self.columns if c.name == "uscc"), None)

    def of(self, table: str) -> list[Column]:
        """The columns of a table that are not of a single named year."""
        return [c for c in self.columns if c.heading.table == table and c.heading.year is None and c.name != "uscc"]

    @property
    def of_years(self) -> dict[int, list[Column]]:
        """Columns that name their year in the header."""
        found: dict[int, list[Column]] = {}
        for column in self.columns:
            if column.heading.year is not None:
                found.setdefault(column.heading.year, []).append(column)
        return found


def find_layout(grid: Grid) -> Layout | Refusal | None:
    """The sheet's layout; None where its headers mean nothing to any table, a refusal where it fits several."""
    row, headers, titles = _header(grid)
    if len(_recognised(headers)) < 2:
        return None
    table = _table(grid, headers)
    if table is None:
        return Refusal(
            "ambiguous_table",
            "看不出这张表是哪一类数据 / it cannot be told which table this is",
            "工作表或文件用表名命名，例如“知识产权” / name the sheet or file after its table, for instance intellectual_property",
        )
    layout = Layout(table, row + 1, header=tuple(headers))
    units = _unit_row(grid, layout.first_row, headers) if grid.header is None else {}
    layout.first_row += bool(units)
    default = unit_of_titles([*titles, grid.sheet or "", grid.file.rpartition(".")[0]])
    for place, text in enumerate(headers):
        if text.strip():
            _place(layout, grid, place, text, units.get(place, ""), default)
    return layout


def _header(grid: Grid) -> tuple[int, list[str], list[str]]:
    """Row of the header, its texts, and the title lines above it."""
    if grid.header is not None:
        return -1, list(grid.header), []
    top = [[cell or "" for cell in row] for row in grid.cells.head(HEADER_WITHIN + 1).iter_rows()]
    for merge in grid.merges:
        for row in range(merge.first + 1, min(merge.last, len(top) - 1) + 1):
            top[row][merge.column] = top[merge.first][merge.column]
    # A two-line header must explain more columns than its lower line alone; the first of the best is taken.
    candidates = [(row, texts) for row, texts in enumerate(top[:HEADER_WITHIN])]
    candidates += [
        (row + 1, _joined(texts, top[row + 1]))
        for row, texts in enumerate(top[: HEADER_WITHIN - 1])
        if row + 1 < len(top)
    ]
    row, headers = max(candidates, key=lambda candidate: len(_recognised(candidate[1])), default=(0, []))
    titles = [text for texts in top[:row] for text in dict.fromkeys(texts) if text and not _recognised([text])]
    return row, headers, titles


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """A two-line header as one: ``2024年`` over ``营业收入`` is ``2024年营业收入``."""
    joined, group = [], ""
    for above, below in zip(upper, lower, strict=True):
        group = above or group
        grouped = group + below
        joined.append(above if not below else grouped if understand(grouped, AnnualReport.id) else below)
    return joined


def _recognised(texts: list[str]) -> set[tuple[str, int | None]]:
    """The different things that headers speak of, in whichever table."""
    found = ((understand(text, table) for table in TABLES) for text in texts if text.strip())
    first = (next((heading for heading in headings if heading is not None), None) for headings in found)
    return {(heading.field, heading.year) for heading in first if heading is not None}


def _score(table: str, headers: list[str]) -> int:
    """How many headers are the table's own; provenance and the code say nothing about it."""
    found = (understand(text, table) for text in headers if text.strip())
    return len({h.field for h in found if h is not None and h.field != "uscc" and h.field not in PROVENANCE})


def _table(grid: Grid, headers: list[str]) -> str | None:
    scores = {table: _score(table, headers) for table in TABLES}
    best = max(scores.values())
    named = _named(plain(grid.sheet or grid.file.rpartition(".")[0]))
    if named and 2 * scores[named] >= best:
        return named
    winners = [table for table, score in scores.items() if score == best]
    mixed = sum(scores[table] for table in _MIXED)
    if set(winners) <= set(_MIXED) or mixed > best:
        return max(_MIXED, key=lambda table: scores[table])
    return winners[0] if len(winners) == 1 else None


def _named(title: str) -> str | None:
    """The table that a sheet's name names; the longest of its names decides, and 企业 yields to any other."""
    found: list[tuple[int, bool, str]] = []
    for table in TABLES.values():
        hits = [
            len(name)
            for name in (table.id, table.key, table.zh, *table.aliases)
            if plain(name) in title or name.replace("_", "") in title
        ]
        if hits:
            found.append((max(hits), table is not Enterprise, table.id))
    found.sort(reverse=True)
    return found[0][2] if found and (len(found) == 1 or found[0][:2] != found[1][:2]) else None


def _unit_row(grid: Grid, row: int, headers: list[str]) -> dict[int, str]:
    """Units in a line of their own under the header."""
    if row >= grid.cells.height:
        return {}
    cells = {place: plain(cell) for place, cell in enumerate(grid.cells.row(row)) if cell and cell.strip()}
    stated = {place: text for place, text in cells.items() if text in UNITS or text == "人"}
    return cells if stated and all(text in _UNIT_CELLS for text in cells.values()) and len(headers) > 1 else {}


def _place(layout: Layout, grid: Grid, place: int, text: str, unit: str, default: Decimal | Refusal | None) -> None:
    """Give a column its meaning, or say why it has none."""
    tables = (layout.table, *(t for t in _MIXED if t != layout.table)) if layout.table in _MIXED else (layout.table,)
    heading = next((h for table in tables if (h := understand(text, table)) is not None), None)
    if heading is None:
        layout.ignored.append(text)
        return
    if unit and (heading.is_money or unit in UNITS):
        heading = understand(f"{text}({unit})", heading.table) or heading
    if heading.is_money:
        heading = _with_unit(layout, heading, text, default, single=place in grid.single)
    elif heading.spec is not None and isinstance(heading.spec.kind, Heads) and place in grid.single:
        heading = replace(heading, refusal=_single())
    if heading.refusal is None and any(_same(heading, column.heading) for column in layout.columns):
        heading = replace(heading, refusal=_twice())
    if heading.refusal is not None:
        layout.refused.append((text, heading.refusal))
        layout.refused_fields.add(heading.field)
        return
    layout.columns.append(Column(place, text, heading, heading.unit or Decimal(1)))


def _with_unit(
    layout: Layout, heading: Heading, text: str, default: Decimal | Refusal | None, *, single: bool
) -> Heading:
    if heading.refusal is not None:
        return heading
    if single:
        return replace(heading, refusal=_single())
    if heading.torch and default is not None and default != heading.unit:
        rule = "火炬统计代码以千元计，标题另有单位 / a Torch code is in thousand yuan, the title states another unit"
        return replace(
            heading, refusal=Refusal("ambiguous_unit", rule, "删去标题中的单位或改用中文表头 / remove one of the two")
        )
    if heading.unit is None and isinstance(default, Refusal):
        return replace(heading, refusal=default)
    if heading.unit is None and default is None:
        layout.assumed_yuan.append(text)
    return replace(heading, unit=default) if heading.unit is None and isinstance(default, Decimal) else heading


def _same(one: Heading, other: Heading) -> bool:
    if "uscc" in (one.field, other.field):
        return one.field == other.field
    shared = one.field in PROVENANCE or one.table == other.table
    return shared and one.field == other.field and one.year == other.year


def _twice() -> Refusal:
    return Refusal(
        "duplicate_column",
        "前面已有一列表示同一指标 / an earlier column already gives this field",
        "删去其中一列，或改为不同口径的表头 / remove one of them, or name its own measure",
    )


def _single() -> Refusal:
    return Refusal(
        "single_precision",
        "32 位浮点数保不住分 / 32-bit floats cannot carry fen",
        "改用 Decimal、Int64 或 Float64 / use Decimal, Int64 or Float64",
    )
