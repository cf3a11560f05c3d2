"""A column of text cells read into integers, as `features.kinds.Kind.parse` reads each of them.

Plain decimals and plain texts go through Polars as a whole; every other spelling goes to ``Kind.parse``, once for each
distinct text. Nothing passes through a binary float.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

import polars as pl

from features.errors import FactError, ValueProblem
from features.identifiers import uscc
from features.intake.imported import dtype_of, may_be_assumed
from features.kinds import STATED_UNKNOWN, UNKNOWN_WORDS, Parsed, Scaled, Text, clean
from features.schema import Field, Reading

_ARTEFACT = Decimal("1e-12")
"""Largest relative distance at which a binary double stands for the decimal beside it."""
_RESIDUE = Decimal("1e-9")
"""Below this a double that should be a sum's zero is zero."""

_WHOLE_DIGITS = 13
_PLAIN_TEXT = r"^[!-~一-鿿](?:[ -~一-鿿]*[!-~一-鿿])?$"


@dataclass
class Cells:
    """A column read. ``bad`` has one row for each cell refused: ``index``, ``value``, ``code``, ``rule``, ``remedy``."""

    values: pl.Series
    assumed: pl.Series | None
    bad: pl.DataFrame | None


def read_column(spec: Field, name: str, text: pl.Series, *, unit: Decimal = Decimal(1), binary: bool = False) -> Cells:
    """The column's values in the integer form of its kind, empty cells read as an absent key.

    ``unit`` is the header's (10000 for 万元); ``binary`` says that numbers may come from binary doubles, so that
    1234.5600000000001 is 1234.56.
    """
    dtype = dtype_of(spec)

    def one(word: str) -> Parsed:
        try:
            return spec.kind.parse(word, name, unit)
        except ValueProblem:
            if (
                binary
                and isinstance(spec.kind, Scaled)
                and (near := _decimal_beside(word, spec.kind, unit)) is not None
            ):
                return spec.kind.parse(near, name, unit)
            raise

    if isinstance(spec.kind, Scaled):
        quick = _plain_decimals(spec.kind, text, unit)
    elif isinstance(spec.kind, Text):
        quick = _plain_texts(spec.kind, text)
    else:
        quick = pl.Series(name, [None], dtype=dtype).new_from_index(0, len(text))
    open_cells = text.is_not_null() & quick.is_null()
    slow, problems = by_distinct(only(text, open_cells), one, dtype)
    bad = refused(text, problems, open_cells) if problems else None
    values = quick.zip_with(quick.is_not_null(), slow).alias(name)
    return _with_readings(spec, text, values, bad)


def only(cells: pl.Series, wanted: pl.Series) -> pl.Series:
    """The cells where ``wanted`` is true; null elsewhere."""
    return cells if wanted.all() else cells.zip_with(wanted, cells.clear(len(cells)))


def by_distinct(
    text: pl.Series, one: Callable[[str], Parsed], dtype: pl.DataType
) -> tuple[pl.Series, dict[str, FactError]]:
    """``one`` applied once to each distinct text; what it raises is returned by text."""
    distinct = text.drop_nulls().unique()
    found: list[Parsed] = []
    problems: dict[str, FactError] = {}
    for word in distinct:
        try:
            found.append(one(word))
        except FactError as problem:
            problems[word] = problem
            found.append(None)
    if not found:
        return pl.Series("value", [None], dtype=dtype).new_from_index(0, len(text)), problems
    table = pl.DataFrame({"text": distinct, "value": pl.Series(found, dtype=dtype)})
    joined = text.to_frame("text").join(table, on="text", how="left", maintain_order="left")
    return joined["value"], problems


def refused(text: pl.Series, problems: dict[str, FactError], among: pl.Series) -> pl.DataFrame:
    """One row for each cell whose text has a problem."""
    told = [problem.as_dict() for problem in problems.values()]
    table = pl.DataFrame(
        {"value": list(problems), **{key: [entry[key] for entry in told] for key in ("code", "rule", "remedy")}},
        schema=dict.fromkeys(("value", "code", "rule", "remedy"), pl.String()),
    )
    return (
        pl.DataFrame({"value": text.rename("value")})
        .with_row_index("index")
        .filter(among)
        .join(table, on="value", maintain_order="left")
    )


