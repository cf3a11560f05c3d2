import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from features.errors import FileProblem
from features.identifiers import uscc
from features.intake import Imported, read_input
from features.intake import workbooks as module
from features.kinds import NEVER, day_number

A, B, C = (uscc.make("91", "450200", f"MA5K000{n}") for n in (1, 2, 3))


def book(path: Path, sheets: dict[str, list[list[Any]]], merges: dict[str, list[str]] | None = None) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, str) and cell.startswith("=error:"):
                        sheet.write_formula(r, c, "=1/0", None, cell.removeprefix("=error:"))
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write(r, c, cell)
            for area in (merges or {}).get(name, []):
                first = area.split(":")[0]
                row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
                sheet.merge_range(area, rows[row][column])
    return path


def codes(imported: Imported) -> set[str]:
    return set(imported.rejects["code"])


def test_one_flat_sheet_feeds_enterprise_and_annual_reports(tmp_path):
    rows = [
        ["2025年企业数据汇总表  单位：万元", None, None, None, None, None, None],
        [],
        [None, "企业名称", "统一社会\n信用代码*", "成立日期", "年度", "营业收入", "职工总数", "备注"],
        [None, "甲公司", A, dt.date(2016, 5, 1), 2025, 4200.5, 80],
        [None, "甲公司", A, dt.date(2016, 5, 1), 2024, "4，000", "７０"],
        [None, "乙公司", B.lower(), "2018/3/9", "2025年", 0.1 + 0.2, "N/A"],
        [None, "合计", None, None, None, 8200.8],
        ["填表人：张某"],
    ]
    got = read_input(book(tmp_path / "data.xlsx", {"Sheet1": rows}, {"Sheet1": ["A1:G1"]}))
    assert got.rejects.height == 0, got.rejects.to_dicts()
    annual = got.tables["annual_report"].select("uscc", "fiscal_year", "revenue", "employees").rows()
    assert annual == [
        (A, 2025, 42_005_000_00, 80_0000),
        (A, 2024, 40_000_000_00, 70_0000),
        (B, 2025, 3_000_00, None),
    ]
    firms = got.tables["enterprise"]
    assert firms.select("uscc", "name", "established_on", "listed_on", "delisted_on", "delisted_on/assumed").rows() == [
        (A, "甲公司", day_number(dt.date(2016, 5, 1)), None, NEVER, 1),
        (B, "乙公司", day_number(dt.date(2018, 3, 9)), None, NEVER, 1),
    ]
    assert any("2 行" in note.zh for note in got.notes)
    assert any("备注" in note.zh for note in got.notes)


def test_every_bad_cell_is_told_and_costs_only_its_row(tmp_path):
    rows = [
        ["uscc", "会计年度", "营业收入（万元）", "利润总额（元）", "职工总数"],
        [A, 2025, 1, -5.25, 10],
        [B, 2025, "约三千", 1.234, 10],
        [A[:-1] + ("0" if A[-1] != "0" else "1"), 2025, 1, 1, 1],
        [None, 2025, 1, 1, 1],
        [C, None, 1, 1, 1],
        [C, 2024, "=error:#DIV/0!", 1, 1],
        [C, 2023, "=error:#N/A", 1, 1],
        [B, 2024, 1.23456789, 1, 1.5],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"年报": rows}))
    assert got.tables["annual_report"].select("uscc", "fiscal_year", "revenue").rows() == [
        (A, 2025, 10_000_00),
        (C, 2023, None),
    ]
    seen = got.rejects.select("row", "uscc", "column", "value", "code").rows()
    assert [row[:3] for row in seen] == [
        (3, B, "营业收入（万元）"),
        (3, B, "利润总额（元）"),
        (4, None, "uscc"),
        (5, None, "uscc"),
        (6, C, "会计年度"),
        (7, C, "营业收入（万元）"),
        (9, B, "营业收入（万元）"),
        (9, B, "职工总数"),
    ]
    assert (seen[0][3], seen[5][3]) == ("约三千", "#DIV/0!")
    assert seen[4][4] == "missing_fiscal_year"
    assert all(got.rejects["rule"].str.contains("/"))
    assert all(got.rejects["remedy"].str.len_chars() > 0)
    assert set(got.rejects["file"]) == {"x.xlsx"}
    assert set(got.incomplete.rows()) == {(B, "annual_report"), (C, "annual_report")}


def test_years_in_headers_become_rows(tmp_path):
    rows = [
        [
            "信用代码",
            "企业名称",
            "2024年营业收入（万元）",
            "2025年营业收入（万元）",
            "2024年末职工总数",
            "营业收入2023",
        ],
        [A, "甲", 100, 200, 8, None],
        [B, "乙", None, 5, None, "7.5"],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"企业名单": rows}))
    annual = (
        got.tables["annual_report"].select("uscc", "fiscal_year", "revenue", "employees").sort("uscc", "fiscal_year")
    )
    assert annual.rows() == sorted(
        [
            (A, 2024, 1_000_000_00, 80000),
            (A, 2025, 2_000_000_00, None),
            (B, 2023, 750, None),
            (B, 2025, 50_000_00, None),
        ]
    )
    assert got.tables["enterprise"].height == 2


