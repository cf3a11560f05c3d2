"""A card as data: what `scoring.reading` makes of a rulebook file and `scoring.compile` lowers.

Points are integers in millionths (micro-points). Limits are exact fractions in the indicator's own unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

from features.indicators.base import Indicator

MICRO = 1_000_000
"""Micro-points in a point."""

DECIDING_GRADES = ("official", "repost", "secondary")
REFERENCE = "reference"
"""Grade of a scheme's own default: it gives points, and says wherever it shows that nobody issued it."""
GRADES = (*DECIDING_GRADES, "memory", "inference", REFERENCE)
"""Source grades; memory and inference are shown but never decide (contract §2)."""

Body = TypeVar("Body")


@dataclass(frozen=True)
class Source:
    """Where a value stands in the law."""

    document: str
    article: str
    grade: str

    @property
    def clause(self) -> str:
        """Document and article in one line."""
        return f"{self.document} {self.article}".strip()

    @property
    def decides(self) -> bool:
        """Whether the grade is good enough to decide."""
        return self.grade in (*DECIDING_GRADES, REFERENCE)


@dataclass(frozen=True)
class Limits:
    """A range of a number; each end inclusive unless strict."""

    least: Fraction | None = None
    least_strict: bool = False
    most: Fraction | None = None
    most_strict: bool = False
    text: str = ""
    """As the card writes it: ``≥ 5%, < 6%``."""


@dataclass(frozen=True)
class Values:
    """A set of values of a choice, or yes/no as (1,) and (0,)."""

    codes: tuple[int, ...]
    text: str = ""


Range = Limits | Values


@dataclass(frozen=True)
class Test:
    """One indicator held against a range."""

    indicator: Indicator
    range: Range


