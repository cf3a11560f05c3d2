"""Machine code for this machine: compiled by LLVM once, kept on disk where asked, called over columns.

What is compiled depends on the rules alone, not on the facts or the day, so a release is compiled once.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from errno import EACCES
from functools import cached_property, lru_cache
from sys import getrefcount
from threading import Lock
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from scoring.machine_code import Code
from scoring.machine_kept import kept
from scoring.machine_types import BYTES, LANES

Column = NDArray[np.int64] | NDArray[np.uint8] | NDArray[np.float64]
_HELD: dict[str, Any] = {"i1": np.uint8, "i8": np.uint8, "double": np.float64}
_ARGUMENTS = [ctypes.c_int64, *[ctypes.c_void_p] * 5]
_ALIGNED = 64
"""Bytes of a line of the cache."""
_HELD_AT_MOST = 4
"""Arrays that are kept to be used again."""
_MANY = 20_000
"""Enterprises for which code is worth the time to compile it well (about 2 s instead of 0.8 for a release, on the machine of benchmarks/report.md)."""


def level_for(firms: int) -> int:
    """The level of LLVM's optimising for about so many enterprises; the higher ones take longer to compile and gain nothing here."""
    return int(firms >= _MANY)


def processor() -> str:
    """All of this machine and of what compiles that compiled code is for."""
    target = _target(0)
    told = (llvmlite.__version__, target.triple, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return "\n".join(told)


class Machine:
    """A module's function ``evaluate``, compiled; good for several threads, and for another process on the same processor."""

    def __init__(self, code: Code, *, firms: int = 0, keep: bool = False) -> None:
        """``firms``: for about how many enterprises."""
        level = level_for(firms)
        self._compiled = _kept(code.text, level) if keep else _compiled(code.text, level)
        self.code = replace(code, text="")
        """What it takes and gives; the text has been compiled."""
        self._memory = _Memory()

    def __getstate__(self) -> tuple[Code, bytes]:
        return self.code, self._compiled

    def __setstate__(self, state: tuple[Code, bytes]) -> None:
        (self.code, self._compiled), self._memory = state, _Memory()

    @cached_property
    def _linked(self) -> tuple[llvm.ResourceTracker, Callable[..., None]]:
        return _linked(self._compiled, _ARGUMENTS)

    def evaluate(
        self, count: int, columns: Sequence[int], lists: Sequence[int], *, further: bool = False
    ) -> dict[str, Column]:
        """Every root's values, those given only where asked for if ``further``; integers of 128 bits as two columns, the lower first.

        ``columns`` and ``lists`` are addresses (`Code`); what says in ``lists`` where rows begin has at least `LANES` places.
        """
        held = max(count, LANES)
        asked = self.code.results, self.code.further if further else {}
        results, more = (_room(self._memory, kinds, held) for kinds in asked)
        scratch = _aligned(np.empty(self.code.scratch + _ALIGNED, np.uint8))
        tables = [np.array(some, np.uintp) for some in (columns, lists, _addresses(results))]
        beside = np.array(_addresses(more), np.uintp) if further else None
        if count:
            pointers = [table.ctypes.data for table in tables]
            _, evaluate = self._linked
            evaluate(held, *pointers, None if beside is None else beside.ctypes.data, scratch.ctypes.data)
        return {name: column[..., :count] for name, column in (results | more).items()}


class _Memory:
    """Arrays that are used again once no column looks at them: what is new the system has to clear first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: list[NDArray[np.uint8]] = []

    def of(self, size: int) -> NDArray[np.uint8]:
        """An array of at least so many bytes, whatever is in them."""
        with self._lock:
            for at in range(len(self._held)):
                # The list refers to it and the question does; a column that looks at it would too.
                if self._held[at].size >= size and getrefcount(self._held[at]) == 2:
                    return self._held[at]
            found = np.empty(size, np.uint8)
            self._held = [*self._held[1 - _HELD_AT_MOST :], found]
            return found


def _room(memory: _Memory, kinds: Mapping[str, str], held: int) -> dict[str, Column]:
    """A column for each, in one array, which the system can give in large pages."""
    sizes = [held * BYTES[kind] for kind in kinds.values()]
    ends = np.cumsum([0, *(size + -size % _ALIGNED for size in sizes)])
    whole = _aligned(memory.of(int(ends[-1]) + _ALIGNED))
    columns = {}
    for (name, kind), size, begin in zip(kinds.items(), sizes, ends, strict=False):
        column = whole[begin : begin + size].view(_HELD.get(kind, np.int64))
        columns[name] = column.reshape(2, held) if kind == "i128" else column
    return columns


def _aligned(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An array from its first place on at which a line begins: what stands in two lines takes two turns."""
    return array[-array.ctypes.data % _ALIGNED :]


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
_DENIED = (
    "系统不许进程执行其写入的内存：请放行（systemd 的 MemoryDenyWriteExecute=no，SELinux 的 execmem） / the system denies memory that is "
    "written and then run: allow it (systemd: MemoryDenyWriteExecute=no; SELinux: execmem)"
)


def _linked(
    compiled: bytes, arguments: Sequence[Any], *, brief: bool = False
) -> tuple[llvm.ResourceTracker, Callable[..., None]]:
    """The function ``evaluate``, and what must live as long as it. Raises `PermissionError` where no memory may be run."""
    library = llvm.JITLibraryBuilder().add_object_img(compiled).export_symbol("evaluate")
    try:
        found = library.link(_linker(), f"rules-{next(_names)}")
    except RuntimeError as error:
        raise PermissionError(EACCES, _DENIED) from error
    prototype = ctypes.PYFUNCTYPE if brief else ctypes.CFUNCTYPE
    return found, prototype(None, *arguments)(found["evaluate"])


def linked(text: str, arguments: Sequence[Any], *, brief: bool = False) -> Callable[..., None]:
    """The function ``evaluate`` of a module that is ours whatever the rules, compiled well; it lives as long as the process. While one
    that is ``brief`` runs no other thread does: giving way and taking the turn again would last longer.
    """
    library, evaluate = _linked(_kept(text, 1), arguments, brief=brief)
    _forever.append(library)
    return evaluate


_forever: list[llvm.ResourceTracker] = []


def _kept(text: str, level: int) -> bytes:
    """As compiled before by this user for this processor, else compiled now."""
    named = hashlib.sha256("\n".join((processor(), str(level), text)).encode()).hexdigest()
    return kept(f"{named}.o", lambda: _compiled(text, level))
