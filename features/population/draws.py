"""Random draws as Polars expressions: a pure function of seed, stream name and the row's own keys.

No generator state, so a row draws the same values whatever stands beside it. SplitMix64 (Steele, Lea, Flood 2014) in
wrapping UInt64 arithmetic: unlike ``Expr.hash`` it stays the same from one Polars version to the next.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

_STEP = 0x9E3779B97F4A7C15
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))


class Draws:
    """Draws for rows that the integer columns ``keys`` tell apart. A stream's name may be used once."""

    def __init__(self, seed: int, scope: str, *keys: str) -> None:
        self._root = f"{seed}/{scope}"
        self._keys = keys
        self._used: set[str] = set()

    def uniform(self, stream: str) -> pl.Expr:
        """In the open interval (0, 1). Raises ValueError where the stream was used before."""
        if stream in self._used:
            raise ValueError(f"stream {stream!r} is drawn twice; the two columns would be equal")
        self._used.add(stream)
        digest = hashlib.blake2b(f"{self._root}/{stream}".encode(), digest_size=8).digest()
        start = int.from_bytes(digest)
        return pl.map_batches(
            [pl.col(key).cast(pl.UInt64) for key in self._keys],
            lambda keys: _uniform(start, keys),
            return_dtype=pl.Float64,
        )

    def normal(self, stream: str) -> pl.Expr:
        """Standard normal (Box and Muller)."""
        radius = (self.uniform(f"{stream}/radius").log() * -2).sqrt()
        return radius * (self.uniform(f"{stream}/angle") * (2 * math.pi)).cos()

    def chance(self, stream: str, probability: float | pl.Expr) -> pl.Expr:
        """True with the probability."""
        return self.uniform(stream) < probability

    def between(self, stream: str, low: float, high: float) -> pl.Expr:
        """Uniform between two numbers."""
        return self.uniform(stream) * (high - low) + low

    def whole(self, stream: str, low: int | pl.Expr, high: int | pl.Expr) -> pl.Expr:
        """A whole number from ``low`` to ``high``, both included; ``low`` where ``high`` is less."""
        width = (pl.lit(high) if isinstance(high, int) else high) - low + 1
        return (self.uniform(stream) * width.clip(1)).floor().cast(pl.Int64) + low

    def count(self, stream: str, mean: pl.Expr, most: int) -> pl.Expr:
        """Geometric from 0, cut at ``most``; ``mean`` before the cut, 0 where the mean is 0."""
        safe = mean.clip(1e-9)
        drawn = (self.uniform(stream).log() / (safe / (safe + 1)).log()).floor().clip(0, most)
        return pl.when(mean > 0).then(drawn).otherwise(0).cast(pl.Int64)

    def pick(self, stream: str, weights: Mapping[Any, float]) -> pl.Expr:
        """One of the keys, as often as its weight says; a key may be None."""
        total, bounds = 0.0, []
        for weight in weights.values():
            total += weight
            bounds.append(total)
        place = pl.lit(pl.Series(bounds)).search_sorted(self.uniform(stream) * total, side="right")
        return pl.lit(pl.Series(list(weights))).gather(place.clip(0, len(bounds) - 1))

    def day(self, stream: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        """A date from ``first`` to ``last``, both included; ``first`` where ``last`` is earlier."""
        low, high = (day.cast(pl.Date).cast(pl.Int32).cast(pl.Int64) for day in (first, last))
        return self.whole(stream, low, high).cast(pl.Int32).cast(pl.Date)


def rows(frame: pl.DataFrame, count: pl.Expr) -> pl.DataFrame:
    """Each row ``count`` times, numbered from 0 in the column ``row``."""
    return (
        frame.with_columns(row=pl.int_ranges(0, count, dtype=pl.Int64))
        .filter(pl.col("row").list.len() > 0)
        .explode("row")
    )


def _uniform(start: int, keys: Sequence[pl.Series]) -> pl.Series:
    bits = _word(start)
    for key in keys:
        bits = bits + (key + _word(1)) * _word(_STEP)
        for shift, factor in _MIX:
            bits = (bits ^ (bits // _word(2**shift))) * _word(factor)
    # 52 bits and half a step: neither 0 nor 1 can come out.
    return (bits // _word(2**12)).cast(pl.Float64) * 2.0**-52 + 2.0**-53


def _word(number: int) -> pl.Series:
    return pl.Series([number], dtype=pl.UInt64)
