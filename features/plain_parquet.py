"""A frame as a Parquet file whose integers are as they are in memory, one behind the other, and packed: no dictionaries.

Polars tries a dictionary for every column of integers, which costs more than writing it, and has no option against it; for the
fields of a struct it tries none. So the integers are written as the fields of one struct that is never null. Its pages are
those of columns that stand by themselves; the footer is made to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    PATH,
    SCHEMA,
    STRUCT,
    Field,
    Fields,
)

_STRUCT = "(integers)"


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write the frame, in one piece and without statistics; some column holds integers."""
    together = frame.select(~cs.integer(), pl.struct(cs.integer()).alias(_STRUCT))
    together.write_parquet(
        path,
        compression="lz4",
        statistics=False,
        row_group_size=max(frame.height, 1),
        arrow_schema=_never_null(c_schema(together.schema)),
    )
    with path.open("rb+") as file:
        footer, end = parquet_footer.read(file)
        file.seek(end)
        file.write(parquet_footer.written(_apart(footer, frame.columns)))
        file.truncate()


def _never_null(schema: CSchema) -> CSchema:
    """The schema of a frame, in which the struct cannot be null."""
    *others, struct = schema.children
    return schema.modify(children=[*others, struct.modify(nullable=False)])


def _apart(footer: Fields, names: list[str]) -> Fields:
    """The footer of a file in which the struct's fields are columns by themselves, in the order of the names."""
    kind, (root, *elements) = footer[SCHEMA].value
    columns = dict(_columns(iter(elements)))
    schema = [{**root, CHILDREN: Field(I32, len(names))}, *(e for name in names for e in columns[name])]
    groups = []
    for group in footer[GROUPS].value[1]:
        of, chunks = group[COLUMNS].value
        found = {_path(chunk)[0]: chunk for chunk in map(_without_struct, chunks)}
        groups.append({**group, COLUMNS: Field(LIST, (of, [found[name.encode()] for name in names]))})
    told = {n: field for n, field in footer.items() if n != NOTES}
    return told | {SCHEMA: Field(LIST, (kind, schema)), GROUPS: Field(LIST, (STRUCT, groups))}


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
