"""A comparison as a workbook: every change, the matrix of answers, every enterprise whose answer differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.authority.diff.cards import SECTIONS, Change
from api.authority.diff.population import WORDS
from api.authority.diff.report import Report
from api.authority.workbook import SHEET_ROWS, Cell, Column, workbook
from scoring.card import Label
from scoring.errors import Finding

_CHANGES = (
    Column(Label("类别", "section"), 12),
    Column(Label("标识", "id"), 20),
    Column(Label("名称", "name"), 40),
    Column(Label("变化", "what"), 16),
    Column(Label("所指", "about"), 30),
    Column(Label("原", "before"), 50),
    Column(Label("新", "after"), 50),
    Column(Label("影响", "effect"), 16),
)
_FINDINGS = (
    Column(Label("文件", "file"), 40),
    Column(Label("行", "line"), 8),
    Column(Label("位置", "key"), 40),
    Column(Label("问题", "problem"), 60),
    Column(Label("改法", "mend"), 60),
    Column(Label("代码", "code"), 24),
)
_FIRMS = (
    Column(Label("统一社会信用代码", "uscc"), 22),
    Column(Label("企业名称", "name"), 34),
    Column(Label("原结论", "before"), 18),
    Column(Label("新结论", "after"), 18),
    Column(Label("原因", "why"), 90),
)


def write(report: Report, path: Path) -> None:
    """Write the workbook. Raises OSError."""
    with workbook(path) as book:
        book.sheet("条文变化", _CHANGES, map(_change, report.changes))
        if report.found:
            book.sheet("检查", _FINDINGS, (_finding(one) for found in report.found.values() for one in found))
        if report.population is None:
            return
        found, (befores, afters) = report.population, report.population.answers
        columns = (Column(Label("原结论", "before"), 22), *(Column(Label(WORDS.get(a, a), ""), 18) for a in afters))
        counts: list[list[Cell]] = [
            [WORDS.get(old, old), *(found.matrix.get((old, new), 0) for new in afters)] for old in befores
        ]
        book.sheet("结论矩阵", columns, counts)
        for number, start in enumerate(range(0, max(found.changed.height, 1), SHEET_ROWS), start=1):
            rows = (
                (uscc, name, WORDS.get(old, old), WORDS.get(new, new), "\n".join(why))
                for uscc, name, old, new, why in found.changed.slice(start, SHEET_ROWS).iter_rows()
            )
            book.sheet("企业" if number == 1 else f"企业{number}", _FIRMS, rows)


def _finding(one: Finding) -> Sequence[Cell]:
    return one.file, one.line, one.key, one.problem, one.mend, one.code


def _change(change: Change) -> Sequence[Cell]:
    section, name = SECTIONS[change.section], (change.name.zh, change.name.en)
    return (
        f"{section.zh} / {section.en}",
        change.part,
        " / ".join(text for text in name if text),
        f"{change.what.zh} / {change.what.en}",
        change.about,
        change.before,
        change.after,
        f"{change.effect.value.zh} / {change.effect.value.en}" if change.effect else None,
    )
