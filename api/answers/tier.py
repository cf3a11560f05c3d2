"""Where the enterprise stands on its region's ladder, in the result JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from api.answers.forms import Json
from api.answers.kept import Key
from api.answers.parts import clause, label
from api.answers.state import Prepared, Reads, State
from features.picking import picker
from scoring.ladder import Ladder
from scoring.ladder import State as Standing

STATES = [state.name.lower() for state in Standing]
KEPT = 1024
"""So many different standings on one ladder are kept."""


def tier_writer(prepared: Prepared, ladder: Ladder) -> Callable[[State, Collection[str]], Json]:
    """How a place on one ladder is written, from a state and the cards that only the experts' review leaves open.

    Enterprises that stand alike share what is written: it is not to be changed.
    """
    reads, prefix = Reads(prepared), f"tier|{ladder.id}|"

    def at(root: str) -> int:
        return reads.at(prepared.program.at[root])

    recognised, qualified, next_ = (at(f"{prefix}{name}") for name in ("recognised", "qualified", "next"))
    holds = {r.id: (at(f"holds/{r.id}|low"), at(f"holds/{r.id}|high")) for r in ladder.rungs}
    undetermined = {r.id: at(f"{prefix}undetermined/{r.id}") for r in ladder.rungs}
    states = {r.id: at(f"{prefix}state/{r.id}") for r in ladder.rungs}
    fixed: Json = {
        "ladder": [r.id for r in ladder.rungs],
        "ladder_id": ladder.id,
        "ladder_status": ladder.status,
        "ladder_source": _source(ladder),
        "parallel": [r.id for r in ladder.rungs if r.parallel],
        "unset": [r.id for r in ladder.rungs if r.card not in prepared.program.cards],
    }

    @lru_cache(maxsize=KEPT)
    def told(key: Key, subject_to_review: tuple[str, ...]) -> Json:
        def rung(place: int) -> str | None:
            return ladder.rungs[place].id if place >= 0 else None

        out: Json = {
            "held": [name for name, (low, _) in holds.items() if key[low]],
            "recognised": rung(key[recognised]),
            "qualified": rung(key[qualified]),
            "undetermined": [name for name, place in undetermined.items() if key[place]],
            "subject_to_review": list(subject_to_review),
            "next": rung(key[next_]),
            **fixed,
            "states": {n: STATES[key[place]] for n, place in states.items() if key[place] != Standing.NONE.value},
        }
        if open_ := [name for name, (low, high) in holds.items() if key[high] > key[low]]:
            out["certificate_undetermined"] = open_
        return out

    pick, cards = picker(reads.places), [(r.id, r.card) for r in ladder.rungs if r.card in prepared.program.cards]

    def write(state: State, left_to_experts: Collection[str]) -> Json:
        return told(pick(state.told), tuple(name for name, card in cards if card in left_to_experts))

    return write


def _source(ladder: Ladder) -> Json:
    """Where it stands, from when on, and what was made of a text without a day."""
    days = {"published_on": ladder.published_on, "effective_from": ladder.effective_from}
    note = {"note": label(ladder.note)} if ladder.note else {}
    return {**clause(ladder.source), **{name: day.isoformat() for name, day in days.items() if day}, **note}
