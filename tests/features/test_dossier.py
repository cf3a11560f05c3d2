"""A dossier as JSON: numbers exact, nothing stated twice, and the plain forms of values read as every other form is."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.dossier import Dossier, DossierProblems, Inexact, loads, parse, read, typed_row
from features.errors import DossierProblem, FactError
from features.kinds import Choice, Day, Kind, Parsed
from features.schema import Reading
from features.tables import TABLES, Enterprise

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63), 2**64, 2**70, 0]),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.sampled_from(["a:b", '"', "\\", "😀", "Ⅳ", "{", "\0"]),
)
NUMBERS = st.sampled_from(["0.1", "12345678.905", "1.000000000000000000001", "1e5", "1E400", "-0.0", "2.50", "1e-7"])
NAMES = st.text(st.characters(codec="utf-8"), max_size=3)


FIELDS = [name for table in TABLES.values() for name in table.fields]
CODE = "91450200MA00000151"


@st.composite
def _texts(
    draw: st.DrawFn, tables: st.SearchStrategy[str] = NAMES, fields: st.SearchStrategy[str] = NAMES, opening: str = "{"
) -> str:
    """JSON of a dossier's shape, or nearly so; a key may stand twice, a number may be a decimal, a cell may be a list."""

    def written(value: object) -> str:
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    def pairs(names: st.SearchStrategy[str], inner: st.SearchStrategy[str], opening: str = "{") -> str:
        found = draw(st.lists(st.tuples(names.map(written), inner), min_size=opening != "{", max_size=4))
        return opening + draw(st.sampled_from([",", ", "])).join(f"{name}: {value}" for name, value in found) + "}"

    cells = CELLS.map(written) | CELLS.map(written) | NUMBERS | st.lists(CELLS, max_size=1).map(written)
    row = st.builds(lambda _: pairs(fields, cells), st.none())
    rows = st.lists(row, max_size=3).map(lambda found: "[" + ",".join(found) + "]")
    return pairs(tables, row | rows | cells, opening)


