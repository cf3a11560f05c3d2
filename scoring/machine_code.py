"""Core expressions written as LLVM's intermediate language: loops over enterprises, and over the rows of each list.

A block of enterprises is led through the lists, then through all pieces of the code (`machine_schedule`), some at a time; where
truths are joined, all at once. What further pieces need is kept beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.facts import domain
from scoring.by_kind import ByKind
from scoring.core import INPUTS, Node, walk
from scoring.machine_instructions import Instructions
from scoring.machine_schedule import Piece, schedule
from scoring.machine_truths import Truths
from scoring.machine_types import BLOCK, LANES, UNKNOWN, Result, room_of
from scoring.machine_values import Writer


@dataclass(frozen=True)
class Code:
    """The text of a module with the function ``evaluate``, and the order in which it takes and gives.

    ``evaluate(count, columns, lists, results, further, scratch)``: arrays of pointers to columns of ``count`` places, at least
    `LANES`; an enterprise has the same place in all. An input has two, to its values and to the bits that say which are known
    (`machine_inputs`). ``further`` may be null.
    """

    text: str
    columns: tuple[str, ...]
    """Inputs of each enterprise."""
    lists: dict[str, tuple[str, ...]]
    """By list table the fields that are read. Before them in ``lists`` stands where each enterprise's rows begin."""
    results: dict[str, str]
    """Type of each root: ``i1`` (kept in a byte), ``i8``, ``i64``, ``double``, or ``i128``, whose upper halves follow all lower ones."""
    further: dict[str, str]
    """The same of the roots that are given only where asked for."""
    scratch: int
    """Bytes of it."""


def write(roots: Mapping[str, Result], further: Mapping[str, Result]) -> Code:
    """The roots' code."""
    order = walk(one.node for one in (*roots.values(), *further.values()))
    names = dict.fromkeys(str(node.args[0]) for node in order if node.op in INPUTS)
    sums: dict[str, list[Node]] = {}
    for node in (node for node in order if node.op == "rows"):
        sums.setdefault(str(node.args[0]), []).append(node)
    lists = {table: tuple(n.removeprefix(f"{table}.") for n in names if n.startswith(f"{table}.")) for table in sums}
    of_rows = {f"{table}.{field}" for table, fields in lists.items() for field in fields}
    columns = tuple(name for name in names if name not in of_rows)
    module = _Module(columns, lists)
    for table, nodes in sums.items():
        module.loop_over_rows(table, nodes)
    module.loop_over_firms(list(roots.values()), list(further.values()))
    kinds, more = ({name: one.kind for name, one in some.items()} for some in (roots, further))
    return Code("\n".join(module.lines), columns, lists, kinds, more, module.size)


