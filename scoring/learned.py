"""A learned card: what training left behind, as a table that is read, dated, compared and executed like a rule.

The probability of an event is the logistic function of an intercept and one number of points per feature. Which points
depends only on the band in which the feature's value lies, or on its being missing. Points are integers of 1e-14 log-odds,
their sum is an expression of the core form (`scoring.learned_points`), and the hash of the table names the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from scoring.errors import CardError
from scoring.learned_points import ByValues
from scoring.release import digest
from scoring.seen import Seen

FORMAT = 1
"""Of the card's file, covered by its hash; another number where what the file means, or what it must say, changed."""
UNITS = 10**14
"""Points in one unit of log-odds."""

OWN, SYNTHETIC, FOREIGN = "own", "synthetic", "foreign"
ORIGINS = (OWN, SYNTHETIC, FOREIGN)
"""What a card was trained on: the office's own facts, a synthetic population, or public data of other firms. Only the first
may be live outside a demonstration."""
DISTRESS = "distress"
"""Id of the card that forecasts distress: a number of its own, which few may see (contract §5)."""
FEW = 200
"""Rows of an array that are looked up one by one sooner than as columns."""
Row = Mapping[str, float | None]
"""A firm's values by feature; None or NaN where a value is missing."""


@dataclass(frozen=True)
class Feature:
    """One feature's bands: value ``x`` lies in the first band whose upper edge is ≥ ``x``, above all edges in the last.

    ``points`` has one entry more than ``edges``. ``monotone`` says what training promised: 1 never falls as the value
    grows, -1 never rises, 0 nothing. ``missing_seen`` is False where training met no missing value; ``missing`` is then
    the average over the training rows, which neither helps nor harms. ``indicator`` is the one of the catalogue that is
    measured, with its settings; empty where the value is a column of some other data.
    """

    name: str
    edges: tuple[float, ...]
    points: tuple[int, ...]
    missing: int
    missing_seen: bool
    monotone: int
    indicator: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Raises ValueError where the bands are none, or do not go the way that is promised."""
        if (
            not all(map(math.isfinite, self.edges))
            or not _ascend(self.edges)
            or len(self.points) != len(self.edges) + 1
        ):
            raise ValueError(f"{self.name}: 上界须递增，末档无上界 / upper edges must rise, the last band has none")
        if self.monotone not in (-1, 0, 1):
            raise ValueError(f"{self.name}: monotone {self.monotone}，应为 / must be -1, 0, 1")
        if any((after - before) * self.monotone < 0 for before, after in pairwise(self.points)):
            raise ValueError(f"{self.name}: 分数与 monotone {self.monotone} 不符 / the points go another way")

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
        measured = {"indicator": self.indicator, **({"with": dict(self.settings)} if self.settings else {})}
        return {
            "feature": self.name,
            **(measured if self.indicator else {}),
            "monotone": self.monotone,
            "missing": {"points": self.missing, "seen": self.missing_seen},
            "bands": [*bands, {"points": self.points[-1]}],
        }


@dataclass(frozen=True)
class Uncertainty:
    """How well probabilities are known, by bands of the card's points: how far the log-odds of firms whose points lie in the
    band may be from what is forecast, ``low`` ≤ 0 ≤ ``high`` in units of 1e-14, by the firms held out in training (95 %).

    Band n reaches up to ``edges[n]``, the last has no end.
    """

    edges: tuple[int, ...] = ()
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError where the bands are none, or a forecast lies outside its own range."""
        if not _ascend(self.edges) or not len(self.low) == len(self.high) == len(self.edges) + bool(self.low):
            raise ValueError("uncertainty: 上界须递增，末档无上界 / upper edges must rise, the last band has none")
        if not all(low <= 0 <= high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError("uncertainty: low ≤ 0 ≤ high")

    def tree(self) -> list[dict[str, int]]:
        """As in the file."""
        ends = [{"up_to": edge} for edge in self.edges] + [{}]
        return [{**end, "low": low, "high": high} for end, low, high in zip(ends, self.low, self.high, strict=True)]


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
    """P(``event``) as a table of points; ``origin`` (one of `ORIGINS`), ``trained_on`` and ``valid_for`` go with every
    probability it gives. ``seen``: what it was fitted on, as counts, where that was kept.
    """

    id: str
    event: str
    trained_on: str
    valid_for: str
    intercept: int
    features: tuple[Feature, ...]
    origin: str = SYNTHETIC
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    seen: Seen | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where something is not said, said twice, or beyond 64 bits."""
        for name in ("id", "event", "trained_on", "valid_for"):
            if not (isinstance(getattr(self, name), str) and getattr(self, name).strip()):
                raise ValueError(f"{name}: 须写明 / must be said")
        if self.origin not in ORIGINS:
            raise ValueError(f"origin: {self.origin}，应为 / must be {' | '.join(ORIGINS)}")
        names = [one.name for one in self.features]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"重复的字段 / features that stand twice: {', '.join(sorted(twice))}")
        if self.seen and {*names} != self.seen.edges.keys():
            raise ValueError("seen: 须为评分卡的各字段 / must be of the card's features")
        every = [self.intercept, *(end for one in self.features for end in one.range)]
        every += [*self.uncertainty.edges, *self.uncertainty.low, *self.uncertainty.high]
        if sum(map(abs, every)) >= 2**62:
            raise ValueError("分数超出 64 位 / points go beyond 64 bits")

    def __getstate__(self) -> dict[str, Any]:
        """What it says, without what was made of it to be faster."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def demo_only(self) -> bool:
        """Whether it may answer in a release for demonstration only."""
        return self.origin != OWN

    def points(self, row: Row) -> int:
        """Log-odds of one firm in units of 1e-14. Raises `CardError` where the row lacks a feature's name."""
        return self._by_values.points(self._values(row))

    def probability(self, row: Row) -> float:
        """P(event) of one firm."""
        return logistic(self.points(row))

    def reasons(self, row: Row) -> list[Reason]:
        """Each feature's part, the strongest first; parts and intercept sum to `points`."""
        _, _, *of_features = self._by_values.every(self._values(row))
        given = zip(self.features, of_features, strict=True)
        parts = [Reason(one.name, row[one.name], points) for one, points in given]
        return sorted(parts, key=lambda part: (-abs(part.points), part.feature))

    def bounds(self, row: Row) -> tuple[float, float]:
        """P(event) if every missing value lay in its feature's least and in its greatest band, or stayed missing."""
        low, high, *_ = self._by_values.every(self._values(row))
        return logistic(low), logistic(high)

    def predict_proba(self, X: Any) -> Any:  # noqa: N803 (scikit-learn's name)
        """Probabilities of no event and event, shape (n, 2), of a data frame by its columns' names, or of rows in the card's
        order. Raises `CardError` where a feature is lacking or no number.
        """
        named = hasattr(X, "columns") or (len(X) and isinstance(X[0], Mapping))
        rows = None if named else np.asarray(X, dtype=np.float64)
        if rows is not None and len(rows) <= FEW:
            p = np.array([logistic(self._by_values.points(row)) for row in rows.tolist()])
            return np.column_stack([1.0 - p, p])
        frame = self._named(X) if rows is None else pl.DataFrame(rows, schema=self._names, orient="row")
        points = self._by_values.of_columns(frame).cast(pl.Float64)
        found = pl.DataFrame({"log_odds": points}).select(p=1.0 / (1.0 + (pl.col("log_odds") / -float(UNITS)).exp()))[
            "p"
        ]
        return pl.DataFrame({"none": 1.0 - found, "probability": found}).to_numpy()

    def _named(self, X: Any) -> pl.DataFrame:  # noqa: N803
        """The features of a frame of whatever library, or of rows that name them."""
        frame = X if hasattr(X, "columns") else pl.DataFrame(X, schema=dict.fromkeys(self._names, pl.Float64))
        wrong = not_numbers(frame)
        columns = {}
        for name in self._names:
            if name in wrong:
                raise _lacking(self.id, name)
            try:
                columns[name] = frame[name] if isinstance(frame, pl.DataFrame) else np.asarray(frame[name], np.float64)
            except (KeyError, pl.exceptions.ColumnNotFoundError):
                raise _lacking(self.id, name) from None
        return pl.DataFrame(columns)

    def _values(self, row: Row) -> list[float | None]:
        """The features' values in the card's order."""
        try:
            return [*map(row.__getitem__, self._names)]
        except KeyError as error:
            raise _lacking(self.id, error.args[0]) from None

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.features)

    @cached_property
    def _by_values(self) -> ByValues:
        return ByValues(self)

    def tree(self) -> dict[str, Any]:
        """Everything the card says, as in its file."""
        return {
            "format": FORMAT,
            "learned_card": self.id,
            "event": self.event,
            "origin": self.origin,
            "trained_on": self.trained_on,
            "valid_for": self.valid_for,
            "intercept": self.intercept,
            "features": [one.tree() for one in self.features],
            **({"uncertainty": self.uncertainty.tree()} if self.uncertainty.low else {}),
            **({"seen": self.seen.tree()} if self.seen else {}),
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


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def not_numbers(X: Any) -> list[str]:  # noqa: N803
    """Columns of a data frame, of whatever library, that hold days, texts or lists."""
    if isinstance(X, pl.DataFrame):
        return [name for name, of in X.schema.items() if not (of.is_numeric() or of in (pl.Boolean, pl.Null))]
    named = {name: np.asarray(X[name]) for name in X.columns} if hasattr(X, "columns") else {}
    return [
        str(name) for name, of in named.items() if of.dtype.kind not in "biuf" and not all(map(_is_number, of.flat))
    ]


def _is_number(value: Any) -> bool:
    """Also what stands for a missing one."""
    return value is None or isinstance(value, Real) or type(value).__name__ == "NAType"


def logistic(points: int) -> float:
    """The probability of log-odds in units of 1e-14."""
    log_odds = points / UNITS
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > -700 else math.exp(log_odds)


def _lacking(card: str, name: str) -> CardError:
    return CardError(
        code="feature_lacking",
        where=f"{card}: {name}",
        problem=f"缺少字段 {name} / the field {name} is lacking",
        mend="补上该字段，无数据时给空值 / give the field, null where there is no value",
    )


def _ascend(edges: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(edges))
