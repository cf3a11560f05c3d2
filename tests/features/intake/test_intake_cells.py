from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ValueProblem
from features.identifiers import uscc
from features.intake.cells import read_codes, read_column
from features.kinds import NEVER, Day, Flag, Grade, Heads, Kind, Money, Number, Rate, Text, is_unknown
from features.schema import Field
from features.tables import Certificate, Enterprise, Event

KINDS: list[Kind] = [
    Money(),
    Money(lo=-(10**14)),
    Heads(),
    Heads(places=0),
    Number(),
    Number(lo=1949, hi=2199),
    Rate(),
    Rate(hi=10**6),
    Grade(),
    Day(),
    Day(none=True),
    Flag(),
    Text(),
    Text(longest=8),
    Event.level.kind,
    Enterprise.excluded_kind.kind,
]
UNITS = [Decimal(1), Decimal(10**3), Decimal(10**4), Decimal(10**6), Decimal(10**8)]

digits = st.text("0123456789", min_size=1, max_size=18)
numerals = st.builds(
    lambda sign, whole, fraction, tail: sign + whole + fraction + tail,
    st.sampled_from(["", "-", "+", " ", "−"]),
    digits,
    st.one_of(st.just(""), st.just("."), st.builds(".".__add__, digits)),
    st.sampled_from(["", "", "", "0", "000", "e3", "E+07", "万", "元", " ", "%"]),
)
words = st.sampled_from(
    [
        *(
            "无",
            "否",
            "是",
            "N/A",
            "-",
            "不详",
            "true",
            "FALSE",
            "√",
            "国家级",
            "省",
            "national",
            "分公司",
            "branch",
            "none",
        ),
        *("2025-05-01", "2025/5/1", "2025年5月1日", "20250501", "45000", "2025-02-30"),
        *("1,234.50", "１２３", "1，234", "1.2E+07", "广西（柳州）"),
    ]
)
texts = st.lists(st.one_of(st.none(), numerals, words, st.text(max_size=12)), min_size=1, max_size=8)


def one_by_one(kind: Kind, cells: list[str | None], unit: Decimal) -> tuple[list[object], list[int]]:
    values: list[object] = []
    bad: list[int] = []
    for place, cell in enumerate(cells):
        try:
            values.append(kind.parse(cell, "x", unit))
        except ValueProblem:
            values.append(None)
            bad.append(place)
    return values, bad


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(KINDS), texts, st.sampled_from(UNITS))
def test_a_column_reads_as_its_cells_do_one_by_one(kind, cells, unit):
    read = read_column(Field(kind, "列"), "x", pl.Series(cells, dtype=pl.String), unit=unit)
    values, bad = one_by_one(kind, cells, unit)
    assert read.values.to_list() == values
    assert ([] if read.bad is None else read.bad["index"].to_list()) == bad


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**14), 10**14), st.sampled_from(UNITS))
def test_every_amount_of_fen_survives_any_unit(fen, unit):
    text = format(Decimal(fen) / 100 / unit, "f")
    read = read_column(Field(Money(lo=-(10**14)), "金额"), "amount", pl.Series([text]), unit=unit)
    assert read.values.to_list() == [fen]


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**14), 10**14), st.sampled_from(UNITS))
def test_every_amount_of_fen_survives_a_double(fen, unit):
    text = pl.Series([float(Decimal(fen) / 100 / unit)]).cast(pl.String)
    read = read_column(Field(Money(lo=-(10**14)), "金额"), "amount", text, unit=unit, binary=True)
    assert read.values.to_list() == [fen]


@pytest.mark.parametrize(
    ("text", "binary", "expected"),
    [
        ("1234.5600000000001", True, 123456),
        ("1234.5600000000001", False, None),
        ("0.30000000000000004", True, 30),
        ("1234.567", True, None),
        ("12345678.901", True, None),
        ("5.6e-17", True, 0),
        ("1.2E+07", False, 12 * 10**8),
    ],
)
def test_only_artefacts_of_doubles_are_rounded(text, binary, expected):
    read = read_column(Field(Money(), "金额"), "amount", pl.Series([text]), binary=binary)
    assert read.values.to_list() == [expected]
    assert (read.bad is None) == (expected is not None)


@pytest.mark.parametrize(
    ("spec", "cell", "value", "assumed"),
    [
        (Enterprise.delisted_on, None, NEVER, 1),
        (Enterprise.delisted_on, " 　", NEVER, 1),
        (Enterprise.delisted_on, "N/A", None, None),
        (Enterprise.delisted_on, "无", NEVER, None),
        (Enterprise.restricted_industry, "否", 0, None),
        (Enterprise.restricted_industry, "", 0, 1),
        (Enterprise.listed_on, None, None, None),
        (Enterprise.listed_on, "-", NEVER, None),
        (Enterprise.listed_on, "未上市", NEVER, None),
        (Enterprise.listed_on, "不详", None, None),
        (Enterprise.park, "", None, None),
        (Enterprise.park, "/", "", None),
        (Certificate.revoked_on, None, NEVER, None),
        (Certificate.revoked_on, "-", NEVER, None),
        (Certificate.revoked_on, "未知", None, None),
        (Certificate.revoked_on, "abc", None, None),
    ],
)
def test_what_silence_states(spec, cell, value, assumed):
    read = read_column(spec, "x", pl.Series([cell], dtype=pl.String))
    assert read.values.to_list() == [value]
    assert (None if read.assumed is None else read.assumed[0]) == assumed
    assert (read.bad is not None) == (cell == "abc")
    assert is_unknown(cell) or cell not in ("N/A", "-", "/")


def test_codes_are_normalised_and_checked():
    right = uscc.make("91", "450200", "MA5K0001")
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in right.lower())
    read = read_codes(pl.Series([right, full_width, f" {right[:8]}-{right[8:]}", right[:-1], None, "x"]))
    assert read.values.to_list() == [right, right, right, None, None, None]
    assert read.bad is not None
    assert read.bad["index"].to_list() == [3, 4, 5]
