"""Core expressions as a list of runs, which `one_machine` works off for one enterprise.

Nodes of which none needs another stand together by their operator, so that the machine seldom has to find out what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from scoring.core import INPUTS, Node, balanced, walk
from scoring.one_machine import Do

_WORD = 2**64
_PLAIN = {do.name.lower(): do for do in (Do.ADD, Do.MUL, Do.DIV, Do.GE, Do.EQ, Do.MIN, Do.MAX, Do.AND, Do.OR, Do.IF)}
_WIDE = {do: wide for do in Do for wide in Do if wide.name == f"{do.name}_WIDE"}
_TRUTHS = (Do.GE_WIDE, Do.EQ_WIDE)
_TWO_SLOTS = frozenset((Do.WIDEN, Do.STEP, *_WIDE.values())).difference(_TRUTHS)
"""What these make is wide."""
_HELD = 2**63 - 1
_NONE: Mapping[str, Sequence[str]] = MappingProxyType({})


def is_wide(node: Node) -> bool:
    """Whether 64 bits may not hold it."""
    return not -_HELD - 1 <= node.lo <= node.hi <= _HELD


def halves(number: int) -> tuple[int, int]:
    """The lower 64 bits and the upper of a number that 128 hold, each as a signed integer."""
    return (number + _HELD + 1) % _WORD - _HELD - 1, number >> 64


@dataclass
class _Value:
    """What a slot holds, or two where it is wide. The first of these is what one would hold of a number that fits it."""

    do: Do | None
    """What makes it; None of a constant, an input or a sum over rows."""
    operands: tuple[_Value, ...]
    numbers: tuple[int, ...] = ()
    """What its run is told besides the operands' slots."""
    section: int = 0
    level: int = 0
    """Least that is above those of its operands in its section."""
    slot: int = -1
    wide: bool = False