class _Module:
    """The functions, one below the other."""

    def __init__(self, columns: Sequence[str], lists: Mapping[str, Sequence[str]]) -> None:
        self.lines = [_HEAD]
        self.inputs: dict[str, tuple[str, int]] = {name: ("%columns", 2 * at) for at, name in enumerate(columns)}
        self._begins: dict[str, int] = {}
        at = 0
        for table, fields in lists.items():
            self._begins[table] = at
            self.inputs |= {f"{table}.{field}": ("%lists", at + 1 + 2 * n) for n, field in enumerate(fields)}
            at += 1 + 2 * len(fields)
        self.scratch: dict[int, int] = {}
        self.size = self._summed = 0
        self._arrays: dict[tuple[str, tuple[int, ...]], str] = {}

    def array(self, kind: str, values: Sequence[int]) -> str:
        """The name of an array of constants."""
        key = kind, tuple(values)
        if key not in self._arrays:
            self._arrays[key] = f"@a{len(self._arrays)}"
            told = ", ".join(f"{kind} {value}" for value in values)
            self.lines.insert(0, f"{self._arrays[key]} = private constant [{len(values)} x {kind}] [{told}]")
        return self._arrays[key]

    def _reserve(self, node: Node) -> None:
        """Room in the scratch for a node's values of a block."""
        self.scratch[id(node)] = self.size
        self.size += room_of(node)

    def loop_over_rows(self, table: str, nodes: list[Node]) -> None:
        """Functions that add up what each row is asked, by its kind where that is known: of an enterprise, and of a block."""
        for node in nodes:
            self._reserve(node)
        self._summed = self.size
        totals = {str(at): node for at, node in enumerate(nodes)}
        asked = ByKind(table, {at: node.operands[0] for at, node in totals.items()})
        lo, hi = domain(asked.kind) if asked.kind else (0, -1)
        groups = asked.alike((None, *range(lo, hi + 1)))
        found = Writer(self, lanes=1)
        found.say("br label %head", "head:", "%row = phi i64 [ %first, %0 ], [ %next, %tail ]")
        found.say("%more = icmp slt i64 %row, %last", "br i1 %more, label %body, label %end", "body:")
        if asked.kind:
            kinds = [
                (UNKNOWN if one is None else one, n) for n, group in enumerate(groups) for one in group.kinds or ()
            ]
            cases = " ".join(f"i64 {one}, label %of{n}" for one, n in kinds)
            kind = found.select(found.known(asked.kind), found.input(asked.kind), str(UNKNOWN))
            found.say(f"switch i64 {kind}, label %tail [ {cases} ]")
        else:
            found.say("br label %of0")
        for n, group in enumerate(groups):
            found.say(f"of{n}:")
            of_kind = found.within()
            others = [cell for cell in group.cells if cell != group.seldom]
            known = of_kind.joined("and", "i1", "true", *map(of_kind.known, others))
            branches: list[tuple[str, Mapping[str, Node], Sequence[str]]]
            branches = [("doubtful", group.doubtful, ()), ("known", group.bodies, group.cells)]
            if group.seldom is None:
                of_kind.say(f"br i1 {known}, label %known{n}, label %doubtful{n}")
            else:
                seldom = of_kind.known(group.seldom)
                of_kind.say(f"br i1 {known}, label %sure{n}, label %doubtful{n}", f"sure{n}:")
                of_kind.say(f"br i1 {seldom}, label %known{n}, label %unstated{n}")
                branches.append(("unstated", group.unstated, others))
            for label, bodies, cells in branches:
                of_kind.say(f"{label}{n}:")
                branch = of_kind.within()
                branch.are_known(cells)
                for at, body in bodies.items():
                    branch.add_to(totals[at], body)
                branch.say("br label %tail")
        found.say("tail:", "%next = add i64 %row, 1", "br label %head", "end:", "ret void")
        given = "i64 %firm, i64 %place, i64 %first, i64 %last"
        self._function(f"private void @{table}({given}, {_POINTERS})", found)
        self._each(table)

    def _each(self, table: str) -> None:
        found = Writer(self, lanes=1)
        self._loop(found, 1)
        begins = found.pointer("%lists", self._begins[table])
        first = found.load("i64", found.at("i64", begins, "%firm"))
        last = found.load("i64", found.at("i64", begins, found.two("add", "%firm", 1)))
        found.say(f"call void @{table}(i64 %firm, i64 %place, i64 {first}, i64 {last}, {_POINTERS})", "br label %tail")
        self._function(f"private void @each.{table}({_SPAN}, {_POINTERS})", found)

    def loop_over_firms(self, roots: list[Result], further: list[Result]) -> None:
        """The function ``evaluate``, and a function a piece."""
        plan = schedule(one.node for one in (*roots, *further))
        for node in plan.kept.values():
            self._reserve(node)
        for number, piece in enumerate(plan.pieces):
            kept = [node for node in piece.nodes if id(node) in plan.kept]
            if piece.joined:
                self._function(_piece(number), self._truths(piece, kept))
                continue
            found = Writer(self, LANES, {id(node) for node in piece.nodes})
            self._loop(found, LANES)
            for node in piece.nodes:
                found.compute(node)
                if id(node) in plan.kept:
                    found.keep(node)
            given, more = (
                {at: one for at, one in enumerate(some) if plan.given[id(one.node)] == number}
                for some in (roots, further)
            )
            _give(found, "%results", given)
            if more:
                found.say("%asked = icmp ne ptr %further, null", "br i1 %asked, label %give, label %tail", "give:")
                _give(found.within(), "%further", more)
            found.say("br label %tail")
            self._function(_piece(number), found)
        self._whole(len(plan.pieces))

    def _truths(self, piece: Piece, kept: Sequence[Node]) -> Instructions:
        found = Truths(self.scratch, {id(node) for node in piece.nodes})
        for node in kept:
            found.keep(node)
        found.say("ret void")
        return found

    def _whole(self, pieces: int) -> None:
        found = Writer(self, lanes=1)
        found.say("br label %head", "head:", "%begin = phi i64 [ 0, %0 ], [ %next, %body ]")
        found.say("%more = icmp slt i64 %begin, %count", "br i1 %more, label %body, label %end", "body:")
        found.say("%left = sub i64 %count, %begin", f"%all = icmp sgt i64 %left, {BLOCK}")
        found.say(f"%here = select i1 %all, i64 {BLOCK}, i64 %left", f"%even = add i64 %here, {LANES - 1}")
        found.say(f"%over = and i64 %even, {LANES - 1}", "%size = sub i64 %even, %over")
        found.say(f"call void @llvm.memset.p0.i64(ptr %scratch, i8 0, i64 {self._summed}, i1 false)")
        for function in (*(f"each.{table}" for table in self._begins), *(f"piece{n}" for n in range(pieces))):
            found.say(f"call void @{function}({_SPAN}, {_POINTERS})")
        found.say(f"%next = add i64 %begin, {BLOCK}", "br label %head", "end:", "ret void")
        self._function(f"void @evaluate(i64 %count, {_POINTERS})", found)

    def _loop(self, found: Writer, step: int) -> None:
        """The places of a block, so many at a time: ``%place`` in the block, ``%firm`` among all.

        Where all do not come out even the last `LANES` are done once more.
        """
        found.say(f"%last.whole = sub i64 %count, {LANES}", "br label %head")
        found.say("tail:", f"%next = add i64 %place, {step}", "br label %head", "end:", "ret void")
        found.say("head:", "%place = phi i64 [ 0, %0 ], [ %next, %tail ]", "%more = icmp slt i64 %place, %size")
        found.say("br i1 %more, label %body, label %end", "body:", f"%lane = and i64 %place, {LANES - 1}")
        found.say(
            "%group = sub i64 %place, %lane", "%at = add i64 %begin, %group", "%fits = icmp sle i64 %at, %last.whole"
        )
        found.say("%byte = lshr i64 %place, 3")
        found.say("%from = select i1 %fits, i64 %at, i64 %last.whole", "%firm = add i64 %from, %lane")

    def _function(self, head: str, body: Instructions) -> None:
        self.lines += [f"define {head} {{", *body.lines, "}"]


