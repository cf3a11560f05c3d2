"""What the competitors need to know of facts and card, written down once: codes of words, days, columns.

So none of them imports the product; the card itself (thresholds, bands, routes) each states in its own language.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GATES = (
    "registered",
    "employees",
    "sales_revenue",
    "total_assets",
    "audit_based_tax",
    "negative_list",
    "compliance",
    "tech_staff_nonzero",
)
ITEMS = ("tech_staff", "rd_input", "achievements")
VERDICTS = ("fail", "pass", "undetermined", "not_applicable")
ANNUAL = (
    "employees",
    "employees_quarterly_avg",
    "tech_staff",
    "tech_staff_6m",
    "rd_expense",
    "rd_expense_deduction",
    "revenue",
    "sales_revenue",
    "total_cost_expense",
    "total_assets",
)
ENTERPRISE = ("audit_based_tax", "deregistered_on", "out_of_scope", "restricted_industry")
ROWS = {
    "certificate": ("kind", "revoked_on", "valid_from", "valid_to"),
    "event": ("ended_on", "kind", "level", "occurred_on", "rank", "severity"),
    "intellectual_property": ("count", "disputed", "granted_on", "in_force", "kind", "supports_main_product"),
}
LARGEST = {"heads": 10**12, "money": 10**14, "items": 10**6}
"""Greatest values of the domains: the completions of what is unknown end there."""
POINTS = ("tech_sme.score", *(f"tech_sme.items.{item}" for item in ITEMS))
ANSWERS = (
    "uscc",
    "tech_sme.verdict",
    *(f"{name}.{end}" for name in POINTS for end in ("low", "high")),
    *(f"tech_sme.gates.{gate}.verdict" for gate in GATES),
)
"""Columns that every competitor writes."""


def write(path: Path) -> None:
    """Codes and days, from the product's own tables."""
    from benchmarks.data import AS_OF
    from features import moments
    from features.indicators.achievements import CLASSES
    from features.kinds import Choice
    from features.tables import TABLES

    def codes(table: str, field: str, *words: str) -> list[int]:
        kind = TABLES[table].fields[field].kind
        assert isinstance(kind, Choice)
        return [kind.code(word) for word in words]

    def day(name: str) -> int:
        return moments.value(f"{moments.PREFIX}{name}", AS_OF)

    spec = {
        "year": AS_OF.year - 1,
        "as_of": day("day"),
        "last_year": day("year_start/-1"),
        "five_years": day("years_before/5"),
        "class_1": codes("intellectual_property", "kind", *CLASSES["class_1"]),
        "class_2": codes("intellectual_property", "kind", *CLASSES["class_2"]),
        "accident": codes("event", "kind", "safety_accident", "quality_accident"),
        "major": codes("event", "severity", "major"),
        "finding": codes("event", "kind", "environmental_violation", "research_dishonesty", "fraud"),
        "listing": codes("event", "kind", "abnormal_list", "dishonest_list"),
        "award": codes("event", "kind", "st_award"),
        "institution": codes("event", "kind", "rd_institution"),
        "standard": codes("event", "kind", "standard_led"),
        "award_levels": codes("event", "level", "national"),
        "institution_levels": codes("event", "level", "international", "national", "provincial"),
        "standard_levels": codes("event", "level", "international", "national", "industry"),
        "high_tech": codes("certificate", "kind", "high_tech_enterprise"),
    }
    path.write_text(json.dumps(spec), encoding="utf-8")


def firm_columns(spec: dict[str, Any]) -> list[str]:
    """Columns of a part's first file that the card reads."""
    annual = [f"annual_report/{spec['year']}/{name}" for name in ANNUAL]
    return ["uscc", "said", *annual, *(f"enterprise/{n}" for n in ENTERPRISE), *(f"{table}/listed" for table in ROWS)]


def parts(snapshot: Path) -> list[Path]:
    """First files of the parts."""
    return sorted(p for p in snapshot.glob("part-*.parquet") if p.name.count(".") == 1)


def rows_of(part: Path, table: str) -> Path:
    return part.with_suffix(f".{table}.parquet")


def refuse_conflicts(number: int) -> None:
    """Competitors do not unite what sources say differently."""
    if number:
        raise ValueError(f"{number} firms have sources that differ: the competitors do not unite them")
