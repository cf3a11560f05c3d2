"""Which facts are unknown or in conflict, and which open cards each would help to settle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

import orjson
from orjson import Fragment

from api.answers.forms import ROOM, ROOM_IN_TEXT, Written, roomy
from api.answers.page import Page
from api.answers.page_words import Piece
from api.answers.state import Prepared
from features.facts import path_of_year
from features.tables import LIST_TABLES
from scoring.engine import Answer
from scoring.program import Program

LISTED = {table.id for table in LIST_TABLES}


class _Asked(NamedTuple):
    """A fact that some part reads."""

    path: str
    unknown: int
    """Where the values say whether it is."""
    table: str
    """The list table that it is, or of which it is a column; empty otherwise."""
    column: str
    readers: tuple[str, ...]
    """Cards."""


def ask_missing(prepared: Prepared) -> Callable[[Answer, Sequence[memoryview]], Written | memoryview]:
    """How the unknown facts of one enterprise are listed: by the page; with those of which sources differ, from these."""
    program, page = prepared.program, prepared.page
    facts = [_asked(prepared, root) for root in program.unknown]
    on_page = page.section()
    settling = {cards: _ask_settled(program, page, cards) for cards in dict.fromkeys(fact.readers for fact in facts)}
    for fact in facts:
        with page.where(fact.unknown):
            _say(program, page, fact, settling[fact.readers])

    def write(answer: Answer, sections: Sequence[memoryview]) -> Written | memoryview:
        return b",".join(_beside_conflicts(answer, facts)) if answer.known.conflicts else sections[on_page]

    return write


def _asked(prepared: Prepared, root: str) -> _Asked:
    fact, cards, place = root.removeprefix("unknown|"), prepared.program.cards.items(), prepared.program.at[root]
    table, _, column = fact.partition(".")
    where = (table, column) if table in LISTED else ("", "")
    readers = sorted(n for n, card in cards if any(fact in part.influences for part in card.parts.values()))
    return _Asked(path_of_year(fact, prepared.as_of), place, *where, tuple(readers))


def _ask_settled(program: Program, page: Page, cards: Sequence[str]) -> int:
    """Those of some cards that are open, on the page."""
    return page.question(
        [program.open_at(name) for name in cards], lambda key: Piece(orjson.dumps([*compress(cards, key)]))
    )


def _say(program: Program, page: Page, fact: _Asked, settled: int) -> None:
    if not fact.column:
        before, behind = _form(fact.path)
        page.member(before)
        page.tell(settled)
        page.say(behind)
        return
    columns = program.columns[fact.table]
    before, between, behind = _form(f"{fact.table}/{ROOM_IN_TEXT}/{fact.column}")
    with page.rows(list(program.columns).index(fact.table), len(columns)), page.without(columns.index(fact.column)):
        page.member(before)
        page.row()
        page.say(between)
        page.tell(settled)
        page.say(behind)


def _form(where: str) -> list[Written]:
    """What is said of an unknown fact, around its rooms, with a comma before it."""
    return roomy(b"," + _told(where, "absent", ROOM)).split(b"\0")


def _beside_conflicts(answer: Answer, facts: Iterable[_Asked]) -> Iterator[Written]:
    conflicts, values, program = set(answer.known.conflicts), answer.values.told, answer.rules.program
    for fact in facts:
        settles = [name for name in fact.readers if values[program.open_at(name)]]
        if fact.path in conflicts:
            yield _told(fact.path, "conflict", settles)
        elif values[fact.unknown] and fact.column:
            rows = answer.facts[0].rows[fact.table]
            lacking = [number for number, row in enumerate(rows) if row[fact.column] is None]
            yield from (_told(f"{fact.table}/{number}/{fact.column}", "absent", settles) for number in lacking)
        elif values[fact.unknown]:
            yield _told(fact.path, "absent", settles)
        if fact.table and not fact.column:
            for where in sorted(where for where in conflicts if where.startswith(f"{fact.table}/")):
                yield _told(where, "conflict", settles)


def _told(where: str, state: str, settles: list[str] | Fragment) -> Written:
    return orjson.dumps({"fact": where, "state": state, "settles": settles})