def test_a_header_of_two_lines_with_merged_years(tmp_path):
    rows = [
        ["单位：万元"],
        ["统一社会信用代码", "企业名称", "2024年", None, "2025年", None],
        [None, None, "营业收入", "职工总数", "营业收入", "职工总数"],
        [A, "甲", 1, 2, 3, 4],
    ]
    merges = {"Sheet1": ["A2:A3", "B2:B3", "C2:D2", "E2:F2"]}
    got = read_input(book(tmp_path / "x.xlsx", {"Sheet1": rows}, merges))
    assert got.tables["annual_report"].select("fiscal_year", "revenue", "employees").rows() == [
        (2024, 10_000_00, 20000),
        (2025, 30_000_00, 40000),
    ]
    assert got.rejects.height == 0


def test_units_in_a_line_of_their_own(tmp_path):
    rows = [["uscc", "年度", "营业收入", "职工总数"], [None, None, "万元", "人"], [A, 2025, 5, 6]]
    got = read_input(book(tmp_path / "x.xlsx", {"年度数据": rows}))
    assert got.tables["annual_report"].select("revenue", "employees").rows() == [(50_000_00, 60000)]
    assert got.rejects.height == 0


def test_merged_cells_hold_for_every_row_but_amounts_do_not(tmp_path):
    rows = [
        ["信用代码", "类别", "金额", "发生日期"],
        [A, "科技奖励", 10, "2025-01-01"],
        [None, "科技奖励", None, "2025-02-01"],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"事项": rows}, {"事项": ["A2:A3", "C2:C3"]}))
    assert got.tables["event"].select("uscc", "amount").rows() == [(A, 1000), (A, None)]


def test_unclear_columns_are_refused_and_their_values_stay_unknown(tmp_path):
    rows = [
        [
            "uscc",
            "年度",
            "营业收入（元/万元）",
            "净利润（美元）",
            "qc20_2（万元）",
            "资产总额",
            "总资产",
            "负债总额（千元）",
        ],
        [A, 2025, 5, 6, 7, 8, 9, 10],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"年报": rows}))
    columns = ["revenue", "net_profit", "rd_deduction_tax_relief", "total_assets", "total_liabilities"]
    assert got.tables["annual_report"].select(columns).rows() == [(None, None, None, 800, 10_000_00)]
    assert got.rejects.select("row", "column", "code").rows() == [
        (None, "营业收入（元/万元）", "ambiguous_unit"),
        (None, "净利润（美元）", "ambiguous_unit"),
        (None, "qc20_2（万元）", "ambiguous_unit"),
        (None, "总资产", "duplicate_column"),
    ]
    assert any("按元读取：资产总额" in note.zh for note in got.notes)


def test_a_torch_code_under_a_title_in_another_unit_is_refused(tmp_path):
    rows = [["单位：万元"], ["uscc", "年度", "营业收入", "qc20_2"], [A, 2025, 5, 6]]
    got = read_input(book(tmp_path / "x.xlsx", {"年报": rows}))
    assert got.tables["annual_report"].select("revenue", "rd_deduction_tax_relief").rows() == [(50_000_00, None)]
    assert codes(got) == {"ambiguous_unit"}


def test_annual_columns_without_a_year_are_refused(tmp_path):
    got = read_input(book(tmp_path / "x.xlsx", {"Sheet1": [["uscc", "企业名称", "营业收入"], [A, "甲", 5]]}))
    assert set(got.tables) == {"enterprise"}
    assert got.rejects.select("row", "column", "code").rows() == [(None, "营业收入", "missing_fiscal_year")]


def test_sheets_are_tables_by_name_or_header_and_others_are_noted(tmp_path):
    sheets = {
        "企业基本信息": [
            ["uscc", "名称", "行业代码", "知识产权_listed", "intellectual_property_listed"],
            [A, "甲", 3612, "是", True],
        ],
        "企业专利清单": [
            ["信用代码", "类别", "专利号", "授权公告日"],
            [A, "发明", "ZL1", dt.date(2021, 5, 6)],
            [A, "软著", "R2", None],
        ],
        "Sheet3": [
            ["信用代码", "资质名称", "证书编号", "有效期至", "企业名称"],
            [A, "高企", "GR2024", "2027.11.29", "甲"],
        ],
        "说明": [["请按要求填写"], ["谢谢"]],
        "空": [],
        "无代码": [["类别", "授权号", "授权日期"], ["发明", "1", "2020-01-01"]],
    }
    got = read_input(book(tmp_path / "x.xlsx", sheets))
    assert set(got.tables) == {"enterprise", "intellectual_property", "certificate"}
    assert got.tables["enterprise"].select("industry_code", "intellectual_property_listed").rows() == [("C3612", 1)]
    assert got.tables["intellectual_property"].select(
        "kind", "count", "number", "disputed", "disputed/assumed"
    ).rows() == [
        (0, 1, "ZL1", 0, 1),
        (9, 1, "R2", 0, 1),
    ]
    assert got.tables["certificate"].select("kind", "valid_to", "revoked_on").rows() == [
        (4, day_number(dt.date(2027, 11, 29)), NEVER)
    ]
    assert {note.sheet for note in got.notes} >= {"企业专利清单", "Sheet3", "说明", "空"}
    assert got.rejects.select("sheet", "code").rows() == [("无代码", "missing_uscc_column")]


