"""``rulebook show``: one description of a card, as text, Markdown and a workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import fastexcel
import in_process
import pytest
from test_cli_score import dengti

from api.authority.show import workbook
from api.authority.show.description import Description, describe
from api.authority.show.markdown import markdown
from api.authority.show.text import text
from scoring.card import MICRO
from scoring.catalogue import Catalogue, Edition


def _editions() -> Iterator[Edition]:
    for editions in Catalogue().editions.values():
        yield from editions


EDITIONS = {f"{one.latest.id}@{one.latest.edition}": one for one in _editions()}


def _described(name: str) -> Description:
    edition = EDITIONS[name]
    return describe(edition.card(date.max), edition.tree)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_form_says_all_that_the_card_says(name: str, tmp_path: Path) -> None:
    card = _described(name)
    workbook.write(card, tmp_path / "card.xlsx")
    book = fastexcel.read_excel(tmp_path / "card.xlsx")
    cells = {
        str(cell)
        for sheet in book.sheet_names
        for row in book.load_sheet(sheet, header_row=None, dtypes="string").to_polars().iter_rows()
        for cell in row
    }
    plain, marked = text(card).plain, markdown(card)
    latest = EDITIONS[name].latest
    parts = [*latest.gates.values(), *latest.items.values(), *latest.routes.values()]
    assert {part.id for part in parts} <= {row.id for section in card.sections for row in section.rows}
    for part in parts:
        assert {part.id, part.label.zh, part.label.en, part.source.clause} <= cells
        for said in (part.id, part.label.zh, part.label.en, f"{part.source.clause} [{part.source.grade}]"):
            assert said in plain
            assert said in marked
    for read in (str(row.note) for section in card.sections for row in section.rows if row.note):
        assert read in plain
        assert read in marked
        assert any(read in cell for cell in cells)
    for line in (line for section in card.sections for row in section.rows for line in row.lines):
        assert line.text in plain
        assert line.text in marked


def test_a_reading_that_the_text_leaves_open_stands_with_its_grade() -> None:
    plain = text(_described("unicorn@2017")).plain
    assert "读法：新三板、区域股权市场挂牌不算上市" in plain
    assert "what 上市 means in law [inference]" in plain


@pytest.mark.parametrize(
    ("card", "part", "said"),
    [
        ("tech_sme@2017", "audit_based_tax", "会计核算健全、能准确归集研发费用、缴纳企业所得税"),
        ("tech_sme@2017", "rd_input", "成本费用支出总额的口径未见原文"),
        ("tech_sme@2017", "direct", "起草单位的位次未见原文"),
        ("innovative_sme@2022", "direct", "“等”所指的其他称号"),
        ("specialised_sme@2022", "main_growth", "算术平均"),
        ("specialised_sme@2026", "platform_score", "申请当年与上一年"),
        ("little_giant@2022", "main_growth", "算术平均"),
        ("little_giant@2026", "growth", "1.05的平方"),
        ("little_giant@2026", "ip", "前三名权利人"),
        ("little_giant@2026", "market_share", "全国前三仅见于一份转抄"),
        ("little_giant@2026", "platform_score", "申请当年与上一年"),
        ("high_tech_enterprise@2016", "core_ip", "Ⅱ类只能用于一次申报"),
        ("high_tech_enterprise@2016", "achievement_transfer", "不足1项的如何评分"),
        ("high_tech_enterprise@2016", "growth_net_assets", "净资产为负"),
        ("size_class@2011", "class", "仓储业"),
    ],
)
def test_what_the_texts_on_file_leave_open_is_told_beside_the_provision(card: str, part: str, said: str) -> None:
    rows = [row for section in _described(card).sections for row in section.rows if row.id == part]
    assert any(row.note and said in row.note.said.zh for row in rows)


@pytest.mark.parametrize("card", ["innovative_sme@2022", "specialised_sme@2026", "little_giant@2022"])
def test_the_super_deduction_is_no_condition_of_the_gradient_measures(card: str) -> None:
    compliance = next(row for section in _described(card).sections for row in section.rows if row.id == "compliance")
    told = [line.zh for line in compliance.lines]
    assert any("禁止、限制、淘汰类" in zh for zh in told)
    assert not any("加计扣除" in zh for zh in told)


def test_the_conditions_of_innovation_of_a_little_giant_are_all_named() -> None:
    general = EDITIONS["little_giant@2022"].latest.routes["general"].label
    assert "研发机构" in general.zh
    assert "R&D institution" in general.en


@pytest.mark.parametrize(
    "name", [name for name, one in EDITIONS.items() if "note" in one.tree.plain().get("validity", {})]
)
def test_what_follows_the_years_of_a_title_is_told(name: str) -> None:
    note = EDITIONS[name].tree.plain()["validity"]["note"]
    held = next(section for section in _described(name).sections if section.id == "held")
    assert (note["zh"], note["en"]) in [(line.zh, line.en) for line in held.rows[0].lines]


@pytest.mark.parametrize(
    ("card", "said", "clause", "grade"),
    [
        ("tech_sme@2017", "变化", "国科发政〔2017〕115号", "secondary"),
        ("tech_sme@2017", "当年不得再次评价", "国科发政〔2017〕115号", "secondary"),
        ("tech_sme@2017", "三年内不得申报", "2025年评价工作通知", "official"),
        ("tech_sme@2017", "仍按本办法评价", "工信部企业〔2026〕2号 第三十条", "secondary"),
        ("innovative_sme@2022", "仍按附件1评价", "工信部企业〔2026〕2号 第三十条", "repost"),
        ("specialised_sme@2022", "有效至期满", "工信部企业〔2026〕2号", "repost"),
        ("little_giant@2022", "有效至期满", "工信部企业〔2026〕2号", "repost"),
    ],
)
def test_what_holds_for_a_title_is_told_with_its_source(card: str, said: str, clause: str, grade: str) -> None:
    held = next(section for section in _described(card).sections if section.id == "held")
    assert any(said in row.label.zh and clause in row.clause and row.grade == grade for row in held.rows)


def test_bands_stand_with_their_points_as_numbers(tmp_path: Path) -> None:
    card = _described("tech_sme@2017")
    workbook.write(card, tmp_path / "card.xlsx")
    book = fastexcel.read_excel(tmp_path / "card.xlsx")
    assert book.sheet_names == ["条件", "计分", "路径", "取得之后", "文件", "说明"]
    points = book.load_sheet("计分").to_polars()
    assert points.columns[:4] == [
        "标识\nid",
        "名称\nname",
        "英文名称\nname in English",
        "要求或档次\ncondition or band",
    ]
    staff = points.filter(points["标识\nid"] == "tech_staff")
    bands = staff.drop_nulls("分值上限\npoints, most")
    assert bands["要求或档次\ncondition or band"].to_list()[:2] == ["≥ 30%", "≥ 25%, < 30%"]
    assert bands["分值上限\npoints, most"].to_list() == [20, 16, 12, 8, 4, 0]
    assert staff["满分\nmaximum"].to_list()[0] == 20


def test_the_workbook_keeps_its_header_in_sight_and_wraps(tmp_path: Path) -> None:
    workbook.write(_described("tech_sme@2017"), tmp_path / "card.xlsx")
    with zipfile.ZipFile(tmp_path / "card.xlsx") as archive:
        assert 'state="frozen"' in archive.read("xl/worksheets/sheet1.xml").decode()
        assert 'wrapText="1"' in archive.read("xl/styles.xml").decode()


def test_conditions_are_nested_as_in_the_card() -> None:
    gates = next(s for s in _described("gazelle.sichuan@2023").sections if s.id == "gates")
    growth = next(row for row in gates.rows if row.id == "growth")
    assert [(line.depth, line.zh) for line in growth.lines[:4]] == [
        (0, "营业收入"),
        (1, "满足其一"),
        (2, "同时满足"),
        (3, "近2年营业收入复合增长率"),
    ]


def test_floors_and_caps_of_groups_are_told() -> None:
    card = EDITIONS["innovative_sme@2022"].latest
    plain = text(_described("innovative_sme@2022")).plain
    for group in card.groups.values():
        assert group.floor is not None
        assert f"最低 / at least → {group.floor / MICRO:g}" in plain


def test_the_form_is_chosen_on_the_command_line(tmp_path: Path) -> None:
    plain = dengti("rulebook", "show", "tech_sme")
    assert plain.returncode == 0
    assert "\x1b" not in plain.stdout
    assert "[official]" in plain.stdout
    assert dengti("rulebook", "show", "tech_sme", "--format", "markdown").stdout.startswith("# 科技型中小企业")
    path = tmp_path / "new" / "card.xlsx"
    assert dengti("rulebook", "show", "tech_sme", "--format", "xlsx", "--output", str(path)).returncode == 0
    assert fastexcel.read_excel(path).sheet_names[0] == "条件"
    query = dengti("rulebook", "show", "tech_sme", "--format", "sql", "--as-of", "2026-11-22")
    assert "as of 2026-11-22" in query.stdout
    assert query.stdout == dengti("rulebook", "show", "tech_sme", "--format", "sql", "--as-of", "2026-11-22").stdout


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("moon",), "moon"),
        (("tech_sme", "--edition", "1999"), "1999"),
        (("tech_sme", "--format", "pdf"), "pdf"),
        (("tech_sme", "--format", "xlsx"), "--output"),
        (("tech_sme", "--format", "xlsx", "--output", "card.txt"), "card.txt"),
        (("tech_sme", "--format", "sql", "--dialect", "oracle"), "oracle"),
        (("tech_sme", "--format", "sql", "--as-of", "soon"), "soon"),
        (("tech_sme", "--output", "/proc/nowhere/card.txt"), "/proc/nowhere"),
    ],
)
def test_a_wrong_option_is_named_with_its_remedy(options: tuple[str, ...], named: str) -> None:
    done = in_process.dengti("rulebook", "show", *options)
    assert done.returncode == 1
    assert named in done.stderr
    assert "remedy" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_scheme_shows_weights_by_stage_what_its_constraints_do_and_that_it_is_a_reference() -> None:
    edition = Catalogue().edition("credit.guangxi_reference")
    shown = markdown(describe(edition.latest, edition.tree))
    assert "参考，无人发布或确认" in shown
    assert "权重：种子期 / weight, Seed → 16.7" in shown
    assert "约束：不符合时提示，不扣分" in shown
    assert "种子期 Seed < 100万元" in shown


def test_indicators_without_points_are_shown_by_name_and_grade_and_texts_that_are_not_held_are_said() -> None:
    edition = Catalogue().edition("credit.national", "2025")
    shown = markdown(describe(edition.latest, edition.tree))
    assert "只公布名称、未公布分值的指标" in shown
    assert "研发投入强度" in shown
    assert "[memory]" in shown
    assert "原文未存 / text not held" in shown


STAND_IN = (
    "credit.sichuan@2025",
    "credit.wenzhou_longwan@2022",
    "gazelle.eurostat@2014",
    "gazelle.guangxi_pool@2021",
    "gazelle.guangxi_pool@2022",
    "gazelle.hangzhou_binjiang@2017",
    "gazelle.jiangsu@2024",
    "gazelle.jinan@2020",
    "gazelle.jinan_htz@2016",
    "gazelle.liaoning@2021",
    "gazelle.oecd@2007",
    "gazelle.shandong@2019",
    "gazelle.shandong@2020",
    "gazelle.shijiazhuang_htz@2018",
    "gazelle.sichuan@2019",
    "gazelle.sichuan@2023",
    "gazelle.torch@2018",
    "gazelle.yancheng@2022",
    "gazelle.zhongshan_torch@2021",
    "hte_pool.guangdong@2017",
    "hte_pool.guangxi@2022",
    "hte_pool.jiangsu@2018",
    "industry_leader.chengdu@2020",
    "quasi_unicorn.shandong@2018",
    "seed_unicorn.sichuan@2025",
    "unicorn@2017",
    "unicorn.chengdu@2020",
    "unicorn.shandong@2018",
    "unicorn.shandong@2020",
    *(name for name in EDITIONS if name.endswith("@undated")),
)
"""Editions whose own day is not on file: the first of the year or month, or the day of a relay, stands for it; of some not even the year is."""


@pytest.mark.parametrize("name", STAND_IN)
def test_a_day_that_only_stands_in_is_not_shown_as_the_texts_own(name: str) -> None:
    card = _described(name)
    said = next(value for label, value in card.facts if label.zh == "说明")
    assert "日期未见" in said
    assert "not on file" in said
    assert said in text(card).plain


def test_the_scale_and_the_lists_of_a_scheme_are_told_also_where_its_points_are_not_published() -> None:
    assert "分制 / scale: 100 + 30（加分 / bonus）" in text(_described("credit.national@2025")).plain
    longwan = text(_described("credit.wenzhou_longwan@2022")).plain
    assert "榜单（同阶段内排名） / lists (by rank within a stage): " in longwan
    assert "创新领跑榜 Leading ≤ 5%；创新竞跑榜 Racing ≤ 10%；创新进取榜 Striving ≤ 20%" in longwan


RUNGS_OF_GROWTH = ("gazelle.", "industry_leader", "potential_unicorn", "quasi_unicorn", "seed_unicorn", "unicorn")
READ_BY_PERSONS = [name for name in EDITIONS if name.startswith(RUNGS_OF_GROWTH)]


@pytest.mark.parametrize("name", READ_BY_PERSONS)
def test_what_a_person_must_say_beside_the_numbers_is_explained_where_the_condition_stands(name: str) -> None:
    """A condition that asks for a number or a person's word says in words what the person is asked, and why."""
    for section in _described(name).sections:
        for row in section.rows:
            if len(row.lines) > 1 and any("经核定符合" in line.text for line in row.lines):
                assert row.note, row.id


