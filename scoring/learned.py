"""A learned card: what training left behind as plain data, and its evaluation for one firm and for columns.

The probability of an event is the logistic function of an intercept and one number of points per feature. Which points
depends only on the band in which the feature's value lies, or on its being missing; so the whole model is a table that can
be read, dated, compared and executed without the library that trained it. Points are integers of 1e-14 log-odds: sums are
exact, the two ways of evaluation cannot differ, and the hash of the table names the model.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from scoring.errors import CardError
from scoring.release import digest
from scoring.yaml_tree import load

UNITS = 10**14
"""Points in one unit of log-odds."""

SYNTHETIC, FOREIGN, OWN = "synthetic", "foreign", "own"
"""Whose data a card was trained on: invented firms, firms of another country, the office's own."""
ORIGINS = (SYNTHETIC, FOREIGN, OWN)

Row = Mapping[str, float | None]
"""A firm's values by feature; None or NaN where a value is missing."""


@dataclass(frozen=True)
class Feature:
    """One feature's bands: value ``x`` lies in the first band whose upper edge is ≥ ``x``, above all edges in the last.

    ``points`` has one entry more than ``edges``. ``monotone`` says what training promised: 1 never falls as the value
    grows, -1 never rises, 0 nothing. ``missing_seen`` is False where training met no missing value; ``missing`` is then
    the average over the training rows, which neither helps nor harms.
    """

    name: str
    edges: tuple[float, ...]
    points: tuple[int, ...]
    missing: int
    missing_seen: bool
    monotone: int

    def points_at(self, value: float | None) -> int:
        """Points of a value; of None and NaN those of missing."""
        if value is None or value != value:
            return self.missing
        return self.points[bisect_left(self.edges, value)]

    @property
    def range(self) -> tuple[int, int]:
        """Least and greatest points that the feature can give, missing included."""
        every = (*self.points, self.missing)
        return min(every), max(every)

    def tree(self) -> dict[str, Any]:
        """As in the file: edges as the shortest decimals that read back as the same number."""
        bands: list[dict[str, Any]] = [
            {"up_to": repr(edge), "points": points} for edge, points in zip(self.edges, self.points, strict=False)
        ]
        return {
            "feature": self.name,
            "monotone": self.monotone,
            "missing": {"points": self.missing, "seen": self.missing_seen},
            "bands": [*bands, {"points": self.points[-1]}],
        }


@dataclass(frozen=True)
class Reason:
    """What one feature's value added to the log-odds, against the average of the training rows."""

    feature: str
    value: float | None
    points: int

    @property
    def log_odds(self) -> float:
        """Points in log-odds."""
        return self.points / UNITS


