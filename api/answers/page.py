"""Answers put together from words that are kept.

What is said of one part depends on few numbers of an enterprise (its key), and of most enterprises the same is said: so the words are
written from the key alone, and kept. What is measured anew stays open (a room) and is filled in at the end. All keys are looked up, and
the words copied one behind the other, by machine code (`page_machine`).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain, pairwise
from threading import Lock
from typing import NamedTuple

import orjson

from api.answers.forms import Pieces, Written
from api.answers.kept import Key
from api.answers.numbers import amount
from api.answers.page_machine import BEYOND, HEAD, Step, put_together
from api.answers.page_words import LONG, ROOM, Measure, Piece, Question, Ranks, Text
from scoring.one_backend import Values

_FIRST = 2**14
"""Bytes of which a page is thought at first."""


class _Sheet(NamedTuple):
    """What machine code reads and writes."""

    steps: array[int]
    questions: array[int]
    found: array[int]
    """By question the record that was found; behind them the ranks of reasons."""
    told: array[int]
    """As `page_machine.HEAD` says."""


class _Draft(NamedTuple):
    """A page of one enterprise with its rooms."""

    text: Written
    bounds: list[int]
    """Where each section begins in the text, and before how many rooms; and where the last one ends."""
    pieces: dict[int, Measure]
    """Those with rooms, by their records."""
    reasons: list[int]
    """Those with rooms, which stand behind all pieces, by the same records."""


class Page:
    """What is said of every enterprise, section by section: texts, numbers, and pieces that depend on the enterprise; at the end the
    reasons. All is asked for before the first one is written; then it is good for several threads.
    """

    def __init__(self) -> None:
        self._steps, self._texts, self._sections = array("q"), list[Text](), 0
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

    def fact(self, text: Written, place: int) -> None:
        """A text and the number at a place, where it is known."""
        self._step(Step.KNOWN, place)
        self._texts.append(Text(text))
        self._step(Step.SAY, self._texts[-1].place, len(text))
        self._step(Step.NUMBER, place)

    def ask(self, places: Sequence[int], write: Callable[[Key], Piece], most: int = 256) -> None:
        """A piece that follows from the numbers at some places; of so many different keys it is kept."""
        self._step(Step.ASK, self.asked)
        self._questions.append(Question(places, write, most))

    def reasons(self, first: int, behind: int) -> None:
        """The reasons of some pieces, in their order, with commas between and behind what the section says before."""
        self._step(Step.REASONS, first, behind)
        ranks = Ranks()
        for question in self._questions[first:behind]:
            question.ranks = ranks

    def _step(self, step: Step, *numbers: int) -> None:
        if self._said:
            said, self._said = Text(self._said), b""
            self._texts.append(said)
            self._steps.extend((Step.SAY, said.place, said.length))
        self._steps.extend((step, *numbers, *[0] * (2 - len(numbers))))

    def written(self, values: Values) -> list[Pieces]:
        """The sections for one enterprise, each in pieces."""
        with self._lock:
            draft = self._draft(values)
        given = _given(draft, values)
        bounds = pairwise(zip(draft.bounds[::2], draft.bounds[1::2], strict=True))
        return [_filled(draft.text, begin, end, given[before:behind]) for (begin, before), (end, behind) in bounds]

    def _draft(self, values: Values) -> _Draft:
        sheet, asked = self._sheet, len(self._questions)
        while True:
            room = len(self._out) - BEYOND
            lists = (sheet.steps, sheet.questions, values.told, sheet.found, self._out, sheet.told)
            steps, questions, numbers, found, out, told = [some.buffer_info()[0] for some in lists]
            put_together()(steps, asked, questions, numbers, found, out, room, told)
            never_met, length, pieces, reasons = sheet.told[:HEAD]
            if never_met:
                self._meet(values, sheet.told[HEAD : HEAD + never_met])
            elif length > room:
                self._out = array("B", bytes(2 * length + BEYOND))
            else:
                break
        of_pieces, of_reasons, of_bounds = (HEAD + number * asked for number in range(3))
        return _Draft(
            bytes(memoryview(self._out)[:length]),
            sheet.told[of_bounds:].tolist(),
            {place: self._measures[place] for place in sheet.told[of_pieces : of_pieces + pieces]},
            sheet.told[of_reasons : of_reasons + reasons].tolist(),
        )

    def _meet(self, values: Values, questions: Sequence[int]) -> None:
        for number in questions:
            question = self._questions[number]
            record, forgotten = question.meet(values.told)
            if record.measure is not None:
                self._measures[record.place] = record.measure
            for one in forgotten:
                self._measures.pop(one.place, None)
            self._sheet.questions[4 * number : 4 * number + 4] = array("q", question.told())

    @cached_property
    def _sheet(self) -> _Sheet:
        """Made when all was asked for."""
        self._step(Step.END)
        return _Sheet(
            self._steps,
            array("q", [number for one in self._questions for number in one.told()]),
            array("q", bytes(2 * LONG * self.asked)),
            array("q", bytes(LONG * (HEAD + 2 * self.asked + 2 * self._sections + 2))),
        )


def _given(draft: _Draft, values: Values) -> list[Written]:
    """What belongs into the rooms."""
    if not draft.pieces:
        return []
    measured = {place: measure.of(values) for place, measure in draft.pieces.items()}
    # All at once: for each JSON that it writes orjson takes a kilobyte first.
    given = orjson.dumps([*chain.from_iterable(measured.values())])[1:-1].split(b",")
    for place in draft.reasons:
        given += [amount(number, draft.pieces[place].unit).encode() for number in measured[place]]
    return given


def _filled(text: Written, begin: int, end: int, given: Sequence[Written]) -> Pieces:
    """A section in pieces, its rooms filled in; found one by one, for `split` looks at every byte."""
    found: Pieces = []
    for one in given:
        room = text.index(ROOM, begin)
        found += (text[begin:room], one)
        begin = room + 1
    found.append(text[begin:end])
    return found
