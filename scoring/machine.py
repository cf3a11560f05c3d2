"""Machine code for this machine: compiled by LLVM once, kept on disk where asked, called over columns.

What is compiled depends on the rules alone, not on the facts or the day, so a release is compiled once.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from scoring.machine_code import Code
from scoring.machine_kept import kept
from scoring.machine_types import BYTES, LANES

Column = NDArray[np.int64] | NDArray[np.uint8] | NDArray[np.uint32] | NDArray[np.float64]
_HELD: dict[str, Any] = {"i1": np.uint8, "i32": np.uint32, "double": np.float64}
_ARGUMENTS = [ctypes.c_int64, *[ctypes.c_void_p] * 5]
_ALIGNED = 64
"""Bytes of a line of the cache."""
_MANY = 20_000
"""Enterprises for which code is worth the time to compile it well (about 2 s instead of 0.8 for a release, on the machine of benchmarks/report.md)."""


class Machine:
    """A module's function ``evaluate``, ready to be called; good for several threads."""

    def __init__(self, code: Code, *, firms: int = 0, keep: bool = False) -> None:
        """``firms``: for about how many enterprises."""
        self._code = code
        # Of LLVM's levels; the higher ones take longer to compile and gain nothing here.
        level = int(firms >= _MANY)
        self._library = _linked(_kept(code.text, level) if keep else _compiled(code.text, level))
        self._evaluate = ctypes.CFUNCTYPE(None, *_ARGUMENTS)(self._library["evaluate"])

    def evaluate(
        self, count: int, columns: Sequence[int], lists: Sequence[int], *, further: bool = False
    ) -> dict[str, Column]:
        """Every root's values, those given only where asked for if ``further``; integers of 128 bits as two columns, the lower first.

        ``columns`` and ``lists`` are addresses (`Code`); what says in ``lists`` where rows begin has at least `LANES` places.
        """
        held = max(count, LANES)
        results, more = (_room(kinds, held) for kinds in (self._code.results, self._code.further if further else {}))
        scratch = np.empty(self._code.scratch + _ALIGNED, np.uint8)
        tables = [np.array(some, np.uintp) for some in (columns, lists, _addresses(results))]
        beside = np.array(_addresses(more), np.uintp) if further else None
        if count:
            pointers = [table.ctypes.data for table in tables]
            self._evaluate(held, *pointers, None if beside is None else beside.ctypes.data, scratch.ctypes.data)
        return {name: column[..., :count] for name, column in (results | more).items()}


def _room(kinds: Mapping[str, str], held: int) -> dict[str, Column]:
    """A column for each, in one array, which the system can give in large pages."""
    sizes = [held * BYTES[kind] for kind in kinds.values()]
    ends = np.cumsum([0, *(size + -size % _ALIGNED for size in sizes)])
    whole = np.empty(ends[-1], np.uint8)
    columns = {}
    for (name, kind), size, begin in zip(kinds.items(), sizes, ends, strict=False):
        column = whole[begin : begin + size].view(_HELD.get(kind, np.int64))
        columns[name] = column.reshape(2, held) if kind == "i128" else column
    return columns


def _addresses(columns: Mapping[str, Column]) -> list[int]:
    return [column.ctypes.data for column in columns.values()]


@lru_cache
def _target(level: int) -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    host = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return host.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=level)


@lru_cache(maxsize=1)
def _linker() -> llvm.LLJIT:
    _target(0)
    return llvm.create_lljit_compiler()


def _compiled(text: str, level: int) -> bytes:
    found: bytes = _target(level).emit_object(llvm.parse_assembly(text))
    return found


_names = iter(range(2**62))


def _linked(compiled: bytes) -> llvm.ResourceTracker:
    library = llvm.JITLibraryBuilder().add_object_img(compiled).export_symbol("evaluate")
    return library.link(_linker(), f"rules-{next(_names)}")


def _kept(text: str, level: int) -> bytes:
    """As compiled before by this user for this processor, else compiled now."""
    target = _target(level)
    made_by = (llvmlite.__version__, target.triple, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    named = hashlib.sha256("\n".join((*made_by, str(level), text)).encode()).hexdigest()
    return kept(f"{named}.o", lambda: _compiled(text, level))
