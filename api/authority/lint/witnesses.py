"""A fall as two dossiers that differ in one fact by its smallest step: what ``dengti score`` can be run on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.authority.lint.axes import Axis, axes_of
from api.authority.lint.facts_behind import Facts, RowLike, beyond, kind_of, movable, solve, step_of
from api.authority.lint.rows_behind import row_like
from api.authority.lint.steps import Fall, falls
from api.authority.lint.versions import readings_of
from features import dossier
from features import expression as ex
from features.facts import INDUSTRY_SECTION, SIZE_GROUP
from features.identifiers import industry
from features.kinds import Choice
from features.resolve import Wanted, resolve
from features.tables import TABLES
from scoring.assembly import Verdict
from scoring.card import MICRO, Bands, BestOf, Card, Choose, Expert, LeastOf
from scoring.compile import compile_card
from scoring.program import Program
from scoring.reading import read_tree
from scoring.spans import Cut
from scoring.yaml_tree import load

Json = dict[str, Any]
USCC = "91450200MA00000151"
_RANK = {"fail": 0, "undetermined": 1, "pass": 2}
_STEPS = 10_000
"""Smallest steps within which the limit must lie: rounding moves a solution by a few."""


@dataclass(frozen=True)
class Witness:
    """Two dossiers and what the card says of them."""

    before: Json
    after: Json
    was: tuple[str, float]
    """Verdict and lowest score."""
    became: tuple[str, float]


def of_file(path: Path) -> Iterator[tuple[Card, Fall, date, str, Witness | None]]:
    """Every fall of a card's file, on the first day and for the kind on which it reads so. Raises `CardError`."""
    tree = load(path, path.name)
    for day, kind in readings_of(tree):
        card = read_tree(tree, day, path.name, kind)
        as_of = max(day or card.effective_from, card.published_on)
        for fall in () if card.classes or card.scheme else falls(card):
            yield card, fall, as_of, kind, witness(card, fall, as_of, kind)


def written(path: Path, folder: Path) -> tuple[int, int]:
    """Write the dossiers of a file's falls, and beside them what each pair shows; how many there are, and how many without."""
    told, without = [], 0
    for number, (card, fall, as_of, kind, found) in enumerate(of_file(path), start=1):
        if found is None:
            without += 1
            continue
        stem = f"{card.id}@{card.edition}_{number:02}"
        for side, raw in (("before", found.before), ("after", found.after)):
            (folder / f"{stem}_{side}.json").write_text(_json(raw), encoding="utf-8")
        shows = {
            "pair": stem,
            "rulebook": card.id,
            "as_of": str(as_of),
            "kind": kind,
            "part": fall.part.replace("/", "."),
            "indicator": fall.axis.indicator.id,
            "before": found.was,
            "after": found.became,
        }
        told.append(shows)
    if told:
        (folder / f"{told[0]['rulebook']}@{path.stem}.json").write_text(_json(told), encoding="utf-8")
    return len(told), without


def _json(value: object) -> str:
    return json.dumps(value, default=float, ensure_ascii=False, indent=2) + "\n"


def witness(card: Card, fall: Fall, as_of: date, kind: str) -> Witness | None:
    """The fall on facts, or None where none were found that the card itself answers so."""
    axes = list(axes_of(card).values())
    moved = next(axis for axis in axes if axis.input == fall.axis.input)
    cut = moved.cuts[moved.steps.index(fall.step)]
    program = Program({card.id: compile_card(card)}, {})
    found = [(axis, fall.before[axis.input] or 0) for axis in axes]
    for facts, rows in (one for places in _nearby(found, moved) for one in solve(places, moved, as_of)):
        raised = _at_limit(moved, cut, facts, as_of)
        if raised is None:
            continue
        below, above = raised
        pair = (below, above) if fall.before[moved.input] == fall.step else (above, below)
        before, after = (_dossier(card, one, rows, program, as_of, kind) for one in pair)
        was, became = (_says(program, card, one, as_of) for one in (before, after))
        if _fell(was, became, by_score=fall.part.startswith("items/")):
            return Witness(before, after, was, became)
    return None


def _nearby(found: list[tuple[Axis, int]], moved: Axis) -> Iterator[list[tuple[Axis, int]]]:
    """The places of a fall, then with one other number elsewhere: indicators that share facts cannot stand everywhere at once."""
    yield found
    for number, (axis, place) in enumerate(found):
        if axis is not moved and axis.cuts:
            others = (other for other in range(len(axis.values)) if other != place)
            yield from ([*found[:number], (axis, other), *found[number + 1 :]] for other in others)


def _at_limit(moved: Axis, cut: Cut, facts: Facts, as_of: date) -> tuple[Facts, Facts] | None:
    """The facts on both sides of the limit, one smallest step of one fact apart."""
    fact = movable(moved, as_of)
    if fact is None:
        return None
    step = step_of(kind_of(fact))
    found = facts.get(fact, 0)
    for _ in range(_STEPS):
        if beyond(moved, cut, {**facts, fact: found}, as_of):
            found -= step
        elif not beyond(moved, cut, {**facts, fact: found + step}, as_of):
            found += step
        else:
            return {**facts, fact: found}, {**facts, fact: found + step}
    return None


