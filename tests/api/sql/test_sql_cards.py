"""Every shipped card gives in SQL the answer that the engine gives: golden and random firms, whole and with facts taken away."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from databases import Database, tables
from golden_cases import cases
from histories import with_history
from reference_implementation.random_dossiers import AS_OF, drop_facts, random_dossier
from reference_implementation.random_high_tech import random_applicant

from api.authority.sql.card_query import card_query
from features import dossier
from features.facts import FirmFacts
from features.resolve import Known, Wanted, resolve
from scoring.assembly import Verdict
from scoring.card import MICRO, Card
from scoring.catalogue import Catalogue, Edition
from scoring.compile import compile_card
from scoring.program import Program
from scoring.reading import KINDS

RANDOM_FIRMS = 90
DAYS = 3


def _cards() -> Iterator[tuple[str, Edition, str]]:
    catalogue = Catalogue()
    for name in catalogue.names():
        for edition in catalogue.editions[name]:
            for kind in KINDS if edition.by_kind else KINDS[:1]:
                yield f"{name}@{edition.latest.edition}-{kind}", edition, kind


CARDS = {name: (edition, kind) for name, edition, kind in _cards()}


def _known(raw: dict[str, Any], day: date) -> Known:
    return resolve(dossier.read(json.loads(json.dumps(raw, default=str), parse_float=Decimal)), day)


@cache
def _random() -> list[Known]:
    rng = random.Random(20)
    makers = (random_dossier, random_applicant, with_history)
    made = [makers[place % 3](rng) for place in range(RANDOM_FIRMS)]
    return [_known(raw if place % 2 else drop_facts(rng, raw), AS_OF) for place, raw in enumerate(made)]


@cache
def _golden() -> dict[str, dict[date, list[Known]]]:
    """By rulebook and day: each case, and once more with some facts taken away."""
    rng = random.Random(21)
    found: dict[str, dict[date, list[Known]]] = defaultdict(lambda: defaultdict(list))
    for case in cases():
        of = found[case.rulebook][case.as_of]
        of += [_known(case.dossier, case.as_of), _known(drop_facts(rng, case.dossier), case.as_of)]
    return found


def _populations(rulebook: str) -> dict[date, list[Known]]:
    """The days with the most cases: days are inputs like any other, and each asks for a statement of its own."""
    of_days = sorted(_golden()[rulebook].items(), key=lambda one: len(one[1]), reverse=True)
    found = {day: list(firms) for day, firms in of_days[:DAYS]}
    found[AS_OF] = [*found.get(AS_OF, ()), *_random()]
    return found


def _graded(facts: FirmFacts, rng: random.Random) -> FirmFacts:
    """With grades that nobody recorded: few dossiers have any."""
    open_ = [name for name, value in facts.scalars.items() if name.startswith("expert_grade/") and value is None]
    grades = {name: rng.choice([None, 0, MICRO, 2 * MICRO, rng.randrange(100 * MICRO)]) for name in open_}
    return FirmFacts({**facts.scalars, **grades}, facts.rows)


def _expected(card: Card, program: Program, facts: FirmFacts) -> dict[str, Any]:
    """The engine's answer, by the columns of the statement."""
    values = program.evaluate(facts)

    def at(root: str) -> int:
        return int(values[program.at[root]])

    def word(root: str) -> str:
        certain, possible = at(f"{root}|low"), at(f"{root}|high")
        return ("pass" if certain else "undetermined") if possible else "fail"

    row: dict[str, Any] = {}
    if not card.classes:
        row["verdict"] = Verdict(at(f"verdict|{card.id}")).word
    for name, gate in card.gates.items():
        row[f"gates.{name}"] = word(f"gate|{card.id}|{name}" if gate.score else f"{card.id}|gates/{name}")
    row |= {f"routes.{name}": word(f"route|{card.id}|{name}") for name in card.routes}
    for end in ("low", "high"):
        row |= {f"items.{name}.{end}": at(f"{card.id}|items/{name}|{end}") for name in card.items}
        row |= {f"groups.{name}.{end}": at(f"group|{card.id}|{name}|{end}") for name in card.groups}
        row |= {f"score.{end}": at(f"score|{card.id}|{end}")} if card.items else {}
    if card.classes:
        low, high = row["score.low"], row["score.high"]
        row["class"] = card.classes[low // MICRO] if low == high else "undetermined"
    return row


@pytest.mark.parametrize("name", CARDS)
def test_a_card_answers_in_sql_as_in_the_engine(database: Database, name: str) -> None:
    edition, kind = CARDS[name]
    seen: set[str] = set()
    rng = random.Random(22)
    for day, population in _populations(name.partition("@")[0]).items():
        card = edition.card(day, kind)
        program = Program({card.id: compile_card(card)}, {})
        wanted = Wanted(program.scalars, program.row_fields, day)
        stated = [one for known in population for one in wanted.completions(known)]
        facts = [one if place % 3 else _graded(one, rng) for place, one in enumerate(stated)]
        firms = {f"{place:05}": one for place, one in enumerate(facts)}
        found = database.run(
            card_query(card, day, database.dialect), tables(firms, program.scalars, program.row_fields)
        )
        assert [row.pop("uscc") for row in found] == list(firms)
        for row, one in zip(found, firms.values(), strict=True):
            expected = _expected(card, program, one)
            assert row == expected
            seen |= {str(word) for key, word in expected.items() if key.startswith(("verdict", "gates", "class"))}
    # Not an agreement of empty answers.
    assert len(seen) > 1 or not any(gate.source.decides for gate in card.gates.values())
