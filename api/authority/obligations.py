"""What a title asks of those who hold it: how long it lasts, which reports are due, what follows where they fail.

A card keeps it as data (``validity``, ``duties``); nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring.yaml_tree import Tree


def lines(card: Tree) -> Iterator[str]:
    """Validity and duties of a card's file in Markdown, one a line."""
    stated: Any = card.plain()
    documents = {name: one["number"] for name, one in stated.get("documents", {}).items()}
    default = stated.get("source", {})

    def clause(entry: Any) -> str:
        name = entry.get("document", default.get("document", ""))
        document = documents.get(name, name)
        return f"{document} {entry['article']} [{entry.get('grade', default.get('grade', 'official'))}]"

    validity = stated.get("validity")
    if validity:
        years, start = validity["years"], validity.get("counted_from")
        counted = f"，自{start}起" if start else ""
        yield f"- 有效期 {years} 年{counted} / valid for {years} years — {clause(validity)}"
    for duty in stated.get("duties", ()):
        said = duty["duty"]
        until = f"（至 {duty['to']} / until {duty['to']}）" if "to" in duty else ""
        yield f"- {said['zh']} / {said['en']}{_due(duty)}{until} — {clause(duty)}"
        if failing := duty.get("failing"):
            yield f"  - {failing['zh']} / {failing['en']} — {clause({**duty, **failing})}"


def _due(duty: Any) -> str:
    if by := duty.get("each_year_by"):
        return f"（每年 {by} 前 / by {by} each year）"
    if months := duty.get("within_months"):
        return f"（{months} 个月内 / within {months} months）"
    return ""
