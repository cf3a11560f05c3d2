"""Many enterprises at once: what is told of each is computed once, over columns.

Where rules differ by place, each enterprise is told what its own say (`scoring.roots`). One whose sources conflict in what is
read is evaluated once for each completion of its facts, and what is told is made of what these say together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.facts import FirmFacts
from features.pivot import SAID, Wide, known_of
from features.snapshot import Place
from features.wide_columns import WantedColumns
from scoring.assembly import Verdict
from scoring.column_backend import Facts, Plan, told
from scoring.core import Node
from scoring.engine import Engine, Question, Rules
from scoring.machine import Column
from scoring.machine_types import Result, given
from scoring.program import LOWER
from scoring.roots import ANSWERS, RULES, STATED, Roots, computed, over_facts, over_united

HEAD = ("uscc", "name", "region_code", "park", "duplicates", "conflicts")
"""Columns of a snapshot that the results repeat."""
PLACE = ("region_code", "park")
"""Columns that say which rules apply."""


Tell = Callable[[Roots], Mapping[str, Result]]
"""What is told of an enterprise, by name, made of the roots."""


def every_root(roots: Roots) -> dict[str, Result]:
    """Each root under its own name."""
    return {name: given(roots[name]) for name in roots.names}


@dataclass(frozen=True)
class Scored:
    """What is told of enterprises, one row each."""

    as_of: date
    of_firm: NDArray[np.intp]
    """Which of the rules apply to each."""
    rules: int
    """How many there are."""
    firms: pl.DataFrame
    """The columns `HEAD`."""
    made: Mapping[str, Column]
    """By name; truths as bytes. Where the rules have no root 0 stands for it."""
    _others: dict[frozenset[int], pl.Series] = field(default_factory=dict)

    def under(self, some: Collection[int]) -> NDArray[np.bool_]:
        """To whom one of these rules applies."""
        return np.isin(self.of_firm, list(some))

    def only(self, values: pl.Series, some: Collection[int]) -> pl.Series:
        """The values of those to whom one of these rules applies; null for the others."""
        chosen = frozenset(some)
        if len(chosen) == self.rules:
            return values
        if chosen not in self._others:
            self._others[chosen] = pl.Series(~self.under(chosen))
        return values.set(self._others[chosen], None)

    def values(self, having: Mapping[str, Collection[int]]) -> pl.DataFrame:
        """Roots that are told under their own names, each with those of the rules that have it; null for those under others."""
        return pl.DataFrame([self.only(told(root, self.made[root]), some) for root, some in having.items()])


class Scorer:
    """The rules of a question by the places where they apply, made ready; good for several threads, and for another process."""

    def __init__(
        self, question: Question, by_place: Mapping[Place, Rules], firms: int, tell: Tell = every_root
    ) -> None:
        """``firms``: about how many enterprises."""
        as_of, rules = question.as_of, distinct(by_place)
        number = {one.program: at for at, one in enumerate(rules)}
        self._as_of = as_of
        self._places = list(by_place)
        # The inputs that go with a place: which rules apply, and the calendar's.
        self._with_place = [
            {RULES: number[one.program], **one.calendar(as_of, _region(region))}
            for (region, _), one in by_place.items()
        ]
        self._facts_of = [one.wanted(as_of) for one in rules]
        self._united_plan = Plan(tell(over_united(rules)), keep=True)
        self._numbers, parts = _numbered(rules, self._united_plan.columns)
        self._plan = Plan(tell(over_facts(rules)), parts, firms=firms, keep=True)
        facts = {name for one in rules for name in one.program.scalars}
        self.wanted = WantedColumns([name for name in self._plan.columns if name in facts], self._plan.lists, as_of)
        """What to read of a snapshot."""

    def measure(self, further: Mapping[str, Node]) -> Callable[[Wide], pl.DataFrame]:
        """Values of further expressions over facts that the rules read, as far as one source states them."""
        plan = Plan(further, keep=True)
        return lambda wide: plan.evaluate(self._facts(wide, self._at(wide.firms)))

    def score(self, wide: Wide) -> Scored:
        """The enterprises of a part, in order."""
        at = self._at(wide.firms)
        of_firm = np.array([one[RULES] for one in self._with_place], np.intp)[at]
        made = self._plan.values(self._facts(wide, at))
        rows = self.wanted.in_doubt(wide.firms).to_numpy()
        if rows.size:
            for name, values in self._united(wide.firms[rows], at[rows], of_firm[rows]).items():
                made[name][..., rows] = values
        return Scored(self._as_of, of_firm, len(self._facts_of), wide.firms.select(HEAD), made)

    def _at(self, firms: pl.DataFrame) -> NDArray[np.intp]:
        """The place of each."""
        places = pl.DataFrame(self._places, firms.select(PLACE).schema, orient="row")
        asked = firms.select(PLACE).join(
            places.with_row_index("at"), on=PLACE, how="left", nulls_equal=True, maintain_order="left"
        )
        return asked["at"].to_numpy().astype(np.intp)

    def _facts(self, wide: Wide, at: NDArray[np.intp]) -> Facts:
        read, stated = self.wanted.of(wide), self._with_place
        each = (pl.Series(name, np.array([one.get(name, 1) for one in stated], np.int64)[at]) for name in _all(stated))
        return Facts(read.frame.with_columns(each), read.children, read.shared)

    def _united(self, firms: pl.DataFrame, at: NDArray[np.intp], of_firm: NDArray[np.intp]) -> dict[str, Column]:
        """What is told of those whose sources differ: parts are united over the completions, the least of the lower ends and the
        greatest of all else (as in `Program.unite`).
        """
        several = [self._several(*one) for one in zip(firms["uscc"], firms[SAID], at, strict=True)]
        found = self._plan.values(Facts.of([one for each in several for one in each]), further=True)
        begins = np.cumsum([0, *map(len, several[:-1])])
        inputs: dict[str, NDArray[np.int64]] = {}
        for number, columns in enumerate(self._numbers):
            own = of_firm == number
            for name, column in columns.items():
                values = found[column].astype(np.int64)
                ends = (np.minimum if name.endswith(LOWER) else np.maximum).reduceat(values, begins)
                if name.startswith("verdict|"):
                    ends = np.where(np.minimum.reduceat(values, begins) == ends, ends, Verdict.UNDETERMINED.value)
                place = STATED + name if name.startswith(ANSWERS) else name
                inputs.setdefault(place, np.zeros(own.size, np.int64))[own] = ends[own]
        stated = [self._with_place[place] for place in at]
        inputs |= {name: np.array([one.get(name, 1) for one in stated], np.int64) for name in _all(stated)}
        return self._united_plan.values(Facts(pl.DataFrame(inputs, height=of_firm.size), {}, {}))

    def _several(self, code: str, said: str, at: int) -> list[FirmFacts]:
        """The completions of what sources say differently: few as a rule."""
        with_place = self._with_place[at]
        facts = self._facts_of[with_place[RULES]].completions(known_of(code, said), with_place)
        return [FirmFacts({**one.scalars, **with_place}, one.rows) for one in facts]


def _all(some: Iterable[Mapping[str, int]]) -> dict[str, None]:
    return dict.fromkeys(name for one in some for name in one)


def rules_by_place(engine: Engine, question: Question, places: Iterable[Place]) -> dict[Place, Rules]:
    """The rules that are in force at some places. Raises `UnknownName` for an unknown rulebook."""
    return {(code, park): rules_of(engine, question, code, park) for code, park in places}


def distinct(by_place: Mapping[Place, Rules]) -> list[Rules]:
    """Each of the rules once: many places are under the same cards."""
    return list({rules.program: rules for rules in by_place.values()}.values())


def places_of(wide: Wide) -> list[Place]:
    """Where the enterprises of a part are."""
    return wide.firms.select(PLACE).unique().sort(PLACE).rows()


def score(engine: Engine, wide: Wide, question: Question) -> Scored:
    """Every root of the enterprises of one part alone. Raises `UnknownName` for an unknown rulebook."""
    return Scorer(question, rules_by_place(engine, question, places_of(wide)), wide.firms.height).score(wide)


def rules_of(engine: Engine, question: Question, region_code: int | None, park: str | None = None) -> Rules:
    """The rules for the enterprises of a region and a park."""
    place = engine.catalogue.place(_region(region_code), park)
    kind = question.kind or "new"
    return engine.rules(question.rules_on or question.as_of, place, kind, question.rulebooks, question.distress)


def _numbered(given: Sequence[Rules], inputs: Iterable[str]) -> tuple[list[dict[str, str]], dict[str, Node]]:
    """Of each of the rules, by root, the number of its node, for roots that are inputs; and every node once, by number."""
    asked = dict.fromkeys(name.removeprefix(STATED) for name in inputs)
    numbers: dict[Node, str] = {}
    names = []
    for own in (computed(rules.program) for rules in given):
        names.append({root: numbers.setdefault(own[root], str(len(numbers))) for root in asked if root in own})
    return names, {number: node for node, number in numbers.items()}


def _region(code: int | None) -> str | None:
    return None if code is None else str(code)
