"""All indicators: importing this module registers every one."""

from __future__ import annotations

from features.indicators import (
    accounts,
    achievements,
    compliance,
    financing,
    growth,
    high_tech,
    judged,
    market,
    research,
    rights,
    size,
    standing,
    titles,
)
from features.indicators.base import make, names, parameters

MODULES = (
    accounts,
    achievements,
    compliance,
    financing,
    growth,
    high_tech,
    judged,
    market,
    research,
    rights,
    size,
    standing,
    titles,
)

__all__ = ["make", "names", "parameters"]
