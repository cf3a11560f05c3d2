"""Words by what they follow from, kept for the next that asks for the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Key = tuple[int, ...]
"""The numbers of an enterprise on which the words of one part depend: few differ between enterprises."""
On = TypeVar("On")
Words = TypeVar("Words")


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
