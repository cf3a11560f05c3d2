"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from threading import Lock
from typing import Any

import polars as pl

WORD = pl.Categorical()
_BITS = 62
_CODE = "#"


@dataclass(frozen=True)
class Number:
    """A number of each row, and the ends between which it lies."""

    of: pl.Expr
    least: int = 0
    most: int = 1


class Told:
    """Columns of ``schema`` that ``tell`` makes of the numbers of a row, whatever frame it stands in.

    The product of the numbers' ranges is below 2⁶³. Good for several threads.
    """

    def __init__(
        self, numbers: Sequence[Number], schema: Mapping[str, pl.DataType], tell: Callable[..., Sequence[Any]]
    ) -> None:
        self._schema, self._tell, self._lock = dict(schema), tell, Lock()
        self._table = pl.DataFrame(schema={_CODE: pl.Int64(), **schema})
        terms, self._digits, stride = [pl.lit(0, dtype=pl.Int64)], list[tuple[int, int, int]](), 1
        for number in numbers:
            width = number.most - number.least + 1
            terms.append((number.of.cast(pl.Int64) - number.least) * stride)
            self._digits.append((stride, width, number.least))
            stride *= width
        self._code = pl.sum_horizontal(terms).alias(_CODE)

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What is told of each row."""
        # with_columns, not select: a code of nothing must still be as long as the frame.
        codes = frame.with_columns(self._code).select(_CODE)
        with self._lock:
            new = codes.unique(maintain_order=True).join(self._table, on=_CODE, how="anti")[_CODE]
            if new.len():
                self._table = pl.concat([self._table, self._made(new.to_list())])
            table = self._table
        return codes.join(table, on=_CODE, how="left", maintain_order="left").drop(_CODE)

    def _made(self, codes: list[int]) -> pl.DataFrame:
        code = pl.Series(codes, dtype=pl.Int64)
        numbers = [(code // stride % width + least).to_list() for stride, width, least in self._digits]
        told = [self._tell(*row) for row in zip(*numbers, strict=True)] if numbers else [self._tell() for _ in codes]
        columns = zip(self._schema.items(), zip(*told, strict=True), strict=True)
        return pl.DataFrame([pl.Series(_CODE, codes, dtype=pl.Int64), *(_column(*one, of) for one, of in columns)])


def _column(name: str, kind: pl.DataType, told: Sequence[Any]) -> pl.Series:
    if not isinstance(kind, pl.List):
        return pl.Series(name, told, dtype=pl.String()).cast(kind)
    # Split by Polars: lists made of Python's would be made one by one.
    lines = pl.Series(name, ["\n".join(words) for words in told], dtype=pl.String())
    return lines.str.extract_all(r"[^\n]+").cast(kind)


class Raised:
    """For each row the list of the words of which some truth holds, in their order."""

    def __init__(self, words: Mapping[str, Sequence[pl.Expr]]) -> None:
        given = list(words.items())
        self._parts = [_few(given[i : i + _BITS]) for i in range(0, len(given), _BITS)] or [_few([])]

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """The words of each row."""
        return pl.select(pl.concat_list(part.of(frame)["words"] for part in self._parts)).to_series()


def _few(words: Sequence[tuple[str, Sequence[pl.Expr]]]) -> Told:
    numbers = [Number(pl.any_horizontal(truth.cast(pl.Boolean) for truth in truths)) for _, truths in words]
    names = [word for word, _ in words]
    return Told(numbers, {"words": pl.List(WORD)}, lambda *holds: [compress(names, holds)])
