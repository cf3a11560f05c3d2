"""What is asked of the rows of one list table, by their kind.

A rule speaks of few kinds of rows, and nearly all rows are known in full, or but for a cell that few state: then most of what
could be asked of a row, and one of every two bounds, need not be. Columns are asked by the questions that are told apart here, and
the few rows that are left by the full one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from features.facts import SELDOM, is_note
from scoring.core import Node, read, settled

KIND = "kind"
"""The column that says which rules can speak of a row."""


@dataclass(frozen=True)
class Alike:
    """Rows of some kinds (of every one where None) that are asked the same."""

    kinds: tuple[int | None, ...] | None
    cells: tuple[str, ...]
    bodies: Mapping[str, Node]
    """What can be other than 0 where all the ``cells`` are known, by name."""
    doubtful: Mapping[str, Node]
    """What can be other than 0 where some are not."""
    seldom: str | None = None
    """The one of the cells that is `SELDOM` known."""
    unstated: Mapping[str, Node] = field(default_factory=dict)
    """What can be other than 0 where that one is not known and all others are."""


class ByKind:
    """The questions asked of the rows of a table: bodies of sums, by name."""

    def __init__(self, table: str, bodies: Mapping[str, Node]) -> None:
        self.bodies, self._table = dict(bodies), table
        self.cells = self._read(self.bodies.values())
        self.kind = f"{table}.{KIND}" if f"{table}.{KIND}" in self.cells else None
        self._asked: dict[int | None, Alike] = {}

    def alike(self, kinds: Iterable[int | None]) -> list[Alike]:
        """The questions for rows of these kinds."""
        if self.kind is None:
            return [self._of({}, None)]
        found: dict[tuple[object, ...], list[Alike]] = {}
        for kind in kinds:
            if kind not in self._asked:
                self._asked[kind] = self._of({self.kind: kind}, (kind,))
            asked = self._asked[kind]
            found.setdefault(tuple(asked.doubtful.items()), []).append(asked)
        return [replace(of[0], kinds=tuple(kind for one in of for kind in one.kinds or ())) for of in found.values()]

    def _of(self, values: Mapping[str, int | None], kinds: tuple[int | None, ...] | None) -> Alike:
        open_ = settled(self.bodies.values(), values)
        # Notes on what was assumed are there or not, and are read with a default of their own.
        cells = tuple(cell for cell in self._read(open_) if not is_note(cell))
        known, doubtful = self._open(settled(open_, {}, complete=True)), self._open(open_)
        seldom = next((cell for cell in cells if cell in SELDOM), None)
        if seldom is None:
            return Alike(kinds, cells, known, doubtful)
        return Alike(kinds, cells, known, doubtful, seldom, self._open(settled(open_, {seldom: None}, complete=True)))

    def _open(self, bodies: Iterable[Node]) -> dict[str, Node]:
        """Those that can be other than 0, by name."""
        return {name: body for name, body in zip(self.bodies, bodies, strict=True) if body.constant != 0}

    def _read(self, bodies: Iterable[Node]) -> tuple[str, ...]:
        return tuple(name for name in read(bodies) if name.startswith(f"{self._table}."))