def _dossier(card: Card, facts: Facts, rows: list[RowLike], program: Program, as_of: date, kind: str) -> Json:
    """A dossier with these facts, its lists complete, what a person grades at its highest."""
    enterprise: Json = {"uscc": USCC, "name": "规则见证（合成） a witness", "listed_on": None}
    reports: dict[int, Json] = {}
    grades: Json = dict(_highest(card))
    tables: dict[str, list[Json]] = {t.id: [] for t in TABLES.values() if t.is_list}
    counted = [(RowLike(q.table, q.where), q.of, n) for q, n in facts.items() if isinstance(q, ex.Count) and n]
    for one, of, number in [*((row, None, 1) for row in rows), *counted]:
        row = row_like(one.table, one.where, program.row_fields.get(one.table, ()), as_of)
        if row is not None:
            row = row if of is None else {**row, of: number}
            tables[one.table].append(
                {name: TABLES[one.table].fields[name].kind.show(value) for name, value in row.items()}
                | {"row_id": f"{one.table}-{len(tables[one.table]) + 1}"}
            )
    for fact, number in facts.items():
        if not isinstance(fact, ex.Fact):
            continue
        table, _, rest = fact.path.partition("/")
        if fact in (SIZE_GROUP, INDUSTRY_SECTION):
            enterprise["industry_code"] = _code_of(facts.get(SIZE_GROUP), facts.get(INDUSTRY_SECTION))
        elif table == "annual_report":
            offset, _, name = rest.partition("/")
            year = as_of.year + int(offset)
            reports.setdefault(year, {"fiscal_year": year})[name] = fact.kind.show(number)
        elif table == "expert_grade":
            name, _, offset = rest.partition("@")
            entry = {"value": fact.kind.show(number), "year": as_of.year + int(offset or 0)}
            grades.setdefault(name, [])
            grades[name] = [*grades[name], entry] if isinstance(grades[name], list) else [entry]
        elif table == "enterprise":
            enterprise[rest] = fact.kind.show(number)
    enterprise["region_code"] = f"{enterprise.get('region_code', 450200):06}"
    given = {
        TABLES[name].key: listed for name, listed in tables.items() if name not in ("annual_report", "expert_grade")
    }
    return {
        "enterprise": enterprise,
        "annual_reports": [reports[year] for year in sorted(reports)],
        **given,
        "expert_grades": grades,
        "evaluation": {"application_kind": kind},
    }


def _highest(card: Card) -> Iterator[tuple[str, float]]:
    """The criteria of items, each at the most that a person can give."""
    for item in card.items.values():
        left: list[Any] = [item.stated]
        while left:
            match left.pop():
                case Expert(criterion, _, high):
                    yield criterion, high / MICRO
                case Bands(bands=bands, criterion=str(criterion)):
                    yield criterion, max(band.high for band in bands) / MICRO
                case BestOf(options) | LeastOf(options):
                    left += options.values()
                case Choose(cases=cases):
                    left += [case.body for case in cases]


def _code_of(group: int | None, section: int | None) -> str | None:
    """A code of the industry classification in a group of the size standard and a section; None where no code is in both."""
    assert isinstance(SIZE_GROUP.kind, Choice)
    wanted = None if group is None else SIZE_GROUP.kind.values[group]
    letter = "" if section is None else industry.SECTIONS[section]
    return next((c for c in _CODES if wanted in (None, industry.size_group(c)) and c.startswith(letter)), None)


_CODES = (
    "A01", "C36", "B06", "D44", "E47", "F51", "F52", "G54", "G592", "G60", "G53", "H61", "H62", "I63", "I65", "J66", "K701",
    "K702", "K703", "K704", "L72", "M73", "N77", "O80", "P83", "Q85", "Q84", "R86", "S91", "T97",
)  # fmt: skip
"""One code for each section and group that have one in common."""


def _says(program: Program, card: Card, raw: Json, as_of: date) -> tuple[str, float]:
    """Verdict and lowest score, through the dossier as anybody's."""
    text = json.loads(json.dumps(raw, default=str), parse_float=Decimal)
    known = resolve(dossier.read(text), as_of)
    (facts, *_) = Wanted(program.scalars, program.row_fields, as_of).completions(known)
    values = program.evaluate(facts)
    verdict = Verdict(values[program.at[f"verdict|{card.id}"]]).word
    score = program.at.get(f"score|{card.id}|low")
    return verdict, values[score] / MICRO if score is not None else 0.0


def _fell(was: tuple[str, float], became: tuple[str, float], *, by_score: bool) -> bool:
    return became[1] < was[1] if by_score else _RANK.get(became[0], 0) < _RANK.get(was[0], 0)
