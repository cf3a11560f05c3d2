"""YAML as located text: every scalar stays the text that was written, every node knows its line.

So a threshold is never a float, ``no`` is never False, a key that stands twice is seen, and a message can name the line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from scoring.errors import CardError, Finding

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: the same events, ten times as fast."""


@dataclass
class Tree:
    """A node: ``value`` is a text, a list of trees, or a mapping of names to trees."""

    value: str | list[Tree] | dict[str, Tree]
    line: int
    path: str

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

    def add(self, code: str, tree: Tree, problem: str, mend: str, key: str = "") -> None:
        """Note one problem at a node (or at a key that is missing below it)."""
        where = f"{tree.path}.{key}".strip(".") if key else tree.path or "$"
        self.found.append(Finding(code, self.file, tree.line, where, problem, mend))

    def raise_if_any(self) -> None:
        """Raise `CardError` with everything found."""
        if self.found:
            raise CardError.from_findings(tuple(sorted(self.found, key=lambda f: f.line)))


def load(path: Path, shown: str) -> Tree:
    """The file as a tree. Raises `CardError` where it is not YAML or a key stands twice."""
    findings = Findings(shown)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        tree = _tree(node, "", findings) if node is not None else Tree({}, 1, "")
    except UnicodeDecodeError as error:
        nowhere = Tree("", error.object.count(b"\n", 0, error.start) + 1, "$")
        findings.add("not_utf8", nowhere, "文件不是 UTF-8 编码 / the file is not encoded as UTF-8", "另存为 UTF-8 / save it as UTF-8")
        findings.raise_if_any()
        raise AssertionError from error
    except RecursionError as error:
        findings.add("nested_too_deep", Tree("", 1, "$"), "层次过深或引用自身 / nested too deep, or an alias within itself", "不用别名，减少层次 / use no alias and fewer levels")
        findings.raise_if_any()
        raise AssertionError from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        nowhere = Tree("", mark.line + 1 if mark else 1, "$")
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        findings.add("not_yaml", nowhere, f"不是合法的 YAML / not valid YAML: {problem}", "检查缩进、冒号与引号 / check indentation, colons and quotes")
        findings.raise_if_any()
        raise AssertionError from error
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
            findings.add("key_twice", child, "同一个键出现两次 / the key stands twice", f"删去一个，另一个在第 {found[key].line} 行 / remove one; the other is on line {found[key].line}")
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
            findings.add("not_a_mapping", tree, "这里应为键值 / a mapping belongs here", "写成“键: 值” / write key: value")

    def has(self, key: str) -> bool:
        """Whether the key stands there."""
        if key not in self._asked:
            self._asked.append(key)
        return key in self._keys

    def take(self, key: str, *, required: bool = False) -> Tree | None:
        """The node below a key, or None; a finding where it is required and missing."""
        if self.has(key):
            return self._keys[key]
        if required and isinstance(self.tree.value, dict):
            self.findings.add("key_missing", self.tree, f"缺少 {key} / {key} is missing", f"补上 {key} / add {key}", key)
        return None

    def text(self, key: str, default: str | None = None, *, required: bool = False) -> str:
        """The text below a key."""
        found = self.take(key, required=required and default is None)
        if found is None:
            return default or ""
        if isinstance(found.value, str):
            if required and not found.value:
                self.findings.add("text_empty", found, "这里不能空白 / this cannot be empty", "填写 / fill it in")
            return found.value
        self.findings.add("not_a_text", found, "这里应为文字 / a text belongs here", "写成一行文字 / write one line of text")
        return default or ""

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """The text below a key, which must be one of ``choices``."""
        found = self.text(key, default, required=not self.has(key))
        if found in choices or (not found and key not in self._keys):
            return found
        if not isinstance(self._keys[key].value, str):
            return default or choices[0]
        self.findings.add(
            "not_a_choice", self._keys[key], f"{found!r} 不在取值表内 / is not one of the values", "可填 / use one of: " + ", ".join(choices)
        )
        return default or choices[0]

    def items(self, key: str) -> list[Tree]:
        """The list below a key; empty where there is none."""
        found = self.take(key)
        if found is None:
            return []
        if isinstance(found.value, list):
            return found.value
        self.findings.add("not_a_list", found, "这里应为列表 / a list belongs here", "每项以“- ”开头 / start each entry with '- '")
        return []

    def mapping(self, key: str) -> dict[str, Tree]:
        """The mapping below a key; empty where there is none."""
        found = self.take(key)
        if found is None:
            return {}
        if isinstance(found.value, dict):
            return found.value
        self.findings.add("not_a_mapping", found, "这里应为键值 / a mapping belongs here", "写成“键: 值” / write key: value")
        return {}

    def names(self) -> tuple[str, ...]:
        """The keys that stand there."""
        return tuple(self._keys)

    def done(self) -> None:
        """Note every key that nobody asked for."""
        for key, child in self._keys.items():
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                self.findings.add(
                    "unknown_key",
                    child,
                    f"没有这个键：{key} / there is no such key",
                    f"是否应为 {near[0]} / did you mean {near[0]}?" if near else "可用 / use: " + ", ".join(self._asked),
                )
