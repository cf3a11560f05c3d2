"""The same enterprises under two cards: whose verdict differs, and in which parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from features.snapshot import Snapshot
from scoring.assembly import Verdict
from scoring.batch import HEAD, Scorer
from scoring.card import MICRO, Card, Label
from scoring.compile import compile_card
from scoring.engine import Question, Rules
from scoring.program import Program
from scoring.release import Release
from scoring.roots import computed

SIDES = ("before", "after")
WORDS = {
    "pass": "符合 pass",
    "undetermined": "待定 undetermined",
    "fail": "不符合 fail",
    "not_applicable": "不适用 not applicable",
}
NONE = "—"
"""Where the part does not exist."""


@dataclass(frozen=True)
class Compared:
    """A population under two cards."""

    as_of: date
    known_at: date
    firms: int
    matrix: Mapping[tuple[str, str], int]
    """Enterprises by answer before and after."""
    answers: tuple[tuple[str, ...], tuple[str, ...]]
    """Answers that each of the cards can give, best first."""
    changed: pl.DataFrame
    """Those whose answer differs, in order of uscc: uscc, name, before, after, and why, a list of parts."""


def compare(snapshot: Snapshot, before: Card, after: Card, as_of: date, done: Callable[[int], None]) -> Compared:
    """Score a snapshot under both cards, part by part; ``done`` is told the enterprises of each part."""
    cards = [replace(card, id=side) for side, card in zip(SIDES, (before, after), strict=True)]
    rules, question = _both(cards), Question(as_of, snapshot.known_at)
    scorer = Scorer(question, dict.fromkeys(snapshot.places, rules), sum(snapshot.sizes))
    why = _why(*cards).alias("why")
    matrix: dict[tuple[str, str], int] = {}
    changed = [pl.DataFrame(schema=_SCHEMA)]
    for number, firms in enumerate(snapshot.sizes):
        scored = scorer.score(snapshot.part(number, scorer.wanted.columns, scorer.wanted.row_fields))
        values = scored.values(dict.fromkeys(computed(rules.program), range(scored.rules))).cast(pl.Int64)
        given = values.select(_answer(card).alias(card.id) for card in cards)
        frame = scored.firms.select(HEAD[:2]).hstack(given)
        for old, new, count in frame.group_by(SIDES).len().iter_rows():
            matrix[old, new] = matrix.get((old, new), 0) + count
        moved = frame[SIDES[0]] != frame[SIDES[1]]
        changed.append(frame.filter(moved).with_columns(values.filter(moved).with_columns(why)["why"]))
        done(firms)
    answers = (possible_answers(before), possible_answers(after))
    return Compared(as_of, snapshot.known_at, sum(snapshot.sizes), matrix, answers, pl.concat(changed).sort("uscc"))


def possible_answers(card: Card) -> tuple[str, ...]:
    """Verdicts or classes."""
    return (*card.classes, "undetermined") if card.classes else tuple(WORDS)


_SCHEMA: dict[str, pl.DataType] = {
    "uscc": pl.String(),
    "name": pl.String(),
    **dict.fromkeys(SIDES, pl.String()),
    "why": pl.List(pl.String()),
}


def _both(cards: list[Card]) -> Rules:
    """Two cards side by side, whatever the region and the day: a draft is in force nowhere."""
    named = {card.id: card for card in cards}
    return Rules(date.min, {}, Program({name: compile_card(card) for name, card in named.items()}, {}), Release("", {}))


def _answer(card: Card) -> pl.Expr:
    """The verdict in a word; of a classification the class."""
    if not card.classes:
        return pl.col(f"verdict|{card.id}").replace_strict({one.value: one.word for one in Verdict})
    low, high = (pl.col(f"score|{card.id}|{end}") for end in ("low", "high"))
    classes = {place * MICRO: name for place, name in enumerate(card.classes)}
    return pl.when(low == high).then(low.replace_strict(classes)).otherwise(pl.lit("undetermined"))


@dataclass(frozen=True)
class _Answer:
    """A part's answer: in words, and numbers that rise as it gets better."""

    words: pl.Expr
    ranks: tuple[pl.Expr, ...]


