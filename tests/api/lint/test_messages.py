"""The catalogue of messages and the sources agree: no code without texts, no text without use, no placeholder unfilled."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from noted import Noted, calls

from scoring.errors import MESSAGES, messages

CALLS = tuple(calls())
BILINGUAL = re.compile(r"[^/]*[\u4e00-\u9fff].* / .*[A-Za-z]{3}.*")


def placeholders(code: str) -> set[str]:
    """Names of the values that the texts of a code ask for (``below`` of ``{below.text}``)."""
    named = (name for text in messages()[code].values() for _, name, _, _ in Formatter().parse(text))
    return {re.split(r"[.\[]", name)[0] for name in named if name is not None}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.place)
def test_each_call_gives_what_its_texts_ask_for(call: Noted) -> None:
    assert call.codes, "the code must be written where the finding is noted"
    for code in call.codes:
        assert code in messages()
        assert call.values == placeholders(code)


def test_no_texts_are_left_over() -> None:
    assert {code for call in CALLS for code in call.codes} == set(messages())


@pytest.mark.parametrize("code", sorted(messages()))
def test_texts_are_in_both_languages(code: str) -> None:
    assert list(messages()[code]) == ["problem", "mend"]
    for text in messages()[code].values():
        assert BILINGUAL.fullmatch(text), text


def test_no_code_stands_twice() -> None:
    codes = re.findall(r"^(\w+):", MESSAGES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(codes) == len(set(codes)) == len(messages())
