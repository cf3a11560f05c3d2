"""Cliffs and paradoxes of a card against those that the card explains below ``cliffs``: new ones, and explanations of none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from api.authority.lint.axes import Axis, axes_of
from api.authority.lint.bands import amount
from api.authority.lint.limits import at
from api.authority.lint.steps import Fall, falls
from features.indicators import written
from features.indicators.base import Unit
from scoring.card import MICRO, Card
from scoring.reading_parts import label
from scoring.spans import has_values, values
from scoring.yaml_tree import Findings, Reader, Tree


def check_cliffs(cards: Iterable[Card], tree: Tree, findings: Findings) -> None:
    """Note the falls of every reading of one file that ``cliffs`` does not explain, and explanations that fit no fall."""
    read = [card for card in cards if not card.classes]
    axes = {axis.indicator.id: axis for card in read for axis in axes_of(card).values()}
    explained = list(_explained(tree, axes, findings))
    met, noted = set(), set()
    for card in read:
        for fall in falls(card):
            fitting = [one for one in explained if one.explains(fall)]
            met.update(fitting)
            # The same on another day is no news, though the rest of the witness may differ.
            step = fall.part, *(shown(fall.axis, places[fall.axis.input]) for places in (fall.before, fall.after))
            if not fitting and step not in noted:
                noted.add(step)
                _note(fall, axes_of(card).values(), tree, findings)
    for one in explained:
        if one not in met:
            text = amount(one.limit, axes[one.indicator].indicator.unit) if one.indicator in axes else one.indicator
            findings.add("cliff_not_there", one.tree, part=one.part, text=text)


@dataclass(frozen=True)
class _Explained:
    part: str
    indicator: str
    limit: Fraction
    line: int
    path: str

    @property
    def tree(self) -> Tree:
        return Tree("", self.line, self.path)

    def explains(self, fall: Fall) -> bool:
        """Whether it speaks of this limit of this indicator in this part."""
        beside = fall.axis.values[fall.step : fall.step + 2]
        return (self.part, self.indicator) == (fall.part, fall.axis.indicator.id) and self.limit in beside


def _explained(tree: Tree, axes: dict[str, Axis], findings: Findings) -> Iterator[_Explained]:
    for entry in Reader(tree, findings).items("cliffs"):
        reader = Reader(entry, findings)
        part, indicator = reader.text("part", required=True), reader.text("indicator", required=True)
        reader.within("because", label, None)
        limits = reader.items("at", required=True)
        reader.done()
        unit = axes[indicator].indicator.unit if indicator in axes else Unit.ITEMS
        for limit in limits:
            try:
                value = written.read(limit.plain(), unit)
            except written.AmountError as error:
                findings.add(error.code, limit, **error.values)
            else:
                yield _Explained(part.replace(".", "/"), indicator, value, limit.line, limit.path)


def _note(fall: Fall, axes: Iterable[Axis], tree: Tree, findings: Findings) -> None:
    before, after = (shown(fall.axis, places[fall.axis.input]) for places in (fall.before, fall.after))
    others = "、".join(
        f"{axis.indicator.zh} {axis.indicator.id} = {shown(axis, fall.before[axis.input])}"
        for axis in axes
        if axis.input != fall.axis.input
    )
    place = at(tree, *fall.part.split("/"))
    indicator = f"{fall.axis.indicator.zh} {fall.axis.indicator.id}"
    if fall.part.startswith("items/"):
        was, became = (answer[0] / MICRO for answer in (fall.was, fall.became))
        findings.add(
            "paradox",
            place,
            indicator=indicator,
            before=before,
            after=after,
            was=was,
            became=became,
            others=others or "—",
        )
    else:
        findings.add("cliff", place, indicator=indicator, before=before, after=after, others=others or "—")


def shown(axis: Axis, place: int | None) -> str:
    """A value on an axis as people write it."""
    value = axis.values[place or 0]
    if not has_values(axis.indicator):
        return amount(value, axis.indicator.unit)
    name = values(axis.indicator)[int(value)]
    return {"true": "是", "false": "否"}.get(name, name)
