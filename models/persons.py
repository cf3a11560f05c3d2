"""Who did something, by the name that was typed: it must be one, and the same name spelled otherwise is the same person."""

from __future__ import annotations

import unicodedata

from features.errors import ValueProblem


def said(field: str, value: str) -> str:
    """What was typed, without the spaces around it. Raises `ValueProblem` where it says nothing."""
    if not is_said(value):
        raise ValueProblem(
            field=field, value=value, rule="须写明何人、何故 / who and why must be said", remedy=f"{field} …"
        )
    return value.strip()


def is_said(value: str) -> bool:
    """Whether it says anything."""
    return bool(_letters(value))


def same(one: str, other: str) -> bool:
    """Whether two names differ in spaces, width, case or marks that nobody sees at most."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    seen = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in seen if not letter.isspace() and unicodedata.category(letter) != "Cf")
