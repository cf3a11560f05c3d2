"""Conditions and points of a provision, a line each, nested as they are in the card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from features.indicators.base import Indicator
from scoring.card import (
    MICRO,
    AllOf,
    AnyOf,
    Award,
    Bands,
    BestOf,
    Choose,
    Expert,
    Fixed,
    LeastOf,
    LinearToCap,
    NotOf,
    Percentile,
    Requirement,
    Test,
)


@dataclass(frozen=True)
class Line:
    """A condition, a band, or what the lines nested below it have in common."""

    depth: int = 0
    zh: str = ""
    en: str = ""
    range: str = ""
    """Limits or values: ``≥ 5%``."""
    indicator: str = ""
    """The indicator's id, with its settings."""
    points: tuple[int, int] | None = None
    """Micro-points, least and most."""

    @property
    def words(self) -> str:
        """All but the points; the indicator's id only where it has settings that its name may leave out."""
        said = " ".join(part for part in (self.zh, self.range) if part)
        settings = f" `{self.indicator}`" if "(" in self.indicator else ""
        return said + (f" / {self.en}" if self.en else "") + settings

    @property
    def worth(self) -> str:
        """The points: 20, 6–8, or nothing."""
        if self.points is None:
            return ""
        low, high = (f"{end / MICRO:.10g}" for end in self.points)
        return low if low == high else f"{low}–{high}"

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.words} → {self.worth}" if self.worth else self.words


def of_rule(rule: Requirement | Award, depth: int = 0) -> Iterator[Line]:
    """The lines of a condition or of a way of scoring."""
    match rule:
        case Test(indicator, range_):
            yield _about(indicator, depth, range_.text)
        case AllOf(parts):
            yield from _several(Line(depth, "同时满足", "all of"), parts)
        case AnyOf(parts):
            yield from _several(Line(depth, "满足其一", "any of"), parts)
        case NotOf(part):
            yield from _several(Line(depth, "不得", "not"), (part,))
        case BestOf(options):
            yield from _several(Line(depth, "取高", "best of"), tuple(options.values()))
        case LeastOf(options):
            yield from _several(Line(depth, "取低", "least of"), tuple(options.values()))
        case Choose(by, cases):
            for case in cases:
                yield from _several(_about(by, depth, case.range.text), (case.body,))
        case Bands(indicator, bands, criterion, step):
            yield _graded(_about(indicator, depth, ""), criterion, step)
            for band in bands:
                yield Line(depth + 1, range=band.range.text, points=(band.low, band.high))
        case LinearToCap(indicator, full, points, step):
            zh = f"{points / MICRO:.10g} × {indicator.zh} ÷ {float(full):.10g}，封顶"
            line = Line(depth, zh, f"{indicator.en}, capped", "", indicator.id, (0, points))
            yield _graded(line, None, step)
        case Percentile(indicator, points, cuts):
            yield replace(
                _about(indicator, depth, ""), zh=f"{indicator.zh}：超过同类企业的比例 × {points / MICRO:.10g}"
            )
            for group, limits in cuts.items():
                yield Line(
                    depth + 1, f"{group}：{len(limits) + 1} 组，界限 {'、'.join(f'{float(cut):.6g}' for cut in limits)}"
                )
        case Expert(criterion, low, high, step):
            yield _graded(Line(depth, "专家评分", "expert", points=(low, high)), criterion, step)
        case Fixed(points):
            yield Line(depth, "固定", "fixed", points=(points, points))
        case _:
            raise TypeError(rule)


def _about(indicator: Indicator, depth: int, range_: str) -> Line:
    return Line(depth, indicator.zh, indicator.en, range_, indicator.id)


def _several(above: Line, below: tuple[Requirement | Award, ...]) -> Iterator[Line]:
    yield above
    for rule in below:
        yield from of_rule(rule, above.depth + 1)


def _graded(line: Line, criterion: str | None, step: int) -> Line:
    """With the criterion that a person grades, and the step to which points are rounded down."""
    zh, en = line.zh, line.en
    if criterion is not None:
        zh, en = f"{zh}（{criterion}）", f"{en} (graded)"
    if step > 1:
        zh, en = f"{zh}，每 {step / MICRO:.10g} 分一档", f"{en}, in steps of {step / MICRO:.10g}"
    return replace(line, zh=zh, en=en)
