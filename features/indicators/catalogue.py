"""All indicators: importing this module registers every one."""

from __future__ import annotations

from features.indicators import achievements, compliance, growth, high_tech, research, size, titles
from features.indicators.base import make, names, parameters

MODULES = (achievements, compliance, growth, high_tech, research, size, titles)

__all__ = ["make", "names", "parameters"]
