"""What the synthetic population is made to look like.

Every figure here is a DEMONSTRATION ASSUMPTION (演示假设), invented so that cards have passing, failing and
undetermined firms to show. None is policy, none is a statistic of a real place; a card never reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "合成数据 synthetic"
"""Stands in the provenance column ``source`` of every row."""
NOTE_ZH = "合成数据，仅供演示"
NOTE_EN = "synthetic data for demonstration"

SOURCE_TAX = "合成数据 synthetic 税务口径"
"""The second source of the few accounts that two sources state differently."""

PROVINCES = {"45": 0.92, "51": 0.08}
"""Mostly Guangxi, a few firms in Sichuan; how each spreads over its prefectures is cited (`calibration`)."""

DISTRICTS = {
    "450200": {"450203": 8.0, "450204": 8.0, "450205": 8.0, "450202": 5.0, "450206": 4.0, "450200": 4.0},
    "450100": {"450107": 10.0, "450103": 6.0, "450108": 4.0, "450105": 2.0},
    "450300": {"450305": 8.0, "450304": 2.0, "450312": 3.0},
    "450500": {"450502": 3.0, "450503": 2.0, "450512": 2.0},
}
"""Divisions of registration within a prefecture; firms of the others are registered at the prefecture."""

ZONES = {
    "450100": {"nanning": 0.50}, "450200": {"liuzhou": 0.45, "liuzhou_hexi": 0.15}, "450300": {"guilin": 0.50},
    "450400": {"wuzhou": 0.40}, "450500": {"beihai": 0.45}, "450600": {"fangchenggang": 0.35},
    "450700": {"qinzhou": 0.35}, "450900": {"yulin": 0.40}, "451000": {"baise": 0.40}, "451100": {"hezhou": 0.40},
    "451300": {"laibin": 0.40},
    "510100": {"chengdu": 0.72}, "510300": {"zigong": 0.72}, "510400": {"panzhihua": 0.72},
    "510500": {"luzhou": 0.72}, "510600": {"deyang": 0.72}, "510700": {"mianyang": 0.72}, "510900": {"suining": 0.72},
    "511000": {"neijiang": 0.72}, "511100": {"leshan": 0.72},
}  # fmt: skip
"""Share of a prefecture's firms in each high-tech zone; the others are in no zone. Sichuan's share is set so that its
zones' part in high-tech income is the cited one."""


@dataclass(frozen=True)
class Profile:
    """What firms of like industries have in common; money in yuan, means before the firm's own level."""

    median_revenue: float
    per_head: float
    """Revenue an employee at the median."""
    rd_active: float
    """Share of firms with any R&D."""
    rd_intensity: float
    """Median R&D over revenue of a median-sized firm that has any."""
    tech_share: float
    inventions: float
    utility_models: float
    software: float
    margin: float


PROFILES = {
    "hitech_plant": Profile(22e6, 600e3, 0.95, 0.055, 0.22, 0.9, 3.0, 1.0, 0.07),
    "plant": Profile(18e6, 550e3, 0.75, 0.030, 0.14, 0.4, 1.8, 0.3, 0.05),
    "software": Profile(8e6, 380e3, 0.95, 0.110, 0.45, 0.4, 0.2, 5.0, 0.09),
    "science": Profile(6e6, 350e3, 0.85, 0.080, 0.35, 0.5, 0.8, 1.2, 0.07),
    "works": Profile(30e6, 700e3, 0.35, 0.015, 0.08, 0.1, 0.6, 0.2, 0.04),
    "services": Profile(10e6, 400e3, 0.20, 0.012, 0.06, 0.03, 0.1, 0.4, 0.05),
    "trade": Profile(25e6, 1_500e3, 0.10, 0.006, 0.04, 0.02, 0.1, 0.1, 0.02),
    "primary": Profile(8e6, 300e3, 0.40, 0.025, 0.09, 0.2, 0.3, 0.1, 0.05),
}


@dataclass(frozen=True)
class Industry:
    """An industry code (GB/T 4754-2017), its share, the word in the firms' names, its technology field."""

    code: str
    weight: float
    word: str
    profile: str
    field: str | None = None


_MADE, _IT, _MATTER, _BIO = "advanced_manufacturing", "electronic_information", "new_materials", "biology_new_medicine"

