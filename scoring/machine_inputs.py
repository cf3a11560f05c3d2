"""Inputs as machine code reads them: values of 64 bits, and a bit each that says whether it is known.

Columns of a frame are read where they stand; only their bits are copied, so that a few can be read beyond the last.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from nanoarrow.c_array_stream import c_array_stream
from numpy.typing import NDArray

from scoring.machine_types import LANES

_BEYOND = 2
"""Bytes of bits beyond the whole ones: the bits of `LANES` enterprises are read from within a byte on."""


class Input(NamedTuple):
    """An input at so many places, at least `LANES`."""

    values: int
    """Address of the first; what stands for an unknown one means nothing."""
    known: int
    """Address of the bits, the lowest of a byte first."""
    held: object
    """What keeps both in memory."""


def of_frame(frame: pl.DataFrame) -> dict[str, Input]:
    """Columns of integers of 64 bits, null where unknown."""
    if not frame.width:
        return {}
    if frame.height < LANES:
        frame = frame.select(pl.all().extend_constant(None, LANES - frame.height))
    (chunk,) = c_array_stream(frame.rechunk())
    room = frame.height // 8 + _BEYOND
    # A chunk is not kept by its pointers, the frame is.
    bits, held = np.full((frame.width, room), 255, np.uint8), (frame, chunk)
    found = {}
    for name, column, known in zip(frame.columns, chunk.children, bits, strict=True):
        if column.null_count == frame.height:
            # Memory that was never written is read much slower where all that is read is left out.
            found[name] = of_all(None, frame.height)
            continue
        valid, values = column.buffers
        if valid:
            some = _bits(valid, column.offset, frame.height)
            known[: some.size] = some
        found[name] = Input(values + 8 * column.offset, known.ctypes.data, (held, bits))
    return found


@lru_cache(maxsize=64)
def of_all(value: int | None, places: int) -> Input:
    """The same for all, None where it is unknown; kept, for parts of a population are of one size."""
    values = np.full(max(places, LANES), value or 0, np.int64)
    known = np.full(values.size // 8 + _BEYOND, 0 if value is None else 255, np.uint8)
    return Input(values.ctypes.data, known.ctypes.data, (values, known))


def _bits(address: int, first: int, count: int) -> NDArray[np.uint8]:
    """So many bits from one on, of those at an address."""
    given = np.ctypeslib.as_array((ctypes.c_uint8 * ((first + count + 7) // 8)).from_address(address))
    if not first % 8:
        return given[first // 8 :]
    return np.packbits(np.unpackbits(given, bitorder="little")[first : first + count], bitorder="little")
