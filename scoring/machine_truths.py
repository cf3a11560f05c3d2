"""Truths made of truths as instructions of LLVM's intermediate language: a bit an enterprise, so a block's are a few words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scoring.core import Node
from scoring.machine_instructions import Instructions
from scoring.machine_types import BLOCK


class Truths(Instructions):
    """Instructions that make the truths of a block."""

    def __init__(self, scratch: Mapping[int, int], here: Collection[int]) -> None:
        """``scratch``: by node, where its truths begin. ``here``: the nodes to compute; others are read where they were kept."""
        super().__init__(lanes=BLOCK // 64)
        self._scratch, self._here = scratch, here

    def keep(self, node: Node) -> None:
        """Put a node's truths where others find them."""
        self.store("i64", self.truth(node), self._place(node))

    def truth(self, node: Node) -> str:
        """A node's truths."""
        return self.once(id(node), lambda: self._truth(node))

    def _truth(self, node: Node) -> str:
        if node.op == "const":
            return self.all("i64", -node.lo)
        if id(node) not in self._here:
            return self.load("i64", self._place(node))
        given = [self.truth(operand) for operand in node.operands]
        if node.op == "not":
            return self._not(given[0])
        if node.op == "if":
            condition, then, otherwise = given
            return self.two("or", self.two("and", condition, then), self.two("and", self._not(condition), otherwise))
        return self.joined(node.op, "i64", *given)

    def _not(self, truth: str) -> str:
        return self.two("xor", truth, -1)

    def _place(self, node: Node) -> str:
        return self.at("i8", "%scratch", self._scratch[id(node)])
