"""The interval of a share by Wilson (1927): it holds for few rows and for none with the event."""

from __future__ import annotations

import math

Z = 1.959964
"""Standard normal deviate of 95 %."""


def interval(events: int, rows: int) -> tuple[float, float]:
    """Low and high of the share of which ``events`` of ``rows`` were seen, 95 %."""
    share, squared = events / rows, Z * Z
    middle = (share + squared / (2 * rows)) / (1 + squared / rows)
    half = Z / (1 + squared / rows) * math.sqrt(share * (1 - share) / rows + squared / (4 * rows * rows))
    return max(0.0, middle - half), min(1.0, middle + half)
