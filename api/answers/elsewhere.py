"""The same enterprise under every card of a family (gazelles of each region, schemes of credit), clause by clause.

Of a card for another region it is asked what it would say were the enterprise registered there: nothing else of it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from api.answers.forms import Json
from api.answers.numbers import amount
from api.answers.reasons import OPEN, PASS
from api.answers.result import result
from api.answers.vintage import vintage
from api.authority.diff.rules import said
from api.authority.show.description import asked
from features.dossier import Dossier
from features.errors import ValueProblem
from features.identifiers import regions
from features.resolve import resolve
from scoring.card import Card
from scoring.catalogue import NOWHERE, Picked
from scoring.engine import Engine, Question, region_of
from scoring.overlay import Place

WORDS = {PASS: ("符合", "met"), OPEN: ("待定", "open"), "fail": ("不符合", "not met")}


GATE = ("label", "verdict", "value", "gap", "unit", "clause", "grade", "binding")
"""What is repeated of a gate."""


@dataclass(frozen=True)
class _Column:
    """One card as it answers, at the place where it is asked."""

    name: str
    region: str | None
    card: Card
    answer: Json
    """The assessment, or the credit."""
    home: bool
    flags: tuple[str, ...]


def families(engine: Engine) -> tuple[str, ...]:
    """First parts of the ids that several rulebooks share."""
    heads = [name.split(".")[0] for name in filter(engine.catalogue.evaluated, engine.catalogue.names())]
    return tuple(sorted({head for head in heads if heads.count(head) > 1}))


def compare(engine: Engine, dossier: Dossier, question: Question, family: str) -> Json:
    """The cards of a family side by side. Raises `ValueProblem` for a family that there is not."""
    if family not in families(engine):
        raise ValueProblem(
            field="family",
            value=family,
            rule="没有这一族规则 / there is no such family of rulebooks",
            remedy="可用 / use: " + ", ".join(families(engine)),
        )
    columns = list(_columns(engine, dossier, question, family))
    # A text that is in force before one of which that is not known.
    home = max(columns, key=lambda one: (one.home, not one.flags, len((one.region or "").rstrip("0"))))
    return {
        "uscc": dossier.uscc,
        "as_of": question.as_of.isoformat(),
        **vintage(dossier, question.known_at, engine),
        "family": family,
        "home": home.name if home.home else None,
        "cards": [_told(column) for column in columns],
        "clauses": [_clause(part, name, columns) for part, name in _provisions(columns)],
        "differences": [
            difference
            for column in columns
            if column is not home
            for part, name in _provisions([home, column])
            for difference in _difference(part, name, home, column)
        ],
    }


def _columns(engine: Engine, dossier: Dossier, question: Question, family: str) -> Iterator[_Column]:
    day, kind = question.rules_on or question.as_of, question.kind or "new"
    for name in filter(engine.catalogue.evaluated, engine.catalogue.names()):
        if name.split(".")[0] != family:
            continue
        plain = engine.catalogue.pick_by_name(name, day, place=NOWHERE, kind=kind)
        places = [plain.card.region] + [
            overlay.scope.region
            for overlay in engine.catalogue.overlays
            if overlay.scope.region and overlay.lies_on(plain.card) and overlay.holds(Place(overlay.scope.region), day)
        ]
        for region in places:
            yield _column(engine, dossier, replace(question, rulebooks=(name,)), name, region, plain)


def _column(
    engine: Engine, dossier: Dossier, question: Question, name: str, region: str | None, plain: Picked
) -> _Column:
    own = region_of(dossier, resolve(dossier, question.known_at))
    home = region is None or (own is not None and regions.is_within(own, region))
    answer = engine.answer(dossier if home else _moved(dossier, region), question)
    found, card = result(answer), answer.rules.picked[name].card
    column = "+".join((name, *(laid.id for laid in card.overlays)))
    told = found["credit"] if card.scheme else found["assessments"][name]
    return _Column(column, region, card, told, home, plain.flags)


def _moved(dossier: Dossier, region: str | None) -> Dossier:
    """As if it were registered elsewhere, in no park."""
    rows = dossier.tables.get("enterprise") or [{}]
    moved = [{**row, "region_code": int(region or 0), "park": None} for row in rows]
    return replace(dossier, tables={**dossier.tables, "enterprise": moved}, evaluation={})


def _told(column: _Column) -> Json:
    place = regions.find(column.region) if column.region else None
    told: Json = {
        "card": column.name,
        "title": column.answer["title"],
        "edition": column.answer["edition"],
        "region": {"code": column.region, "zh": place.name_zh if place else ""} if column.region else None,
        "moved": not column.home,
    }
    for key in ("verdict", "score", "status", "stage", "undetermined"):
        if key in column.answer:
            told[key] = column.answer[key]
    return told | ({"flags": list(column.flags)} if column.flags else {})


def _provisions(columns: list[_Column]) -> list[tuple[str, str]]:
    """Gates, items and indicators without points of all cards, each once."""
    cards = [column.card for column in columns]
    found = [
        *(("gates", name) for card in cards for name in card.gates),
        *(("items", name) for card in cards for name in card.items),
        *(("unset", name) for card in cards for name in card.unset),
    ]
    return list(dict.fromkeys(found))


def _clause(part: str, name: str, columns: list[_Column]) -> Json:
    cells = {column.name: cell for column in columns if (cell := _cell(part, name, column))}
    return {"part": part, "id": name, "cells": cells}


def _cell(part: str, name: str, column: _Column) -> Json | None:
    """What a card asks or gives here, and what of the enterprise."""
    if part == "gates" and name in column.card.gates:
        gate = column.card.gates[name]
        answers = column.answer.get("gates") or {one["id"]: one for one in column.answer.get("constraints", ())}
        told = answers[name]
        return {**{key: told[key] for key in GATE if key in told}, "asked": said(asked(gate))}
    stated = column.answer.get(part, {}).get(name)
    if stated is None:
        return None
    return {key: stated[key] for key in ("label", "points", "value", "band", "clause", "grade") if key in stated}


def _difference(part: str, name: str, home: _Column, other: _Column) -> Iterator[Json]:
    """Where another card says otherwise than the one at home, in words.

    What decides nothing, what only one of them asks and is met, and points that are not published make no difference.
    """
    if part == "unset" or (part == "items" and other.card.unset):
        return
    cells = [(column, _cell(part, name, column)) for column in (home, other)]
    told = [(column, cell) for column, cell in cells if cell is not None]
    if any(cell.get("binding") is False for _, cell in told):
        return
    one, *two = [_answer(cell) for _, cell in told]
    if one == (two[0] if two else PASS):
        return
    zh, en = ([_in_words(column, cell, language) for column, cell in told] for language in ("zh", "en"))
    for column in (column for column, cell in cells if cell is None):
        nothing = ("不作要求", "not asked") if part == "gates" else ("不计分", "no points")
        zh.append(f"《{column.answer['title']['zh']}》{nothing[0]}")
        en.append(f"{column.answer['title']['en']}: {nothing[1]}")
    yield {"card": other.name, "part": part, "id": name, "zh": "；".join(zh), "en": "; ".join(en)}


def _answer(cell: Json) -> object:
    return cell["verdict"] if "verdict" in cell else cell.get("points")


def _in_words(column: _Column, cell: Json, language: str) -> str:
    """What a card asks and how it is answered: ``《江苏瞪羚企业》“上年营业收入…”不符合（现为 1800万元）``."""
    zh, place = language == "zh", int(language != "zh")
    title, label = (one[language] for one in (column.answer["title"], cell["label"]))
    if "verdict" in cell:
        word = WORDS[cell["verdict"]][place]
        value = amount(cell["value"], cell.get("unit", "")) if isinstance(cell.get("value"), int | float) else ""
        if isinstance(cell.get("value"), bool) or not value:
            return f"《{title}》“{label}”{word}" if zh else f"{title}: {label}, {word}"
        return f"《{title}》“{label}”{word}（现为 {value}）" if zh else f"{title}: {label}, {word} (now {value})"
    low, high, most = (cell["points"][key] for key in ("low", "high", "max"))
    points = f"{low}/{most}" if low == high else f"{low}–{high}/{most}"
    return f"《{title}》“{label}”得 {points} 分" if zh else f"{title}: {label}, {points} points"
