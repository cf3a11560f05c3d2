"""The order in which nodes are computed: by turns some enterprises at a time, and truths of a whole block at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scoring.core import Node
from scoring.machine_types import is_joined

_NUMBERS, _TRUTHS = 60, 400
"""Nodes of a piece: short enough to be compiled quickly, and to stay in the processor's cache while it is led through a block."""


class Piece(NamedTuple):
    """Nodes that are computed together, operands before what uses them."""

    joined: bool
    """Whether they are truths made of truths."""
    nodes: Sequence[Node]


def pieces(order: Sequence[Node]) -> list[Piece]:
    """Nodes, given operands first, in as few turns as can be."""
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
        first[id(node)] = max(
            (first[id(of)] + (is_joined(of) != joined) for of in node.operands if id(of) in first), default=int(joined)
        )
    last = dict(first)
    bound: dict[int, int] = {}
    for node in reversed(order):
        turn = last[id(node)] = bound.get(id(node), first[id(node)])
        for of in node.operands:
            before = turn - (is_joined(of) != is_joined(node))
            bound[id(of)] = min(bound.get(id(of), before), before)
    return [last[id(node)] for node in order]
