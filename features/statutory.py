"""Assumed lags between what a row is about and the day on which it counts as known (``reference/statutory_lags.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml

from features.dossier import TypedRow
from features.kinds import NEVER, day_of


@dataclass(frozen=True)
class Lag:
    """The field that a row is dated by; then either a day of the next year (month, day) or a number of days."""

    after: str
    next_year: tuple[int, int] | None
    days: int
    zh: str
    en: str
    """What the assumption leans on."""


@cache
def lags() -> Mapping[str, Lag]:
    """The lag of every fact table."""
    text = (files("features") / "reference" / "statutory_lags.yaml").read_text(encoding="utf-8")
    found = {}
    for table, entry in yaml.safe_load(text).items():
        month, _, day = entry.get("next_year", "").partition("-")
        next_year = (int(month), int(day)) if month else None
        found[table] = Lag(entry["after"], next_year, entry.get("days", 0), entry["why"], entry["why_en"])
    return found


def assumed_known(table: str, row: TypedRow) -> date | None:
    """The day on which a row counts as known, None where it does not say what it is about."""
    lag = lags()[table]
    about = row.get(lag.after)
    if not isinstance(about, int) or about == NEVER:
        return None
    return date(about + 1, *lag.next_year) if lag.next_year else day_of(about) + timedelta(days=lag.days)
