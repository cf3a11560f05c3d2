"""The sentences that rules rest on: where each stands in the text of its document, and whether it still stands there.

A file of rules names the texts that are held (``texts: {document: {file, sha256}}``) and, beside a part, where its sentence
stands (``quote: {text, at, length, sha256}``, in characters). The texts themselves stay where they are; of a document
without a text nothing can be quoted, and that is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.authority.notes import notes
from scoring.errors import CardError, Finding
from scoring.yaml_tree import Findings, Reader, Tree, load

NOT_HELD = "原文未存 / text not held"


@dataclass(frozen=True)
class Text:
    """The text of a document: a file by name and hash."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Quote:
    """A sentence by its place in a text."""

    text: Text
    at: int
    length: int
    sha256: str
    tree: Tree

    def sentence(self, folder: Path, findings: Findings) -> str:
        """The sentence as it stands in the text; empty, with a finding, where the text or the sentence is not as it was."""
        path = folder / self.text.file
        whole = path.read_bytes() if path.is_file() else None
        if whole is None:
            findings.add("text_missing", self.tree, file=self.text.file)
            return ""
        if hashlib.sha256(whole).hexdigest() != self.text.sha256:
            findings.add("text_changed", self.tree, file=self.text.file)
            return ""
        found = whole.decode("utf-8")[self.at : self.at + self.length]
        if sha256(found) != self.sha256:
            findings.add("quote_not_there", self.tree, file=self.text.file, at=self.at, found=found)
            return ""
        return found


def sha256(sentence: str) -> str:
    """Hash of a sentence."""
    return hashlib.sha256(sentence.encode("utf-8")).hexdigest()


def written(text: str, folder: Path, file: str, sentence: str) -> str:
    """The quote of a sentence as a card writes it. Raises ValueError where it does not stand in the file just once."""
    whole = (folder / file).read_text(encoding="utf-8")
    if whole.count(sentence) != 1:
        raise ValueError(f"{file}: {whole.count(sentence)} × {sentence}")
    return f"{{text: {text}, at: {whole.index(sentence)}, length: {len(sentence)}, sha256: {sha256(sentence)}}}"


def texts(tree: Tree, findings: Findings) -> dict[str, Text]:
    """The texts that a file of rules says are held, by document."""
    stated = Reader(tree, findings).mapping("texts")
    return {name: _text(Reader(inner, findings)) for name, inner in stated.items()}


def quotes(tree: Tree, findings: Findings) -> Iterator[tuple[str, Quote]]:
    """Every quote of a file of rules with the path of the part that rests on it; findings for those written wrongly."""
    held = texts(tree, findings)
    for path, place in _quoting(tree):
        reader = Reader(place, findings)
        name = reader.text("text", required=True)
        numbers = [reader.text(key, required=True) for key in ("at", "length")]
        stated = reader.text("sha256", required=True)
        reader.done()
        if name and name not in held:
            findings.add("unknown_text", place, name=name, choices=", ".join(held))
        elif not all(number.isdecimal() for number in numbers):
            findings.add("not_a_place", place, value=", ".join(numbers))
        elif name:
            at, length = map(int, numbers)
            yield path, Quote(held[name], at, length, stated, place)


def _text(reader: Reader) -> Text:
    found = Text(reader.text("file", required=True), reader.text("sha256", required=True))
    reader.done()
    return found


def _quoting(tree: Tree) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree.value, str):
        return
    if isinstance(tree.value, dict) and "quote" in tree.value:
        yield tree.path, tree.value["quote"]
    for child in tree.value.values() if isinstance(tree.value, dict) else tree.value:
        yield from _quoting(child)


def check(root: Path, folder: Path | None) -> tuple[Finding, ...]:
    """What is wrong with the quotes and notes of all files of rules below ``root``, quotes held against the texts where a folder is given."""
    files = {path: f"{root.name}/{path.relative_to(root).as_posix()}" for path in sorted(root.rglob("*.yaml"))}
    return tuple(finding for path, shown in files.items() for finding in check_file(path, shown, folder))


def check_file(path: Path, shown: str, folder: Path | None) -> tuple[Finding, ...]:
    """The same of one file."""
    findings = Findings(shown)
    try:
        tree = load(path, shown)
    except CardError:
        # The lint of the file itself says so.
        return ()
    notes(tree, findings)
    for _, quote in quotes(tree, findings):
        if folder is not None:
            quote.sentence(folder, findings)
    return tuple(findings.found)
