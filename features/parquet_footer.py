"""The footer of a Parquet file, read and written: a tree of fields, whatever they mean.

It is a struct of Apache Thrift's compact protocol (Parquet format 2, ``parquet.thrift``) at the end of the file. No library of
ours changes what a footer says of pages that are written already.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from typing import Any, BinaryIO, NamedTuple

MAGIC = b"PAR1"
TRUE, FALSE, BYTE, I32, I64, DOUBLE, BINARY, LIST, STRUCT = 1, 2, 3, 5, 6, 7, 8, 9, 12
SCHEMA, ROWS, GROUPS, NOTES, ORDERS = 2, 3, 4, 5, 7
"""Fields of the footer."""
NAME, CHILDREN = 4, 5
"""Fields of an element of the schema."""
COLUMNS, FILE_OFFSET, ORDINAL = 1, 5, 7
"""Fields of a row group."""
SIZES = 2, 6
"""Fields of a row group: bytes of its pages, unpacked and packed."""
CHUNK_OFFSET, META = 2, 3
"""Fields of a column chunk: where it is, its metadata."""
INDEXES = 4, 5, 6, 7
"""Fields of a column chunk: where the indexes of its pages are, and how long."""
PATH, CODEC = 3, 4
"""Fields of a chunk's metadata: its name, behind those of the groups that it stands in; how its pages are packed."""
PAGE_OFFSETS = 9, 10, 11, 14
"""Fields of a chunk's metadata: where its data, its index, its dictionary and its Bloom filter begin."""


class Field(NamedTuple):
    """A field's type and value: a struct is a dictionary by number of the field, a list its element type and elements."""

    kind: int
    value: Any


Fields = dict[int, Field]


def read(source: BinaryIO) -> tuple[Fields, int]:
    """The footer, and where it begins. Raises ValueError where the file is not Parquet."""
    end = source.seek(0, 2) - 8
    source.seek(max(end, 0))
    size, magic = struct.unpack("<I4s", source.read(8).rjust(8))
    if magic != MAGIC or not 0 < size <= end - len(MAGIC):
        raise ValueError(f"not a Parquet file: {source.name}")
    source.seek(end - size)
    found, _ = _read_struct(source.read(size), 0)
    return found, end - size


def written(footer: Fields) -> bytes:
    """The end of a file: the footer, its length, the mark."""
    out = bytearray()
    _write_struct(out, footer)
    return bytes(out) + struct.pack("<I", len(out)) + MAGIC


def moved(chunk: Fields, by: int) -> Fields:
    """A column chunk that stands so much further on. The indexes of its pages, which say themselves where these are, go."""
    meta = Field(STRUCT, shifted(chunk[META].value, PAGE_OFFSETS, by))
    return {n: f for n, f in shifted(chunk, (CHUNK_OFFSET,), by).items() if n not in INDEXES} | {META: meta}


def shifted(fields: Fields, offsets: Collection[int], by: int) -> Fields:
    """The fields, of which some are offsets, of pages that stand so much further on."""
    # An offset of 0 says that there is none: the first bytes of a file are its mark.
    return {n: Field(f.kind, f.value + by) if n in offsets and f.value else f for n, f in fields.items()}


def _read_struct(data: bytes, at: int) -> tuple[Fields, int]:
    found: Fields = {}
    number = 0
    while head := data[at]:
        at += 1
        kind = head & 15
        if head >> 4:
            number += head >> 4
        else:
            number, at = _read_integer(data, at)
        value, at = (kind == TRUE, at) if kind in (TRUE, FALSE) else _read(data, at, kind)
        found[number] = Field(kind, value)
    return found, at + 1


def _read(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == STRUCT:
        return _read_struct(data, at)
    if kind == LIST:
        head = data[at]
        size, at = (head >> 4, at + 1) if head >> 4 < 15 else _read_size(data, at + 1)
        values = []
        for _ in range(size):
            value, at = _read(data, at, head & 15)
            values.append(value)
        return (head & 15, values), at
    if kind == BINARY:
        size, at = _read_size(data, at)
        return data[at : at + size], at + size
    if kind in (TRUE, FALSE, BYTE):
        return data[at], at + 1
    if kind == DOUBLE:
        return data[at : at + 8], at + 8
    if kind < DOUBLE:
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


def _write_struct(out: bytearray, fields: Fields) -> None:
    before = 0
    for number, (kind, value) in sorted(fields.items()):
        if 0 < number - before < 16:
            out.append(number - before << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, number)
        before = number
        if kind not in (TRUE, FALSE):
            _write(out, kind, value)
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind == STRUCT:
        _write_struct(out, value)
    elif kind == LIST:
        of, values = value
        if len(values) < 15:
            out.append(len(values) << 4 | of)
        else:
            out.append(15 << 4 | of)
            _write_size(out, len(values))
        for one in values:
            _write(out, of, one)
    elif kind == BINARY:
        _write_size(out, len(value))
        out += value
    elif kind in (TRUE, FALSE, BYTE):
        out.append(value)
    elif kind == DOUBLE:
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
