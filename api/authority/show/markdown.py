"""A described card in Markdown, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator

from api.authority.show.description import Description, Row
from scoring.card import MICRO


def markdown(card: Description) -> str:
    """The whole text."""
    return "\n".join(_lines(card))


def _lines(card: Description) -> Iterator[str]:
    yield f"# {card.title.zh} / {card.title.en}（{card.edition}）"
    yield ""
    for label, value in card.facts:
        yield f"- {label.zh} / {label.en}: {value}"
    for document in card.documents:
        yield f"- {document.number}《{document.title}》"
    for section in card.sections:
        yield from ("", f"## {section.title.zh} / {section.title.en}", "")
        for row in section.rows:
            yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    most = "" if row.most is None else f"（{row.most / MICRO:g}）"
    remark = f"（{row.remark.zh} / {row.remark.en}）" if row.remark else ""
    name = f" `{row.id}`" if row.id else ""
    # A single condition stands beside its name, more of them below it.
    said = f": {row.lines[0].text}" if len(row.lines) == 1 else ""
    clause = f" — {row.clause} [{row.grade}]" if row.clause else ""
    yield f"- **{row.label.zh}** / {row.label.en}{name}{most}{remark}{said}{clause}"
    if row.note:
        yield f"  - _{row.note}_"
    if len(row.lines) > 1:
        for line in row.lines:
            yield f"{'  ' * (line.depth + 1)}- {line.text}"
