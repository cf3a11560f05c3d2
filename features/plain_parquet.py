"""A frame as a Parquet file whose integers are as they are in memory, one behind the other: no dictionaries.

Polars tries a dictionary for every column of integers, which costs more than writing it, and has no option against it; for the
fields of a struct it tries none. So the integers are written as the fields of a struct that is never null. Its pages are
those of columns that stand by themselves; the footer is made to say so.

What packing makes little smaller is left as it is. Polars packs all columns or none, so the file is two of them, one behind the
other, with one footer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl
import polars.selectors as cs
from nanoarrow import c_schema
from nanoarrow.c_schema import CSchema

from features import parquet_footer
from features.parquet_footer import (
    BINARY,
    CHILDREN,
    COLUMNS,
    GROUPS,
    I32,
    LIST,
    META,
    NAME,
    NOTES,
    ORDERS,
    PATH,
    SCHEMA,
    SIZES,
    STRUCT,
    Field,
    Fields,
)

Packing = Literal["lz4", "uncompressed"]

_STRUCT = "(integers)"
_LARGE = 2**24
"""A number from here on takes more than three of its eight bytes: LZ4 packs it into hardly less, and slowly."""
_SAMPLE = 1000
"""Rows that tell whether most numbers of a column are large."""


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write the frame, in one piece and without statistics."""
    large = _large(frame)
    halves: list[tuple[pl.DataFrame, Packing]]
    halves = [(frame.drop(large), "lz4"), (frame.select(large), "uncompressed")]
    with path.open("wb+") as file:
        footers = [_append(half, compression, file) for half, compression in halves if half.width]
        file.write(parquet_footer.written(_together(footers, frame.columns)))


def _large(frame: pl.DataFrame) -> list[str]:
    """The columns of integers in which most numbers are large."""
    large = (~cs.integer().is_between(-_LARGE, _LARGE, closed="none")).mean()
    shares = frame.head(_SAMPLE).select(large).iter_rows(named=True)
    return [name for row in shares for name, share in row.items() if share is not None and share > 1 / 2]


def _append(frame: pl.DataFrame, compression: Packing, file: BinaryIO) -> Fields:
    """Write the pages of the frame behind what stands in the file; the footer that tells of them."""
    start = file.seek(0, 2)
    integers = [pl.struct(cs.integer()).alias(_STRUCT)] if frame.select(cs.integer()).width else []
    together = frame.select(~cs.integer(), *integers)
    together.write_parquet(
        file,
        compression=compression,
        statistics=False,
        row_group_size=max(frame.height, 1),
        arrow_schema=_never_null(c_schema(together.schema)),
    )
    footer, end = parquet_footer.read(file)
    file.seek(end)
    file.truncate()
    return _apart(footer, start)


def _never_null(schema: CSchema) -> CSchema:
    """The schema of a frame, in which the struct cannot be null."""
    return schema.modify(children=[c.modify(nullable=c.name != _STRUCT) for c in schema.children])


def _apart(footer: Fields, start: int) -> Fields:
    """The footer of pages that begin at a place, in which the struct's fields are columns by themselves."""
    kind, (root, *elements) = footer[SCHEMA].value
    columns = [element for _, found in _columns(iter(elements)) for element in found]
    groups = []
    for group in footer[GROUPS].value[1]:
        of, chunks = group[COLUMNS].value
        moved = [parquet_footer.moved(_without_struct(chunk), start) for chunk in chunks]
        groups.append({**group, COLUMNS: Field(LIST, (of, moved))})
    told = {n: field for n, field in footer.items() if n != NOTES}
    return told | {SCHEMA: Field(LIST, (kind, [root, *columns])), GROUPS: Field(LIST, (STRUCT, groups))}


def _together(footers: Sequence[Fields], names: list[str]) -> Fields:
    """One footer of several, which tell of the same rows; the columns in the order of the names."""
    kind, (root, *_) = footers[0][SCHEMA].value
    columns = {n: found for footer in footers for n, found in _columns(iter(footer[SCHEMA].value[1][1:]))}
    schema = [{**root, CHILDREN: Field(I32, len(names))}, *(element for name in names for element in columns[name])]
    groups = []
    for pieces in zip(*(footer[GROUPS].value[1] for footer in footers), strict=True):
        of, _ = pieces[0][COLUMNS].value
        chunks = {_path(chunk)[0]: chunk for piece in pieces for chunk in piece[COLUMNS].value[1]}
        sizes = {n: Field(pieces[0][n].kind, sum(piece[n].value for piece in pieces)) for n in SIZES}
        groups.append({**pieces[0], **sizes, COLUMNS: Field(LIST, (of, [chunks[name.encode()] for name in names]))})
    orders = (STRUCT, [order for footer in footers for order in footer[ORDERS].value[1]])
    told = {SCHEMA: (kind, schema), GROUPS: (STRUCT, groups), ORDERS: orders}
    return footers[0] | {n: Field(LIST, value) for n, value in told.items()}


def _columns(elements: Iterator[Fields]) -> Iterator[tuple[str, list[Fields]]]:
    """By name the elements of each column, the struct's fields among them: what stands in an element follows it."""
    for element in elements:
        name = element[NAME].value.decode()
        if name != _STRUCT:
            yield name, [element, *_within(element, elements)]


def _within(element: Fields, elements: Iterator[Fields]) -> Iterator[Fields]:
    for _ in range(element[CHILDREN].value if CHILDREN in element else 0):
        child = next(elements)
        yield child
        yield from _within(child, elements)


def _path(chunk: Fields) -> list[bytes]:
    path: list[bytes] = chunk[META].value[PATH].value[1]
    return path


def _without_struct(chunk: Fields) -> Fields:
    path = _path(chunk)
    if path[0] != _STRUCT.encode():
        return chunk
    return {**chunk, META: Field(STRUCT, {**chunk[META].value, PATH: Field(LIST, (BINARY, path[1:]))})}
