"""One firm in process: a dossier already read → the result with its reasons; what a further card costs."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable

from benchmarks.dossiers import dossiers
from benchmarks.lines import Line, Section
from benchmarks.measure import Side, Spread, python, run

CARDS = ("tech_sme", "size_class", "high_tech_enterprise")
ONE_FIRM, FURTHER_CARD = 200.0, 25.0
FEW = 5


def section(number: int, repeats: int, seed: int) -> Section:
    told = run(Side(python("benchmarks.firm", number, repeats, seed))).told
    (cards,) = told.pop("cards")
    micro = {name: Spread.of(values) for name, values in told.items()}
    each = [(every - whole) / (cards - len(CARDS)) for every, whole in zip(told["every"], told["all"], strict=True)]
    further = []
    for card in CARDS:
        extra = [whole - without for whole, without in zip(told["all"], told[f"without {card}"], strict=True)]
        further.append(Line(f"a further card: {card}", Spread.of(extra), "µs", FURTHER_CARD))
    return Section(
        "firm",
        f"One firm, {number} dossiers in turn",
        "The contract's example, filled up, and seeded variants with facts missing; CPU of one thread. A further card by name "
        "is the time with the three less the time with the two others; on average it is what all rules take beyond the three. "
        "Cards in force are counted as the dossiers meet them, which stand in more than one region.",
        [
            Line(
                f"answer and result with reasons: {', '.join(CARDS)}",
                micro["all"],
                "µs",
                ONE_FIRM,
                note="dossier already read",
            ),
            Line(f"answer and result with reasons: all rules in force, {cards:.0f} cards", micro["every"], "µs"),
            Line(
                f"a further card, on average of the {cards - len(CARDS):.0f} others",
                Spread.of(each),
                "µs",
                FURTHER_CARD,
            ),
            *further,
            Line("answer only", micro["answer"], "µs"),
            Line("reading the dossier from JSON", micro["read"], "µs"),
            Line("writing the result with reasons as JSON", micro["written"], "µs"),
        ],
    )


def main(number: int, repeats: int, seed: int) -> dict[str, list[float]]:
    """Microseconds of CPU a firm, by what is done, the ways taking turns; and how many cards are in force for it."""
    from api.answers.result import written
    from benchmarks.data import AS_OF
    from features import dossier
    from scoring.engine import Engine, Question

    engine = Engine()
    texts = dossiers(number, seed)
    read = [dossier.parse(text) for text in texts]
    # All cards at first in the set order, so that "all" and "without" go the same way through the engine.
    questions = {"all": Question(AS_OF, AS_OF, None, CARDS)}
    for card in CARDS:
        questions[f"without {card}"] = Question(AS_OF, AS_OF, None, tuple(c for c in CARDS if c != card))
    every = Question(AS_OF, AS_OF)
    whole = questions["all"]
    answers = [engine.answer(one, whole) for one in read]

    def answering(question: Question) -> Callable[[slice], object]:
        return lambda some: [written(engine.answer(one, question)) for one in read[some]]

    ways: dict[str, Callable[[slice], object]] = {name: answering(question) for name, question in questions.items()}
    ways["answer"] = lambda some: [engine.answer(one, whole) for one in read[some]]
    ways["read"] = lambda some: [dossier.parse(text) for text in texts[some]]
    ways["written"] = lambda some: [written(one) for one in answers[some]]
    in_force = [len(engine.answer(one, every).rules.program.cards) for one in read]
    found: dict[str, list[float]] = {name: [] for name in (*ways, "every")}
    for turn in range(repeats + 1):
        used = _used(ways, number) | _used({"every": answering(every)}, number)
        if turn:
            for name, microseconds in used.items():
                found[name].append(microseconds)
    return found | {"cards": [sum(in_force) / number]}


def _used(ways: dict[str, Callable[[slice], object]], number: int) -> dict[str, float]:
    """Microseconds a firm. Few dossiers at a time: what a busy machine adds then falls on all ways alike, so their differences are
    sound. All rules go by themselves: they would leave the others a cold cache.
    """
    used = dict.fromkeys(ways, 0)
    gc.collect()
    for first in range(0, number, FEW):
        for name, way in ways.items():
            begun = time.thread_time_ns()
            way(slice(first, first + FEW))
            used[name] += time.thread_time_ns() - begun
    return {name: nanoseconds / 1000 / number for name, nanoseconds in used.items()}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
