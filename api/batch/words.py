"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

WORD = pl.Categorical()
_BITS, _BYTE = 62, 8


def told(
    frame: pl.DataFrame, ranges: Mapping[str, tuple[int, int]], schema: pl.Schema, tell: Callable[..., Sequence[Any]]
) -> pl.DataFrame:
    """For each row the columns of ``schema`` that ``tell`` makes of the columns in ``ranges`` (name → least, greatest).

    The product of the ranges is below 2⁶³.
    """
    code, stride, strides = pl.lit(0, dtype=pl.Int64), 1, []
    for name, (lo, hi) in ranges.items():
        code = code + (pl.col(name).cast(pl.Int64) - lo) * stride
        strides.append((stride, hi - lo + 1, lo))
        stride *= hi - lo + 1
    # with_columns, not select: a code of nothing must still be as long as the frame.
    codes = frame.with_columns(code.alias("#"))["#"]
    return _handed_out(
        codes,
        schema,
        (tell(*(value // s % width + lo for s, width, lo in strides)) for value in codes.unique(maintain_order=True)),
    )


def raised(frame: pl.DataFrame, words: Mapping[str, Sequence[str]]) -> pl.Series:
    """For each row the list of the words of which some root is raised."""
    given = list(words.items())
    parts = [_raised(frame, dict(given[i : i + _BITS])) for i in range(0, len(given), _BITS)]
    if not parts:
        return pl.Series([[]], dtype=pl.List(WORD)).new_from_index(0, frame.height)
    if len(parts) == 1:
        return parts[0]
    return pl.DataFrame([s.alias(str(i)) for i, s in enumerate(parts)]).select(pl.concat_list(pl.all())).to_series()


def _raised(frame: pl.DataFrame, words: Mapping[str, Sequence[str]]) -> pl.Series:
    bits = (
        pl.any_horizontal(pl.col(root).cast(pl.Boolean) for root in roots).cast(pl.Int64) * 2**i
        for i, roots in enumerate(words.values())
    )
    codes = frame.select(pl.sum_horizontal(bits).alias("#")).to_series()
    distinct, of = codes.unique(maintain_order=True), _by_byte(len(words))
    places = [of(code) for code in distinct]
    # One flat column and who has how much of it: a list for each would be made one by one.
    owners = pl.Series("#", [code for code, mine in zip(distinct, places, strict=True) for _ in mine], dtype=pl.Int64)
    flat = pl.Series(list(words), dtype=WORD).gather([place for mine in places for place in mine])
    lists = pl.DataFrame([owners, flat.alias("words")]).group_by("#", maintain_order=True).agg("words")
    found = codes.to_frame().join(lists, on="#", how="left", maintain_order="left")["words"]
    return found.fill_null(pl.Series([[]], dtype=pl.List(WORD)).first()) if found.null_count() else found


def _by_byte(words: int) -> Callable[[int], list[int]]:
    """The places whose bits are set, eight at a time, so that many different sets cost little each."""
    starts = range(0, words, _BYTE)
    tables = [[[start + i for i in range(_BYTE) if byte >> i & 1] for byte in range(2**_BYTE)] for start in starts]

    def of(code: int) -> list[int]:
        found: list[int] = []
        for table in tables:
            found += table[code & 255]
            code >>= _BYTE
        return found

    return of


def _handed_out(codes: pl.Series, schema: pl.Schema, rows: Iterator[Sequence[Any]]) -> pl.DataFrame:
    """What is told of each distinct code, for every row."""
    texts = {name: pl.List(pl.String()) if isinstance(kind, pl.List) else pl.String() for name, kind in schema.items()}
    table = pl.DataFrame(list(rows), schema=texts, orient="row").cast(schema)
    table = table.with_columns(codes.unique(maintain_order=True).alias("#"))
    return codes.alias("#").to_frame().join(table, on="#", how="left", maintain_order="left").drop("#")
