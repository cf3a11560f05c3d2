"""Forms give the JSON that would have been written from the start, whatever stands around the rooms."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from api.answers.forms import ROOM, ROOM_IN_TEXT, form, roomy

# Words of the rulebooks: % and quotation marks, no control characters and no backslash.
TEXTS = st.text(st.characters(exclude_categories=["C"], exclude_characters="\\"), max_size=8) | st.sampled_from(
    ["≥ 6%", "100%%", "“研发”", 'a "b"', "%b %d %s"]
)
VALUES = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | st.none()
OBJECTS = st.dictionaries(TEXTS, VALUES | st.lists(TEXTS, max_size=2), max_size=4)


@given(OBJECTS, VALUES, VALUES)
def test_what_is_filled_in_stands_where_the_room_was(around: dict[str, Any], one: Any, other: Any) -> None:
    empty = {**around, "value": ROOM, "gap": {"of": ROOM}}
    filled = form(orjson.dumps(empty)) % (orjson.dumps(one), orjson.dumps(other))
    assert filled == orjson.dumps({**around, "value": one, "gap": {"of": other}})


@given(OBJECTS, st.text("0123456789.,-%万元", max_size=6))
def test_words_can_be_filled_in_within_a_text(around: dict[str, Any], words: str) -> None:
    filled = form(orjson.dumps({**around, "zh": f"（现为 {ROOM_IN_TEXT}）"})) % words.encode()
    assert filled == orjson.dumps({**around, "zh": f"（现为 {words}）"})


@given(OBJECTS)
def test_a_room_in_a_text_is_one_byte_that_no_written_json_has(around: dict[str, Any]) -> None:
    assert roomy(orjson.dumps({**around, "value": ROOM, "zh": f"（现为 {ROOM_IN_TEXT}）"})).count(b"\0") == 2
    assert roomy(orjson.dumps(around)) == orjson.dumps(around)