@dataclass(frozen=True)
class AllOf:
    """Every one of the conditions."""

    parts: tuple[Requirement, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conditions."""

    parts: tuple[Requirement, ...]


@dataclass(frozen=True)
class NotOf:
    """The contrary of a condition."""

    part: Requirement


@dataclass(frozen=True)
class Case(Generic[Body]):
    """One bracket of a choice with what holds in it."""

    range: Range
    body: Body


@dataclass(frozen=True)
class Choose(Generic[Body]):
    """What holds depends on the bracket in which an indicator lies."""

    by: Indicator
    cases: tuple[Case[Body], ...]


Requirement = Test | AllOf | AnyOf | NotOf | Choose["Requirement"]


@dataclass(frozen=True)
class Band:
    """A range of the indicator and its points; ``low`` < ``high`` where an expert chooses within."""

    range: Range
    low: int
    high: int


@dataclass(frozen=True)
class Bands:
    """Points by the band in which the indicator lies; an undefined ratio gets none.

    Where bands are ranges, ``criterion`` names the expert's grade that chooses within them, in steps of ``step``.
    """

    indicator: Indicator
    bands: tuple[Band, ...]
    criterion: str | None = None
    step: int = 1


@dataclass(frozen=True)
class BestOf:
    """The best of several ways to earn the points."""

    options: dict[str, Award]


@dataclass(frozen=True)
class LeastOf:
    """The least of several: every one is needed."""

    options: dict[str, Award]


@dataclass(frozen=True)
class LinearToCap:
    """``points`` × indicator / ``full``, from 0 to ``points``, rounded down to the micro-point or to ``step``."""

    indicator: Indicator
    full: Fraction
    points: int
    step: int


@dataclass(frozen=True)
class Expert:
    """Points that a person gives within [low, high]; known once the grade is recorded, rounded down to ``step``."""

    criterion: str
    low: int
    high: int
    step: int = 1


@dataclass(frozen=True)
class Fixed:
    """The same points whatever the facts."""

    points: int


@dataclass(frozen=True)
class Percentile:
    """``points`` × the share of peers below the indicator, by the cuts of a frozen table: of a stage, or of all.

    n cuts part the peers into n + 1 equal groups. A scheme reads it as bands.
    """

    indicator: Indicator
    points: int
    cuts: dict[str, tuple[Fraction, ...]]


Award = Bands | BestOf | LeastOf | LinearToCap | Expert | Fixed | Percentile | Choose["Award"]


@dataclass(frozen=True)
class Label:
    """What people read."""

    zh: str
    en: str


@dataclass(frozen=True)
class Effect:
    """What a scheme's constraint does where it fails: veto, deduct so many ``points`` (micro), flag, or unset."""

    kind: str
    points: int | None = None


@dataclass(frozen=True)
class Gate:
    """A condition that must hold, on one route only where ``route`` names it; or limits on the total score."""

    id: str
    label: Label
    source: Source
    requirement: Requirement | None = None
    route: str | None = None
    score: Limits | None = None
    binding: bool = True
    """Whether it decides; one that holds in principle only (原则上) raises the flag ``not_met:<id>`` where it fails."""
    effect: Effect | None = None
    """Of a scheme's constraint, which does not decide either."""


@dataclass(frozen=True)
class Item:
    """A scored criterion; ``cap`` is the most that it can give, in micro-points."""

    id: str
    label: Label
    source: Source
    award: Award
    cap: int
    rises: bool = True
    """Whether more of each indicator never gives fewer points (as the card declares; the lint proves it)."""
    weights: dict[str, int] = field(default_factory=dict)
    """Of a scheme's item: the most that it can give in each stage."""
    unweighed: Award | None = None
    """Of such an item: the award as the card writes it, whose part of its own most is the part of the weight."""

    @property
    def stated(self) -> Award:
        """The award as the card writes it."""
        return self.unweighed or self.award


@dataclass(frozen=True)
class Group:
    """Items summed together, with a cap and a floor that the score route demands."""

    id: str
    label: Label
    items: tuple[str, ...]
    cap: int | None = None
    floor: int | None = None


@dataclass(frozen=True)
class Route:
    """One way to pass: a score within limits (in points), or a requirement, or both."""

    id: str
    label: Label
    source: Source
    score: Limits | None = None
    requirement: Requirement | None = None


@dataclass(frozen=True)
class Stage:
    """One stage of an enterprise (种子、初创、成长 …) in a scheme."""

    id: str
    label: Label
    range: Range


@dataclass(frozen=True)
class Scheme:
    """What a scheme of innovation credit says beyond its items."""

    issuer: Label
    base: int | None
    """Micro-points that the weights of one stage sum to; None where none are published."""
    bonus: int
    """Most micro-points of the group ``bonus`` on top."""
    by: Indicator | None
    stages: tuple[Stage, ...]
    peers: dict[str, tuple[tuple[int, int], ...]]
    """Frozen distribution of scores: for ``all``, ``stage:<id>`` and ``park:<id>`` enterprises by tenths of a point, certain
    points rounded down, in order."""
    frozen_under: str | None = None
    """Hash of what that distribution says it was made under (`scoring.made_under`)."""
    peers_of_others: bool = False
    """Whether there is a distribution, made under other items, weights or stages: ``peers`` is empty then."""
    refuse_accounts_older_than: int | None = None
    """Months after which the scheme gives no points on accounts; None where it only marks them as stale."""


@dataclass(frozen=True)
class Unset:
    """An indicator of which a scheme publishes the name, not the points."""

    label: Label
    source: Source


@dataclass(frozen=True)
class Document:
    """A policy document by number and title."""

    number: str
    title: str
    published_on: date | None = None


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included; `date.max` where no end is known."""

    begins: date
    ends: date


@dataclass(frozen=True)
class Decision:
    """Who changed what was published, when and why."""

    by: str
    on: date
    because: str


@dataclass(frozen=True)
class Laid:
    """An overlay on a card: for a division or for a park, which says who decided it."""

    id: str
    title: Label
    region: str | None
    park: str | None
    decision: Decision | None
    document: bool
    """Whether it brings a document of its own; a frozen distribution, for instance, brings none."""


@dataclass(frozen=True)
class Card:
    """One edition of one rulebook as in force on one day for one application kind."""

    id: str
    edition: str
    title: Label
    status: str
    effective_from: date
    effective_to: date | None
    published_on: date
    region: str | None
    kinds: dict[str, Period]
    """Application kinds that it is for (new, renewal), each with the days on which it is."""
    documents: dict[str, Document]
    file: str
    sha256: str
    gates: dict[str, Gate] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    """For a classification: the name of each number of points of its one item; such a card has no verdict."""
    scheme: Scheme | None = None
    unset: dict[str, Unset] = field(default_factory=dict)
    """A scheme's indicators without points; where there are any, it gives no score."""
    overlays: tuple[Laid, ...] = ()
    """What a province, a city or a park laid over the edition, in order."""

    def period(self, kind: str) -> Period:
        """The days on which it is in force for an application kind; the whole where it is not for that kind."""
        return self.kinds.get(kind, Period(self.effective_from, self.effective_to or date.max))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where its parts stand in the law."""
        provisions: tuple[Gate | Item | Route | Unset, ...] = (
            *self.gates.values(),
            *self.items.values(),
            *self.routes.values(),
            *self.unset.values(),
        )
        return tuple(provision.source for provision in provisions)

    @property
    def score_limits(self) -> Limits | None:
        """What the score must reach, by a gate or a route."""
        stated = [*(gate.score for gate in self.gates.values()), *(route.score for route in self.routes.values())]
        return next((limits for limits in stated if limits), None)

    @property
    def maximum(self) -> int:
        """Most micro-points that the items can give, group caps applied; of a scheme, that its scale has."""
        if self.scheme is not None:
            return (self.scheme.base or 0) + self.scheme.bonus
        return self.most({name: item.cap for name, item in self.items.items()})

    def most(self, caps: dict[str, int]) -> int:
        """Sum of what each item can give at most, group caps applied."""
        grouped = {name for group in self.groups.values() for name in group.items}
        total = sum(caps[name] for name in self.items if name not in grouped)
        for group in self.groups.values():
            members = sum(caps[name] for name in group.items)
            total += members if group.cap is None else min(group.cap, members)
        return total
