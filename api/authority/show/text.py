"""A described card for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from api.authority.show.description import Description, Row
from scoring.card import MICRO


def text(card: Description) -> Text:
    """The whole text, styled; where nobody looks at a terminal it is plain."""
    return Text("\n").join(_lines(card))


def _lines(card: Description) -> Iterator[Text]:
    yield Text(f"{card.title.zh} / {card.title.en}（{card.edition}）", "bold")
    for label, value in card.facts:
        yield Text(f"  {label.zh} / {label.en}: {value}")
    for document in card.documents:
        yield Text(f"  {document.number}《{document.title}》")
    for section in card.sections:
        yield Text("")
        yield Text(f"{section.title.zh} / {section.title.en}", "bold underline")
        for row in section.rows:
            yield from _row(row)


def _row(row: Row) -> Iterator[Text]:
    head = Text("  ").append(row.label.zh, "bold").append(f" / {row.label.en}")
    if row.id:
        head.append(f" [{row.id}]", "cyan")
    if row.most is not None:
        head.append(f"（{row.most / MICRO:g}）")
    if row.remark:
        head.append(f"（{row.remark.zh} / {row.remark.en}）", "italic")
    yield head
    for line in row.lines:
        yield Text("    " + "  " * line.depth + line.text)
    if row.clause:
        yield Text(f"    {row.clause} [{row.grade}]", "dim")
    if row.note:
        yield Text(f"    {row.note}", "italic")
