"""What a title asks of those who hold it: how long it lasts, which reports are due, what follows where they fail.

A card keeps it as data (``validity``, ``duties``); nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scoring.card import Label
from scoring.yaml_tree import Tree


@dataclass(frozen=True)
class Duty:
    """How long a title lasts, or something that is due."""

    said: Label
    due: tuple[Label, ...]
    clause: str
    grade: str


def duties(card: Tree) -> Iterator[Duty]:
    """Validity and duties of a card's file, each followed by what happens where it is not done."""
    stated: Any = card.plain()
    documents = {name: one["number"] for name, one in stated.get("documents", {}).items()}
    default = {"document": "", "grade": "official", **stated.get("source", {})}

    def duty(said: Label, due: Iterable[Label], entry: Any) -> Duty:
        name, grade = (entry.get(key, default[key]) for key in ("document", "grade"))
        return Duty(said, tuple(due), f"{documents.get(name, name)} {entry['article']}", grade)

    validity = stated.get("validity")
    if validity:
        years, start = validity["years"], validity.get("counted_from")
        counted = f"，自{start}起" if start else ""
        then = [Label(**validity["note"])] if "note" in validity else ()
        yield duty(Label(f"有效期 {years} 年{counted}", f"valid for {years} years"), then, validity)
    for entry in stated.get("duties", ()):
        said, failing = entry["duty"], entry.get("failing")
        yield duty(Label(said["zh"], said["en"]), _due(entry), entry)
        if failing:
            yield duty(Label(f"否则：{failing['zh']}", f"otherwise: {failing['en']}"), (), {**entry, **failing})


def _due(duty: Any) -> Iterator[Label]:
    if by := duty.get("each_year_by"):
        yield Label(f"每年 {by} 前", f"by {by} each year")
    if months := duty.get("within_months"):
        yield Label(f"{months} 个月内", f"within {months} months")
    if to := duty.get("to"):
        yield Label(f"至 {to}", f"until {to}")
