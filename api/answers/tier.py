"""Where the enterprise stands on its region's ladder, in the result JSON."""

from __future__ import annotations

from api.answers.parts import OPEN, PASS, Json
from scoring.engine import Answer
from scoring.ladder import State

STATES = [state.name.lower() for state in State]


def tier_of(answer: Answer, assessments: Json) -> Json:
    """Held, recognised, qualified, undetermined, subject to review, next; the rungs and their states."""
    ladder, at, values = answer.ladder, answer.rules.program.at, answer.values

    def said(root: str) -> int:
        return values[at[root]]

    def rung(place: int) -> str | None:
        return ladder.rungs[place].id if place >= 0 else None

    prefix = f"tier|{ladder.id}|"
    out: Json = {
        "held": [r.id for r in ladder.rungs if said(f"holds/{r.id}|low")],
        "recognised": rung(said(f"{prefix}recognised")),
        "qualified": rung(said(f"{prefix}qualified")),
        "undetermined": [r.id for r in ladder.rungs if said(f"{prefix}undetermined/{r.id}")],
        "subject_to_review": [
            r.id
            for r in ladder.rungs
            if (found := assessments.get(r.card or "", {})).get("verdict") == OPEN
            and found.get("review", {}).get("hard_gates") == PASS
        ],
        "next": rung(said(f"{prefix}next")),
        "ladder": [r.id for r in ladder.rungs],
        "ladder_id": ladder.id,
        "ladder_status": ladder.status,
        "parallel": [r.id for r in ladder.rungs if r.parallel],
        "unset": [r.id for r in ladder.rungs if r.card is None or r.card not in assessments],
        "states": {
            r.id: STATES[state] for r in ladder.rungs if (state := said(f"{prefix}state/{r.id}")) != State.NONE.value
        },
    }
    open_ = [r.id for r in ladder.rungs if said(f"holds/{r.id}|high") > said(f"holds/{r.id}|low")]
    if open_:
        out["certificate_undetermined"] = open_
    return out
