"""Many enterprises at once: every root that the rules of some place have is computed once, over columns.

Where rules differ by place, each enterprise is told the values of its own. One whose sources conflict is evaluated once for
each completion of its facts, and what these say is united.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.facts import FirmFacts
from features.pivot import SAID, Wide, known_of
from features.snapshot import Place
from features.wide_columns import WantedColumns
from scoring.column_backend import Facts, Plan, told
from scoring.core import Node
from scoring.engine import Engine, Question, Rules
from scoring.machine import Column
from scoring.program import Program

HEAD = ("uscc", "name", "region_code", "park", "duplicates", "conflicts")
"""Columns of a snapshot that the results repeat."""
PLACE = ("region_code", "park")
"""Columns that say which rules apply."""


@dataclass(frozen=True)
class Scored:
    """Values of every root for enterprises, one row each."""

    as_of: date
    rules: Sequence[Rules]
    of_firm: NDArray[np.intp]
    """Which of the rules apply to each."""
    firms: pl.DataFrame
    """The columns `HEAD`."""
    wider: Mapping[str, NDArray[np.bool_]]
    """By card, where there is one: of whom the united answer is wider than what the completions say."""
    _made: Mapping[str, Column]
    _names: Sequence[Mapping[str, str]]
    _merged: dict[str, Column] = field(default_factory=dict)
    _chosen: dict[frozenset[int], NDArray[np.bool_]] = field(default_factory=dict)

    def under(self, some: Collection[int]) -> NDArray[np.bool_]:
        """To whom one of these rules applies."""
        chosen = frozenset(some)
        if chosen not in self._chosen:
            self._chosen[chosen] = np.isin(self.of_firm, list(chosen))
        return self._chosen[chosen]

    def having(self, root: str) -> frozenset[int]:
        """Those of the rules that have a root of that name."""
        return frozenset(at for at, names in enumerate(self._names) if root in names)

    def array(self, root: str) -> Column:
        """A root's values, truths as bytes; 0 for those whose rules have none of that name. Raises KeyError for none."""
        if root not in self._merged:
            self._merged[root] = self._merge(root)
        return self._merged[root]

    def value(self, root: str) -> pl.Series:
        """As `array`, but null for those whose rules have none of that name."""
        return self.only(told(root, self.array(root)), self.having(root))

    def values(self, roots: Iterable[str]) -> pl.DataFrame:
        """Values of several."""
        return pl.DataFrame([self.value(root) for root in roots])

    def only(self, values: pl.Series, some: Collection[int]) -> pl.Series:
        """The values of those to whom one of these rules applies; null for the others."""
        if len(some) == len(self.rules):
            return values
        return values.set(pl.Series(~self.under(some)), None)

    def _merge(self, root: str) -> Column:
        of_rules: dict[str, list[int]] = {}
        for at, names in enumerate(self._names):
            if root in names:
                of_rules.setdefault(names[root], []).append(at)
        if not of_rules:
            raise KeyError(root)
        first, *others = of_rules
        if not others:
            return self._made[first]
        found = np.zeros_like(self._made[first])
        for name, some in of_rules.items():
            np.copyto(found, self._made[name], where=self.under(some))
        return found


