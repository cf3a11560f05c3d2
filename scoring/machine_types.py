"""Types of machine code: how a node is held, and how what is asked of it is given."""

from __future__ import annotations

from typing import NamedTuple

from scoring.core import Node

UNKNOWN = -(2**63)
"""Stands for an input that is not known; no domain holds it."""
TRUTHS = ("known", "ge", "eq", "not", "and", "or")
BYTES = {"i1": 1, "i8": 1, "i32": 4, "i64": 8, "double": 8, "i128": 16}
LANES = 8
"""Enterprises that are evaluated at once."""
BLOCK = 128
"""Enterprises that are led through the code together."""
_ASIDE = 64
"""Bytes between the values of two nodes, so that those of one enterprise are not all kept in the same few places of the cache."""
INT64, INT32, _EXACT = 2**63 - 1, 2**32 - 1, 2**53


def type_of(node: Node) -> str:
    """The type that holds a node; ``i1`` what is 0 or 1, ``i128`` are two integers of 64 bits."""
    if node.lo >= 0 and node.hi <= 1:
        return "i1"
    return "i128" if node.lo < -INT64 or node.hi > INT64 else "i64"


def kept_as(node: Node) -> str:
    """The type in which a node's values are kept: a bit for a truth, ``i32`` where that holds it."""
    return "i32" if type_of(node) == "i64" and node.lo >= -(2**31) and node.hi < 2**31 else type_of(node)


def is_joined(node: Node) -> bool:
    """Whether a node is a truth made of nothing but truths."""
    return node.op in ("not", "and", "or") or (node.op == "if" and type_of(node) == "i1")


def is_cheap(node: Node) -> bool:
    """Whether a node is read again rather than kept."""
    return node.op in ("const", "rows") or (node.op == "fill" and type_of(node) != "i1")


def room_of(node: Node) -> int:
    """Bytes of a node's values of a block."""
    return BLOCK // 8 if type_of(node) == "i1" else BLOCK * BYTES[kept_as(node)] + _ASIDE


class Result(NamedTuple):
    """What is asked of a node, and the type in which it is given."""

    node: Node
    kind: str
    per: int = 1
    """Of a ``double``: what the node is divided by."""


def given(node: Node) -> Result:
    """The node's values: truths in bytes, integers of 64 bits, or of 128 in two columns."""
    return Result(node, "i1" if node.op in TRUTHS else "i128" if type_of(node) == "i128" else "i64")


def integers(node: Node) -> Result:
    """The node's values as integers of 64 bits, truths too. Raises ValueError where the bounds allow wider ones."""
    if type_of(node) == "i128":
        raise ValueError(f"wider than 64 bits: {node.lo} to {node.hi}")
    return Result(node, "i64")


def places(node: Node) -> Result:
    """Places in a short list, as bytes. Raises ValueError where the bounds allow others."""
    if node.lo < 0 or node.hi > 255:
        raise ValueError(f"no place in a short list: {node.lo} to {node.hi}")
    return Result(node, "i8")


def quotient(node: Node, per: int) -> Result:
    """The floats that are nearest to node / per. Raises ValueError where a float does not hold the node."""
    if max(-node.lo, node.hi, per) > _EXACT:
        raise ValueError(f"wider than a float: {node.lo} to {node.hi}")
    return Result(node, "double", per)
