"""How a condition or a way of scoring changed: as far in as the two have the same shape, else as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from api.authority.diff.effects import Effect, of_bands, of_points, of_ranges
from api.authority.lint.bands import domain
from api.authority.show.lines import Line, of_rule
from features.indicators.base import Indicator
from scoring.card import (
    MICRO,
    AllOf,
    AnyOf,
    Award,
    Band,
    Bands,
    BestOf,
    Case,
    Choose,
    Expert,
    Fixed,
    LeastOf,
    Limits,
    LinearToCap,
    NotOf,
    Range,
    Requirement,
    Test,
)
from scoring.spans import left_out, span

Rule = Requirement | Award


@dataclass(frozen=True)
class RuleChange:
    """One change: what it is about, the words before and after (None where there was or is nothing), its effect."""

    about: str
    before: str | None
    after: str | None
    effect: Effect


def words(rule: Rule) -> str:
    """A rule in words, a line each where it has several."""
    return said(of_rule(rule))


def said(lines: Iterable[Line]) -> str:
    """Lines as one text, nested by two spaces."""
    return "\n".join("  " * line.depth + line.text for line in lines)


def changes(before: Rule, after: Rule) -> Iterator[RuleChange]:
    """What changed; nothing where both say the same."""
    match before, after:
        case Test(indicator, old), Test(other, new) if indicator.id == other.id:
            if effect := of_ranges(old, new):
                yield RuleChange(_named(indicator), old.text, new.text, effect)
        case NotOf(old), NotOf(new):
            for change in changes(old, new):
                yield replace(change, effect=change.effect.turned)
        case AllOf(olds), AllOf(news):
            yield from _parts(olds, news, Effect.TIGHTENED)
        case AnyOf(olds), AnyOf(news):
            yield from _parts(olds, news, Effect.RELAXED)
        # One condition is all of one, and any of one.
        case ((AllOf() | AnyOf() as several), (Test() | NotOf() | Choose() as one)):
            yield from changes(several, replace(several, parts=(cast(Requirement, one),)))
        case ((Test() | NotOf() | Choose() as one), (AllOf() | AnyOf() as several)):
            yield from changes(replace(several, parts=(cast(Requirement, one),)), several)
        case BestOf(olds), BestOf(news):
            yield from _options(olds, news, Effect.RELAXED)
        case LeastOf(olds), LeastOf(news):
            yield from _options(olds, news, Effect.TIGHTENED)
        case Choose(by, olds), Choose(other, news) if by.id == other.id:
            yield from _cases(by, olds, news)
        case Bands(indicator), Bands(other) if indicator.id == other.id:
            yield from _bands(before, after)
        case LinearToCap(indicator), LinearToCap(other) if indicator.id == other.id:
            values = [value for full in (before.full, after.full) for value in (full / 2, full)]
            yield from _whole(before, after, ((_share(before, v), _share(after, v)) for v in values))
        case Expert(criterion, low, high), Expert(other, least, most) if criterion == other:
            yield from _whole(before, after, [((low, high), (least, most))])
        case Fixed(old), Fixed(new):
            yield from _whole(before, after, [((old,), (new,))])
        case _:
            yield RuleChange("", words(before), words(after), Effect.CHANGED)


def _named(indicator: Indicator) -> str:
    return f"{indicator.zh} / {indicator.en}"


def _whole(
    before: Award, after: Award, points: Iterable[tuple[tuple[int, ...], tuple[int, ...]]]
) -> Iterator[RuleChange]:
    if words(before) != words(after):
        yield RuleChange("", words(before), words(after), of_points(points) or Effect.CHANGED)


def _share(award: LinearToCap, value: Fraction) -> tuple[int]:
    return (min(award.points, int(award.points * value / award.full)),)


def _parts(olds: Sequence[Requirement], news: Sequence[Requirement], adding: Effect) -> Iterator[RuleChange]:
    """Parts in any order: first those that stayed, then those of one indicator, then what stands in place of what."""
    left, right = list(olds), list(news)
    for alike in (_say_the_same, _of_one_indicator):
        for old in list(left):
            new = next((one for one in right if alike(old, one)), None)
            if new is not None:
                left.remove(old)
                right.remove(new)
                yield from changes(old, new)
    if len(left) == len(right):
        for old, new in zip(left, right, strict=True):
            yield from changes(old, new)
        return
    yield from (RuleChange("", words(old), None, adding.turned) for old in left)
    yield from (RuleChange("", None, words(new), adding) for new in right)


def _say_the_same(before: Requirement, after: Requirement) -> bool:
    return not any(changes(before, after))


def _of_one_indicator(before: Requirement, after: Requirement) -> bool:
    return isinstance(before, Test) and isinstance(after, Test) and before.indicator.id == after.indicator.id


def _options(olds: Mapping[str, Award], news: Mapping[str, Award], adding: Effect) -> Iterator[RuleChange]:
    for name in dict.fromkeys((*olds, *news)):
        match olds.get(name), news.get(name):
            case None, new if new is not None:
                yield RuleChange(name, None, words(new), adding)
            case old, None if old is not None:
                yield RuleChange(name, words(old), None, adding.turned)
            case old, new if old is not None and new is not None:
                yield from changes(old, new)


def _cases(by: Indicator, olds: Sequence[Case[Any]], news: Sequence[Case[Any]]) -> Iterator[RuleChange]:
    """Brackets of the same range, then the others in their order."""
    left, right = list(olds), list(news)
    pairs = []
    for old in olds:
        new = next((one for one in right if of_ranges(old.range, one.range) is None), None)
        if new is not None:
            left.remove(old)
            right.remove(new)
            pairs.append((old, new))
    if len(left) == len(right):
        pairs += zip(left, right, strict=True)
        left, right = [], []
    for old, new in pairs:
        if of_ranges(old.range, new.range):
            yield RuleChange(_named(by), old.range.text, new.range.text, Effect.CHANGED)
        for change in changes(old.body, new.body):
            about = f"{by.zh} {new.range.text}"
            yield replace(change, about=f"{about}：{change.about}" if change.about else about)
    yield from (RuleChange(f"{by.zh} {old.range.text}", words(old.body), None, Effect.CHANGED) for old in left)
    yield from (RuleChange(f"{by.zh} {new.range.text}", None, words(new.body), Effect.CHANGED) for new in right)


def _bands(before: Bands, after: Bands) -> Iterator[RuleChange]:
    """The bands that one of the two does not have."""
    olds, news = map(_all_bands, (before, after))
    if effect := of_bands(olds, news):
        old, new = (_others(of, than) for of, than in ((olds, news), (news, olds)))
        yield RuleChange(_named(before.indicator), old or None, new or None, effect)
    old, new = (f"{of.criterion or '—'}, {of.step / MICRO:g}" for of in (before, after))
    if old != new:
        yield RuleChange("评定与步长 / graded by, in steps of", old, new, Effect.CHANGED)


def _all_bands(award: Bands) -> tuple[Band, ...]:
    """With what the award leaves out: there its points are open, not none."""
    by, most = award.indicator, max((band.high for band in award.bands), default=0)
    return (
        *award.bands,
        *(Band(range_, 0, most) for range_ in left_out(by, [b.range for b in award.bands]) if _ever(by, range_)),
    )


def _ever(by: Indicator, range_: Range) -> bool:
    """Whether the indicator ever has such a value."""
    if not isinstance(range_, Limits):
        return True
    (least, most), (lower, upper) = domain(by), span(range_, by)
    return max(least, lower) < min(most, upper)


def _others(of: Sequence[Band], than: Sequence[Band]) -> str:
    kept = [(replace(band.range, text=""), band.low, band.high) for band in than]
    bands = (band for band in of if (replace(band.range, text=""), band.low, band.high) not in kept)
    return "\n".join(f"{b.range.text}: {Line(points=(b.low, b.high)).worth}" for b in bands)
