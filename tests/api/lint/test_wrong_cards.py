"""One wrong card per mistake: the lint must find exactly that one, on its line, and say how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from noted import calls

from api.authority.lint.folder import lint_file
from features.expression import annual, calibre
from features.indicators import base
from features.indicators.base import Indicator, Unit

WRONG = sorted((Path(__file__).parent / "wrong_cards").glob("*.yaml"))
EXPECTED = re.compile(r"# expect: (?P<code>\w+) line (?P<line>\d+) key (?P<key>\S+)")

BETWEEN_FILES = {
    "edition_twice", "file_name_is_not_overlay", "grade_without_document", "not_a_place", "quote_not_there", "text_changed", "text_missing", "unknown_text", "one_scope_expected", "unknown_edition", "editions_gap", "editions_overlap", "file_name_is_not_edition", "folder_is_not_id", "suffix_not_yaml",
}  # fmt: skip
"""They need more than one file, or a folder: `test_lint_folder`, `test_quotes`."""


def sample_growth() -> Indicator:
    """No indicator of the catalogue measures growth with one ratio, so the tests bring one."""
    expression = annual("revenue", -1) / annual("revenue", -2)
    grown = type(expression)(expression.numerator, expression.denominator, 1)
    return Indicator("sample_growth", "增长率", "growth", Unit.SHARE, grown, "示例", -1)


def sample_shared() -> Indicator:
    """Nor has one the same fact above and below the line."""
    revenue = calibre("sales_revenue", "revenue")
    return Indicator(
        "sample_shared", "占比", "share", Unit.SHARE, revenue / (revenue + annual("rd_expense")), "示例", -1
    )


@pytest.fixture(autouse=True)
def _sample_indicators(monkeypatch: pytest.MonkeyPatch) -> None:
    for factory in (sample_growth, sample_shared):
        monkeypatch.setitem(base._registry, factory.__name__, factory)


def expected(path: Path) -> tuple[str, int, str]:
    first = path.read_bytes().split(b"\n")[0].decode()
    match = EXPECTED.fullmatch(first)
    assert match, f"{path.name}: first line must say what is expected"
    return match["code"], int(match["line"]), match["key"]


def codes_in_sources() -> set[str]:
    return {code for call in calls() for code in call.codes}


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_the_one_mistake_is_found(path: Path) -> None:
    found = lint_file(path)
    assert [(f.code, f.line, f.key) for f in found] == [expected(path)], "\n".join(map(str, found))
    (finding,) = found
    assert finding.file == path.name
    assert finding.code == path.stem.partition("__")[0]
    for text in (finding.problem, finding.mend):
        assert re.search(r"[\u4e00-\u9fff]", text), text
        assert re.search(r"[A-Za-z]{3}", text), text


def test_every_code_has_a_wrong_card() -> None:
    assert len(WRONG) >= 45
    assert codes_in_sources() - {expected(path)[0] for path in WRONG} == BETWEEN_FILES


def test_no_code_is_expected_that_no_source_knows() -> None:
    assert {expected(path)[0] for path in WRONG} <= codes_in_sources()
