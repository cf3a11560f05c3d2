"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from scoring.machine import Column

WORD = pl.Categorical()
_BITS = 62
_CODE = "#"


class Ends(NamedTuple):
    """The ends between which a number lies."""

    least: int
    most: int


class Told:
    """Columns of ``schema`` that ``tell`` makes of the numbers of an enterprise.

    The product of the numbers' ranges is below 2⁶³. Good for several threads.
    """

    def __init__(
        self, numbers: Sequence[Ends], schema: Mapping[str, pl.DataType], tell: Callable[..., Sequence[Any]]
    ) -> None:
        self._schema, self._tell = dict(schema), tell
        self._digits, stride = list[tuple[int, int, int]](), 1
        for number in numbers:
            width = number.most - number.least + 1
            self._digits.append((stride, width, number.least))
            stride *= width
        self._codes = _Codes(self._made)

    def of(self, numbers: Sequence[Column], firms: int) -> tuple[pl.DataFrame, Column]:
        """What is told of some, and for each, by an array a number, the row in which it is told."""
        code = np.zeros(firms, np.int64)
        for given, (stride, _, least) in zip(numbers, self._digits, strict=True):
            code += (given.astype(np.int64) - least) * stride
        return self._codes.of(code)

    def _made(self, codes: pl.Series) -> pl.DataFrame:
        numbers = [(codes // stride % width + least).to_list() for stride, width, least in self._digits]
        told = [self._tell(*row) for row in zip(*numbers, strict=True)] if numbers else [self._tell() for _ in codes]
        columns = zip(*told, strict=True) if told else [()] * len(self._schema)
        return pl.DataFrame([_column(*one, of) for one, of in zip(self._schema.items(), columns, strict=True)])


class _Codes:
    """What ``make`` tells of codes, each made once."""

    def __init__(self, make: Callable[[pl.Series], pl.DataFrame]) -> None:
        self._make, self._lock = make, Lock()
        none = pl.Series(_CODE, [], dtype=pl.Int64)
        self._codes, self._told = none.to_frame(), make(none)

    def of(self, given: Column) -> tuple[pl.DataFrame, Column]:
        """What is told, and for each the row in which it is."""
        codes = pl.Series(_CODE, given).to_frame()
        with self._lock:
            new = codes.unique(maintain_order=True).join(self._codes, on=_CODE, how="anti")
            if new.height:
                self._told = pl.concat([self._told, self._make(new[_CODE])], rechunk=True)
                self._codes = pl.concat([self._codes, new], rechunk=True)
            places, told = self._codes.with_row_index("at"), self._told
        rows = codes.join(places, on=_CODE, how="left", maintain_order="left")["at"]
        return told, rows.to_numpy().astype(np.int64)


def _column(name: str, kind: pl.DataType, told: Sequence[Any]) -> pl.Series:
    if not isinstance(kind, pl.List):
        return pl.Series(name, told, dtype=pl.String()).cast(kind)
    # Split by Polars: lists made of Python's would be made one by one.
    lines = pl.Series(name, ["\n".join(words) for words in told], dtype=pl.String())
    return lines.str.extract_all(r"[^\n]+").cast(kind)


class Raised:
    """For each enterprise the list of the words of which some truth holds, in their order."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        given = list(words.items())
        self._parts = [_Few(given[i : i + _BITS]) for i in range(0, len(given), _BITS)] or [_Few([])]

    def of(self, truth: Callable[[str], Column], firms: int) -> pl.Series:
        """The words of each; ``truth`` has an array of bytes for the name of each truth."""
        found = [part.of(truth, firms) for part in self._parts]
        rows = np.zeros(firms, np.int64)
        for table, of_firm in found:
            rows = rows * table.height + of_firm
        # Lists are joined once for what is alike.
        alike, of_alike = np.unique(rows, return_inverse=True)
        lists = []
        for table, _ in reversed(found):
            lists.append(table["words"][pl.Series(alike % max(table.height, 1), dtype=pl.UInt32)])
            alike = alike // max(table.height, 1)
        joined = lists[0] if len(lists) == 1 else pl.select(pl.concat_list(reversed(lists))).to_series()
        return joined[pl.Series(of_alike, dtype=pl.UInt32)]


class _Few:
    """As many words as a number has bits."""

    def __init__(self, words: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._truths = [truths for _, truths in words]
        self._words = pl.Series("words", [word for word, _ in words], dtype=WORD)
        self._codes = _Codes(self._made)

    def of(self, truth: Callable[[str], Column], firms: int) -> tuple[pl.DataFrame, Column]:
        code = np.zeros((firms, 8), np.uint8)
        for byte in range(0, len(self._truths), 8):
            bits = np.zeros(firms, np.uint8)
            for bit, truths in enumerate(self._truths[byte : byte + 8]):
                for name in truths:
                    bits |= truth(name).astype(np.uint8, copy=False) << bit
            code[:, byte // 8] = bits
        return self._codes.of(code.view("<i8")[:, 0])

    def _made(self, codes: pl.Series) -> pl.DataFrame:
        bits = codes.to_numpy()[:, None] >> np.arange(len(self._words)) & 1
        rows, words = np.nonzero(bits)
        of_row = pl.DataFrame([pl.Series("row", rows), self._words[pl.Series(words, dtype=pl.UInt32)]])
        told = of_row.group_by("row", maintain_order=True).agg("words")
        every = pl.DataFrame({"row": np.arange(codes.len())}, schema_overrides={"row": pl.Int64})
        found = every.join(told, on="row", how="left", maintain_order="left")["words"]
        return found.fill_null(pl.Series([[]], dtype=pl.List(WORD))).to_frame()
