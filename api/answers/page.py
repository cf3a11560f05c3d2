"""Answers put together from words that are kept.

What is said of one part depends on few numbers of an enterprise (its key), and of most enterprises the same is said: so the words are
written from the key alone, and kept. What is measured anew stays open (a room). Machine code looks up all keys and measures
(`page_search`, `page_measure`), then copies the words one behind the other and fills in the rooms (`page_machine`); between them Python
writes the numbers as texts.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import orjson

from api.answers.forms import Written
from api.answers.kept import Key
from api.answers.measure import Measure
from api.answers.numbers import Number, amount
from api.answers.page_fill import BEYOND, COMMA, NUL
from api.answers.page_machine import Step, put_together
from api.answers.page_search import HEAD, search
from api.answers.page_words import LONG, Piece, Question, Ranks
from scoring.one_backend import Values

_BEYOND = bytes(BEYOND)
STEP = 3
"""Numbers of one."""
_FIRST = 2**14
"""Bytes of which a page is thought at first."""


class _Sheet(NamedTuple):
    """What machine code reads and writes."""

    steps: array[int]
    texts: array[int]
    """Of the steps, one behind the other."""
    places: array[int]
    """Those of all questions."""
    questions: array[int]
    """Of each where its places stand, how many they are, where its table stands, its last slot."""
    found: array[int]
    """By question the record that was found; behind them room to work, twice as much."""
    told: array[int]
    """As `page_search.HEAD` says."""
    measured: array[float]
    sections: array[int]
    """Where each section begins, and where the last one ends."""


class Page:
    """What is said of every enterprise, section by section: texts, numbers, and pieces that depend on the enterprise; at the end the
    reasons. All is asked for before the first one is written; then it is good for several threads.
    """

    def __init__(self) -> None:
        self._steps, self._texts, self._sections = array("i"), bytearray(), 0
        self._said = b""
        """What is no step yet."""
        self._questions, self._measures = list[Question](), dict[int, Measure]()
        self._out = array("B", bytes(_FIRST + BEYOND))
        self._lock = Lock()

    @property
    def asked(self) -> int:
        """How many pieces were asked for so far."""
        return len(self._questions)

    def section(self) -> int:
        """Begins a further section; its number."""
        self._step(Step.SECTION)
        self._sections += 1
        return self._sections - 1

    def say(self, text: Written) -> None:
        """The same of every enterprise."""
        self._said += text

    def number(self, place: int) -> None:
        """The number at a place."""
        self._step(Step.NUMBER, place)

    def member(self, text: Written) -> None:
        """The same of every enterprise: one of several, with a comma before it, which is left out of the first."""
        self._step(Step.MEMBER, *self._kept(text))

    def fact(self, text: Written, place: int) -> None:
        """A member and the number at a place, where it is known."""
        with self._unless(Step.KNOWN, place):
            self.member(text)
            self._step(Step.NUMBER, place)

    @contextmanager
    def where(self, place: int) -> Iterator[None]:
        """What is said now is said where the number at a place is not 0."""
        with self._unless(Step.WHERE, place):
            yield

    @contextmanager
    def rows(self, table: int, width: int) -> Iterator[None]:
        """What is said now is said of each row of a table, of so many cells."""
        with self._unless(Step.ROWS, table):
            begin = len(self._steps)
            yield
            self._step(Step.AGAIN, width)
            self._steps[-1] = (len(self._steps) - begin) // STEP

    def cell(self, text: Written, place: int) -> None:
        """A member and the number of a row's cell, where it is known."""
        with self._unless(Step.KNOWN_CELL, place):
            self.member(text)
            self._step(Step.CELL, place)

    @contextmanager
    def without(self, place: int) -> Iterator[None]:
        """What is said now is said where the row's cell is not known."""
        with self._unless(Step.ABSENT_CELL, place):
            yield

    def row(self) -> None:
        """The row's own number, from 0."""
        self._step(Step.ROW)

    @contextmanager
    def _unless(self, step: Step, place: int) -> Iterator[None]:
        """Steps that are left out unless a step finds what it looks for."""
        self._step(step, place)
        begin = len(self._steps)
        yield
        self._end_said()
        self._steps[begin - 1] = (len(self._steps) - begin) // STEP

    def ask(self, places: Sequence[int], write: Callable[[Key], Piece], most: int = 256) -> None:
        """A piece that follows from the numbers at some places; of so many different keys it is kept."""
        self.tell(self.question(places, write, most))

    def question(self, places: Sequence[int], write: Callable[[Key], Piece], most: int = 256) -> int:
        """A piece that is told where its number is said: where it has no rooms several times, or not at all."""
        self._questions.append(Question(places, write, most))
        return self.asked - 1

    def tell(self, question: int) -> None:
        """The piece of a question."""
        self._step(Step.ASK, question)

    def reasons(self, first: int, behind: int) -> None:
        """The reasons of some pieces, in their order, with commas between and behind what the section says before."""
        self._step(Step.REASONS, first, behind)
        ranks = Ranks()
        for question in self._questions[first:behind]:
            question.ranks = ranks

    def _step(self, step: Step, *numbers: int) -> None:
        self._end_said()
        self._steps.extend((step, *numbers, *[0] * (STEP - 1 - len(numbers))))

    def _end_said(self) -> None:
        """What was said becomes a step."""
        if self._said:
            said, self._said = self._said, b""
            self._steps.extend((Step.SAY, *self._kept(said)))

    def _kept(self, text: Written) -> tuple[int, int]:
        """Where a text stands among all, and its length."""
        self._texts += text
        return len(self._texts) - len(text), len(text)

    @contextmanager
    def written(self, values: Values) -> Iterator[list[memoryview]]:
        """The sections for one enterprise, to be looked at until the next is written upon the same page."""
        with self._lock:
            given, amounts = self._given(values)
            self._copy(values, given, amounts)
            text = memoryview(self._out)
            yield [text[begin:end] for begin, end in pairwise(self._sheet.sections)]

    def _given(self, values: Values) -> tuple[Written, Written]:
        """What belongs into the rooms of the words that are found, and of their reasons."""
        sheet = self._found(values)
        _, count, left, told = sheet.told[:HEAD]
        numbers: list[Number] = [*sheet.measured[:count]]
        for place, record in _pairs(sheet.told, HEAD, left):
            measure = self._measures[record]
            numbers[place : place + measure.count] = measure.of(values)
        amounts: list[str] = []
        for place, record in _pairs(sheet.told, HEAD + 2 * self.asked, told):
            measure = self._measures[record]
            amounts += [amount(one, measure.unit) for one in numbers[place : place + measure.count]]
        # All at once: for each JSON that it writes orjson takes a kilobyte first.
        in_pieces, in_reasons = orjson.dumps(numbers)[1:-1], NUL.join(map(str.encode, amounts))
        return b"".join((in_pieces, COMMA, _BEYOND)), b"".join((in_reasons, NUL, _BEYOND))

    def _found(self, values: Values) -> _Sheet:
        """With the records that are found, once all are met, and what is measured."""
        sheet = self._sheet
        while True:
            lists = (sheet.questions, values.told, sheet.found, sheet.told, sheet.measured)
            questions, numbers, found, told, measured = [some.buffer_info()[0] for some in lists]
            search()(questions, self.asked, numbers, found, told, measured)
            never_met = sheet.told[0]
            if not never_met:
                return sheet
            self._meet(values, sheet.told[HEAD : HEAD + never_met])

    def _copy(self, values: Values, given: Written, amounts: Written) -> None:
        """All sections, one behind the other."""
        sheet = self._sheet
        while True:
            room = len(self._out) - BEYOND
            lists = (sheet.steps, sheet.texts, values.told, values.rows, sheet.found, self._out, sheet.sections)
            steps, texts, numbers, rows, found, out, sections = [some.buffer_info()[0] for some in lists]
            put_together()(steps, texts, self.asked, numbers, rows, found, out, room, given, amounts, sections)
            length = sheet.sections[-1]
            if length <= room:
                return
            self._out = array("B", bytes(2 * length + BEYOND))

    def _meet(self, values: Values, questions: Sequence[int]) -> None:
        for asked in questions:
            question = self._questions[asked]
            record, forgotten = question.meet(values.told)
            if record.measure is not None:
                self._measures[record.place] = record.measure
            for one in forgotten:
                self._measures.pop(one.place, None)
            self._sheet.questions[4 * asked + 2 : 4 * asked + 4] = array("q", question.table())

    @cached_property
    def _sheet(self) -> _Sheet:
        """Made when all was asked for."""
        self._step(Step.END)
        places = array("i", [place for one in self._questions for place in one.places])
        first, questions = places.buffer_info()[0], array("q")
        for one in self._questions:
            questions.extend((first, len(one.places), *one.table()))
            first += places.itemsize * len(one.places)
        return _Sheet(
            self._steps,
            array("B", self._texts + _BEYOND),
            places,
            questions,
            array("q", bytes(3 * LONG * self.asked)),
            array("q", bytes(LONG * (HEAD + 4 * self.asked))),
            array("d", bytes(2 * LONG * self.asked)),
            array("q", bytes(LONG * (self._sections + 1))),
        )


def _pairs(told: Sequence[int], first: int, count: int) -> Iterator[tuple[int, int]]:
    some = told[first : first + 2 * count]
    return zip(some[::2], some[1::2], strict=True)
