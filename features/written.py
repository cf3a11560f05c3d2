"""Typed rows as a JSON dossier writes them: `features.dossier.typed_row` reads back exactly the same row.

Decimals are written as text, so that no reader of the JSON makes binary floats of them.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from features.dossier import TypedRow
from features.kinds import Parsed
from features.schema import Field, Reading, Table
from features.tables import Enterprise

UNKNOWN, NONE = "不详", "无"
"""Spellings of "unknown" where silence would state "not so", and of "not so" where a null would state "unknown"."""


def written_row(table: type[Table], row: TypedRow) -> dict[str, Any]:
    """The row's fields, without provenance; what an absent key states is left out."""
    found: dict[str, Any] = {}
    for name, spec in table.fields.items():
        if row.get(f"{name}/assumed"):
            continue
        value = row.get(name)
        if value is not None:
            found[name] = _shown(spec, value)
        elif spec.absent is not Reading.UNKNOWN:
            found[name] = None if spec.null is Reading.UNKNOWN else UNKNOWN
    return found


def _shown(spec: Field, value: Parsed) -> object:
    if not isinstance(value, int):
        # Of a text only a null can state "not so".
        return value or None
    shown = spec.kind.show(value)
    if isinstance(shown, Decimal):
        return str(shown)
    return NONE if shown is None else shown


def key_of(table: type[Table], row: TypedRow) -> str:
    """What the row speaks of (contract §1): year, criterion and year, ``row_id``, else the hash of its natural fields."""
    if table is Enterprise:
        return ""
    if table.identity:
        told = "|".join(str(row[name]) for name in table.identity)
        return told if len(told) <= 100 else _hashed(told)
    if row["row_id"]:
        told = f"id:{row['row_id']}"
        return told if len(told) <= 100 else _hashed(told)
    natural = {name: _shown(spec, value) for name, spec in table.fields.items() if (value := row.get(name)) is not None}
    return _hashed(natural)


def _hashed(told: object) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()