def test_what_the_texts_leave_open_of_a_word_is_told() -> None:
    for name in ("gazelle.sichuan@2019", "gazelle.torch@2018"):
        assert "按营业收入计算" in text(_described(name)).plain
    assert "一处41%，成都版20%" in text(_described("gazelle.sichuan@2019")).plain
    assert "原文为“持续达到”" in text(_described("gazelle.shandong@2020")).plain


@pytest.mark.parametrize(
    "name",
    [
        "gazelle.changsha_htz@undated",
        "gazelle.eurostat@2014",
        "gazelle.gbt_41464@2022",
        "gazelle.jiangsu@2024",
        "gazelle.jinan@2020",
        "gazelle.liaoning@2021",
        "gazelle.oecd@2007",
        "gazelle.shandong@2019",
        "gazelle.shandong@2020",
        "gazelle.torch@2018",
        "gazelle.wuhan_east_lake@undated",
        "gazelle.wuxi_pool@undated",
        "gazelle.xiamen_torch@undated",
        "gazelle.zhengzhou_htz@undated",
        "gazelle.zhongshan_torch@2021",
        "potential_unicorn.huangpu@undated",
        "potential_unicorn@2022",
        "quasi_unicorn.shandong@2018",
        "seed_unicorn.shenzhen@undated",
        "seed_unicorn.sichuan@2025",
        "unicorn.huangpu@undated",
        "unicorn.shandong@2018",
        "unicorn.shandong@2020",
        "unicorn.shenzhen@undated",
        "unicorn.suqian@undated",
        "unicorn.yancheng@undated",
    ],
)
def test_a_convention_of_age_that_the_text_on_file_does_not_state_is_told(name: str) -> None:
    age = next(row for section in _described(name).sections for row in section.rows if row.id == "age")
    assert age.note