@dataclass(frozen=True)
class LearnedCard:
    """P(``event``) as a table of points; ``trained_on`` and ``valid_for`` go with every probability it gives.

    ``origin`` is one of `ORIGINS`. A card of synthetic or foreign data can be live in a demo release only.
    """

    id: str
    event: str
    trained_on: str
    valid_for: str
    intercept: int
    features: tuple[Feature, ...]
    origin: str = SYNTHETIC

    @property
    def demo_only(self) -> bool:
        """Whether it may answer in a demo release only."""
        return self.origin != OWN

    @property
    def told(self) -> dict[str, str]:
        """What goes with every probability."""
        return {"trained_on": self.trained_on, "valid_for": self.valid_for}

    def points(self, row: Row) -> int:
        """Log-odds of one firm in units of 1e-14. Raises `CardError` where the row lacks a feature's name."""
        total = self.intercept
        try:
            for name, edges, points, missing in self._tables:
                value = row[name]
                if value is None or value != value:
                    total += missing
                else:
                    total += points[bisect_left(edges, value)]
        except KeyError as error:
            raise _lacking(self.id, error.args[0]) from None
        return total

    def probability(self, row: Row) -> float:
        """P(event) of one firm."""
        return _logistic(self.points(row))

    def reasons(self, row: Row) -> list[Reason]:
        """Each feature's part, the strongest first; parts and intercept sum to `points`."""
        self.points(row)
        parts = [Reason(one.name, row[one.name], one.points_at(row[one.name])) for one in self.features]
        return sorted(parts, key=lambda part: (-abs(part.points), part.feature))

    def bounds(self, row: Row) -> tuple[float, float]:
        """P(event) if every missing value lay in its feature's least and in its greatest band, or stayed missing."""
        low = high = self.points(row)
        for one in self.features:
            value = row[one.name]
            if value is None or value != value:
                least, most = one.range
                low += least - one.missing
                high += most - one.missing
        return _logistic(low), _logistic(high)

    def points_column(self) -> pl.Expr:
        """`points` as an expression over columns named like the features; null and NaN are missing."""
        parts = [pl.lit(self.intercept, dtype=pl.Int64)]
        for one in self.features:
            value = pl.col(one.name).cast(pl.Float64).fill_nan(None)
            band = pl.lit(pl.Series(one.edges, dtype=pl.Float64)).search_sorted(value, side="left")
            points = pl.lit(pl.Series(one.points, dtype=pl.Int64)).gather(band)
            parts.append(pl.when(value.is_null()).then(pl.lit(one.missing, dtype=pl.Int64)).otherwise(points))
        return pl.sum_horizontal(parts).alias("points")

    def probability_column(self) -> pl.Expr:
        """`probability` as an expression over columns named like the features."""
        return (1.0 / (1.0 + (self.points_column().cast(pl.Float64) / -UNITS).exp())).alias("probability")

    def predict_proba(self, X: Any) -> Any:  # noqa: N803 (scikit-learn's name)
        """Probabilities of no event and event, shape (n, 2), of a Polars frame or an array with columns in card order."""
        names = [one.name for one in self.features]
        frame = X if isinstance(X, pl.DataFrame) else pl.DataFrame(X, schema=names, orient="row")
        for name in names:
            if name not in frame.columns:
                raise _lacking(self.id, name)
        p = frame.select(self.probability_column())
        return p.select((1.0 - pl.col("probability")).alias("none"), "probability").to_numpy()

    def tree(self) -> dict[str, Any]:
        """Everything the card says, as in its file."""
        return {
            "learned_card": self.id,
            "event": self.event,
            "origin": self.origin,
            "trained_on": self.trained_on,
            "valid_for": self.valid_for,
            "intercept": self.intercept,
            "features": [one.tree() for one in self.features],
        }

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical JSON of `tree`: the name of the model."""
        return digest(self.tree())

    def yaml(self) -> str:
        """The card's file."""
        return yaml.dump(self.tree(), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120)

    def write(self, path: Path) -> None:
        """Write the card's file."""
        path.write_text(self.yaml(), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> LearnedCard:
        """The card of a file. Raises `CardError` where the file is none."""
        tree: Any = load(path, path.name).plain()
        try:
            return _card(tree)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise CardError(
                code="not_a_learned_card",
                where=path.name,
                problem=f"不是模型评分卡 / not a learned card: {type(error).__name__} {error}",
                mend="用 LearnedCard.write 重新写出 / write it anew with LearnedCard.write",
            ) from None

    @cached_property
    def _tables(self) -> tuple[tuple[str, tuple[float, ...], tuple[int, ...], int], ...]:
        return tuple((one.name, one.edges, one.points, one.missing) for one in self.features)


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _logistic(points: int) -> float:
    log_odds = points / UNITS
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > -700 else math.exp(log_odds)


def _lacking(card: str, name: str) -> CardError:
    return CardError(
        code="feature_lacking",
        where=f"{card}: {name}",
        problem=f"缺少字段 {name} / the field {name} is lacking",
        mend="补上该字段，无数据时给空值 / give the field, null where there is no value",
    )


def _card(tree: Mapping[str, Any]) -> LearnedCard:
    return LearnedCard(
        tree["learned_card"],
        tree["event"],
        tree["trained_on"],
        tree["valid_for"],
        int(tree["intercept"]),
        tuple(map(_feature, tree["features"])),
        _origin(tree["origin"]),
    )


def _origin(value: str) -> str:
    if value not in ORIGINS:
        raise ValueError(f"origin: {value}，应为 / must be {' | '.join(ORIGINS)}")
    return value


def _feature(tree: Mapping[str, Any]) -> Feature:
    bands: Sequence[Mapping[str, str]] = tree["bands"]
    edges = tuple(float(band["up_to"]) for band in bands[:-1])
    if not all(map(math.isfinite, edges)) or not _ascend(edges) or "up_to" in bands[-1]:
        raise ValueError(f"{tree['feature']}: 上界须递增，末档无上界 / upper edges must rise, the last band has none")
    seen = {"true": True, "false": False}[tree["missing"]["seen"]]
    points = tuple(int(band["points"]) for band in bands)
    return Feature(tree["feature"], edges, points, int(tree["missing"]["points"]), seen, int(tree["monotone"]))


def _ascend(edges: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(edges))
