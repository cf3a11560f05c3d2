"""Which facts are unknown or in conflict, and which open cards each would help to settle."""

from __future__ import annotations

from collections.abc import Callable

from api.answers.parts import Json, Prepared
from features.facts import path_of_year
from features.tables import LIST_TABLES
from scoring.assembly import Verdict
from scoring.engine import Answer
from scoring.program import Values

LISTED = {table.id for table in LIST_TABLES}


def missing_writer(prepared: Prepared) -> Callable[[Answer], list[Json]]:
    """How the unknown facts of one enterprise are listed."""
    program = prepared.program
    open_cards = {name: _open(prepared, name) for name in program.cards}
    asked = []
    for fact in program.unknown_facts:
        readers = sorted(
            name
            for name, compiled in program.cards.items()
            if any(fact in p.influences for p in compiled.parts.values())
        )
        asked.append((fact, path_of_year(fact, prepared.as_of), program.at[f"unknown|{fact}"], readers))

    def write(answer: Answer) -> list[Json]:
        values, conflicting = answer.values, set(answer.known.conflicts)
        still = {name for name, is_open in open_cards.items() if is_open(values)}
        out: list[Json] = []
        for fact, path, place, readers in asked:
            if not (values[place] or conflicting):
                continue
            settles = [name for name in readers if name in still]
            if path in conflicting:
                out.append({"fact": path, "state": "conflict", "settles": settles})
            elif values[place]:
                out += [{"fact": where, "state": "absent", "settles": settles} for where in _places(answer, fact, path)]
            if fact in LISTED:
                rows = sorted(where for where in conflicting if where.startswith(f"{fact}/"))
                out += [{"fact": where, "state": "conflict", "settles": settles} for where in rows]
        return out

    return write


def _open(prepared: Prepared, card: str) -> Callable[[Values], bool]:
    """Whether a card leaves its verdict or class open."""
    if prepared.program.cards[card].card.classes:
        low, high = prepared.places(f"score|{card}", "low", "high")
        return lambda values: values[low] != values[high]
    verdict = prepared.program.at[f"verdict|{card}"]
    return lambda values: values[verdict] == Verdict.UNDETERMINED.value


def _places(answer: Answer, fact: str, path: str) -> list[str]:
    """Where to supply the fact: itself (a list as a whole too), or a column in each row that lacks it."""
    table, dot, field = fact.partition(".")
    if not dot or table not in LISTED:
        return [path]
    rows = answer.facts[0].rows[table]
    return [f"{table}/{position}/{field}" for position, row in enumerate(rows) if row[field] is None]
