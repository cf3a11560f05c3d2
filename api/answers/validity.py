"""States of a title between years: a lapsed yearly number is open for renewal, accounts may not be due yet."""

from __future__ import annotations

from datetime import date

from features.identifiers import regions
from features.kinds import Choice, day_number
from features.tables import Certificate
from scoring.compile import Verdict
from scoring.engine import Answer, region_of
from scoring.yaml_tree import Tree

ACCOUNTS_DUE = (5, 31)
"""Month and day by which last year's accounts are expected: the stated lag for annual reports, an assumption."""


def states(answer: Answer) -> dict[str, str]:
    """State by rung: ``valid``, ``renewal_open``, ``lapsed`` of the yearly title; ``awaiting_accounts``."""
    found: dict[str, str] = {}
    as_of = answer.question.as_of
    for rung in answer.ladder.rungs:
        if rung.card is None or rung.card not in answer.rules.picked:
            continue
        if answer.parts[f"holds/{rung.id}|certain"]:
            found[rung.id] = "valid"
        elif rung.id == "tech_sme" and (state := _yearly(answer, as_of)):
            found[rung.id] = state
        open_verdict = answer.assembly[f"verdict|{rung.card}"] == Verdict.UNDETERMINED.value
        if open_verdict and not _has_accounts(answer, as_of) and (as_of.month, as_of.day) <= ACCOUNTS_DUE:
            found[rung.id] = "awaiting_accounts"
    return found


def _yearly(answer: Answer, as_of: date) -> str | None:
    """Of a firm whose number of last year has lapsed: open for renewal until this year's publicity ends."""
    last_year = range(day_number(date(as_of.year - 1, 1, 1)), day_number(date(as_of.year, 1, 1)))
    rows = answer.known.tables["certificate"] or ()
    kinds = Certificate.fields["kind"].kind
    assert isinstance(kinds, Choice)
    ends = [r["valid_to"] for r in rows if r["kind"] == kinds.code("tech_sme") and isinstance(r["valid_to"], int)]
    if not ends:
        return None
    if not any(end in last_year for end in ends):
        return "lapsed"
    tree = answer.rules.picked["tech_sme"].edition.tree
    publicity = publicity_ends(tree, as_of.year, region_of(answer.dossier))
    return "renewal_open" if publicity is None or as_of <= publicity else "lapsed"


def _has_accounts(answer: Answer, as_of: date) -> bool:
    rows = answer.known.tables["annual_report"] or ()
    return any(row["fiscal_year"] == as_of.year - 1 for row in rows)


def publicity_ends(card: Tree, year: int, region: str | None) -> date | None:
    """Last day of a year's publicity by the card's calendar, the narrowest region first; None where not published."""
    assert isinstance(card.value, dict)
    calendar = card.value.get("calendar")
    found: list[tuple[str, str]] = []
    for entry in calendar.value if calendar and isinstance(calendar.value, list) else ():
        stated = {k: str(v.value) for k, v in entry.value.items()} if isinstance(entry.value, dict) else {}
        where = stated.get("region", "")
        fits = not where or (region is not None and regions.is_within(region, where))
        if stated.get("year") == str(year) and fits and "publicity_by" in stated:
            found.append((where, stated["publicity_by"]))
    return date.fromisoformat(max(found)[1]) if found else None
