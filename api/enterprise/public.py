"""What of an enterprise is public, and what a consent opens of the rest.

Public is what registers and official lists publish (征信业管理条例 21 条): registration, certificates, zone memberships.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.store.consents import Consent
from features.dossier import Dossier, TypedRow
from features.schema import Table
from features.tables import TABLES, Certificate, Enterprise, ZoneMembership
from features.written import written_row

PUBLIC: Mapping[str, tuple[str, ...]] = {
    Enterprise.id: (
        "name",
        "established_on",
        "region_code",
        "park",
        "zone_type",
        "zone_level",
        "industry_code",
        "industry_code_edition",
        "listed_on",
        "listing_board",
        "delisted_on",
        "status",
        "deregistered_on",
    ),
    Certificate.id: tuple(Certificate.fields),
    ZoneMembership.id: tuple(ZoneMembership.fields),
}
"""Table → fields that need no consent."""


def public_facts(dossier: Dossier) -> dict[str, Any]:
    """The public facts, in the form of a dossier."""
    found: dict[str, Any] = {}
    seen = _seen(dossier, lambda _, __: False)
    for name in PUBLIC:
        table, rows = TABLES[name], seen.tables.get(name)
        if rows is None:
            continue
        told = [{k: v for k, v in written_row(table, row).items() if k in PUBLIC[name]} for row in rows]
        if table is Enterprise:
            firm = {"uscc": dossier.uscc, **(told[-1] if told else {})}
            if "region_code" in firm:
                # A code, not a number: text, as in a dossier and in the list of enterprises.
                firm["region_code"] = str(firm["region_code"])
            found[table.key] = firm
        else:
            found[table.key] = told
    return found


def consented(dossier: Dossier, consent: Consent) -> tuple[Dossier, frozenset[str]]:
    """The dossier as a consent opens it, and the tables of which something is withheld."""
    if consent.covers("", None):
        return dossier, frozenset()
    seen = _seen(dossier, consent.covers)
    withheld = {
        name
        for name, table in TABLES.items()
        if not consent.covers(name) and any(not _open(name, field, consent.covers) for field in table.fields)
    }
    return seen, frozenset(withheld)


def _seen(dossier: Dossier, covers: Any) -> Dossier:
    tables: dict[str, list[TypedRow] | None] = {}
    for name, rows in dossier.tables.items():
        table = TABLES[name]
        opened = {field for field in table.fields if _open(name, field, covers)}
        tables[name] = None if rows is None or not opened else [_row(table, row, opened) for row in rows]
    return replace(dossier, tables=tables)


def _open(table: str, field: str, covers: Any) -> bool:
    return field in PUBLIC.get(table, ()) or covers(table, field)


def _row(table: type[Table], row: TypedRow, opened: set[str]) -> TypedRow:
    """The row with what is not opened unknown."""
    if len(opened) == len(table.fields):
        return row
    # Of annual reports and grades the year and the criterion say which row it is, not what it says.
    kept = opened | set(table.identity or ())
    seen = dict(row)
    for field in table.fields:
        if field not in kept:
            seen[field] = None
            seen.pop(f"{field}/assumed", None)
    return seen
