"""The words of one part, kept by the numbers that they follow from, as machine code finds them (`page_search`)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from api.answers.forms import Written
from api.answers.kept import Key
from api.answers.measure import Measure
from api.answers.page_fill import BEYOND
from api.answers.page_machine import RANK_BITS
from api.answers.page_search import MEASURED, MIX, RANK
from features.picking import picker

Order = tuple[int, float, str]
"""By which reasons stand: rank, points (lost ones are below 0), English text."""
LONG = 8
"""Bytes of a number."""
ROOM = b"\0"
_RANKS = 1 << RANK_BITS
_FEW = 16
"""Slots of a new table."""
_WORD = 2**64 - 1


class Piece(NamedTuple):
    """What is said for one key, and the reason that it is; in both there may be rooms for what is measured, in a reason as amounts."""

    text: Written
    reason: tuple[Order, Written] | None = None
    measure: Measure | None = None


class Text:
    """Written words where machine code reads them, with the places of their rooms."""

    def __init__(self, text: Written) -> None:
        self._bytes = array("B", text + bytes(BEYOND))
        self._rooms = array("q", [place for place, byte in enumerate(text) if byte == ROOM[0]])
        self.place, self.length, self.rooms = self._bytes.buffer_info()[0], len(text), len(self._rooms)
        self.told = self.place, self.length, self.rooms, self._rooms.buffer_info()[0]


class Record:
    """A piece where machine code reads it: text, reason, where the reason stands among others, and the key that it is for."""

    def __init__(self, key: Key, piece: Piece) -> None:
        """Raises `ValueError` where there is not a room for each number that is measured."""
        self._texts = [Text(text) for text in (piece.text, *(piece.reason[1:] if piece.reason else ()))]
        measured = piece.measure.count if piece.measure else 0
        if self._texts[0].rooms != measured or self._texts[-1].rooms not in (0, measured):
            # Machine code would go on to the numbers of the next piece.
            raise ValueError(
                f"rooms for {[text.rooms for text in self._texts]} numbers, {measured} are measured: {piece}"
            )
        numbers = [number for text in self._texts for number in text.told]
        self._numbers = array("q", [*numbers, *[0] * (MEASURED - len(numbers))])
        self._numbers.append(piece.measure.told.buffer_info()[0] if piece.measure else 0)
        self._numbers.extend(key)
        self.hash = _hash(key)
        self.place, self.measure = self._numbers.buffer_info()[0], piece.measure
        self.order = piece.reason and piece.reason[0]

    def ranked(self, rank: int) -> None:
        """Where its reason stands."""
        self._numbers[RANK] = rank


class Ranks:
    """Where reasons stand that are told together. Those of one order have one rank: then their parts stand as on the card. Between ranks there
    are gaps, so that one more seldom moves the others.
    """

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._of: dict[Order, tuple[int, list[Record]]] = {}

    def add(self, record: Record) -> None:
        """A further reason."""
        order = record.order
        if order is None:
            return
        if order not in self._of:
            self._of[order] = self._between(order), []
        rank, records = self._of[order]
        records.append(record)
        record.ranked(rank)

    def _between(self, order: Order) -> int:
        at = bisect_left(self._orders, order)
        self._orders.insert(at, order)
        before = self._of[self._orders[at - 1]][0] if at else 0
        behind = self._of[self._orders[at + 1]][0] if at + 1 < len(self._orders) else _RANKS
        if behind - before > 1:
            return (before + behind) // 2
        ranks = {one: (number + 1) * _RANKS // (len(self._orders) + 1) for number, one in enumerate(self._orders)}
        for one, (_, records) in self._of.items():
            self._of[one] = ranks[one], records
            for record in records:
                record.ranked(ranks[one])
        return ranks[order]

    def without(self, gone: Sequence[Record]) -> None:
        """Some reasons are told no more."""
        for record in gone:
            if record.order is not None:
                _, records = self._of[record.order]
                records.remove(record)
                if not records:
                    del self._of[record.order]
                    self._orders.remove(record.order)


class Question:
    """What is said of a part, by the numbers at some places. A table has records in at most half of its slots, 0 where one is free."""

    def __init__(self, places: Sequence[int], write: Callable[[Key], Piece], most: int) -> None:
        self.ranks, self.places = Ranks(), tuple(places)
        self._write, self._most, self._pick = write, most, picker(places)
        self._records: list[Record] = []
        self._room_for(_FEW)

    def _room_for(self, slots: int) -> None:
        self._table = array("q", bytes(LONG * slots))
        for record in self._records:
            self._keep(record)

    def table(self) -> tuple[int, int]:
        """Where machine code finds the table, and its last slot."""
        place, slots = self._table.buffer_info()
        return place, slots - 1

    def meet(self, numbers: Sequence[int]) -> tuple[Record, Sequence[Record]]:
        """Writes and keeps what is said of an enterprise whose key was not met before; and what was forgotten for it."""
        # Where writing fails nothing has changed: machine code was told of the table as it is.
        key = self._pick(numbers)
        record = Record(key, self._write(key))
        forgotten: list[Record] = []
        if len(self._records) >= self._most:
            forgotten, self._records = self._records, []
            self.ranks.without(forgotten)
            self._room_for(_FEW)
        if 2 * len(self._records) >= len(self._table):
            self._room_for(4 * len(self._table))
        self._records.append(record)
        self.ranks.add(record)
        self._keep(record)
        return record, forgotten

    def _keep(self, record: Record) -> None:
        slot, slots = record.hash, len(self._table)
        while self._table[slot % slots]:
            slot += 1
        self._table[slot % slots] = record.place


def _hash(key: Sequence[int]) -> int:
    """As `page_search` finds it."""
    found = 0
    for number in key:
        found = (found ^ number & _WORD) * MIX & _WORD
        found ^= found >> 32
    return found
