"""A page says of each row of a table what its own cells ask for, and of a list its members with commas between them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import orjson
from hypothesis import given
from hypothesis import strategies as st

from api.answers.page import Page
from api.answers.page_words import Piece
from scoring.one_backend import Values
from scoring.one_machine import UNKNOWN

Cells = Sequence[int | None]
WIDTHS = (3, 1)
"""Cells of a row, of each table."""
CELL = st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(0, 9)
FIRM = st.tuples(
    st.lists(st.integers(0, 1), min_size=2, max_size=2),
    *(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=4) for width in WIDTHS),
)


def values(numbers: Sequence[int], *tables: Sequence[Cells]) -> Values:
    """As they are evaluated: of each table where its part begins, then its number of rows and their cells."""
    begins, given = list[int](), list[int]()
    for rows in tables:
        begins.append(len(tables) + len(given))
        given += [len(rows), *(UNKNOWN if cell is None else cell for row in rows for cell in row)]
    return Values.of(numbers, array("q", [*begins, *given]))


def told(page: Page, firm: Values) -> list[object]:
    with page.written(firm) as sections:
        return [orjson.loads(b"[%b]" % bytes(section)) for section in sections]


def known(row: Cells) -> dict[str, int]:
    return {str(place): cell for place, cell in enumerate(row) if cell is not None}


@given(st.lists(FIRM, min_size=1, max_size=4), st.integers(0, 20_000))
def test_known_cells_are_told_row_by_row(firms: list[tuple[list[int], list[Cells], list[Cells]]], long: int) -> None:
    page = Page()
    page.section()
    page.say(b'"%b"' % (b"x" * long))
    for table in (1, 0, 1):
        page.member(b",[")
        with page.rows(table, WIDTHS[table]):
            page.member(b",{")
            for place in range(WIDTHS[table]):
                page.cell(b',"%d":' % place, place)
            page.say(b"}")
        page.say(b"]")
    for numbers, *tables in firms:
        expected = [[known(row) for row in tables[table]] for table in (1, 0, 1)]
        assert told(page, values(numbers, *tables)) == [["x" * long, *expected]]


@given(st.lists(FIRM, min_size=1, max_size=4), st.integers(0, 2))
def test_rows_that_lack_a_cell_are_told_by_number(
    firms: list[tuple[list[int], list[Cells], list[Cells]]], lacked: int
) -> None:
    page = Page()
    page.section()
    asked = page.question([0, 1], lambda key: Piece(b"%d" % (2 * key[0] + key[1])))
    with page.where(0):
        page.member(b",-1")
        with page.rows(0, WIDTHS[0]), page.without(lacked):
            page.member(b",[")
            page.row()
            page.say(b",")
            page.tell(asked)
            page.say(b"]")
    page.section()
    with page.where(1):
        page.member(b",-2")
    page.member(b",-3")
    for numbers, *tables in firms:
        piece = 2 * numbers[0] + numbers[1]
        lacking = [[number, piece] for number, row in enumerate(tables[0]) if row[lacked] is None]
        expected = [[-1, *lacking] if numbers[0] else [], [-2, -3] if numbers[1] else [-3]]
        assert told(page, values(numbers, *tables)) == expected


@given(st.lists(st.tuples(CELL, st.booleans()), max_size=5))
def test_the_first_member_has_no_comma_before_it(facts: list[tuple[int | None, bool]]) -> None:
    page = Page()
    page.section()
    page.say(b"0,{")
    for place in range(len(facts)):
        page.fact(b',"%d":' % place, place)
    page.say(b"}")
    numbers = [UNKNOWN if number is None else number for number, _ in facts]
    assert told(page, Values.of(numbers)) == [[0, known([number for number, _ in facts])]]
