"""Random draws as Polars expressions: a pure function of seed, scope, the row's own keys and the stream's name.

No generator state, so a row draws the same values whatever stands beside it. The keys are mixed once with SplitMix64
(Steele, Lea, Flood 2014), each stream then takes one more round of it from there, all in wrapping UInt64 arithmetic:
unlike ``Expr.hash`` it stays the same from one Polars version to the next.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Draws:
    """Draws for rows that the integer columns ``keys`` tell apart. A stream's name may be used once."""

    def __init__(self, seed: int, scope: str, *keys: str) -> None:
        self._root = f"{seed}/{scope}"
        self.scope = scope
        self._keys = keys
        self._used: set[str] = set()
        self._column: str | None = None

    def keyed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the mixed keys as a column, so that many streams need not mix them again."""
        made = frame.with_columns(self._base().alias(f"keys/{self.scope}"))
        self._column = f"keys/{self.scope}"
        return made

    def word(self, stream: str) -> pl.Expr:
        """64 random bits (UInt64). Raises ValueError where the stream was used before."""
        if stream in self._used:
            raise ValueError(f"stream {stream!r} is drawn twice; the two columns would be equal")
        self._used.add(stream)
        start = _digest(f"{self._root}/{stream}")
        return self._of_base(lambda base: _stream(base, start), pl.UInt64)

    def rare(self, stream: str, halvings: int) -> pl.Expr:
        """64 bits (UInt64), each set with probability 2 to the power of minus ``halvings``."""
        bits = self.word(f"{stream}/1")
        for turn in range(2, halvings + 1):
            bits = bits & self.word(f"{stream}/{turn}")
        return bits

    def uniform(self, stream: str) -> pl.Expr:
        """In the open interval (0, 1): 52 bits and half a step, so neither 0 nor 1 can come out."""
        return self.word(stream).map_batches(_unit, return_dtype=pl.Float64)

    def normal(self, stream: str) -> pl.Expr:
        """Standard normal (Box and Muller)."""
        radius = (self.uniform(f"{stream}/radius").log() * -2).sqrt()
        return radius * (self.uniform(f"{stream}/angle") * (2 * math.pi)).cos()

    def noise(self, stream: str) -> pl.Expr:
        """Mean 0, deviation 1, logistic: close to normal with somewhat longer tails, at a quarter of its price."""
        return self.uniform(stream).map_batches(_logistic, return_dtype=pl.Float64)

    def laplace(self, stream: str) -> pl.Expr:
        """Mean 0, mean absolute value 1: the tent-shaped law of yearly growth."""
        return self.uniform(stream).map_batches(_laplace, return_dtype=pl.Float64)

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
        low, high = (day.cast(pl.Date).cast(pl.Int32) for day in (first, last))
        return self.whole(stream, low.cast(pl.Int64), high.cast(pl.Int64)).cast(pl.Int32).cast(pl.Date)

    def _base(self) -> pl.Expr:
        return self._of_base(lambda base: base, pl.UInt64)

    def _of_base(self, compute: Callable[[pl.Series], pl.Series], dtype: type[pl.DataType]) -> pl.Expr:
        """Computed from the mixed keys. Series, not expressions: a mix reads each step twice, and expressions would compute
        it twice, twice over at every step."""
        if self._column is not None:
            return pl.col(self._column).map_batches(compute, return_dtype=dtype)
        start = _digest(self._root)
        keys = [pl.col(key).cast(pl.UInt64) for key in self._keys]
        return pl.map_batches(keys, lambda series: compute(_mixed(start, series)), return_dtype=dtype)


def rows(frame: pl.DataFrame, count: pl.Expr) -> pl.DataFrame:
    """Each row ``count`` times, numbered from 0 in the column ``row``."""
    return (
        frame.with_columns(row=pl.int_ranges(0, count, dtype=pl.Int64))
        .filter(pl.col("row").list.len() > 0)
        .explode("row")
    )


def _mixed(start: int, keys: Sequence[pl.Series]) -> pl.Series:
    """SplitMix64 of the keys, one after the other."""
    bits = _one(start)
    for key in keys:
        bits = bits + (key + _one(1)) * _one(_STEP)
        bits = (bits ^ (bits // _one(2**30))) * _one(_FIRST)
        bits = (bits ^ (bits // _one(2**27))) * _one(_SECOND)
        bits = bits ^ (bits // _one(2**31))
    return bits


def _stream(base: pl.Series, start: int) -> pl.Series:
    bits = (base ^ _one(start)) * _one(_FIRST)
    bits = (bits ^ (bits // _one(2**31))) * _one(_SECOND)
    return bits ^ (bits // _one(2**33))


def _unit(bits: pl.Series) -> pl.Series:
    return (bits // _one(2**12)).cast(pl.Float64) * 2.0**-52 + 2.0**-53


def _logistic(place: pl.Series) -> pl.Series:
    return (place / (1 - place)).log() * (math.sqrt(3) / math.pi)


def _laplace(place: pl.Series) -> pl.Series:
    place = place - 0.5
    return place.sign() * (place.abs() * -2 + 1).log() * -1.0


def bit(column: str, place: int) -> pl.Expr:
    """Whether the bit at ``place`` (0 to 63) of a word is set."""
    return (pl.col(column) & _word(2**place)) != _word(0)


def _digest(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _word(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


def _one(number: int) -> pl.Series:
    return pl.Series([number], dtype=pl.UInt64)
