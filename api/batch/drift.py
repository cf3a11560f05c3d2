"""Whether a batch still looks like what each learned card was fitted on: counted part by part, told at the end.

Features are measured as for training (`models.replay.inputs`), of the firms of whom the card speaks. How often the event comes is
not known yet of firms that are scored now: that is checked when outcomes are there (``dengti model drift``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from features.pivot import Wide
from models.drift import Check, checks_of, worst
from models.limits import DriftLimits, drift_told
from models.replay.inputs import values
from models.seen_rows import counts
from scoring.learned import LearnedCard
from scoring.learned_points import measured

COUNTED = {"card": pl.String(), "feature": pl.String(), "band": pl.Int64(), "rows": pl.Int64()}
"""Columns of what is counted: a row each band of each feature of each card."""
DIGITS = 4


class Compared:
    """The cards of a batch that tell what they were fitted on; good for several threads, and for another process."""

    def __init__(self, cards: Iterable[LearnedCard], as_of: date) -> None:
        self.cards, self._as_of = [card for card in cards if card.seen is not None], as_of
        of = {card.id: {feature.name: measured(feature) for feature in card.features} for card in self.cards}
        self._columns = {card: {name: one.id for name, one in named.items()} for card, named in of.items()}
        self._made = tuple({one.id: one for named in of.values() for one in named.values()}.values())

    def values(self, wide: Wide) -> pl.DataFrame:
        """``uscc`` and the features of the enterprises of a part whose sources agree."""
        return values(wide, self._as_of, self._made)

    def counted(self, features: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
        """`COUNTED` of a part: ``features`` as `values` gives them, ``scores`` its result."""
        found = [pl.DataFrame(schema=COUNTED)]
        for card in self.cards:
            assert card.seen is not None
            spoken = scores.filter(pl.col(f"probability.{card.id}.facts_low").is_not_null()).select("uscc")
            asked = features.join(spoken, on="uscc", how="semi")
            for name, column in self._columns[card.id].items():
                rows = counts(asked[column], card.seen.edges[name]).tolist()
                found.append(
                    pl.DataFrame(
                        {"card": card.id, "feature": name, "band": range(len(rows)), "rows": rows}, schema=COUNTED
                    )
                )
        return pl.concat(found)

    def told(self, counted: pl.DataFrame, limits: DriftLimits) -> dict[str, Any]:
        """For the manifest: the limits, and of each card its level and every feature, the worst first."""
        cards = {card.id: _card(self._checks(card, counted, limits)) for card in self.cards}
        return {"limits": drift_told(limits), "cards": cards}

    def _checks(self, card: LearnedCard, counted: pl.DataFrame, limits: DriftLimits) -> Sequence[Check]:
        assert card.seen is not None
        own = counted.filter(pl.col("card") == card.id).group_by("feature", "band").agg(pl.col("rows").sum())
        rows = {
            str(name): np.array(of.sort("band")["rows"], dtype=np.int64)
            for (name,), of in own.partition_by("feature", as_dict=True).items()
        }
        # Where the card speaks of nobody there is nothing to compare.
        return checks_of(card.seen, rows, limits) if any(one.sum() for one in rows.values()) else []


def _card(checks: Sequence[Check]) -> Mapping[str, Any]:
    if not checks:
        return {"level": None, "told": "没有可比的企业 no enterprise to compare", "features": []}
    found = worst(checks)
    return {
        "level": found.name.lower(),
        "told": found.told,
        "features": [
            {
                "feature": one.name,
                "psi": round(one.value, DIGITS),
                "by_chance": round(one.chance, DIGITS),
                "level": one.level.name.lower(),
                "told": one.told,
                "missing": {"fitted": round(one.reference, DIGITS), "batch": round(one.batch, DIGITS)},
            }
            for one in checks
        ],
    }