class Scorer:
    """The rules of a question by the places where they apply, made ready; good for several threads."""

    def __init__(self, question: Question, by_place: Mapping[Place, Rules], firms: int) -> None:
        """``firms``: about how many enterprises."""
        self._question = question
        # Many places are under the same cards.
        self.rules = list({rules.program: rules for rules in by_place.values()}.values())
        number = {rules.program: place for place, rules in enumerate(self.rules)}
        self._of_place = [(place, rules, number[rules.program]) for place, rules in by_place.items()]
        self._names, every = _named(self.rules)
        self._plan = Plan(every, firms=firms, keep=True)

    @cached_property
    def wanted(self) -> WantedColumns:
        """What to read of a snapshot."""
        scalars = dict.fromkeys(name for rules in self.rules for name in rules.program.scalars)
        fields: dict[str, dict[str, None]] = {}
        for rules in self.rules:
            for table, names in rules.program.row_fields.items():
                fields.setdefault(table, {}).update(dict.fromkeys(names))
        return WantedColumns(scalars, {table: tuple(names) for table, names in fields.items()}, self._question.as_of)

    def measure(self, further: Mapping[str, Node]) -> Callable[[Wide], pl.DataFrame]:
        """Values of further expressions over facts that the rules read, as far as one source states them."""
        plan = Plan(further, keep=True)
        return lambda wide: plan.evaluate(self._facts(wide, self._at(wide.firms)))

    def score(self, wide: Wide) -> Scored:
        """The enterprises of a part, in order."""
        at = self._at(wide.firms)
        of_firm = np.array([rules for _, _, rules in self._of_place], np.intp)[at]
        made = self._plan.values(self._facts(wide, at))
        wider: dict[str, NDArray[np.bool_]] = {}
        for one in self._united(wide.firms, at):
            for name, value in zip(self._names[one.rules].values(), one.values, strict=True):
                made[name][one.row] = value
            for card in one.wider:
                wider.setdefault(card, np.zeros(wide.firms.height, np.bool_))[one.row] = True
        return Scored(self._question.as_of, self.rules, of_firm, wide.firms.select(HEAD), wider, made, self._names)

    def _at(self, firms: pl.DataFrame) -> NDArray[np.intp]:
        """The place of each."""
        places = pl.DataFrame([place for place, _, _ in self._of_place], firms.select(PLACE).schema, orient="row")
        asked = firms.select(PLACE).join(
            places.with_row_index("at"), on=PLACE, how="left", nulls_equal=True, maintain_order="left"
        )
        return asked["at"].to_numpy().astype(np.intp)

    def _facts(self, wide: Wide, at: NDArray[np.intp]) -> Facts:
        read, calendar = self.wanted.of(wide), [self._calendar(place) for place in range(len(self._of_place))]
        names = dict.fromkeys(name for one in calendar for name in one)
        columns = (pl.Series(name, np.array([one.get(name, 1) for one in calendar], np.int64)[at]) for name in names)
        return Facts(read.frame.with_columns(columns), read.children, read.shared)

    def _calendar(self, at: int) -> dict[str, int]:
        """The calendar's inputs, by place."""
        (region, _), rules, _ = self._of_place[at]
        return rules.calendar(self._question.as_of, _region(region))

    def _united(self, firms: pl.DataFrame, at: NDArray[np.intp]) -> Iterator[_United]:
        """What the completions say of those whose sources differ."""
        rows = firms[SAID].is_not_null().arg_true().to_list()
        several = [self._several(firms["uscc"][row], firms[SAID][row], at[row]) for row in rows]
        if not several:
            return
        made = self._plan.values(Facts.of([one for completions in several for one in completions], {}))
        told_of = [list(zip(*(made[name].tolist() for name in names.values()), strict=True)) for names in self._names]
        begin = 0
        for row, completions in zip(rows, several, strict=True):
            _, _, rules = self._of_place[at[row]]
            names, end = self._names[rules], begin + len(completions)
            each, begin = told_of[rules][begin:end], end
            if len(each) == 1:
                yield _United(row, rules, each[0], frozenset())
                continue
            united = self.rules[rules].program.unite(list(names), each, self._calendar(at[row]))
            yield _United(row, rules, *united)

    def _several(self, code: str, said: str, at: int) -> list[FirmFacts]:
        """The completions of what sources say differently: few as a rule."""
        _, rules, _ = self._of_place[at]
        facts = rules.wanted(self._question.as_of).completions(known_of(code, said))
        return [FirmFacts({**one.scalars, **self._calendar(at)}, one.rows) for one in facts]


class _United(NamedTuple):
    """The values of one enterprise, in the order of its rules' roots, and the cards of which they say less."""

    row: int
    rules: int
    values: Sequence[int]
    wider: frozenset[str]


def scorer(engine: Engine, question: Question, places: Iterable[Place], firms: int) -> Scorer:
    """The rules that are in force at some places, for about so many enterprises. Raises `UnknownName` for an unknown rulebook."""
    return Scorer(question, {(code, park): rules_of(engine, question, code, park) for code, park in places}, firms)


def score(engine: Engine, wide: Wide, question: Question) -> Scored:
    """The enterprises of one part alone. Raises `UnknownName` for an unknown rulebook."""
    places = wide.firms.select(PLACE).unique().sort(PLACE).iter_rows()
    return scorer(engine, question, places, wide.firms.height).score(wide)


def rules_of(engine: Engine, question: Question, region_code: int | None, park: str | None = None) -> Rules:
    """The rules for the enterprises of a region and a park."""
    place = engine.catalogue.place(_region(region_code), park)
    return engine.rules(question.rules_on or question.as_of, place, question.kind or "new", question.rulebooks)


def _named(given: Sequence[Rules]) -> tuple[list[dict[str, str]], dict[str, Node]]:
    """Of each of the rules, by root, a name under which only that node stands; and what stands under each name."""
    found: dict[Node, dict[str, str]] = {}
    every: dict[str, Node] = {}
    names = []
    for rules in given:
        own = {}
        for root, node in roots(rules.program).items():
            of_node = found.setdefault(node, {})
            if root not in of_node:
                of_node[root] = root if root not in every else f"{root}#{len(every)}"
                every[of_node[root]] = node
            own[root] = of_node[root]
        names.append(own)
    return names, every


def roots(program: Program) -> dict[str, Node]:
    """What is computed of many enterprises."""
    return {**program.parts, **program.unknown, **program.assembly}


def _region(code: int | None) -> str | None:
    return None if code is None else str(code)
