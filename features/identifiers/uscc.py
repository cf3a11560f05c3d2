"""Unified social credit code (统一社会信用代码, GB 32100-2015) and organisation code (组织机构代码, GB 11714-1997).

A code has 18 characters: registration authority, category, division (6 digits), organisation code (8 + 1), check.
The outer check decides; a wrong inner check or an unusual authority is only a warning.
"""

from __future__ import annotations

import re
from operator import mul
from typing import Any

import polars as pl

from features.errors import ValueProblem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015; a character's value is its index (no I O S V Z)."""

AUTHORITY_CATEGORIES = ("11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93", "Y1")
"""Authority and category pairs known from use; others are accepted with the warning ``unusual_authority``."""

INDIVIDUAL_BUSINESS = "92"
"""个体工商户."""
COOPERATIVE = "93"
"""农民专业合作社."""

_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_WHOLE_WEIGHTS = (*_WEIGHTS, 1)
"""Weight 1 on the check character itself: a right code sums to 0 mod 31."""
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_INNER_VALUE = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SHAPE = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"
_SHAPED = re.compile(_SHAPE)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BLANKS = "\t\n\v\f\r \x85\xa0\u2002\u2003\u2007\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
# ASCII letters only: str.upper() would turn a ligature such as "ﬀ" into two legal letters.
_NORMAL = (
    _FULL_WIDTH
    | {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
    | {code: code - 0xFEE0 - 32 for code in range(0xFF41, 0xFF5B)}
    | {ord(character): None for character in _BLANKS + _HYPHENS}
)


def normalise(text: str) -> str:
    """The code without blanks and hyphens, half-width and upper-case; its correctness is not looked at."""
    return text.translate(_NORMAL)


def check(text: object) -> tuple[str, tuple[str, ...]]:
    """Normalised code and warning codes.

    Warnings, in this order: ``unusual_authority``, ``individual_business`` (92), ``cooperative`` (93),
    ``organisation_check`` (characters 9 to 17 fail GB 11714-1997).

    Raises
    ------
    ValueProblem
        Field ``uscc``, value as given: wrong length, an illegal character, a division that is not six digits,
        or a wrong check character (GB 32100-2015).
    """
    if not isinstance(text, str):
        raise _problem(text, "统一社会信用代码应为文本 / a USCC is text", "请按文本填写 / give it as text")
    code = normalise(text)
    if not _SHAPED.fullmatch(code):
        _check_shape(code, text)
    if sum(map(mul, _WHOLE_WEIGHTS, map(_VALUE.__getitem__, code))) % 31:
        raise _problem(
            text,
            "统一社会信用代码的校验码不符（GB 32100-2015） / the check character of this USCC is wrong (GB 32100-2015)",
            "请与营业执照核对，至少有一位有误 / compare with the business licence: at least one character is wrong",
        )
    return code, tuple(_warnings(code))


def is_enterprise_scope(code: str) -> bool:
    """False for individual businesses (92) and farmers' cooperatives (93), which no ladder card covers."""
    return normalise(code)[:2] not in (INDIVIDUAL_BUSINESS, COOPERATIVE)


def check_character(first17: str) -> str:
    """Character 18 for the first 17 (GB 32100-2015: weights 3^(i-1) mod 31)."""
    if len(first17) != 17 or not set(first17) <= _VALUE.keys():
        raise _problem(
            first17,
            "校验码由前17位合法字符算出 / the check character is computed from 17 legal characters",
            f"只用 {ALPHABET} / use only {ALPHABET}",
        )
    total = sum(map(mul, _WEIGHTS, map(_VALUE.__getitem__, first17)))
    return ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """Character 9 of an organisation code for its first 8 (GB 11714-1997: mod 11, 10 is ``X``, 11 is ``0``)."""
    if len(first8) != 8 or not set(first8) <= _INNER_VALUE.keys():
        raise _problem(
            first8,
            "组织机构代码本体为8位数字或大写字母 / an organisation code's body is 8 digits or capital letters",
            "请填写8位本体代码 / give the 8 characters of the body",
        )
    return _organisation_check(first8)


def _organisation_check(body: str) -> str:
    return "0123456789X"[-sum(map(mul, _INNER_WEIGHTS, map(_INNER_VALUE.__getitem__, body))) % 11]


def make(authority_category: str, division: str, body8: str) -> str:
    """A code that passes both checks, from authority + category (``91``), division (``450200``) and body."""
    first17 = authority_category + division + body8 + organisation_check_character(body8)
    code = first17 + check_character(first17)
    _check_shape(code, code)
    return code


def valid_codes(codes: pl.Series) -> pl.Series:
    """For normalised codes: True where :func:`check` accepts, False where it raises, null where null."""
    shaped = codes.to_frame("code").select(
        code=pl.when(pl.col("code").str.contains(_SHAPE)).then(pl.col("code")),
    )
    # Any legal code stands in where the shape is wrong, so that every row has 18 bytes to reinterpret.
    filled = shaped["code"].fill_null("0" * 18)
    characters = filled.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, 18))
    value_of_byte = pl.Series([_VALUE.get(chr(byte), 0) for byte in range(256)], dtype=pl.Int32)
    total = pl.Series([0], dtype=pl.Int32).new_from_index(0, len(codes))
    for position, weight in enumerate(_WHOLE_WEIGHTS):
        total = total + value_of_byte.gather(characters.arr.get(position)) * weight
    right = (total % 31 == 0) & shaped["code"].is_not_null()
    return pl.select(pl.when(codes.is_not_null()).then(right)).to_series().alias(codes.name)


def half_width(text: str) -> str:
    """Full-width ASCII and the ideographic blank as their half-width forms."""
    return text.translate(_FULL_WIDTH)


def _check_shape(code: str, given: Any) -> None:
    if len(code) != 18:
        raise _problem(
            given,
            f"统一社会信用代码应为18位，现为{len(code)}位 / a USCC has 18 characters, this has {len(code)}",
            "请按营业执照补全 / complete it from the business licence",
        )
    illegal = sorted(set(code) - _VALUE.keys())
    if illegal:
        shown = " ".join(illegal)
        raise _problem(
            given,
            f"统一社会信用代码含非法字符 {shown} / a USCC cannot contain {shown}",
            "不用字母 I O S V Z，请核对是否误录数字 1、0、5、2 / "
            "the letters I O S V Z are not used; look for a mistyped 1, 0, 5 or 2",
        )
    if not re.fullmatch("[0-9]{6}", code[2:8]):
        raise _problem(
            given,
            "统一社会信用代码第3至8位为行政区划，应为数字 / characters 3 to 8 of a USCC are a division, all digits",
            "请与营业执照核对 / compare with the business licence",
        )


def _warnings(code: str) -> list[str]:
    found = []
    if code[:2] not in AUTHORITY_CATEGORIES:
        found.append("unusual_authority")
    if code[:2] == INDIVIDUAL_BUSINESS:
        found.append("individual_business")
    if code[:2] == COOPERATIVE:
        found.append("cooperative")
    if code[16] != _organisation_check(code[8:16]):
        found.append("organisation_check")
    return found


def _problem(value: Any, rule: str, remedy: str) -> ValueProblem:
    return ValueProblem(field="uscc", value=value, rule=rule, remedy=remedy)
