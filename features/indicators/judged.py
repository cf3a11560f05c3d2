"""What a person or the authority's platform has stated: judgements without a numeric line, levels and scores."""

from __future__ import annotations

from features.expression import Exists, RowFact, every, grade
from features.indicators.base import Indicator, Unit, indicator
from features.kinds import Grade
from features.moments import as_of, year_start

_YES = Grade().scale
"""A recorded yes: 1, in millionths."""


@indicator
def attested(criterion: str) -> Indicator:
    """A condition for which the text draws no numeric line: as recorded under ``expert_grades``, open until it is."""
    return Indicator(
        f"attested({criterion})",
        f"经核定符合（{criterion}）",
        f"attested ({criterion})",
        Unit.TRUTH,
        grade(criterion) >= _YES,
        "工信部企业〔2022〕63号",
    )


@indicator
def platform_score(year: int = 0) -> Indicator:
    """专精特新发展评价得分, computed by the ministry's platform, of as_of's year (0) or of the year before (−1).

    A score recorded without a year is as_of's year's.
    """
    return Indicator(
        f"platform_score({year})",
        "专精特新发展评价得分" if year == 0 else f"专精特新发展评价得分（{-year}年前）",
        "development-evaluation score",
        Unit.POINTS,
        grade("specialised.platform_score", year),
        "工信厅企业〔2024〕75号",
    )


@indicator
def digital_level() -> Indicator:
    """数字化水平, the level that the self-test of the platform gives: 1 to 3."""
    return Indicator(
        "digital_level",
        "数字化水平",
        "digital level",
        Unit.LEVEL,
        grade("specialised.digital_level"),
        "工信部企业〔2022〕63号 附件2",
    )


@indicator
def credit_score(points: int) -> Indicator:
    """第三方信用评分 of at least so many points, given last year or this year; older ones are no longer about it."""

    def _event(field: str) -> RowFact:
        return RowFact("event", field)

    where = every(
        (
            _event("kind").is_("credit_score"),
            _event("value") >= points * 10**6,
            _event("occurred_on") >= year_start(-1),
            _event("occurred_on") <= as_of(),
        )
    )
    return Indicator(
        f"credit_score({points})",
        f"第三方信用评分达到{points}分",
        f"credit score of at least {points}",
        Unit.TRUTH,
        Exists("event", where),
        "鲁工信发〔2020〕8号",
    )
