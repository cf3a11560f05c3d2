"""YAML as located text: every scalar stays the text that was written, every node knows its line.

So a threshold is never a float, ``no`` is never False, a key that stands twice is seen, and a message can name the line.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml

from scoring.errors import CardError, Finding

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: the same events, ten times as fast."""

Found = TypeVar("Found")
Kind = TypeVar("Kind")


@dataclass
class Tree:
    """A node: ``value`` is a text, a list of trees, or a mapping of names to trees."""

    value: str | list[Tree] | dict[str, Tree]
    line: int
    path: str

    @property
    def mapping(self) -> dict[str, Tree]:
        """What stands below its keys; empty where it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> object:
        """Without lines: what is hashed and compared."""
        if isinstance(self.value, dict):
            return {k: v.plain() for k, v in self.value.items()}
        return [v.plain() for v in self.value] if isinstance(self.value, list) else self.value


@dataclass
class Findings:
    """What is wrong in one file, gathered while it is read."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, tree: Tree, key: str = "", /, **values: object) -> None:
        """Note one problem at a node (or at a key that is missing below it); ``values`` fill the catalogue's texts."""
        where = f"{tree.path}.{key}".strip(".") if key else tree.path or "$"
        self.found.append(Finding.of(code, self.file, tree.line, where, **values))

    def raise_if_any(self) -> None:
        """Raise `CardError` with everything found."""
        if self.found:
            raise CardError.from_findings(tuple(sorted(self.found, key=lambda f: f.line)))


def load(path: Path, shown: str) -> Tree:
    """The file as a tree. Raises `CardError` where it is not YAML or a key stands twice."""
    findings = Findings(shown)
    tree = Tree({}, 1, "")
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        if node is not None:
            tree = _tree(node, "", findings)
    except UnicodeDecodeError as error:
        findings.add("not_utf8", Tree("", error.object.count(b"\n", 0, error.start) + 1, ""))
    except RecursionError:
        findings.add("nested_too_deep", tree)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        findings.add("not_yaml", Tree("", mark.line + 1 if mark else 1, ""), said=said)
    findings.raise_if_any()
    return tree


def _tree(node: yaml.Node, path: str, findings: Findings) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Tree(str(node.value), line, path)
    if isinstance(node, yaml.SequenceNode):
        return Tree([_tree(item, f"{path}[{i}]", findings) for i, item in enumerate(node.value)], line, path)
    assert isinstance(node, yaml.MappingNode)
    found: dict[str, Tree] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        child = _tree(value_node, f"{path}.{key}".lstrip("."), findings)
        child.line = key_node.start_mark.line + 1
        if key in found:
            findings.add("key_twice", child, other=found[key].line)
        found[key] = child
    return Tree(found, line, path)


class Reader:
    """Takes the keys of one mapping; what was not taken at `done` is an unknown key."""

    def __init__(self, tree: Tree, findings: Findings) -> None:
        self.tree = tree
        self.findings = findings
        self._asked: list[str] = []
        if isinstance(tree.value, dict):
            self._keys = tree.value
        else:
            self._keys = {}
            findings.add("not_a_mapping", tree)

    def has(self, key: str) -> bool:
        """Whether the key stands there."""
        if key not in self._asked:
            self._asked.append(key)
        return key in self._keys

    def names(self) -> list[str]:
        """All its keys, where they are names of the file's own."""
        return self.stated(list(self._keys))

    def stated(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that stand there."""
        return [key for key in keys if self.has(key)]

    def take(self, key: str, *, required: bool = False) -> Tree | None:
        """The node below a key, or None; a finding where it is required and missing."""
        if self.has(key):
            return self._keys[key]
        if required:
            self.lacks("key_missing", key, name=key)
        return None

    def lacks(self, code: str, key: str = "", /, **values: object) -> None:
        """Note what the mapping lacks; nothing more where it is no mapping at all."""
        if isinstance(self.tree.value, dict):
            self.findings.add(code, self.tree, key, **values)

    def at(self, key: str) -> Tree:
        """The node below a key, the whole mapping where there is none: the place of a finding."""
        return self.take(key) or self.tree

    def text(self, key: str, *, required: bool = False) -> str:
        """The text below a key; empty where there is none."""
        return self._taken(key, str, "not_a_text", "text_empty", required=required) or ""

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """The text below a key, which must be one of ``choices``."""
        self.take(key, required=default is None)
        found = self._taken(key, str, "not_a_text", "text_empty", required=False)
        if found is not None and found not in choices:
            self.findings.add("not_a_choice", self.at(key), value=found, choices=", ".join(choices))
        return found if found in choices else default or choices[0]

    def day(self, key: str, *, required: bool = False) -> date | None:
        """The date below a key; None where there is none."""
        tree = self.take(key, required=required)
        if tree is None or tree.value == "":
            return None
        try:
            return date.fromisoformat(str(tree.value))
        except ValueError:
            self.findings.add("not_a_date", tree, value=tree.plain())
            return None

    def items(self, key: str, *, required: bool = False) -> list[Tree]:
        """The list below a key; empty where there is none."""
        return self._taken(key, list, "not_a_list", "empty_list", required=required) or []

    def texts(self, key: str, *, required: bool = False) -> list[str]:
        """The texts of the list below a key."""
        return [str(tree.value) for tree in self.items(key, required=required)]

    def some_of(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """The texts of the list below a key, each of which must be one of ``choices``."""
        trees = self.items(key)
        for tree in trees:
            if tree.value not in choices:
                self.findings.add("not_a_choice", tree, value=tree.plain(), choices=", ".join(choices))
        return tuple(str(tree.value) for tree in trees if tree.value in choices)

    def mapping(self, key: str, *, required: bool = False) -> dict[str, Tree]:
        """The mapping below a key; empty where there is none."""
        return self._taken(key, dict, "not_a_mapping", "empty_list", required=required) or {}

    def _taken(self, key: str, kind: type[Kind], misfit: str, empty: str, *, required: bool) -> Kind | None:
        tree = self.take(key, required=required)
        if tree is None:
            return None
        if not isinstance(tree.value, kind):
            self.findings.add(misfit, tree)
            return None
        if required and not tree.value:
            self.findings.add(empty, tree)
        return tree.value

    def whole(self, tree: Tree, read: Callable[[Reader], Found], *texts: str) -> Found:
        """What ``read`` takes from a mapping inside; whatever else but ``texts`` stands there is an unknown key."""
        inner = Reader(tree, self.findings)
        found = read(inner)
        for key in texts:
            inner.text(key)
        inner.done()
        return found

    def within(self, key: str, read: Callable[[Reader], Found], missing: Found) -> Found:
        """As `whole`, of the mapping below a key that must stand there."""
        tree = self.take(key, required=True)
        return self.whole(tree, read) if tree else missing

    def done(self) -> None:
        """Note every key that nobody asked for."""
        for key, child in self._keys.items():
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                self.findings.add("unknown_key", child, name=key, choices=", ".join(near or self._asked))