def _exact(text: str) -> Any:
    """What the text says, or ValueError where it says something twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError
        return dict(pairs)

    return json.loads(text, parse_float=Decimal, object_pairs_hook=once)


@given(_texts(), st.sampled_from(["str", "utf-8", "utf-8-sig", "utf-16"]))
def test_what_a_dossier_says_is_read_exactly_or_refused_where_a_key_stands_twice(text: str, form: str) -> None:
    given: str | bytes = text if form == "str" else text.encode(form)
    try:
        expected = _exact(text)
    except ValueError:
        with pytest.raises(DossierProblem, match="stands twice"):
            loads(given)
    else:
        # Types too: True is not 1, and a decimal is no binary float.
        assert repr(loads(given)) == repr(expected)


def _parsed(read: Callable[[], Dossier]) -> object:
    """The dossier, or what is wrong with it."""
    try:
        return read()
    except (DossierProblem, DossierProblems) as problems:
        return str(problems)


DOSSIERS = _texts(
    st.sampled_from([table.key for table in TABLES.values() if table is not Enterprise] + ["evaluation", "else"]),
    st.sampled_from([*FIELDS, "uscc", "else"]),
    f'{{"enterprise": {{"uscc": "{CODE}"}}, ',
)


@given(DOSSIERS, st.sampled_from(["str", "utf-8", "utf-16"]))
def test_a_dossier_is_parsed_as_its_exact_json_is_read(text: str, form: str) -> None:
    given: str | bytes = text if form == "str" else text.encode(form)
    assert _parsed(lambda: parse(given)) == _parsed(lambda: read(loads(given)))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b'"\\ud800"', id="half of a surrogate pair, escaped"),
        pytest.param(b'"\xed\xa0\x80"', id="half of a surrogate pair, as bytes"),
        pytest.param(b'"\xff"', id="a byte that is no UTF-8"),
        pytest.param(b"1e99999999999999999999", id="an exponent beyond all bounds"),
        pytest.param(b"-1e-99999999999999999999", id="an exponent beyond all bounds, near nought"),
        pytest.param(b"9" * 5000, id="more digits than are read"),
        pytest.param(b"NaN", id="not a number"),
        pytest.param(b'"x\ny"', id="a line break within a text"),
        pytest.param(b"[" * 5000 + b"]" * 5000, id="nested too deep"),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused_by_name(value: bytes) -> None:
    with pytest.raises(DossierProblem, match=r"不是合法的 JSON / not valid JSON"):
        loads(b'{"enterprise": {"uscc": "91450200MA00000151", "name": ' + value + b"}}")


CODES = {"industry_code", "region_code"}
"""Their shape is looked at besides."""
KINDS = [(table, name) for table in TABLES.values() for name in table.fields if name not in CODES]


def _values(kind: Kind) -> st.SearchStrategy[Any]:
    """Values at the bounds and beyond them, and such as nobody should send."""
    edges = {
        bound // scale + near for bound in (kind.lo, kind.hi) for scale in (1, 100, 10**4, 10**6) for near in (-1, 0, 1)
    }
    numbers = st.sampled_from(sorted(edges)) | st.integers()
    texts = st.sampled_from(
        [
            "2024-02-29",
            "2024-02-30",
            "1899-12-31",
            "2199-12-31",
            "2200-01-01",
            "是",
            "无",
            "",
            "N/A",
            "国家级",
            "甲" * 501,
        ]
    )
    named = st.sampled_from(kind.values) if isinstance(kind, Choice) else texts
    return st.one_of(
        numbers,
        numbers.map(str),
        numbers.map(Decimal),
        st.decimals(-(10**9), 10**9, places=3),
        st.decimals(0, 10**9, places=2),
        st.booleans(),
        texts,
        named,
        st.none(),
        st.just([]),
    )


@given(st.data(), st.sampled_from(KINDS))
def test_a_value_in_its_plainest_form_is_read_as_its_kind_reads_it(data: st.DataObject, where: tuple[Any, str]) -> None:
    table, name = where
    spec, problems = table.fields[name], list[FactError]()
    value = data.draw(_values(spec.kind))
    row = typed_row(table, {name: value}, problems)
    expected, refused = _read(spec.kind, value, name)
    assert [one.as_dict() for one in problems][:1] == refused
    if refused:
        assert row[name] is None
    elif expected is not None:
        assert (row[name], type(row[name])) == (expected, type(expected))
    elif value is None:
        not_so = spec.negative if spec.kind.readable else ""
        assert row[name] == (None if spec.null is Reading.UNKNOWN else not_so)


def _read(kind: Kind, value: object, name: str) -> tuple[Parsed, list[dict[str, Any]]]:
    """What the kind gives, and what it refuses."""
    try:
        return kind.parse(value, name), []
    except FactError as problem:
        return None, [problem.as_dict()]


def test_every_kind_has_values_in_their_plainest_form() -> None:
    # Else the property above says less than it seems to.
    kinds = {type(spec.kind): spec.kind for table in TABLES.values() for spec in table.fields.values()}
    for kind in kinds.values():
        plain = kind.plain()
        text = kind.values[0] if isinstance(kind, Choice) else "2024-02-29" if isinstance(kind, Day) else "7"
        assert plain.least <= plain.most or plain.text(text) is not None, kind


@pytest.mark.parametrize("region", ["1", "45", "4502001", "广西", "", 45])
def test_the_region_of_an_application_is_checked_like_that_of_the_enterprise(region: object) -> None:
    with pytest.raises(DossierProblems) as refused:
        read({"enterprise": {"uscc": "91450200MA00000151"}, "evaluation": {"region_code": region}})
    assert [problem.field for problem in refused.value.problems] == ["evaluation.region_code"]


def test_a_binary_float_is_no_number_of_a_dossier() -> None:
    with pytest.raises(Inexact, match="revenue"):
        read({"enterprise": {"uscc": CODE}, "annual_reports": [{"fiscal_year": 2025, "revenue": 0.1}]})


@pytest.mark.parametrize("region", ["450200", " 450200", "４５０２００", 450200])
def test_the_region_of_an_application_is_cleaned(region: object) -> None:
    found = read({"enterprise": {"uscc": "91450200MA00000151"}, "evaluation": {"region_code": region}})
    assert found.evaluation == {"region_code": "450200"}


@pytest.mark.parametrize("year", [None, "", "不详", 1, 99999, "二〇二五", Decimal("2025.5"), True])
def test_a_year_that_is_wrong_or_missing_is_one_problem(year: object) -> None:
    with pytest.raises(DossierProblems) as refused:
        read({"enterprise": {"uscc": "91450200MA00000151"}, "annual_reports": [{"fiscal_year": year}]})
    assert [problem.field for problem in refused.value.problems] == ["annual_reports[0].fiscal_year"]
