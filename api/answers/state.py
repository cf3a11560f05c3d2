"""What an answer's words are made of: one row of numbers for an enterprise, from which every part picks its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from api.answers.kept import Key
from api.answers.page import Page
from api.answers.page_words import Piece
from scoring.one_backend import Values
from scoring.program import Program

State = Values
"""The values of every root; then of every scalar fact whether it is known; then the scalar facts themselves, `UNKNOWN` where they are
not; then of every card whether it is open (`Program.evaluate`).
"""


@dataclass(frozen=True)
class Prepared:
    """The rules of an answer and its day, and the page on which it is written."""

    program: Program
    as_of: date
    page: Page = field(default_factory=Page)

    def places(self, root: str, *ends: str) -> list[int]:
        """Where the ends of a root stand in a state."""
        return [self.program.at[f"{root}|{end}"] for end in ends]

    def known(self, path: str) -> int | None:
        """Where a state says whether a fact is known; None of a fact that no rule reads."""
        return self.program.known_at(path) if path in self.program.scalars else None


class Reads:
    """The places of a state that the words of one part depend on, collected while they are prepared."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.places: list[int] = []

    def at(self, place: int) -> int:
        """Where in the key the number of this place will stand."""
        if place not in self.places:
            self.places.append(place)
        return self.places.index(place)

    def ends(self, root: str, *ends: str) -> list[int]:
        """Where in the key the ends of a root will stand."""
        return [self.at(place) for place in self.prepared.places(root, *ends)]

    def ask(self, write: Callable[[Key], Piece], most: int = 256) -> None:
        """A piece on the page, by the numbers named so far."""
        self.prepared.page.ask(self.places, write, most)
