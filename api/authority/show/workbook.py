"""A described card as a workbook: sheets 条件, 计分, 路径, 文件 and what else it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from api.authority.show.description import Description, Row
from api.authority.workbook import Cell, Column, Indented, workbook
from scoring.card import MICRO, Label

SHEETS = {
    "gates": "条件",
    "items": "计分",
    "unset": "未公布分值",
    "groups": "分组",
    "routes": "路径",
    "held": "取得之后",
}
_COLUMNS = (
    Column(Label("标识", "id"), 20),
    Column(Label("名称", "name"), 34),
    Column(Label("英文名称", "name in English"), 34),
    Column(Label("要求或档次", "condition or band"), 60),
    Column(Label("指标", "indicator"), 26),
    Column(Label("分值下限", "points, least"), 10),
    Column(Label("分值上限", "points, most"), 10),
    Column(Label("满分", "maximum"), 8),
    Column(Label("条款", "clause"), 34),
    Column(Label("来源等级", "source grade"), 10),
    Column(Label("备注", "remark"), 30),
)
_DOCUMENTS = (
    Column(Label("文号", "number"), 30),
    Column(Label("标题", "title"), 60),
    Column(Label("发布日期", "published on"), 14),
)
_FACTS = (Column(Label("项目", "item"), 30), Column(Label("内容", "content"), 60))


def write(card: Description, path: Path) -> None:
    """Write the workbook. Raises OSError."""
    with workbook(path) as book:
        for section in card.sections:
            rows = (cells for row in section.rows for cells in _cells(row))
            book.sheet(SHEETS[section.id], _COLUMNS, rows)
        book.sheet("文件", _DOCUMENTS, ((one.number, one.title, one.published_on) for one in card.documents))
        named = (Label("名称", "title"), f"{card.title.zh} / {card.title.en}"), (Label("版本", "edition"), card.edition)
        facts = ((f"{label.zh} / {label.en}", value) for label, value in (*named, *card.facts))
        book.sheet("说明", _FACTS, facts)


def _cells(row: Row) -> Iterator[Sequence[Cell | Indented]]:
    """A line a condition or band; the provision's name and clause stand beside the first."""
    remarks = (f"{row.remark.zh} / {row.remark.en}" if row.remark else "", str(row.note or ""))
    remark = "\n".join(filter(None, remarks)) or None
    most = None if row.most is None else row.most / MICRO
    about = (most, row.clause, row.grade, remark)
    if not row.lines:
        yield row.id, row.label.zh, row.label.en, None, None, None, None, *about
    for place, line in enumerate(row.lines):
        names = (row.label.zh, row.label.en) if place == 0 else (None, None)
        low, high = (None, None) if line.points is None else (end / MICRO for end in line.points)
        said = Indented(line.depth, " / ".join(part for part in (f"{line.zh} {line.range}".strip(), line.en) if part))
        yield row.id, *names, said, line.indicator or None, low, high, *(about if place == 0 else (None,) * 4)
