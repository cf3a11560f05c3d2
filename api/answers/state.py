"""What an answer's words are made of: one row of numbers for an enterprise, from which every part picks its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import TypeVar

from scoring.engine import Answer
from scoring.program import Program

State = Sequence[int | None]
"""The values of every root; then of every scalar fact whether it is known; then the scalar facts themselves."""
Key = tuple[int, ...]
"""The numbers of a state on which the words of one part depend: few differ between enterprises."""
On = TypeVar("On")
Words = TypeVar("Words")


@dataclass(frozen=True)
class Prepared:
    """The rules of an answer and its day."""

    program: Program
    as_of: date

    def places(self, root: str, *ends: str) -> list[int]:
        """Where the ends of a root stand in a state."""
        return [self.program.at[f"{root}|{end}"] for end in ends]

    def known(self, path: str) -> int | None:
        """Where a state says whether a fact is known; None of a fact that no rule reads."""
        place = self._scalars.get(path)
        return None if place is None else len(self.program.at) + place

    def given(self, path: str) -> int:
        """Where a fact itself stands in a state."""
        return len(self.program.at) + len(self._scalars) + self._scalars[path]

    @cached_property
    def _scalars(self) -> dict[str, int]:
        return {path: place for place, path in enumerate(self.program.scalars)}

    @cached_property
    def _pick(self) -> Callable[[object], Sequence[int | None]]:
        return picker(self.program.scalars)

    def state(self, answer: Answer) -> State:
        """The state of an answer; of facts that conflict, as in the first completion."""
        scalars = self._pick(answer.facts[0].scalars)
        return *answer.values, *[value is not None for value in scalars], *scalars


class Reads:
    """The places of a state that the words of one part depend on, collected while they are prepared."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._places: list[int] = []

    def at(self, place: int) -> int:
        """Where in the key the number of this place will stand."""
        if place not in self._places:
            self._places.append(place)
        return self._places.index(place)

    def ends(self, root: str, *ends: str) -> list[int]:
        """Where in the key the ends of a root will stand."""
        return [self.at(place) for place in self.prepared.places(root, *ends)]

    @property
    def key(self) -> Callable[[State], Key]:
        """Picks the key from a state."""
        return picker(self._places)


class Kept(dict[On, Words]):
    """Words by what they depend on, written when they are first asked for; some of them are kept."""

    def __init__(self, write: Callable[[On], Words], most: int = 256) -> None:
        super().__init__()
        self._write, self._most = write, most

    def __missing__(self, on: On) -> Words:
        if len(self) >= self._most:
            self.clear()
        found = self[on] = self._write(on)
        return found


def picker(keys: Sequence[object]) -> Callable[..., tuple[int, ...]]:
    """An `itemgetter` that gives a tuple also of one item, or of none."""
    if len(keys) > 1:
        return itemgetter(*keys)
    only = tuple(keys)
    return lambda items: tuple(items[key] for key in only)
