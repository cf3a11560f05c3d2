from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from features.identifiers import uscc
from features.population import BadRow, generate, write_workbook

SHEETS = ["说明", "企业基本信息", "年度数据", "知识产权", "资质证书", "事项", "园区归属", "融资"]
TABLES = {
    "企业基本信息": "enterprise", "年度数据": "annual_report", "知识产权": "intellectual_property",
    "资质证书": "certificate", "事项": "event", "园区归属": "zone_membership", "融资": "financing_round",
}  # fmt: skip
TITLED = {"年度数据", "资质证书", "融资"}
POPULATION = generate(300, 7)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[BadRow]]:
    path = tmp_path_factory.mktemp("workbook") / "合成.xlsx"
    return path, write_workbook(POPULATION, path, 7)


def sheet(path: Path, name: str) -> pl.DataFrame:
    """Every cell as text; row 0 is Excel's row 1."""
    read = fastexcel.read_excel(path).load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    return pl.DataFrame(read)


def header_row(name: str) -> int:
    return int(name in TITLED)


def column(path: Path, name: str, header: str) -> pl.Series:
    cells = sheet(path, name)
    place = cells.row(header_row(name)).index(header)
    return cells.to_series(place).slice(header_row(name) + 1)


def test_the_sheets_are_those_of_an_office_after_a_note(written: tuple[Path, list[BadRow]]) -> None:
    assert fastexcel.read_excel(written[0]).sheet_names == SHEETS


def test_the_note_says_synthetic_in_both_languages(written: tuple[Path, list[BadRow]]) -> None:
    lines = sheet(written[0], "说明").to_series(0)
    assert lines[0] == "合成数据，仅供演示"
    assert lines[1] == "synthetic data for demonstration"
    with zipfile.ZipFile(written[0]) as book:
        assert "合成数据，仅供演示" in book.read("docProps/core.xml").decode()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    written: tuple[Path, list[BadRow]], tmp_path: Path
) -> None:
    again = write_workbook(POPULATION, tmp_path / "again.xlsx", 7)
    assert again == written[1]
    assert (tmp_path / "again.xlsx").read_bytes() == written[0].read_bytes()
    write_workbook(POPULATION, tmp_path / "other.xlsx", 8)
    assert (tmp_path / "other.xlsx").read_bytes() != written[0].read_bytes()


@pytest.mark.parametrize("name", SHEETS[1:])
def test_every_row_is_there_and_nothing_else_but_the_bad_rows(name: str, written: tuple[Path, list[BadRow]]) -> None:
    codes = column(written[0], name, "统一社会信用代码").drop_nulls()
    codes = codes.map_elements(uscc.normalise, return_dtype=pl.String)
    codes = codes.filter(codes.str.len_chars() == 18)
    bad = [row.uscc for row in written[1] if row.sheet == name]
    assert Counter(codes) == Counter([*POPULATION[TABLES[name]]["uscc"], *bad])


def test_each_kind_of_mistake_stands_where_the_list_says(written: tuple[Path, list[BadRow]]) -> None:
    path, bad = written
    assert {row.problem for row in bad} == {
        "uscc_check", "text_for_number", "impossible_date", "unknown_kind", "negative_heads", "no_fiscal_year",
    }  # fmt: skip
    for row in bad:
        cells = sheet(path, row.sheet)
        place = cells.row(header_row(row.sheet)).index(row.header)
        assert cells[row.row - 1, place] == (None if row.value is None else str(row.value))
        code = cells[row.row - 1, cells.row(header_row(row.sheet)).index("统一社会信用代码")]
        assert uscc.normalise(code) == row.uscc


def test_a_wrong_code_fails_only_its_check_and_belongs_to_no_good_firm(written: tuple[Path, list[BadRow]]) -> None:
    (wrong,) = (row.uscc for row in written[1] if row.problem == "uscc_check")
    assert wrong not in set(POPULATION["enterprise"]["uscc"])
    assert uscc.check_character(wrong[:17]) != wrong[17]


