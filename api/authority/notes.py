"""How a text is read where it leaves that open, as a card's file says; shown, deciding nothing.

``note: {zh, en, grade}`` stands in a gate, an item or a route, or beside the days of the card, of which it then speaks as a whole;
the grade is that of the reading, `inference` unless stated.
"""

from __future__ import annotations

from dataclasses import dataclass

from scoring.card import GRADES, Label
from scoring.yaml_tree import Findings, Reader, Tree

PARTS = ("gates", "items", "routes")
WHOLE = ("", "")
"""Where the note on the card as a whole is found."""


@dataclass(frozen=True)
class Note:
    """A reading, and how sure it is."""

    said: Label
    grade: str

    def __str__(self) -> str:
        return f"读法：{self.said.zh} / read as: {self.said.en} [{self.grade}]"


def notes(tree: Tree, findings: Findings) -> dict[tuple[str, str], Note]:
    """Every note of a file of rules, by part and provision; findings for those written wrongly."""
    found = {}
    if "note" in tree.mapping:
        found[WHOLE] = Reader(tree, findings).within("note", _note, Note(Label("", ""), ""))
    for part in PARTS:
        for name, provision in tree.mapping.get(part, Tree({}, 1, "")).mapping.items():
            if "note" in provision.mapping:
                found[part, name] = Reader(provision, findings).within("note", _note, Note(Label("", ""), ""))
    return found


def _note(reader: Reader) -> Note:
    said = Label(reader.text("zh", required=True), reader.text("en", required=True))
    return Note(said, reader.one_of("grade", GRADES, GRADES[-2]))