def read_codes(text: pl.Series, *, from_numbers: bool = False) -> Cells:
    """Normalised USCC of each row; a missing one is a problem.

    ``from_numbers``: the column holds Excel numbers, which keep only 15 digits, so a code of digits is refused where it
    could be such a number.
    """
    plain = text.str.contains("^[0-9A-Z]{18}$").fill_null(False)
    right = uscc.valid_codes(only(text, plain)).fill_null(False)

    def one(word: str) -> Parsed:
        if from_numbers and _was_number(word):
            raise ValueProblem(
                field="uscc",
                value=word,
                rule="代码存成了数字，后几位已失真 / the code was stored as a number and lost its last digits",
                remedy="把该列设为文本后重新录入 / format the column as text and enter the code again",
            )
        return uscc.check(word)[0]

    known_right = right & ~text.str.contains("^[0-9]{18}$").fill_null(False) if from_numbers else right
    rest = only(text.fill_null(""), ~known_right)
    slow, problems = by_distinct(rest, one, pl.String())
    values = text.zip_with(known_right, slow).alias("uscc")
    return Cells(values, None, refused(text.fill_null(""), problems, values.is_null()) if problems else None)


def _was_number(word: str) -> bool:
    return word.isdigit() and len(word) == 18 and int(float(word)) == int(word)


def _plain_decimals(kind: Scaled, text: pl.Series, unit: Decimal) -> pl.Series:
    """Integers of the cells that are plain decimals inside the domain; null for all others."""
    multiple = int(unit) if kind.multiplied else 1
    decimals = len(str(multiple)) - 1 + kind.places
    fraction = rf"(?:\.[0-9]{{1,{decimals}}}0{{0,6}})?" if decimals else r"(?:\.0{1,6})?"
    plain = text.str.contains(rf"^[+-]?[0-9]{{1,{_WHOLE_DIGITS}}}{fraction}$").fill_null(False)
    numbers = only(text, plain).cast(pl.Decimal(38, decimals), strict=False)
    inside = (numbers * pl.Series([multiple * kind.scale]).cast(pl.Decimal(38, 0))).cast(pl.Int64, strict=False)
    return only(inside, inside.is_between(kind.lo, kind.hi).fill_null(False))


def _plain_texts(kind: Text, text: pl.Series) -> pl.Series:
    """The cells that neither trimming nor NFKC would change and that say something."""
    plain = text.str.contains(_PLAIN_TEXT) & (text.str.len_chars() <= kind.longest)
    says = plain.fill_null(False) & ~text.str.to_lowercase().is_in(sorted((*UNKNOWN_WORDS, *STATED_UNKNOWN))).fill_null(
        False
    )
    return only(text, says)


def _decimal_beside(word: str, kind: Scaled, unit: Decimal) -> Decimal | None:
    """The decimal with the field's places that a double stands for, or None where it is a different number."""
    try:
        number = Decimal(word)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > 30:
        return None
    multiple = unit if kind.multiplied else Decimal(1)
    step = Decimal(1).scaleb(-kind.places) / multiple
    near = (number / step).to_integral_value(ROUND_HALF_EVEN) * step
    gap = abs(near - number)
    return near if gap <= _ARTEFACT * abs(number) or abs(number) < _RESIDUE else None


def _with_readings(spec: Field, text: pl.Series, values: pl.Series, bad: pl.DataFrame | None) -> Cells:
    """Fill what an empty cell and a null word state."""
    states = (spec.absent, spec.null)
    assumable = may_be_assumed(spec)
    if states == (Reading.UNKNOWN, Reading.UNKNOWN):
        return Cells(values, None, bad)
    silent = values.is_null()
    if bad is not None:
        silent = silent.set(pl.Series(range(len(silent))).is_in(bad["index"].implode()), False)
    empty = silent & (text.fill_null("").str.strip_chars() == "")
    words, _ = by_distinct(only(text, silent), lambda word: int(clean(word) in STATED_UNKNOWN), pl.Int64())
    null = silent & ~empty & (words != 1).fill_null(False)
    negative = spec.negative if spec.kind.readable else ""
    stated = pl.Series("stated", [False]).new_from_index(0, len(text))
    assumed = stated
    for mask, reading in ((empty, spec.absent), (null, spec.null)):
        stated = stated | mask if reading is not Reading.UNKNOWN else stated
        assumed = assumed | mask if reading is Reading.ASSUMED_NOT else assumed
    filled = values.set(stated, negative)
    flag = pl.select(pl.when(assumed).then(pl.lit(1, dtype=pl.Int64))).to_series() if assumable else None
    return Cells(filled, flag, bad)
