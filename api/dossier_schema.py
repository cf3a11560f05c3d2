"""JSON Schema of the dossier, made from the fact tables, for the API's documentation."""

from __future__ import annotations

from typing import Any

from features.kinds import Choice, Day, Flag, Kind, Text
from features.schema import Table
from features.tables import PROVENANCE, TABLES, Enterprise, ExpertGrade


def dossier_schema() -> dict[str, Any]:
    """The schema; every key is optional but ``enterprise.uscc``, and null states "unknown" (contract §1)."""
    properties: dict[str, Any] = {}
    for table in TABLES.values():
        if table is ExpertGrade:
            properties[table.key] = {"type": ["object", "null"], "description": table.zh, "additionalProperties": True}
        elif table is Enterprise:
            properties[table.key] = {**_row(table), "required": ["uscc"]}
        else:
            properties[table.key] = {"type": ["array", "null"], "items": _row(table), "description": table.zh}
    properties["evaluation"] = {
        "type": ["object", "null"],
        "properties": {"application_kind": {"enum": ["new", "renewal"]}, "region_code": {"type": "string"}},
        "additionalProperties": False,
    }
    return {"type": "object", "properties": properties, "required": ["enterprise"], "additionalProperties": False}


def _row(table: type[Table]) -> dict[str, Any]:
    fields = {name: _field(spec.kind, spec.zh) for name, spec in (*table.fields.items(), *PROVENANCE.items())}
    code = {"type": "string", "description": "统一社会信用代码", "minLength": 18}
    return {
        "type": "object",
        "description": table.zh,
        "properties": {"uscc": code, **fields},
        "additionalProperties": False,
    }


def _field(kind: Kind, zh: str) -> dict[str, Any]:
    if isinstance(kind, Choice):
        return {"enum": [*kind.values, None], "description": zh}
    if isinstance(kind, Flag):
        return {"type": ["boolean", "null"], "description": zh}
    if isinstance(kind, Day):
        return {"type": ["string", "null"], "format": "date", "description": zh}
    if isinstance(kind, Text):
        return {"type": ["string", "null"], "maxLength": kind.longest, "description": zh}
    unit = f"（{kind.unit}）" if kind.unit else ""
    limits = {"minimum": float(str(kind.show(kind.lo))), "maximum": float(str(kind.show(kind.hi)))}
    return {"type": ["number", "null"], "description": zh + unit, **limits}
