"""Random small schemes of innovation credit over facts with few values, and a plain reading of one on complete facts.

As in `strategies_cards`, the reader shares no code with what makes bands and brackets of a scheme.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from hypothesis import strategies as st
from strategies_cards import BRACKET, LABEL, Reading, bands, brackets, card, linear, measures, requirements

from features.expression import Linear
from features.indicators.base import Indicator, Unit
from scoring.card import (
    Award,
    Bands,
    BestOf,
    Card,
    Effect,
    Fixed,
    Group,
    Item,
    Limits,
    LinearToCap,
    Percentile,
    Scheme,
    Stage,
)
from scoring.scheme import weighed

BY = Indicator("size", "规模", "size", Unit.ITEMS, Linear.of(BRACKET), "")
EFFECTS = (Effect("veto"), Effect("deduct", 3), Effect("flag"), Effect("unset"))


@st.composite
def percentiles(draw: st.DrawFn, stages: tuple[Stage, ...]) -> Percentile:
    """A frozen table of all, perhaps of some stages, with cuts that are equal now and then."""
    cut = st.sampled_from([Fraction(n, 2) for n in range(-1, 5)])
    cuts = st.lists(cut, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))
    own = draw(st.dictionaries(st.sampled_from([stage.id for stage in stages]), cuts))
    return Percentile(draw(measures()), draw(st.integers(1, 9)), {"all": draw(cuts), **own})


@st.composite
def schemes(draw: st.DrawFn) -> Card:
    """Up to three items with weights by stage, a bonus with a cap, and constraints with every effect."""
    stages = tuple(Stage(f"stage {n}", LABEL, range_) for n, range_ in enumerate(draw(brackets(BY))))
    scheme = Scheme(LABEL, None, 0, BY, stages, {})

    def one() -> Award:
        plain = st.one_of(
            bands().filter(lambda table: table.criterion is None), linear(), st.builds(Fixed, st.integers(1, 5))
        )
        return draw(st.one_of(plain, percentiles(stages)))

    def item(name: str, award: Award, *, by_stage: bool) -> Item:
        cap = _most(award)
        stated = replace(card({name: award}).items[name], cap=cap)
        fitting = list(_fitting(stated, scheme))
        given = {stage.id: draw(st.sampled_from(fitting)) for stage in stages} if by_stage else {}
        return weighed(stated, given, scheme)

    awards = [one() for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        awards.append(BestOf({"one": one(), "other": one()}))
    items = {f"item {n}": item(f"item {n}", award, by_stage=True) for n, award in enumerate(awards) if _most(award)}
    extra = {f"bonus {n}": one() for n in range(draw(st.integers(0, 2)))}
    items |= {name: item(name, award, by_stage=False) for name, award in extra.items() if _most(award)}
    bonus = tuple(name for name in items if name.startswith("bonus"))
    groups = {"bonus": Group("bonus", LABEL, bonus, draw(st.integers(1, 8)))} if bonus else {}
    made = card(gates={f"constraint {n}": draw(requirements(1)) for n in range(draw(st.integers(0, 2)))})
    gates = {
        name: replace(gate, binding=False, effect=draw(st.sampled_from(EFFECTS))) for name, gate in made.gates.items()
    }
    return replace(made, scheme=scheme, items=items, groups=groups, gates=gates)


def _most(award: Award) -> int:
    if isinstance(award, Bands):
        return max(band.high for band in award.bands)
    if isinstance(award, BestOf):
        return max(map(_most, award.options.values()))
    assert isinstance(award, LinearToCap | Fixed | Percentile)
    return award.points


def _fitting(stated: Item, scheme: Scheme) -> Iterator[int]:
    """Weights that its points can be scaled to."""
    for weight in range(1, 13):
        try:
            weighed(stated, dict.fromkeys((stage.id for stage in scheme.stages), weight), scheme)
        except ValueError:
            continue
        yield weight


@dataclass(frozen=True)
class SchemeReading(Reading):
    """One enterprise with nothing unknown under a scheme."""

    def stage(self, sample: Card) -> str:
        """The one stage that the enterprise is in."""
        assert sample.scheme is not None
        (found,) = (stage.id for stage in sample.scheme.stages if self.within(BY, stage.range))
        return found

    def earned(self, sample: Card, item: Item) -> int:
        """Points of an item at the enterprise's stage: its weight's part is the part of the award's most."""
        award, stage = item.stated, self.stage(sample)
        return self.weighed(award, Fraction(item.weights.get(stage, _most(award)), _most(award)), stage)

    def weighed(self, award: Award, scale: Fraction, stage: str) -> int:
        """An award whose points are so many times what the card states."""
        if isinstance(award, BestOf):
            return max(self.weighed(option, scale, stage) for option in award.options.values())
        if isinstance(award, Percentile):
            cuts = award.cuts.get(stage, award.cuts["all"])
            below = sum(self.within(award.indicator, Limits(cut)) for cut in cuts)
            return floor(award.points * scale * below / (len(cuts) + 1))
        if isinstance(award, LinearToCap):
            value = max(Fraction(0), min(Fraction(1), (self.measured(award.indicator) or Fraction(0)) / award.full))
            step = Fraction(1) if award.step == 1 else award.step * scale
            return int(award.points * scale * value // step * step)
        return int(self.points(award) * scale)

    def total(self, sample: Card) -> int:
        """Points of all items, the bonus up to its cap; constraints take none."""
        earned = {name: self.earned(sample, item) for name, item in sample.items.items()}
        bonus = [points for name, points in earned.items() if name.startswith("bonus")]
        cap = sample.groups["bonus"].cap if sample.groups else 0
        assert cap is not None
        return sum(earned.values()) - sum(bonus) + min(sum(bonus), cap)