def test_bad_accounts_are_of_a_year_that_no_good_row_has(written: tuple[Path, list[BadRow]]) -> None:
    cells = sheet(written[0], "年度数据")
    place = cells.row(1).index("会计年度")
    good = {str(year) for year in POPULATION["annual_report"]["fiscal_year"].unique()}
    for row in written[1]:
        if row.sheet == "年度数据":
            assert cells[row.row - 1, place] not in good


@pytest.mark.parametrize("count", [0, 1, 14])
def test_as_many_bad_rows_as_asked(count: int, tmp_path: Path) -> None:
    bad = write_workbook(POPULATION, tmp_path / "w.xlsx", 1, bad_rows=count)
    assert len(bad) == count
    assert len({(row.sheet, row.row) for row in bad}) == count


def test_one_firm_alone_makes_a_workbook(tmp_path: Path) -> None:
    bad = write_workbook(generate(1, 3), tmp_path / "w.xlsx", 3, bad_rows=12)
    assert len(bad) == 12
    assert fastexcel.read_excel(tmp_path / "w.xlsx").sheet_names == SHEETS


def test_titles_units_and_footers_are_an_offices(written: tuple[Path, list[BadRow]]) -> None:
    path, _ = written
    assert "单位：万元" in sheet(path, "融资")[0, 0]
    headers = sheet(path, "年度数据").row(1)
    assert "营业收入（万元）" in headers
    assert "研发费用（元）" in headers
    assert "融资金额" in sheet(path, "融资").row(1)
    for name in ("企业基本信息", "年度数据", "融资"):
        assert sheet(path, name).to_series(0)[-1].startswith("填表人：")


def test_ten_thousands_are_the_yuan_of_the_frame(written: tuple[Path, list[BadRow]]) -> None:
    def amounts(header: str, unit: int) -> Counter[int]:
        cells = column(written[0], "年度数据", header)
        plain = [str(c).translate({i + 0xFEE0: i for i in range(33, 127)}).replace(",", "") for c in cells]
        return Counter(round(float(c) * unit) for c in plain if re.fullmatch(r"-?[\d.]+", c))

    bad = sum(row.sheet == "年度数据" for row in written[1])
    for fact, header, unit in (("total_assets", "资产总额（万元）", 10_000), ("rd_expense", "研发费用（元）", 1)):
        good = Counter(POPULATION["annual_report"][fact].drop_nulls())
        found = amounts(header, unit)
        assert not good - found
        assert (found - good).total() <= bad


def test_dates_are_cells_in_one_sheet_and_words_in_another(written: tuple[Path, list[BadRow]]) -> None:
    path, _ = written
    founded = fastexcel.read_excel(path).load_sheet("企业基本信息", n_rows=100, dtypes={"成立日期": "date"})
    days: Any = pl.DataFrame(founded)["成立日期"]
    assert days.dtype == pl.Date
    assert days.null_count() < 20
    granted = column(path, "知识产权", "授权日期").drop_nulls()
    assert granted.str.contains(r"^\d{4}年\d{1,2}月\d{1,2}日$").sum() > 100
    assert granted.str.contains(r"^\d{4}/\d{1,2}/\d{1,2}$").sum() > 100


def test_words_stand_for_flags_choices_and_unknown(written: tuple[Path, list[BadRow]]) -> None:
    path, _ = written
    assert {"是", "否"} <= set(column(path, "知识产权", "是否有效")) <= {"是", "否", "N/A", "—", "不详", None}
    assert {"发明专利", "实用新型", "软件著作权"} <= set(column(path, "知识产权", "知识产权类别"))
    assert {"科技型中小企业", "高新技术企业"} <= set(column(path, "资质证书", "证书类别"))
    revenue = set(column(path, "年度数据", "营业收入（万元）"))
    assert None in revenue
    assert "N/A" in revenue
    assert any(re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", cell or "") for cell in revenue)
    assert any(re.search("[０-９]", cell or "") for cell in revenue)
    # 未上市 and an empty cell differ; no word is put where null would state "none".
    assert set(column(path, "企业基本信息", "上市日期")) <= {"未上市", None} | set(
        POPULATION["enterprise"]["listed_on"]
    )
    assert "N/A" not in set(column(path, "企业基本信息", "所在高新区"))
    assert set(column(path, "事项", "结束日期").drop_nulls().str.head(2)) <= {"20"}
