"""Parquet files with the same columns as one file: their row groups are copied as they are, only the footer is made anew.

No library of ours joins row groups without decoding them, and encoding is the dearest part of writing results. The footer is
a struct of Apache Thrift's compact protocol (Parquet format 2, ``parquet.thrift``), read here as a tree of fields whatever
they mean; the offsets in it are moved by as much as the bytes are.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _LIST, _STRUCT = 1, 2, 3, 6, 7, 8, 9, 12
_ROWS, _GROUPS = 3, 4
"""Fields of the footer."""
_COLUMNS, _FILE_OFFSET, _ORDINAL = 1, 5, 7
"""Fields of a row group."""
_META = 3
"""Field of a column chunk: its metadata."""
_OF_CHUNK, _OF_META = (2, 4, 6), (9, 10, 11, 14)
"""Fields that are offsets: of the chunk and of its indexes; of its pages and of its Bloom filter."""


class Field(NamedTuple):
    """A field's type and value: a struct is a dictionary by number of the field, a list its element type and elements."""

    kind: int
    value: Any


def concatenate(parts: Sequence[Path], target: Path) -> None:
    """Write the row groups of the parts, in order, as one file.

    Raises ValueError where there is no part, or where the columns of one differ from those of the first.
    """
    whole: dict[int, Field] = {}
    groups: list[dict[int, Field]] = []
    with target.open("wb") as out:
        out.write(_MAGIC)
        for part in parts:
            with part.open("rb") as source:
                footer, end = _footer(source)
                whole = whole or footer
                if _described(footer) != _described(whole):
                    raise ValueError(f"the columns of {part} are not those of {parts[0]}")
                by = out.tell() - len(_MAGIC)
                for group in footer[_GROUPS].value[1]:
                    groups.append(_moved(group, by, len(groups)))
                source.seek(len(_MAGIC))
                _copy(source, out, end - len(_MAGIC))
        if not whole:
            raise ValueError("no parts")
        rows = sum(group[_ROWS].value for group in groups)
        whole |= {_ROWS: Field(_I64, rows), _GROUPS: Field(_LIST, (_STRUCT, groups))}
        footer_bytes = bytearray()
        _write_struct(footer_bytes, whole)
        out.write(footer_bytes + struct.pack("<I", len(footer_bytes)) + _MAGIC)


def _footer(source: BinaryIO) -> tuple[dict[int, Field], int]:
    """The footer, and where it begins."""
    end = source.seek(0, 2) - 8
    source.seek(max(end, 0))
    size, magic = struct.unpack("<I4s", source.read(8).rjust(8))
    if magic != _MAGIC or not 0 < size <= end - len(_MAGIC):
        raise ValueError(f"not a Parquet file: {source.name}")
    source.seek(end - size)
    found, _ = _read_struct(source.read(size), 0)
    return found, end - size


def _described(footer: dict[int, Field]) -> dict[int, Field]:
    return {number: field for number, field in footer.items() if number not in (_ROWS, _GROUPS)}


def _moved(group: dict[int, Field], by: int, ordinal: int) -> dict[int, Field]:
    kind, chunks = group[_COLUMNS].value
    moved = []
    for chunk in chunks:
        meta = Field(_STRUCT, _shifted(chunk[_META].value, _OF_META, by))
        moved.append({**_shifted(chunk, _OF_CHUNK, by), _META: meta})
    found = {**_shifted(group, (_FILE_OFFSET,), by), _COLUMNS: Field(_LIST, (kind, moved))}
    if _ORDINAL in found:
        found[_ORDINAL] = Field(found[_ORDINAL].kind, ordinal)
    return found


def _shifted(fields: dict[int, Field], offsets: Sequence[int], by: int) -> dict[int, Field]:
    # An offset of 0 says that there is none: the first bytes of a file are its mark.
    return {n: Field(f.kind, f.value + by) if n in offsets and f.value else f for n, f in fields.items()}


def _copy(source: BinaryIO, out: BinaryIO, size: int) -> None:
    while size:
        some = source.read(min(size, 1 << 20))
        if not some:
            raise ValueError(f"{source.name} ends early")
        out.write(some)
        size -= len(some)


# --- the compact protocol -------------------------------------------------------------------------------------------


def _read_struct(data: bytes, at: int) -> tuple[dict[int, Field], int]:
    found: dict[int, Field] = {}
    number = 0
    while head := data[at]:
        at += 1
        kind = head & 15
        if head >> 4:
            number += head >> 4
        else:
            number, at = _read_integer(data, at)
        value, at = (kind == _TRUE, at) if kind in (_TRUE, _FALSE) else _read(data, at, kind)
        found[number] = Field(kind, value)
    return found, at + 1


def _read(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == _STRUCT:
        return _read_struct(data, at)
    if kind == _LIST:
        head = data[at]
        size, at = (head >> 4, at + 1) if head >> 4 < 15 else _read_size(data, at + 1)
        values = []
        for _ in range(size):
            value, at = _read(data, at, head & 15)
            values.append(value)
        return (head & 15, values), at
    if kind == _BINARY:
        size, at = _read_size(data, at)
        return data[at : at + size], at + size
    if kind in (_TRUE, _FALSE, _BYTE):
        return data[at], at + 1
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    if kind < _DOUBLE:
        return _read_integer(data, at)
    raise ValueError(f"a type that Parquet does not use: {kind}")


def _read_size(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = data[at]
        found |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return found, at


def _read_integer(data: bytes, at: int) -> tuple[int, int]:
    coded, at = _read_size(data, at)
    return coded >> 1 ^ -(coded & 1), at


def _write_struct(out: bytearray, fields: dict[int, Field]) -> None:
    before = 0
    for number, (kind, value) in sorted(fields.items()):
        if 0 < number - before < 16:
            out.append(number - before << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, number)
        before = number
        if kind not in (_TRUE, _FALSE):
            _write(out, kind, value)
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind == _STRUCT:
        _write_struct(out, value)
    elif kind == _LIST:
        of, values = value
        if len(values) < 15:
            out.append(len(values) << 4 | of)
        else:
            out.append(15 << 4 | of)
            _write_size(out, len(values))
        for one in values:
            _write(out, of, one)
    elif kind == _BINARY:
        _write_size(out, len(value))
        out += value
    elif kind in (_TRUE, _FALSE, _BYTE):
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    else:
        _write_integer(out, value)


def _write_size(out: bytearray, size: int) -> None:
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    out.append(size)


def _write_integer(out: bytearray, value: int) -> None:
    _write_size(out, value << 1 if value >= 0 else -value * 2 - 1)
