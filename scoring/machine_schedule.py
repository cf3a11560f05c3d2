"""The order in which nodes are computed: by turns some enterprises at a time, and truths of a whole block at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scoring.core import Node, walk
from scoring.machine_types import is_cheap, is_joined

_NUMBERS, _TRUTHS = 60, 400
"""Nodes of a piece: short enough to be compiled quickly, and to stay in the processor's cache while a block is led through it."""


class Piece(NamedTuple):
    """Nodes that are computed together, operands before what uses them."""

    joined: bool
    """Whether they are truths made of truths."""
    nodes: Sequence[Node]


class Schedule(NamedTuple):
    """Pieces in their order."""

    pieces: Sequence[Piece]
    given: Mapping[int, int]
    """By root the piece that gives it: its own, or the last one where that is no loop over enterprises."""
    kept: Mapping[int, Node]
    """What other pieces than its own read."""


def schedule(roots: Iterable[Node]) -> Schedule:
    """The roots' nodes outside of rows, in as few turns as can be."""
    asked = list(roots)
    order = [node for node in walk(asked, rows=False) if not is_cheap(node)]
    pieces = [*_pieces(order), Piece(joined=False, nodes=())]
    own = {id(node): number for number, piece in enumerate(pieces) for node in piece.nodes}
    last = len(pieces) - 1
    given = {id(root): own.get(id(root), last) for root in asked}
    given = {root: last if pieces[number].joined else number for root, number in given.items()}
    reads = [(root, given[id(root)]) for root in asked]
    reads += [(of, number) for number, piece in enumerate(pieces) for node in piece.nodes for of in node.operands]
    return Schedule(pieces, given, {id(node): node for node, by in reads if own.get(id(node), by) != by})


def _pieces(order: Sequence[Node]) -> list[Piece]:
    turns: dict[int, list[Node]] = {}
    for node, turn in zip(order, _turns(order), strict=True):
        turns.setdefault(turn, []).append(node)
    found = []
    for turn in sorted(turns):
        nodes, joined = turns[turn], bool(turn % 2)
        most = _TRUTHS if joined else _NUMBERS
        found += [Piece(joined, nodes[at : at + most]) for at in range(0, len(nodes), most)]
    return found


def _turns(order: Sequence[Node]) -> list[int]:
    """Odd for truths that are joined. Each as late as what uses it allows, so that little is kept between turns."""
    first: dict[int, int] = {}
    for node in order:
        joined = is_joined(node)
        after = (first[id(of)] + (is_joined(of) != joined) for of in node.operands if id(of) in first)
        first[id(node)] = max(after, default=int(joined))
    latest: dict[int, int] = {}
    for node in reversed(order):
        turn = latest.setdefault(id(node), first[id(node)])
        for of in node.operands:
            before = turn - (is_joined(of) != is_joined(node))
            latest[id(of)] = min(latest.get(id(of), before), before)
    return [latest[id(node)] for node in order]
