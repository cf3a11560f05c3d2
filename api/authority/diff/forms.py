"""A report of a comparison as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from api.authority.diff.cards import Change
from api.authority.diff.report import Element, Grid, Heading, Report, Said
from api.authority.diff.sources import Side

_STYLES = {"+": "green", "−": "red"}


def text(elements: Iterable[Element]) -> Group:
    """For a terminal."""
    return Group(*(part for element in elements for part in _text(element)))


def _text(element: Element) -> Iterator[Text | Table]:
    match element:
        case Heading(said, level):
            yield Text(said if level == 1 else f"\n{said}", "bold" if level == 1 else "bold underline")
        case Said(said, below):
            yield Text(f"  {said}", _STYLES.get(said[:1], ""))
            yield from (Text(f"      {line}", _STYLES.get(line.strip()[:1], "")) for line in below)
        case Grid(headers, rows):
            table = Table(*headers)
            for column in table.columns[1:]:
                column.justify = "right"
            for row in rows:
                table.add_row(*row)
            yield table


def markdown(elements: Iterable[Element]) -> str:
    """For a document."""
    return "\n".join(line for element in elements for line in _markdown(element))


def _markdown(element: Element) -> Iterator[str]:
    match element:
        case Heading(said, level):
            yield from (f"{'#' * level} {said}", "") if level == 1 else ("", f"{'#' * level} {said}", "")
        case Said(said, below):
            yield f"- {said}"
            for line in below:
                yield f"{' ' * (2 + len(line) - len(line.lstrip()))}- {line.strip()}"
        case Grid(headers, rows):
            yield from ("", _cells(headers), _cells(["---", *["---:"] * (len(headers) - 1)]))
            yield from (_cells(row) for row in rows)
            yield ""


def _cells(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"


def as_json(report: Report, firms: int) -> dict[str, Any]:
    """For programs."""
    found: dict[str, Any] = {"before": _side(report.before), "after": _side(report.after)}
    if report.found:
        found["lint"] = {name: [asdict(one) for one in findings] for name, findings in report.found.items()}
    found["changes"] = [_change(change) for change in report.changes]
    if population := report.population:
        found["population"] = {
            "as_of": population.as_of.isoformat(),
            "known_at": population.known_at.isoformat(),
            "firms": population.firms,
            "matrix": [
                {"before": old, "after": new, "firms": count} for (old, new), count in sorted(population.matrix.items())
            ],
            "changed": population.changed.height,
            "listed": population.changed.head(firms).to_dicts(),
        }
    return found


def _side(side: Side) -> dict[str, Any]:
    card = side.card
    lying = {"overlays": [laid.id for laid in card.overlays]} if card.overlays else {}
    return {"rulebook": card.id, "edition": card.edition, **lying, "status": card.status, "sha256": card.sha256}


def _change(change: Change) -> dict[str, Any]:
    effect = change.effect.value.en if change.effect else None
    return {
        "section": change.section,
        "part": change.part,
        "name": {"zh": change.name.zh, "en": change.name.en},
        "what": {"zh": change.what.zh, "en": change.what.en},
        "about": change.about,
        "before": change.before,
        "after": change.after,
        "effect": effect,
    }
