"""Golden cases: a base dossier, what is changed in it, and what the answer must then say.

A case file lies beside its card's name: ``golden/<rulebook>/<edition>.yaml``; a folder may have a base firm of its own. Paths in ``set`` and ``drop`` walk the
dossier; ``annual_reports.2025.x`` names the report of a year, ``intellectual_property.0.x`` a row. A list is replaced whole.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from scoring.engine import Question

FOLDER = Path(__file__).parent / "golden"
ABSENT = object()


@dataclass(frozen=True)
class Case:
    rulebook: str
    name: str
    dossier: dict[str, Any]
    as_of: date
    rules_on: date | None
    known_at: date | None
    kind: str | None
    rulebooks: tuple[str, ...]
    """Asked for by name, as an undated one always is; all in force where empty."""
    expect: dict[str, Any]

    @property
    def question(self) -> Question:
        """What the case asks."""
        return Question(self.as_of, self.known_at or self.as_of, self.rules_on, self.rulebooks, self.kind)


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.rglob("*.yaml")):
        if path.name == "base.yaml":
            continue
        base = _read(_base_for(path))
        rulebook = ".".join(path.relative_to(FOLDER).parts[:-1])
        for raw in _read(path):
            dossier = copy.deepcopy(base)
            for where, value in raw.get("set", {}).items():
                # An alias of the file is one object in all its cases.
                _put(dossier, where.split("."), copy.deepcopy(value))
            for where in raw.get("drop", ()):
                _put(dossier, where.split("."), ABSENT)
            yield Case(
                rulebook,
                raw["case"],
                json.loads(json.dumps(dossier, default=str), parse_float=Decimal),
                raw.get("as_of", date(2026, 11, 22)),
                raw.get("rules_on"),
                raw.get("known_at"),
                raw.get("kind"),
                tuple(raw.get("rulebooks", (rulebook,) if path.stem == "undated" else ())),
                raw["expect"],
            )


def _read(path: Path) -> Any:
    # In C, ten times as fast: every worker reads them all to name its tests.
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _base_for(path: Path) -> Path:
    own = path.with_name("base.yaml")
    return own if own.exists() else FOLDER / "base.yaml"


def _put(node: Any, path: list[str], value: Any) -> None:
    head, rest = path[0], path[1:]
    if isinstance(node, list):
        if len(head) == 4 and head.isdigit():
            found = next((i for i, row in enumerate(node) if row.get("fiscal_year") == int(head)), None)
            if found is None:
                node.append({"fiscal_year": int(head)})
                found = len(node) - 1
            index = found
        else:
            index = int(head)
        if not rest:
            if value is ABSENT:
                del node[index]
            else:
                node[index] = value
            return
        _put(node[index], rest, value)
    elif rest:
        _put(node[head], rest, value)
    elif value is ABSENT:
        del node[head]
    else:
        node[head] = value


def found(result: dict[str, Any], path: str) -> Any:
    """What the result says at a path of an expectation: ``score`` and ``items.x`` read as [low, high], ``missing.<fact>``
    as its state.
    """
    node: Any = result
    parts, skipped = path.split("."), 0
    for place, _ in enumerate(parts):
        if isinstance(node, list):
            # A criterion's name has points of its own.
            told = {row["fact"]: row["state"] for row in node if "fact" in row}
            told |= {row["id"]: row["verdict"] for row in node if "id" in row}
            return told.get(".".join(parts[place:]))
        if place < skipped:
            continue
        # A rulebook's id may have points of its own: the longest key counts.
        ends = (end for end in range(len(parts), place, -1) if ".".join(parts[place:end]) in node)
        skipped = next(ends, 0)
        if not skipped:
            return None
        node = node[".".join(parts[place:skipped])]
    if isinstance(node, dict) and "points" in node and "verdict" not in node:
        node = node["points"]
    if isinstance(node, dict) and {"low", "high"} <= node.keys():
        return [node["low"], node["high"]]
    if isinstance(node, dict) and "verdict" in node:
        return node["verdict"]
    return node
