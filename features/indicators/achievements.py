"""Intellectual property, awards, institutions and standards."""

from __future__ import annotations

from features.expression import Condition, Count, Exists, RowFact, every
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, year_start, years_before

CLASSES = {
    "class_1": (
        "invention_patent",
        "defence_patent",
        "plant_variety",
        "national_crop_variety",
        "national_new_drug",
        "class1_tcm_protection",
        "ic_layout",
    ),
    "class_2": ("utility_model", "design_patent", "software_copyright"),
}
"""Ⅰ类 and Ⅱ类 intellectual property (115号 附件说明; 195号); trademarks are in neither."""


def _right(field: str) -> RowFact:
    return RowFact("intellectual_property", field)


def _event(field: str) -> RowFact:
    return RowFact("event", field)


@indicator
def valid_rights(of: str) -> Indicator:
    """Rights of one class: in force, granted by as_of, tied to the main product, undisputed."""
    if of not in CLASSES:
        raise ValueError("of: " + " | ".join(CLASSES))
    where = every(
        (
            _right("kind").is_(*CLASSES[of]),
            _right("in_force").holds(),
            _right("supports_main_product").holds(),
            ~_right("disputed").holds(),
            _right("granted_on") <= as_of(),
        )
    )
    name = {"class_1": "Ⅰ类", "class_2": "Ⅱ类"}[of]
    return Indicator(
        f"valid_rights({of})",
        f"有效{name}知识产权数量",
        f"valid rights of {of.replace('_', ' ')}",
        Unit.ITEMS,
        Count("intellectual_property", where, "count"),
        "国科发政〔2017〕115号 附件说明",
    )


def recent(table: str, field: str, years: int) -> Condition:
    """The row's date lies within the last ``years`` years up to as_of."""
    day = RowFact(table, field)
    return every((day >= years_before(years), day <= as_of()))


@indicator
def award(levels: list[str], years: int, rank_max: int = 0) -> Indicator:
    """Science and technology award of one of the levels within the last years, ranked so high among the awarded units.

    With ``rank_max`` 0 any rank will do.
    """
    ranked = (_event("rank") <= rank_max,) if rank_max else ()
    where = every(
        (
            _event("kind").is_("st_award"),
            _event("level").is_(*levels),
            *ranked,
            recent("event", "occurred_on", years),
        )
    )
    return Indicator(
        f"award({'|'.join(levels)},{years},{rank_max})",
        f"近{years}年科技奖励" + (f"（排名前{rank_max}）" if rank_max else ""),
        f"S&T award in {years} years" + (f", top {rank_max}" if rank_max else ""),
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第八条",
    )


@indicator
def project(levels: list[str], years: int) -> Indicator:
    """A research project (科技计划项目) of one of the levels begun within the last years."""
    where = every(
        (_event("kind").is_("rd_project"), _event("level").is_(*levels), recent("event", "occurred_on", years))
    )
    return Indicator(
        f"project({'|'.join(levels)},{years})",
        f"近{years}年科技计划项目",
        f"R&D project in {years} years",
        Unit.TRUTH,
        Exists("event", where),
        "企业创新积分",
    )


@indicator
def institution(levels: list[str]) -> Indicator:
    """A recognised R&D institution of one of the levels, still standing at as_of."""
    where = every(
        (
            _event("kind").is_("rd_institution"),
            _event("level").is_(*levels),
            _event("occurred_on") <= as_of(),
            _event("ended_on") >= as_of(),
        )
    )
    return Indicator(
        f"institution({'|'.join(levels)})",
        "经认定的研发机构",
        "recognised R&D institution",
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第八条",
    )


@indicator
def rights_of(kinds: list[str], years: int = 0) -> Indicator:
    """Rights of the kinds named in force at as_of; with ``years`` only those granted within the last years."""
    when = recent("intellectual_property", "granted_on", years) if years else _right("granted_on") <= as_of()
    where = every((_right("kind").is_(*kinds), _right("in_force").holds(), when))
    return Indicator(
        f"rights_of({'|'.join(kinds)},{years})",
        "有效知识产权数量（按类别）" if not years else f"近{years}年获得的有效知识产权数量（按类别）",
        "rights of the kinds named" + (f", granted in {years} years" if years else ""),
        Unit.ITEMS,
        Count("intellectual_property", where, "count"),
        "各地瞪羚企业认定条件",
    )


@indicator
def rights_granted_in(kinds: list[str], year: int) -> Indicator:
    """Rights of the kinds named, in force at as_of and granted in one calendar year (−1 = the year before as_of's)."""
    granted = _right("granted_on")
    when = (granted >= year_start(year), granted < year_start(year + 1))
    where = every((_right("kind").is_(*kinds), _right("in_force").holds(), *when))
    return Indicator(
        f"rights_granted_in({'|'.join(kinds)},{year})",
        "上年获得的有效知识产权数量（按类别）" if year == -1 else f"前{-year}年获得的有效知识产权数量（按类别）",
        "rights of the kinds named, granted " + ("last year" if year == -1 else f"{-year} years ago"),
        Unit.ITEMS,
        Count("intellectual_property", where, "count"),
        "各地瞪羚企业认定条件",
    )


@indicator
def standard_led(levels: list[str], years: int) -> Indicator:
    """Led the drafting of a standard of one of the levels within the last years."""
    where = every(
        (_event("kind").is_("standard_led"), _event("level").is_(*levels), recent("event", "occurred_on", years))
    )
    return Indicator(
        f"standard_led({'|'.join(levels)},{years})",
        f"近{years}年主导制定标准",
        f"led a standard in {years} years",
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第八条",
    )
