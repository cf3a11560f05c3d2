"""Rights tied to the leading product as the measures for 优质中小企业 count them."""

from __future__ import annotations

from features.expression import Condition, Count, RowFact, every
from features.indicators.achievements import CLASSES
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, years_before

_NAMES = {
    "class_1_high_value": ("Ⅰ类高价值知识产权数量", "high-value rights of class 1"),
    "class_1_own": ("自主研发的Ⅰ类知识产权数量", "rights of class 1 from own R&D"),
    "class_1": ("Ⅰ类知识产权数量", "rights of class 1"),
    "class_2": ("Ⅱ类知识产权数量", "rights of class 2"),
}
TRANSFERRED = ("counts", "after_a_year", "never")
"""How a text takes rights that were transferred in (受让)."""


def _right(field: str) -> RowFact:
    return RowFact("intellectual_property", field)


def _tied(of: str) -> Condition:
    """In force, granted by as_of and tied to the leading product."""
    return every(
        (
            _right("kind").is_(*CLASSES[of]),
            _right("in_force").holds(),
            _right("supports_main_product").holds(),
            _right("granted_on") <= as_of(),
        )
    )


def _transferred(how: str) -> list[Condition]:
    own: Condition = ~_right("acquired_by").is_("transfer")
    after_a_year: Condition = own | (_right("acquired_on") <= years_before(1))
    by_text: dict[str, list[Condition]] = {"counts": [], "after_a_year": [after_a_year], "never": [own]}
    return by_text[how]


@indicator
def product_rights(of: str) -> Indicator:
    """Valid rights of one class tied to the leading product, transferred-in ones from one year after the transfer.

    Ⅱ类 are software copyrights, and utility models and designs held for more than two years since the grant.
    """
    if of not in _NAMES:
        raise ValueError("of: " + " | ".join(_NAMES))
    held: Condition = ~_right("kind").is_("utility_model", "design_patent") | (_right("granted_on") < years_before(2))
    more: dict[str, list[Condition]] = {
        "class_1_high_value": [_right("high_value").holds()],
        "class_1_own": [_right("acquired_by").is_("own_rd")],
        "class_1": [],
        "class_2": [held],
    }
    where = every((_tied("class_2" if of == "class_2" else "class_1"), *more[of], *_transferred("after_a_year")))
    zh, en = _NAMES[of]
    return Indicator(
        f"product_rights({of})",
        f"与主导产品相关的有效{zh}",
        f"valid {en} tied to the leading product",
        Unit.ITEMS,
        Count("intellectual_property", where, "count"),
        "工信部企业〔2022〕63号 说明",
    )


@indicator
def applied_rights(transferred: str, holder_rank_max: int = 0) -> Indicator:
    """Valid Ⅰ类 rights tied to the leading product that are applied with economic benefit.

    ``transferred``: whether transferred-in ones count, count after a year, or never do. With ``holder_rank_max`` the firm
    is among so many first holders.
    """
    if transferred not in TRANSFERRED:
        raise ValueError("transferred: " + " | ".join(TRANSFERRED))
    ranked = [_right("holder_rank") <= holder_rank_max] if holder_rank_max else []
    where = every((_tied("class_1"), _right("applied_with_benefit").holds(), *_transferred(transferred), *ranked))
    return Indicator(
        f"applied_rights({transferred},{holder_rank_max})",
        "与主导产品相关、实际应用并产生效益的Ⅰ类知识产权数量",
        "rights of class 1 applied with benefit to the leading product",
        Unit.ITEMS,
        Count("intellectual_property", where, "count"),
        "工信部企业〔2026〕2号",
    )