class Code:
    """The runs for some roots: first of what is made of scalar inputs alone, then, table by table, of what each row is asked, then of
    what is made of the sums over rows. The slots of constants come first.
    """

    def __init__(
        self, roots: Sequence[Node], scalars: Sequence[str] = (), columns: Mapping[str, Sequence[str]] = _NONE
    ) -> None:
        """``scalars`` are taken first, in their order; so are the ``columns`` of tables."""
        order = walk(roots)
        tables = dict.fromkeys((*columns, *(str(node.args[0]) for node in order if node.op == "rows")))
        self._section = {table: number for number, table in enumerate(tables, 1)}
        self._last = len(tables) + 1
        self._inputs: dict[int, dict[str, tuple[_Value, _Value]]] = {number: {} for number in range(self._last)}
        """By section and name, the value and whether it is known."""
        self._sums: dict[int, list[tuple[_Value, _Value]]] = {number: [] for number in range(1, self._last)}
        """By section each sum, and what a row adds to it, which is wide where the sum is."""
        self.constants: list[int] = []
        """What the first slots hold."""
        self._shared: dict[tuple[int, bool], _Value] = {}
        self._widened: dict[int, _Value] = {}
        self._made: list[_Value] = []
        self._of: dict[int, _Value] = {}
        self._nothing = [self._number(0, wide) for wide in (False, True)]
        for name in (*scalars, *(f"{table}.{column}" for table, each in columns.items() for column in each)):
            self._input(name)
        for node in order:
            self._of[id(node)] = self._value(node)
        self.scalars, *cells = map(tuple, self._inputs.values())
        self.columns = {
            t: tuple(name.partition(".")[2] for name in each) for t, each in zip(tables, cells, strict=True)
        }
        """Those that are read of each table's rows."""
        self.wide = [place for place, root in enumerate(roots) if is_wide(root)]
        """Roots that 64 bits may not hold: their upper halves are told behind all others."""
        self.runs: list[int] = []
        self.slots = len(self.constants)
        self._write([self._of[id(root)] for root in roots])

    def _value(self, node: Node) -> _Value:
        if node.op == "const":
            return self._number(node.lo, is_wide(node))
        if node.op in INPUTS:
            value, known = self._input(str(node.args[0]))
            if node.op == "known":
                return known
            return self._make(Do.IF, known, value, self._number(cast(int, node.args[1])))
        given = [self._of[id(operand)] for operand in node.operands]
        wide = any(map(is_wide, (node, *node.operands)))
        if node.op == "rows":
            total = _Value(None, (), section=self._last, wide=wide)
            self._sums[self._section[str(node.args[0])]].append((total, self._wide(given[0]) if wide else given[0]))
            return total
        if node.op == "not":
            return self._make(Do.XOR, given[0], self._number(1))
        if node.op == "step":
            edges, values = (cast(tuple[int, ...], numbers) for numbers in node.args[1:])
            first = len(self.constants)
            for number in (*edges, *values):
                self.constants += halves(number)
            return self._make(Do.STEP, self._wide(given[0]), numbers=(first, len(edges), first + 2 * len(edges)))
        do = _PLAIN[node.op]
        if wide:
            # The truth by which one is chosen is not.
            truths = 1 if do is Do.IF else 0
            do, given = _WIDE[do], [*given[:truths], *map(self._wide, given[truths:])]
        if node.op == "if":
            return self._make(do, *given)
        return balanced(lambda a, b: self._make(do, a, b), given)

    def _wide(self, value: _Value) -> _Value:
        """The same in two slots."""
        if value.wide:
            return value
        if id(value) not in self._widened:
            self._widened[id(value)] = self._make(Do.WIDEN, value)
        return self._widened[id(value)]

    def _number(self, value: int, wide: bool = False) -> _Value:
        if (value, wide) not in self._shared:
            self._shared[value, wide] = _Value(None, (), slot=len(self.constants), wide=wide)
            self.constants += halves(value) if wide else (value,)
        return self._shared[value, wide]

    def _input(self, name: str) -> tuple[_Value, _Value]:
        section = self._section.get(name.partition(".")[0], 0)
        found = self._inputs[section]
        if name not in found:
            found[name] = _Value(None, (), section=section), _Value(None, (), section=section)
        return found[name]

    def _make(self, do: Do, *operands: _Value, numbers: tuple[int, ...] = ()) -> _Value:
        section = max(operand.section for operand in operands)
        level = 1 + max(operand.level for operand in operands if operand.section == section)
        made = _Value(do, operands, numbers, section, level, wide=do in _TWO_SLOTS)
        self._made.append(made)
        return made

    def _write(self, roots: list[_Value]) -> None:
        self._take(self._inputs[0])
        self._work_off(0)
        self._add([(total, self._nothing[total.wide]) for sums in self._sums.values() for total, _ in sums], begin=True)
        for section, sums in self._sums.items():
            begin = len(self.runs)
            self.runs += (Do.ROWS, 0, 0)
            self._take(self._inputs[section])
            self._work_off(section)
            self._add(sums)
            self.runs += (Do.AGAIN, 0, 0)
            self.runs[begin + 1] = len(self.runs)
        self._work_off(self._last)
        slots = [root.slot for root in roots]
        self.runs += (Do.TELL, len(slots) + len(self.wide), 0, *slots, *(slots[place] + 1 for place in self.wide))
        self.runs += (Do.END, 0, 0)

    def _add(self, sums: Sequence[tuple[_Value, _Value]], *, begin: bool = False) -> None:
        """A row to the sums, or nothing to nothing."""
        for do, wide in ((Do.ADD, False), (Do.ADD_WIDE, True)):
            own = [(total, each) for total, each in sums if total.wide is wide]
            self._run(do, [(total, (each if begin else total, each)) for total, each in own])

    def _take(self, inputs: dict[str, tuple[_Value, _Value]]) -> None:
        if inputs:
            self.runs += (Do.INPUT, len(inputs), self.slots)
            for known in (False, True):
                for pair in inputs.values():
                    pair[known].slot = self._slot(pair[known])

    def _work_off(self, section: int) -> None:
        """Level by level, operator by operator."""
        runs: dict[tuple[int, Do], list[_Value]] = {}
        for value in self._made:
            if value.section == section:
                assert value.do is not None
                runs.setdefault((value.level, value.do), []).append(value)
        for (_, do), values in sorted(runs.items(), key=lambda one: one[0]):
            self._run(do, [(value, value.operands) for value in values])

    def _run(self, do: Do, made: Sequence[tuple[_Value, tuple[_Value, ...]]]) -> None:
        # A step is told its own numbers: one at a time.
        for some in [made[at : at + 1] for at in range(len(made))] if do is Do.STEP else [made] if made else []:
            self.runs += (do, len(some), some[0][0].slot if some[0][0].slot >= 0 else self.slots)
            for value, operands in some:
                if value.slot < 0:
                    value.slot = self._slot(value)
                self.runs += (*(operand.slot for operand in operands), *value.numbers)

    def _slot(self, value: _Value) -> int:
        self.slots += 1 + value.wide
        return self.slots - 1 - value.wide
