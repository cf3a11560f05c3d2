"""Parquet files with the same columns as one file: their row groups are copied as they are, only the footer is made anew.

No library of ours joins row groups without decoding them, and encoding is the dearest part of writing results. The offsets in a
footer (`features.parquet_footer`) are moved by as much as the bytes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from features import parquet_footer
from features.parquet_footer import (
    COLUMNS,
    FILE_OFFSET,
    GROUPS,
    I64,
    LIST,
    MAGIC,
    ORDINAL,
    ROWS,
    STRUCT,
    Field,
    Fields,
)


def concatenate(parts: Sequence[Path], target: Path) -> None:
    """Write the row groups of the parts, in order, as one file.

    Raises ValueError where there is no part, or where the columns of one differ from those of the first.
    """
    whole: Fields = {}
    groups: list[Fields] = []
    with target.open("wb") as out:
        out.write(MAGIC)
        for part in parts:
            with part.open("rb") as source:
                footer, end = parquet_footer.read(source)
                whole = whole or footer
                if _described(footer) != _described(whole):
                    raise ValueError(f"the columns of {part} are not those of {parts[0]}")
                by = out.tell() - len(MAGIC)
                for group in footer[GROUPS].value[1]:
                    groups.append(_moved(group, by, len(groups)))
                source.seek(len(MAGIC))
                _copy(source, out, end - len(MAGIC))
        if not whole:
            raise ValueError("no parts")
        rows = sum(group[ROWS].value for group in groups)
        whole |= {ROWS: Field(I64, rows), GROUPS: Field(LIST, (STRUCT, groups))}
        out.write(parquet_footer.written(whole))


def _described(footer: Fields) -> Fields:
    return {number: field for number, field in footer.items() if number not in (ROWS, GROUPS)}


def _moved(group: Fields, by: int, ordinal: int) -> Fields:
    kind, chunks = group[COLUMNS].value
    moved = [parquet_footer.moved(chunk, by) for chunk in chunks]
    found = {**parquet_footer.shifted(group, (FILE_OFFSET,), by), COLUMNS: Field(LIST, (kind, moved))}
    if ORDINAL in found:
        found[ORDINAL] = Field(found[ORDINAL].kind, ordinal)
    return found


def _copy(source: BinaryIO, out: BinaryIO, size: int) -> None:
    while size:
        some = source.read(min(size, 1 << 20))
        if not some:
            raise ValueError(f"{source.name} ends early")
        out.write(some)
        size -= len(some)
