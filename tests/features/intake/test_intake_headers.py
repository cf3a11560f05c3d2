from decimal import Decimal

import pytest

from features.intake.headers import Refusal, names, understand, unit_of_titles
from features.intake.imported import LISTED
from features.tables import TABLES

ANNUAL = "annual_report"


@pytest.mark.parametrize("table", TABLES)
def test_every_declared_header_is_understood_as_its_own_field(table):
    for field, spec in TABLES[table].fields.items():
        for text in (field, spec.zh, *spec.aliases, spec.zh + "：", f" {spec.zh}*\n"):
            heading = understand(text, table)
            assert heading is not None, text
            assert heading.refusal is None, text
            assert heading.field == field or names(table)[text] != field, text


def test_no_two_fields_of_a_table_share_a_header():
    for table in TABLES.values():
        seen: dict[str, str] = {}
        for field, spec in table.fields.items():
            for text in (field, spec.zh, *spec.aliases):
                assert seen.setdefault(text, field) == field, (table.id, text)


@pytest.mark.parametrize(
    ("text", "field", "unit", "year"),
    [
        ("营业收入（万元）", "revenue", 10**4, None),
        ("营业收入(元)", "revenue", 1, None),
        ("营业收入/万元", "revenue", 10**4, None),
        ("营业收入_千元", "revenue", 10**3, None),
        ("营业收入\n（单位：万元）", "revenue", 10**4, None),
        ("营业收入 单位:万元", "revenue", 10**4, None),
        ("营业收入万元", "revenue", 10**4, None),
        ("其中：研发费用（亿元）", "rd_expense", 10**8, None),
        ("高新技术产品（服务）收入", "hitech_income", None, None),
        ("高新技术产品(服务)收入（万元）", "hitech_income", 10**4, None),
        ("职工总数（季度平均）", "employees_quarterly_avg", None, None),
        ("职工总数(季度平均)（人）", "employees_quarterly_avg", None, None),
        ("研发费用（加计扣除口径）（千元）", "rd_expense_deduction", 10**3, None),
        ("2024年营业收入（万元）", "revenue", 10**4, 2024),
        ("2024年末职工总数", "employees", None, 2024),
        ("2024年末职工数", "employees_year_end", None, 2024),
        ("营业收入2024", "revenue", None, 2024),
        ("营业收入（2024年，万元）", "revenue", 10**4, 2024),
        ("营业收入（2024年度）（万元）", "revenue", 10**4, 2024),
        ("net_profit_2024", "net_profit", None, 2024),
        ("2024_net_profit", "net_profit", None, 2024),
        ("qc20_2", "rd_deduction_tax_relief", 10**3, None),
        ("QC20_2（千元）", "rd_deduction_tax_relief", 10**3, None),
        ("qd14", "graduates_hired", None, None),
        ("QD14 应届毕业生人数", "graduates_hired", None, None),
        ("qd14_2024", "graduates_hired", None, 2024),
        ("１．营业收入（必填）", "revenue", None, None),
    ],
)
def test_annual_headers(text, field, unit, year):
    heading = understand(text, ANNUAL)
    assert heading is not None
    assert heading.refusal is None
    assert (heading.field, heading.unit, heading.year) == (field, None if unit is None else Decimal(unit), year)


@pytest.mark.parametrize(
    "text",
    [
        "营业收入（元/万元）",
        "营业收入（万元）（元）",
        "营业收入/元/万元",
        "营业收入（美元）",
        "营业收入（万美元）",
        "营业收入（人）",
        "营业收入（不含税）",
        "qc20_2（万元）",
        "qc20_2/元",
        "职工总数（万人）",
        "职工总数（万元）",
    ],
)
def test_unclear_units_are_refused_not_guessed(text):
    heading = understand(text, ANNUAL)
    assert heading is not None
    assert heading.refusal is not None
    assert heading.refusal.code == "ambiguous_unit"


def test_a_code_beside_another_indicators_name_is_refused():
    heading = understand("qc20_2 营业收入", ANNUAL)
    assert heading is not None
    assert heading.refusal is not None
    assert heading.refusal.code == "ambiguous_header"


@pytest.mark.parametrize(
    "text", ["", "序号", "2024", "2024年", "去年营业收入", "美元", "联系人（必填）", "营业收入同比（%）"]
)
def test_other_headers_mean_nothing(text):
    assert understand(text, ANNUAL) is None


def test_brackets_do_not_matter_for_values_without_a_measure():
    heading = understand("成立日期（年月日）", "enterprise")
    assert heading is not None
    assert (heading.field, heading.refusal) == ("established_on", None)


def test_listed_columns_are_known_by_id_and_key():
    assert set(LISTED) >= {"annual_report_listed", "annual_reports_listed", "certificate_listed", "certificates_listed"}
    heading = understand("certificates_listed", "enterprise")
    assert heading is not None
    assert heading.field == "certificate_listed"


@pytest.mark.parametrize(
    ("titles", "unit"),
    [
        (["2025年企业数据汇总表  单位：万元"], 10**4),
        (["单位:千元  填报日期：2025-01-01"], 10**3),
        (["汇总表（万元）"], 10**4),
        (["金额单位：人民币元"], 1),
        (["单位：万元、人"], 10**4),
        (["填报单位：柳州某某元件有限公司"], None),
        (["2025年企业数据汇总表"], None),
    ],
)
def test_titles_set_the_unit(titles, unit):
    assert unit_of_titles(titles) == (None if unit is None else Decimal(unit))


@pytest.mark.parametrize("titles", [["单位：元/万元"], ["单位：万美元"], ["单位：万元", "（千元）"]])
def test_titles_with_two_units_are_refused(titles):
    assert isinstance(unit_of_titles(titles), Refusal)
