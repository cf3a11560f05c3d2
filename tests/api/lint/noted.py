"""Which findings the sources can note: every call with its codes and the names of its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.authority import lint
from features.indicators import written
from scoring import core

SCORING = sorted(Path(core.__file__).parent.glob("*.py"))
LINT = sorted(Path(lint.__file__).parents[1].rglob("*.py"))
AMOUNTS = [Path(written.__file__)]

NOTING = {"add": (0,), "of": (0,), "lacks": (0,), "finding": (0,), "AmountError": (0,), "_taken": (2, 3)}
"""Functions that note a finding, with the positions of codes among their arguments."""
WHOSE = {"add": "findings", "of": "CardError"}
"""Names that others' functions have too, with whose they are here."""
HANDED_ON = {"code", "error.code", "misfit", "empty"}
"""How a function of `NOTING` says the code that it was given itself."""


@dataclass(frozen=True)
class Noted:
    """One call: where it stands, the codes that it may note, the values that it gives to their texts."""

    place: str
    codes: tuple[str, ...]
    values: frozenset[str]


def calls() -> Iterator[Noted]:
    """Every call in the sources that notes a finding of the catalogue by its code."""
    for path in SCORING + LINT + AMOUNTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _notes(node):
                codes = [node.args[i] for i in NOTING[_name(node)] if ast.unparse(node.args[i]) not in HANDED_ON]
                values = frozenset(keyword.arg or "**" for keyword in node.keywords if keyword.arg != "required")
                for code in codes:
                    yield Noted(f"{path.name}:{node.lineno}", tuple(_texts(code)), values)


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _notes(call: ast.Call) -> bool:
    """Whether it is one of `NOTING`; a set's ``add`` is not."""
    name = _name(call)
    if name in WHOSE:
        return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith(WHOSE[name])
    return name in NOTING


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
