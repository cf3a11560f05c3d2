"""The ladder of tiers: rungs by region, and where an enterprise stands on them (contract §3).

*Recognised* is what a valid certificate says; *qualified* is what the published conditions of a rung's card say. A rung
without a card in this release is undetermined, never failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path

from features.identifiers import regions
from features.indicators import catalogue as indicators
from scoring import core
from scoring.assembly import Read, Verdict
from scoring.bounds import Bounds
from scoring.calendar import ACCOUNTS_OPEN, PUBLICITY_OPEN
from scoring.card import GRADES, Label, Source, Values
from scoring.compile import range_truth
from scoring.core import Node, all_of, choose, const
from scoring.lower import Lowering
from scoring.reading_parts import label
from scoring.yaml_tree import Findings, Reader, load

FOLDER = Path(__file__).parent / "rulebooks" / "ladders"
UNSET = "unset"


@dataclass(frozen=True)
class Rung:
    """One tier: the certificates that recognise it and the card that qualifies for it (None where unset)."""

    id: str
    label: Label
    certificates: tuple[str, ...]
    card: str | None
    parallel: bool
    """Whether it stands beside the next rung: lower rungs need not be held for it."""
    yearly: bool
    """Whether its number is given anew each year."""


@dataclass(frozen=True)
class Ladder:
    """The rungs of one region, lowest first."""

    id: str
    title: Label
    regions: tuple[str, ...]
    status: str
    source: Source
    rungs: tuple[Rung, ...]
    published_on: date | None = None
    effective_from: date | None = None
    """No ladder before these days; a reference one has none."""
    note: Label | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether it was published and had begun by then."""
        return all(begins is None or begins <= day for begins in (self.published_on, self.effective_from))


@cache
def ladders(folder: Path = FOLDER) -> dict[str, Ladder]:
    """Every ladder by id. Raises `CardError` where a file is wrong."""
    found = [read_ladder(path) for path in sorted(folder.glob("*.yaml"))]
    return {ladder.id: ladder for ladder in found}


def read_ladder(path: Path) -> Ladder:
    """One ladder file. Raises `CardError`."""
    findings = Findings(f"ladders/{path.name}")
    reader = Reader(load(path, findings.file), findings)
    ladder = Ladder(
        reader.text("ladder", required=True),
        reader.within("title", label, Label("", "")),
        tuple(reader.texts("regions")),
        reader.one_of("status", ("in_force", "draft", "reference")),
        Source(reader.text("document", required=True), reader.text("article"), reader.one_of("grade", GRADES)),
        tuple(reader.whole(tree, _rung) for tree in reader.items("rungs")),
        reader.day("published_on"),
        reader.day("effective_from"),
        reader.within("note", label, Label("", "")) if reader.has("note") else None,
    )
    reader.stated(("texts", "quote"))
    reader.done()
    findings.raise_if_any()
    return ladder


def _rung(reader: Reader) -> Rung:
    card = reader.text("card", required=True)
    return Rung(
        reader.text("id", required=True),
        label(reader),
        tuple(reader.texts("certificates")),
        None if card == UNSET else card,
        *(reader.one_of(key, ("true", "false"), "false") == "true" for key in ("parallel", "yearly")),
    )


@lru_cache(maxsize=4096)
def ladder_for(region: str | None, day: date, folder: Path = FOLDER) -> Ladder:
    """Of the ladders in force on a day that of the narrowest region that contains ``region``; the reference one where there is none."""
    known = ladders(folder)
    fitting = [
        (len(code.rstrip("0")), ladder)
        for ladder in known.values()
        for code in ladder.regions
        if region and regions.is_within(region, code) and ladder.is_in_force(day)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else known["default"]


TITLE_TRUTHS = ("holds", "lapsed_last_year", "withdrawn_this_year", "lapsed")
"""Indicators asked of every rung's certificates: roots ``<indicator>/<rung>|low``."""


def title_truth(indicator: str, rung: Rung) -> Bounds:
    """One of `TITLE_TRUTHS` for a rung."""
    return range_truth(indicators.make(indicator, kinds=list(rung.certificates)), Values((1,)), Lowering())


class State(Enum):
    """Where a title stands between years."""

    NONE = 0
    VALID = 1
    RENEWAL_OPEN = 2
    """A yearly number lapsed with last year, and this year's publicity has not ended: not a drop."""
    LAPSED = 3
    AWAITING_ACCOUNTS = 4
    """The card is undetermined because last year's accounts, not yet due, are unknown."""


def standing(ladder: Ladder, verdicts: Mapping[str, Node], read: Read) -> dict[str, Node]:
    """Roots of an enterprise's place on one ladder, rungs by position, −1 for none; titles and dates as ``read`` says."""
    unset = const(Verdict.UNDETERMINED.value)
    answers = [verdicts.get(f"verdict|{rung.card}", unset) for rung in ladder.rungs]
    recognised, qualified = const(-1), const(-1)
    for place, (rung, answer) in enumerate(zip(ladder.rungs, answers, strict=True)):
        recognised = choose(read(f"holds/{rung.id}|low"), const(place), recognised)
        qualified = choose(core.eq(answer, Verdict.PASS.value), const(place), qualified)
    following = core.add((core.greatest((recognised, qualified)), const(1)))
    beyond = core.ge(following, len(ladder.rungs))
    roots = {"recognised": recognised, "qualified": qualified, "next": choose(beyond, const(-1), following)}
    for place, (rung, answer) in enumerate(zip(ladder.rungs, answers, strict=True)):
        open_ = core.eq(answer, Verdict.UNDETERMINED.value)
        roots[f"undetermined/{rung.id}"] = all_of((open_, core.ge(const(place - 1), qualified)))
        roots[f"state/{rung.id}"] = _state(rung, answer, read)
    return {f"tier|{ladder.id}|{name}": node for name, node in roots.items()}


def _state(rung: Rung, answer: Node, read: Read) -> Node:
    open_ = core.eq(answer, Verdict.UNDETERMINED.value) if rung.card else core.FALSE
    waiting = all_of((open_, read(ACCOUNTS_OPEN), core.negate(read("accounts"))))
    state = choose(read(f"lapsed/{rung.id}|low"), const(State.LAPSED.value), const(State.NONE.value))
    if rung.yearly:
        renewable = all_of(
            (
                read(f"lapsed_last_year/{rung.id}|low"),
                core.negate(read(f"withdrawn_this_year/{rung.id}|low")),
                read(f"{PUBLICITY_OPEN}{rung.card}"),
            )
        )
        state = choose(renewable, const(State.RENEWAL_OPEN.value), state)
    state = choose(read(f"holds/{rung.id}|low"), const(State.VALID.value), state)
    return choose(waiting, const(State.AWAITING_ACCOUNTS.value), state)
