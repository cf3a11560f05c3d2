"""A page says of each enterprise what its own numbers ask for, whatever was kept of others before."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.answers.forms import Written
from api.answers.measure import Measure
from api.answers.numbers import Number, amount
from api.answers.page import Page
from api.answers.page_fill import BEYOND
from api.answers.page_words import Piece
from scoring.card import Limits
from scoring.one_backend import Values

MANY = 6
"""Numbers of an enterprise."""
ENDS = [0, 1, -1, 2**31, -(2**31), 2**63 - 1, -(2**63)]
NUMBERS = st.lists(st.sampled_from(ENDS) | st.integers(-3, 3), min_size=MANY, max_size=MANY)
PLACES = st.lists(st.integers(0, MANY - 1), max_size=MANY, unique=True)


def said(number: int, key: Sequence[int]) -> Written:
    return b"<%d %b>" % (number, orjson.dumps(list(key)))


def told(page: Page, numbers: Sequence[int]) -> list[bytes]:
    return told_of(page, Values.of(numbers))


def told_of(page: Page, values: Values) -> list[bytes]:
    with page.written(values) as sections:
        return [bytes(section) for section in sections]


@settings(deadline=None)
@given(st.lists(PLACES, max_size=9), st.lists(NUMBERS, min_size=1, max_size=12), st.integers(1, 4))
def test_each_piece_follows_from_its_own_numbers_however_few_are_kept(
    asked: list[list[int]], firms: list[list[int]], most: int
) -> None:
    page, calls = Page(), list[int]()
    page.section()
    for number, places in enumerate(asked):
        page.say(b"|")
        page.ask(places, lambda key, number=number: calls.append(number) or Piece(said(number, key)), most)
    for numbers in firms:
        expected = b"".join(b"|" + said(n, [numbers[at] for at in places]) for n, places in enumerate(asked))
        assert told(page, numbers) == [expected]
    before = len(calls)
    assert told(page, firms[-1]) == [expected]
    assert len(calls) == before, "what was just said is kept"


@given(NUMBERS)
def test_a_number_is_written_in_full(numbers: list[int]) -> None:
    page = Page()
    page.section()
    for place in range(MANY):
        page.say(b"," if place else b"[")
        page.number(place)
    page.say(b"]")
    assert orjson.loads(told(page, numbers)[0]) == numbers


@given(NUMBERS, st.integers(0, 5 * BEYOND), st.integers(0, 70_000))
def test_texts_of_every_length_stand_whole_one_behind_the_other(numbers: list[int], short: int, long: int) -> None:
    page = Page()
    for length in (short, long, 0, short):
        page.section()
        page.say(b"x" * length)
        page.ask([0], lambda key, length=length: Piece(b"y" * length + b"%d" % key[0]))
    assert told(page, numbers) == [b"x" * n + b"y" * n + b"%d" % numbers[0] for n in (short, long, 0, short)]


FRACTIONS = st.fractions(-1000, 1000, max_denominator=1000)
LIMITS = st.builds(Limits, st.none() | FRACTIONS, st.booleans(), st.none() | FRACTIONS, st.booleans())
MEASURES = st.builds(
    Measure,
    st.just(2),
    st.just(3),
    narrow=st.booleans(),
    unit=st.sampled_from(["分", "元", ""]),
    scale=st.sampled_from([1, 100, 10**6, 2**62]),
    minus=st.sampled_from([0, 1]),
    intervals=st.just(1),
    limits=st.none() | LIMITS,
)
EXACTLY = st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**53), 2**53) | st.integers(-100, 100)


def nearest(exact: Number) -> Number:
    """As it is told: without a point also where only the nearest float is whole."""
    return int(exact) if isinstance(exact, float) and exact.is_integer() and abs(exact) < 10**16 else exact


@given(
    st.lists(st.tuples(NUMBERS, EXACTLY, EXACTLY), min_size=1, max_size=6), st.lists(MEASURES, min_size=2, max_size=2)
)
def test_measured_numbers_stand_in_their_rooms_and_as_amounts_in_the_reasons(
    firms: list[tuple[list[int], int, int]], measures: list[Measure]
) -> None:
    """The first two numbers decide whether a part has a room; of the third and fourth it is measured."""
    page = Page()
    page.section()

    def write(part: int, key: Sequence[int]) -> Piece:
        if key[0] < 0:
            return Piece(b"[]")
        rooms = [b"\0"] * measures[part].count
        return Piece(
            b"[%b]" % b",".join(rooms), ((part, 0, ""), b"(%b)" % b" ".join(rooms)) if part else None, measures[part]
        )

    for part in range(2):
        page.say(b"+")
        page.ask([part], partial(write, part))
    last = page.section()
    page.reasons(0, page.asked)
    for first, over, under in firms:
        numbers = [*first[:2], over, max(1, abs(under) % 2**63), *first[4:]]
        of = [[*map(nearest, measure.of(Values.of(numbers)))] for measure in measures]
        rooms = [b"[]" if numbers[part] < 0 else orjson.dumps(of[part]) for part in range(2)]
        sections = told(page, numbers)
        assert sections[:last] == [b"+%b+%b" % (rooms[0], rooms[1])]
        why = "" if numbers[1] < 0 else f"({' '.join(amount(one, measures[1].unit) for one in of[1])})"
        assert sections[last].decode() == why


@pytest.mark.parametrize("over", [2**51, 2**51 + 1, 2**53 - 1, 2**53 + 1, 2**62 + 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_whole_number_is_told_to_its_last_digit_also_where_no_double_holds_it(over: int, sign: int) -> None:
    page = Page()
    page.section()
    page.ask([], lambda _: Piece(b"\0", measure=Measure(0, 1)))
    assert told(page, [sign * over, 1]) == [b"%d" % (sign * over)]


@given(EXACTLY, EXACTLY.map(lambda n: max(1, abs(n) % 2**63)), st.sampled_from([2, 3]))
def test_a_root_of_a_quotient_is_told_as_exact_numbers_give_it(over: int, under: int, intervals: int) -> None:
    page, measure = Page(), Measure(0, 1, intervals=intervals, minus=1)
    page.section()
    page.ask([], lambda _: Piece(b"\0", measure=measure))
    numbers = [abs(over) % 2**63, under]
    assert told(page, numbers) == [orjson.dumps(*map(nearest, measure.of(Values.of(numbers))))]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-2, 0), st.sampled_from("ab")), max_size=7), NUMBERS)
def test_reasons_stand_in_their_order_and_parts_that_weigh_alike_as_on_the_card(
    orders: list[tuple[int, int, str]], numbers: list[int]
) -> None:
    page = Page()
    page.section()
    for number, order in enumerate(orders):
        page.ask([number % MANY], lambda key, o=order, n=number: Piece(b"", (o, b"%d" % n) if key[0] >= 0 else None))
    page.section()
    page.reasons(0, page.asked)
    wanted = [n for n in range(len(orders)) if numbers[n % MANY] >= 0]
    # Others first: ranks change when further reasons are met.
    told(page, [1] * MANY)
    found = told(page, numbers)[1].decode()
    assert found == ",".join(map(str, sorted(wanted, key=lambda n: orders[n])))


@pytest.mark.parametrize("weights", [range(200), range(200, 0, -1), [n * 37 % 101 for n in range(200)]])
def test_reasons_stay_in_order_however_many_come_between_two_others(weights: Sequence[int]) -> None:
    page = Page()
    page.section()
    for number, weight in enumerate(weights):
        page.ask([0], partial(lambda w, n, _: Piece(b"", ((0, w, ""), b"%d" % n)), weight, number), most=2)
    page.section()
    page.reasons(0, page.asked)
    for turn in range(4):
        found = told(page, [turn] * MANY)[1].decode()
        assert found == ",".join(map(str, sorted(range(200), key=lambda n: weights[n])))


def test_a_page_is_good_for_several_threads() -> None:
    page, wrong = Page(), list[Any]()
    page.section()
    for number in range(40):
        page.ask([number % MANY], partial(lambda n, key: Piece(said(n, key)), number), most=3)

    def work(first: int) -> None:
        for turn in range(300):
            numbers = [(first * turn + at) % 11 for at in range(MANY)]
            if told(page, numbers) != [b"".join(said(n, [numbers[n % MANY]]) for n in range(40))]:
                wrong.append(numbers)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_where_writing_fails_nothing_is_kept_and_nothing_is_lost() -> None:
    """Only one key is kept: the next one would take its place."""
    page, written, refused = Page(), list[int](), {7}
    page.section()

    def write(key: Sequence[int]) -> Piece:
        written.append(key[0])
        if key[0] in refused:
            raise ValueError(key)
        return Piece(b"%d" % key[0])

    page.ask([0], write, most=1)
    assert told(page, [1]) == [b"1"]
    with pytest.raises(ValueError, match="7"):
        told(page, [7])
    assert told(page, [1]) == [b"1"]
    assert written == [1, 7], "what was kept before is kept still"
    refused.clear()
    assert told(page, [7]) == [b"7"]


def test_a_key_is_what_machine_code_finds_whatever_else_is_said_of_the_enterprise() -> None:
    """A card of which united parts say less than the completions is marked so where machine code reads, and nowhere else."""
    page = Page()
    page.section()
    page.ask([0], lambda key: Piece(b"%d" % key[0]))
    marked = Values.of([0]).copy()
    marked.told[0] = 1
    assert [told_of(page, values) for values in (marked, Values.of([0]), marked)] == [[b"1"], [b"0"], [b"1"]]


@pytest.mark.parametrize(
    "piece",
    [
        Piece(b"\0"),
        Piece(b"", measure=Measure(0, 1)),
        Piece(b"\0,\0", measure=Measure(0, 1)),
        Piece(b"\0", ((0, 0, ""), b"\0 \0"), Measure(0, 1)),
        Piece(b"", ((0, 0, ""), b"\0")),
    ],
)
def test_a_piece_has_a_room_for_each_number_that_is_measured_and_no_other(piece: Piece) -> None:
    page = Page()
    page.section()
    page.ask([], lambda _: piece)
    with pytest.raises(ValueError, match="rooms"):
        told(page, [1, 1])