def _why(before: Card, after: Card) -> pl.Expr:
    """The parts that moved as the verdict did; of a classification, or where none did, all that differ."""
    turn = pl.lit(0) if before.classes or after.classes else _turn(_verdict(before), _verdict(after))
    differing, turning = [], []
    for about, old, new in _parts(before, after):
        moved = _turn(old, new)
        told = pl.format("{}: {} → {}", pl.lit(about), old.words, new.words)
        differing.append(pl.when(moved != 0).then(told))
        turning.append(pl.when(moved * turn > 0).then(told))
    if not differing:
        return pl.lit([], dtype=_SCHEMA["why"])
    every, some = (pl.concat_list(found).list.drop_nulls() for found in (differing, turning))
    return pl.when(some.list.len() > 0).then(some).otherwise(every)


def _turn(old: _Answer, new: _Answer) -> pl.Expr:
    """Above 0 where it got better, below where worse."""
    return pl.sum_horizontal((b - a).sign() for a, b in zip(old.ranks, new.ranks, strict=True))


def _parts(before: Card, after: Card) -> Iterator[tuple[str, _Answer, _Answer]]:
    """Conditions and routes of either card; points that both give.

    A condition that is not there is met; a route that is not there is none, unless its card needs no route.
    """
    gates = [{name: gate.label for name, gate in card.gates.items() if gate.binding} for card in (before, after)]
    for name, label in {**gates[0], **gates[1]}.items():
        yield _about(label, name), _gate(before, name), _gate(after, name)
    for name, route in {**before.routes, **after.routes}.items():
        yield _about(route.label, name), _route(before, name), _route(after, name)
    if before.classes or after.classes:
        # Points of a classification only name its class.
        return
    if before.items and after.items:
        yield "得分 / score", _points(f"score|{before.id}"), _points(f"score|{after.id}")
    for name in (name for name in before.items if name in after.items):
        about = _about(after.items[name].label, name)
        yield about, _points(f"{before.id}|items/{name}"), _points(f"{after.id}|items/{name}")


def _about(label: Label, name: str) -> str:
    return f"{label.zh} / {label.en} [{name}]"


def _verdict(card: Card) -> _Answer:
    # Undetermined, 2, lies between fail and pass.
    code = pl.col(f"verdict|{card.id}")
    return _Answer(
        code, (pl.when(code == Verdict.PASS.value).then(2).when(code == Verdict.FAIL.value).then(0).otherwise(1),)
    )


def _gate(card: Card, name: str) -> _Answer:
    gate = card.gates.get(name)
    if gate is None or not gate.binding:
        return _Answer(pl.lit(NONE), (pl.lit(2),))
    return _truth(f"gate|{card.id}|{name}" if gate.score is not None else f"{card.id}|gates/{name}")


def _route(card: Card, name: str) -> _Answer:
    if name not in card.routes:
        return _Answer(pl.lit(NONE), (pl.lit(0 if card.routes else 2),))
    return _truth(f"route|{card.id}|{name}")


def _truth(root: str) -> _Answer:
    certain, possible = (pl.col(f"{root}|{end}") for end in ("low", "high"))
    words = {name: pl.lit(text) for name, text in WORDS.items()}
    undecided = pl.when(possible == 1).then(words["undetermined"]).otherwise(words["fail"])
    return _Answer(pl.when(certain == 1).then(words["pass"]).otherwise(undecided), (certain + possible,))


def _points(root: str) -> _Answer:
    ends = tuple(pl.col(f"{root}|{end}") for end in ("low", "high"))
    low, high = map(_decimal, ends)
    return _Answer(pl.when(ends[0] == ends[1]).then(low).otherwise(pl.format("{}–{}", low, high)), ends)


def _decimal(micro: pl.Expr) -> pl.Expr:
    """Points as text, exactly: whole ones and the millionths that are not 0."""
    whole, rest = micro // pl.lit(MICRO), micro % pl.lit(MICRO)
    decimals = rest.cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return pl.when(rest == 0).then(whole.cast(pl.String)).otherwise(pl.format("{}.{}", whole, decimals))
