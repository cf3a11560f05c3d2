"""Unified social credit codes for synthetic firms, column by column.

The body starts with ``HC`` (合成), a series that, as far as is known, no authority issues: bodies in use are eight
digits or start with ``MA``. Both checks are right, so the codes pass every test of form.
"""

from __future__ import annotations

import polars as pl

from features.identifiers.uscc import ALPHABET

LARGEST_NUMBER = 31**6 - 1
"""Six characters of the body hold the firm's number."""

_AUTHORITY = "91"
_PREFIX = "HC"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def synthetic_codes(number: pl.Expr, division: pl.Expr) -> pl.Expr:
    """The code of firm ``number`` (an integer column) registered in ``division`` (six digits, text).

    Equal to ``uscc.make("91", division, body)``, by test.
    """
    digits = [_fixed(ALPHABET.index(c)) for c in _AUTHORITY]
    digits += [division.str.slice(place, 1).cast(pl.Int64) for place in range(6)]
    body = [_fixed(ALPHABET.index(c)) for c in _PREFIX]
    body += [number.cast(pl.Int64) // 31**power % 31 for power in range(5, -1, -1)]
    inner = sum((w * _inner_value(d) for w, d in zip(_INNER_WEIGHTS, body, strict=True)), _fixed(0))
    # 10 is written X, whose value in the outer alphabet is not 10.
    rest = (11 - inner % 11) % 11
    organisation = pl.when(rest == 10).then(ALPHABET.index("X")).otherwise(rest)
    digits += [*body, organisation]
    total = sum((w * d for w, d in zip(_WEIGHTS, digits, strict=True)), _fixed(0))
    check = (31 - total % 31) % 31
    letters = [_letter(digit) for digit in (*body, organisation, check)]
    return pl.concat_str([pl.lit(_AUTHORITY), division, *letters])


def _fixed(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int64)


def _letter(value: pl.Expr) -> pl.Expr:
    return value.replace_strict(dict(enumerate(ALPHABET)), return_dtype=pl.String)


def _inner_value(value: pl.Expr) -> pl.Expr:
    """The character's value in the organisation code's alphabet, which has all 26 letters."""
    return value.replace_strict({i: _INNER_ALPHABET.index(c) for i, c in enumerate(ALPHABET)}, return_dtype=pl.Int64)
