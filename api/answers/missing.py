"""Which facts are unknown or in conflict, and which open cards each would help to settle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import compress
from operator import ne
from typing import NamedTuple

import orjson

from api.answers.forms import Written
from api.answers.kept import Kept
from api.answers.state import Prepared
from features.facts import path_of_year
from features.picking import picker
from features.tables import LIST_TABLES
from scoring.assembly import Verdict
from scoring.engine import Answer

LISTED = {table.id for table in LIST_TABLES}


class _Asked(NamedTuple):
    """A fact that some part reads, for enterprises that leave the same cards open."""

    path: str
    place: int
    """Where the values say whether it is unknown."""
    table: str
    """The list table that it is, or of which it is a column; empty otherwise."""
    column: str
    settles: list[str]
    absent: Written
    """What is said where the fact as a whole is unknown."""
    in_row: Kept[int, Written]
    """What is said of a row that lacks it."""


def missing_writer(prepared: Prepared) -> Callable[[Answer], list[Written]]:
    """How the unknown facts of one enterprise are listed."""
    program = prepared.program
    unknown = picker([program.at[root] for root in program.unknown])
    names, are_open = _open(prepared)
    readers = {
        fact: sorted(n for n, card in program.cards.items() if any(fact in p.influences for p in card.parts.values()))
        for fact in (root.removeprefix("unknown|") for root in program.unknown)
    }

    @lru_cache(maxsize=64)
    def asked(still: tuple[bool, ...]) -> list[_Asked]:
        left, found = set(compress(names, still)), []
        for fact, cards in readers.items():
            path, settles = path_of_year(fact, prepared.as_of), [name for name in cards if name in left]
            table, _, column = fact.partition(".")
            where = (table, column) if table in LISTED else ("", "")
            found.append(
                _Asked(
                    path,
                    program.at[f"unknown|{fact}"],
                    *where,
                    settles,
                    _told(path, "absent", settles),
                    Kept(partial(_in_row, *where, settles)),
                )
            )
        return found

    @lru_cache(maxsize=64)
    def absent(still: tuple[bool, ...]) -> list[Written | _Asked]:
        """What is said of each that is unknown as a whole; of a column it is said row by row."""
        return [fact if fact.column else fact.absent for fact in asked(still)]

    def write(answer: Answer) -> list[Written]:
        values = answer.values.told
        still = are_open(values)
        if answer.known.conflicts:
            return _beside_conflicts(answer, asked(still))
        out: list[Written] = []
        for said in compress(absent(still), unknown(values)):
            if isinstance(said, bytes):
                out.append(said)
            else:
                out += _in_rows(answer, said)
        return out

    return write


def _in_rows(answer: Answer, fact: _Asked) -> list[Written]:
    rows = answer.facts[0].rows[fact.table]
    return [fact.in_row[number] for number, row in enumerate(rows) if row[fact.column] is None]


def _beside_conflicts(answer: Answer, facts: list[_Asked]) -> list[Written]:
    """With the facts of which sources say different things."""
    conflicts, out = set(answer.known.conflicts), list[Written]()
    for fact in facts:
        if fact.path in conflicts:
            out.append(_told(fact.path, "conflict", fact.settles))
        elif answer.values.told[fact.place]:
            out += _in_rows(answer, fact) if fact.column else [fact.absent]
        if fact.table and not fact.column:
            apart = sorted(where for where in conflicts if where.startswith(f"{fact.table}/"))
            out += [_told(where, "conflict", fact.settles) for where in apart]
    return out


def _open(prepared: Prepared) -> tuple[list[str], Callable[[Sequence[int]], tuple[bool, ...]]]:
    """Cards, and whether each leaves its verdict, class or credit open."""
    cards = {name: one.card for name, one in prepared.program.cards.items()}
    by_points = [name for name, card in cards.items() if card.classes or (card.scheme and card.items)]
    by_verdict = [name for name in cards if name not in by_points]
    lows, highs = (
        picker([place for name in by_points for place in prepared.places(f"score|{name}", end)])
        for end in ("low", "high")
    )
    verdicts = picker([prepared.program.at[f"verdict|{name}"] for name in by_verdict])
    undetermined = Verdict.UNDETERMINED.value

    def are_open(values: Sequence[int]) -> tuple[bool, ...]:
        points = map(ne, lows(values), highs(values))
        return *points, *[verdict == undetermined for verdict in verdicts(values)]

    return by_points + by_verdict, are_open


def _told(where: str, state: str, settles: list[str]) -> Written:
    return orjson.dumps({"fact": where, "state": state, "settles": settles})


def _in_row(table: str, column: str, settles: list[str], number: int) -> Written:
    return _told(f"{table}/{number}/{column}", "absent", settles)
