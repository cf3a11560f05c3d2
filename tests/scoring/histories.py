"""Random dossiers whose rows have sources, versions, duplicates, withdrawals and conflicts."""

from __future__ import annotations

import copy
import random
from typing import Any

from reference_implementation.random_dossiers import drop_facts, random_dossier

TABLES = ("annual_reports", "intellectual_property", "certificates", "events")
DAYS = ("2025-03-01", "2026-01-15", "2026-11-22", "2026-12-01")
SOURCES = ("tax", "register", None)


def with_history(rng: random.Random) -> dict[str, Any]:
    """A dossier in which some rows are said twice, differently, later or not any more."""
    dossier = random_dossier(rng)
    if rng.random() < 0.4:
        dossier = drop_facts(rng, dossier)
    for table in TABLES:
        rows = dossier.get(table)
        if not rows or rng.random() < 0.5:
            continue
        for position, row in enumerate(list(rows)):
            if rng.random() < 0.4:
                rows.extend(_more(rng, row, f"{table}-{position}", table))
            if rng.random() < 0.2:
                row["known_from"] = rng.choice(DAYS)
    return dossier


def _more(rng: random.Random, row: dict[str, Any], name: str, table: str) -> list[dict[str, Any]]:
    if table != "annual_reports":
        row["row_id"] = name
    found = []
    for _ in range(rng.randint(1, 2)):
        again = copy.deepcopy(row)
        again["source"] = rng.choice(SOURCES)
        again["known_from"] = rng.choice(DAYS)
        if rng.random() < 0.2:
            again["retracted"] = True
        for key in rng.sample(sorted(again), k=min(2, len(again))):
            if isinstance(again[key], bool):
                again[key] = not again[key]
            elif key not in ("fiscal_year", "count", "rank") and isinstance(again[key], int):
                again[key] = again[key] * rng.choice((1, 2, 3))
            elif key == "count":
                again[key] = rng.randint(0, 5)
        found.append(again)
    return found
