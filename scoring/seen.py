"""What a card was fitted on, as counts: of every feature the rows in bands of its values, and of the outcome how often it came.

It stands in the card's file and is part of its hash, so that whoever meets other firms can be told (`models.drift`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Seen:
    """By feature the upper edges of its bands and the rows in each band, missing last; of the outcome rows and events.

    Value ``x`` lies in the first band whose edge is ≥ ``x``, above all edges in the last but one.
    """

    edges: Mapping[str, tuple[float, ...]] = field(hash=False)
    rows: Mapping[str, tuple[int, ...]] = field(hash=False)
    outcome: tuple[int, int]

    def __post_init__(self) -> None:
        """Raises ValueError where it contradicts itself."""
        total, events = self.outcome
        every = [*self.outcome, *(count for one in self.rows.values() for count in one)]
        if not all(type(count) is int and count >= 0 for count in every) or events > total:
            raise ValueError(f"seen: 行数与事件数 / rows and events: {total}, {events}; 0 ≤ events ≤ rows")
        if self.edges.keys() != self.rows.keys():
            raise ValueError("seen: 各字段须有上界与行数 / each feature has edges and rows")
        for name, edges in self.edges.items():
            if not all(map(math.isfinite, edges)) or any(low >= high for low, high in pairwise(edges)):
                raise ValueError(f"seen {name}: 上界须递增 / edges must rise")
            if len(self.rows[name]) != len(edges) + 2 or sum(self.rows[name]) != total:
                raise ValueError(
                    f"seen {name}: 各档与缺失的行数之和须为 / rows by band and missing must sum to {total}"
                )

    def tree(self) -> dict[str, Any]:
        """As in the card's file: edges as the shortest decimals that read back as the same number."""
        return {
            "rows": self.outcome[0],
            "events": self.outcome[1],
            "features": {n: {"edges": [*map(repr, self.edges[n])], "rows": [*self.rows[n]]} for n in self.edges},
        }

    @classmethod
    def read(cls, tree: Mapping[str, Any]) -> Seen:
        """From what `tree` gave, or a file of it, which holds texts."""
        features: Mapping[str, Any] = tree["features"] or {}
        return cls(
            {name: tuple(map(float, one["edges"])) for name, one in features.items()},
            {name: tuple(map(int, one["rows"])) for name, one in features.items()},
            (int(tree["rows"]), int(tree["events"])),
        )