def test_a_missing_count_stays_unknown_where_the_column_is_there(tmp_path):
    rows = [["uscc", "知识产权类别", "授权号", "数量"], [A, "发明专利", "1", None], [A, "发明专利", "2", 3]]
    got = read_input(book(tmp_path / "x.xlsx", {"知识产权": rows}))
    assert got.tables["intellectual_property"]["count"].to_list() == [None, 3]


def test_what_one_sheet_lacks_does_not_contradict_another(tmp_path):
    sheets = {
        "企业信息": [["uscc", "名称", "是否限制类或淘汰类"], [A, "甲", "是"]],
        "年度数据": [["uscc", "企业名称", "年度", "职工总数"], [A, "甲", 2025, 5], [B, "乙", 2025, 5]],
    }
    firms = read_input(book(tmp_path / "x.xlsx", sheets)).tables["enterprise"]
    assert firms.select("uscc", "restricted_industry", "restricted_industry/assumed").rows() == [
        (A, 1, None),
        (B, 0, 1),
    ]


def test_a_code_stored_as_a_number_is_refused_even_if_its_check_holds(tmp_path):
    lost = next(
        code
        for n in range(100_000)
        if (code := uscc.make("91", "450200", f"{n:08d}")).isdigit() and int(float(code)) == int(code)
    )
    as_text = read_input(book(tmp_path / "a.xlsx", {"企业": [["uscc", "名称"], [lost, "甲"]]}))
    assert as_text.tables["enterprise"]["uscc"].to_list() == [lost]
    as_number = read_input(book(tmp_path / "b.xlsx", {"企业": [["uscc", "名称"], [float(lost), "甲"], [A, "乙"]]}))
    assert as_number.tables["enterprise"]["uscc"].to_list() == [A]
    assert as_number.rejects["row"].to_list() == [2]


def test_excel_booleans_long_numbers_and_repeated_headers(tmp_path):
    header = ["uscc", "专利类型", "专利号", "有效", "件数"]
    rows = [header, [A, "发明专利", 201910123456.7, True, 1], header, [B, "实用新型", "ZL2", False, 2.0]]
    got = read_input(book(tmp_path / "x.xlsx", {"知识产权": rows}))
    assert got.tables["intellectual_property"].select("number", "in_force", "count").rows() == [
        ("201910123456.7", 1, 1),
        ("ZL2", 0, 2),
    ]
    assert got.rejects.height == 0


def test_region_and_industry_are_checked(tmp_path):
    header = ["uscc", "行政区划代码", "行业代码", "行业分类版本"]
    rows = [
        header,
        [A, 4502, "3612", None],
        [B, 450200, "ZZ", 2017],
        [C, "450200", "36", 2015],
        [A, "450200", "c36", 2011],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"企业": rows}))
    assert got.tables["enterprise"].select("uscc", "region_code", "industry_code").rows() == [(A, 450200, "C36")]
    assert got.rejects.select("row", "column", "value").rows() == [
        (2, "行政区划代码", "4502"),
        (3, "行业代码", "ZZ"),
        (4, "行业代码", "36"),
    ]


def test_expert_grades_take_numbers_and_yes_or_no(tmp_path):
    rows = [
        ["uscc", "评分项", "评分"],
        [A, "hte.ip_advancement", 7.5],
        [A, "specialised.market_position", True],
        [B, "x", "否"],
    ]
    got = read_input(book(tmp_path / "x.xlsx", {"专家评分": rows}))
    assert got.tables["expert_grade"]["value"].to_list() == [7_500_000, 1_000_000, 0]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.xlsx", b"", "空"),
        ("a.xlsx", b"not a workbook", "工作簿"),
        ("a.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, ".xls"),
        ("a.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("a.xls", b"x", "不支持"),
    ],
)
def test_files_that_are_no_workbooks(tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        read_input(tmp_path / name)
    assert word in caught.value.rule
    assert caught.value.remedy


def test_a_workbook_that_unpacks_too_large_is_refused(tmp_path, monkeypatch):
    path = book(tmp_path / "x.xlsx", {"企业": [["uscc", "名称"], [A, "甲"]]})
    monkeypatch.setattr(module, "LARGEST_UNCOMPRESSED", 1000)
    with pytest.raises(FileProblem, match="2 GiB"):
        read_input(path)


def test_a_zip_without_a_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(FileProblem):
        read_input(tmp_path / "x.xlsx")


def test_hidden_sheets_are_noted_and_not_read(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as workbook:
        for name, code in (("企业", A), ("旧企业", B)):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["uscc", "名称"])
            sheet.write_row(1, 0, [code, "甲"])
        sheet.hide()
    got = read_input(tmp_path / "x.xlsx")
    assert got.tables["enterprise"]["uscc"].to_list() == [A]
    assert [note.sheet for note in got.notes] == ["旧企业"]
