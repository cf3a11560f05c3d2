"""Places on the ladders in columns, as in the result JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.answers.tier import STATES
from api.batch.shown import Shown
from api.batch.words import WORD, Numbers, Told
from scoring.batch import Scored
from scoring.core import Node, add, const, mul
from scoring.ladder import Ladder, State, ladder_for
from scoring.machine_types import integers
from scoring.roots import Roots

TIER: dict[str, pl.DataType] = {
    "tier.ladder": WORD,
    "tier.recognised": WORD,
    "tier.qualified": WORD,
    "tier.next": WORD,
    "tier.held": pl.List(WORD),
    "tier.undetermined": pl.List(WORD),
    "tier.states": pl.List(WORD),
}


LadderOf = Callable[[str | None], Ladder]
"""The ladder of a region."""


def tier_columns(roots: Roots) -> Shown:
    """Where each stands on the ladder of its region."""
    standings = {name: _Standing(ladder) for name, ladder in roots.rules[0].program.ladders.items()}
    asked = {_name(name): integers(one.number(roots)) for name, one in standings.items()}
    return Shown(asked, partial(_told, standings, partial(ladder_for, day=roots.rules[0].day)))


def _told(standings: Mapping[str, _Standing], ladder: LadderOf, scored: Scored) -> list[pl.Series]:
    tables = [pl.DataFrame(schema=TIER)]
    rows = np.zeros(scored.firms.height, np.uint32)
    for name, stands in by_ladder(ladder, scored).items():
        firms = stands.arg_true().to_numpy()
        table, of_firm = standings[name].of(scored.made[_name(name)][firms])
        rows[firms] = of_firm + sum(one.height for one in tables)
        tables.append(table)
    return pl.concat(tables, rechunk=True)[pl.Series(rows)].get_columns()


def by_ladder(ladder: LadderOf, scored: Scored) -> dict[str, pl.Series]:
    """Who stands on each ladder: whether each enterprise does, by the ladder's id."""
    codes = scored.firms["region_code"]
    ladders = {code: ladder(None if code is None else str(code)).id for code in codes.unique().to_list()}
    own: dict[str, list[int | None]] = {}
    for code, name in ladders.items():
        own.setdefault(name, []).append(code)
    among = {name: pl.Series(some, dtype=pl.Int64).implode() for name, some in own.items()}
    return {name: codes.is_in(some, nulls_equal=True) for name, some in among.items()}


def _name(ladder: str) -> str:
    return f"tier|{ladder}"


class _Standing:
    """A place on one ladder as a number, each of whose digits is a part of it."""

    def __init__(self, ladder: Ladder) -> None:
        self._ladder, self._rungs = ladder, [rung.id for rung in ladder.rungs]
        self._told = Told(1, self._tell)

    def _digits(self) -> Iterator[tuple[str, int, int]]:
        """Roots, the least that each can be, and how many it can be."""
        prefix = f"tier|{self._ladder.id}|"
        for key in ("recognised", "qualified", "next"):
            yield f"{prefix}{key}", -1, len(self._rungs) + 1
        for stem, end, width in (
            ("holds/", "|low", 2),
            (f"{prefix}undetermined/", "", 2),
            (f"{prefix}state/", "", len(State)),
        ):
            for rung in self._rungs:
                yield f"{stem}{rung}{end}", 0, width

    def number(self, roots: Roots) -> Node:
        """The number of an enterprise."""
        digits, stride = [], 1
        for root, least, width in self._digits():
            digits.append(mul(add((roots[root], const(-least))), stride))
            stride *= width
        return add(digits)

    def of(self, numbers: Numbers) -> tuple[pl.DataFrame, NDArray[np.uint32]]:
        """What is told so far, and for each the row in which it is told."""
        return self._told.of([numbers])

    def _tell(self, given: Sequence[Numbers]) -> pl.DataFrame:
        (left,), columns = given, []
        for _, least, width in self._digits():
            columns.append((left % width + least).tolist())
            left = left // width
        told = [self._row(*row) for row in zip(*columns, strict=True)]
        rows = zip(*told, strict=True) if told else [()] * len(TIER)
        return pl.DataFrame([_column(*one, of) for one, of in zip(TIER.items(), rows, strict=True)])

    def _row(self, recognised: int, qualified: int, following: int, *of_rungs: int) -> list[Any]:
        rungs = self._rungs
        held, open_, states = (of_rungs[at * len(rungs) : (at + 1) * len(rungs)] for at in range(3))
        return [
            self._ladder.id,
            *(rungs[place] if place >= 0 else None for place in (recognised, qualified, following)),
            *([rung for rung, true in zip(rungs, truths, strict=True) if true] for truths in (held, open_)),
            [f"{rung}:{STATES[s]}" for rung, s in zip(rungs, states, strict=True) if s != State.NONE.value],
        ]


def _column(name: str, kind: pl.DataType, told: Sequence[Any]) -> pl.Series:
    if not isinstance(kind, pl.List):
        return pl.Series(name, told, dtype=pl.String()).cast(kind)
    # Split by Polars: lists made of Python's would be made one by one.
    lines = pl.Series(name, ["\n".join(words) for words in told], dtype=pl.String())
    return lines.str.extract_all(r"[^\n]+").cast(kind)