INDUSTRIES = (
    Industry("C3670", 9, "汽车零部件", "plant", _MADE),
    Industry("C3612", 3, "新能源汽车", "hitech_plant", _MADE),
    Industry("C3421", 4, "机床", "hitech_plant", _MADE),
    Industry("C3491", 4, "机器人", "hitech_plant", _MADE),
    Industry("C3514", 4, "工程机械", "plant", _MADE),
    Industry("C3962", 4, "智能装备", "hitech_plant", _IT),
    Industry("C3985", 4, "电子材料", "hitech_plant", _MATTER),
    Industry("C382", 3, "电气", "plant", "new_energy_saving"),
    Industry("C325", 4, "金属材料", "plant", _MATTER),
    Industry("C2662", 3, "化工", "plant", _MATTER),
    Industry("C2740", 3, "药业", "hitech_plant", _BIO),
    Industry("C1340", 3, "糖业", "plant"),
    Industry("C303", 2, "建材", "plant", _MATTER),
    Industry("C20", 2, "木业", "plant"),
    Industry("I6513", 12, "软件", "software", _IT),
    Industry("I6531", 5, "信息技术", "software", _IT),
    Industry("I6520", 2, "集成电路", "software", _IT),
    Industry("M73", 4, "科技", "science", "high_tech_services"),
    Industry("M751", 3, "科技", "science", "high_tech_services"),
    Industry("N772", 2, "环保", "science", "resources_environment"),
    Industry("I642", 2, "网络", "software", _IT),
    Industry("I631", 1, "通信", "services", _IT),
    Industry("A01", 2, "农业", "primary", _BIO),
    Industry("E47", 2, "建设", "works"),
    Industry("F517", 2, "贸易", "trade"),
    Industry("F52", 1, "商贸", "trade"),
    Industry("G543", 1, "运输", "services"),
    Industry("G599", 1, "仓储", "services"),
    Industry("G60", 1, "快递", "services"),
    Industry("H61", 1, "酒店", "services"),
    Industry("H62", 1, "餐饮", "services"),
    Industry("K701", 1, "置业", "works"),
    Industry("K702", 1, "物业", "services"),
    Industry("L72", 2, "商务服务", "services"),
)
"""Mostly manufacturing (C) and software (I65); each of the 16 groups of the size standard is there."""

BOUNDARY_FIRMS = 300
"""Only the first firms of a population stand at a threshold, so a large one is not distorted."""

_PLAIN = {"revenue": 42_000_000, "total_assets": 63_000_000, "employees": 80, "tech_staff": 24, "rd_expense": 3_000_000}

BOUNDARIES: dict[int, dict[str, int]] = {
    7: _PLAIN,  # 24 of 80 are exactly 30 %
    17: _PLAIN | {"tech_staff": 23},
    27: _PLAIN | {"rd_expense": 2_520_000},  # exactly 6 %
    37: _PLAIN | {"rd_expense": 2_519_999},
    47: _PLAIN | {"employees": 500, "tech_staff": 150},
    57: _PLAIN | {"employees": 501, "tech_staff": 151},
    67: _PLAIN | {"revenue": 200_000_000, "rd_expense": 12_000_000},
    77: _PLAIN | {"revenue": 200_000_001, "rd_expense": 12_000_001},
    87: _PLAIN | {"total_assets": 200_000_000},
    97: _PLAIN | {"total_assets": 200_000_001},
}
"""Last year's figures of the firms whose number ends in these two digits: at a threshold of the tech_sme card, and one
unit beyond it."""

UNKNOWN_LIST = {
    "intellectual_property": 0.05, "certificate": 0.05, "event": 0.07, "financing_round": 0.10, "zone_membership": 0.05,
}  # fmt: skip
"""Share of firms whose list of rows is not known to be complete."""

WITHHELD, WITHHELD_POOR, WITHHELD_CALIBRE = 6, 3, 2
"""Unknown facts, each by itself, as powers of one half: 1 in 64; 1 in 8 for a firm that reports poorly; 1 in 4 for the
measures with a legal scope of their own."""
CALIBRES = (
    "sales_revenue", "employees_quarterly_avg", "employees_year_end", "tech_staff_6m", "rd_expense_deduction",
    "rd_expense_hte", "leading_product_revenue", "main_product_hitech_income", "new_employees",
)  # fmt: skip
POOR_REPORTERS = 0.06
WITHHELD_FACT, WITHHELD_FACT_POOR = 0.012, 0.15
"""Unknown facts of the enterprise itself."""

MISSING_YEAR = 0.02
"""Share of earlier years whose accounts were never sent."""
LATE, VERY_LATE = 0.08, 0.02
"""Share of accounts known only by the end of the year after, and only in the year after that; the others are known by
31 May of the year after."""
RESTATED, CONTRADICTED, REPEATED = 0.0004, 0.0002, 0.0002
"""Share of accounts corrected later, stated otherwise by a second source, and sent twice."""