def _piece(number: int) -> str:
    return f"private void @piece{number}({_SPAN}, {_POINTERS})"


def _give(found: Writer, array: str, results: Mapping[int, Result]) -> None:
    for at, result in results.items():
        found.give(result, found.pointer(array, at))


_SPAN = "i64 %count, i64 %begin, i64 %size"
"""So many of all, from one on."""
_POINTERS = "ptr %columns, ptr %lists, ptr %results, ptr %further, ptr %scratch"
_HEAD = """\
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; How many of the rising edges lie below a value.
define private i64 @below(ptr %edges, i64 %count, i64 %value) {
entry:
  br label %head
head:
  %lo = phi i64 [ 0, %entry ], [ %lo.next, %half ]
  %hi = phi i64 [ %count, %entry ], [ %hi.next, %half ]
  %open = icmp ult i64 %lo, %hi
  br i1 %open, label %half, label %end
half:
  %sum = add i64 %lo, %hi
  %mid = lshr i64 %sum, 1
  %at = getelementptr i64, ptr %edges, i64 %mid
  %edge = load i64, ptr %at
  %is.below = icmp slt i64 %edge, %value
  %after = add i64 %mid, 1
  %lo.next = select i1 %is.below, i64 %after, i64 %lo
  %hi.next = select i1 %is.below, i64 %hi, i64 %mid
  br label %head
end:
  ret i64 %lo
}
"""
