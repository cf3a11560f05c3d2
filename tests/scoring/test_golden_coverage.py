"""Every clause of every card has its cases: gates and routes from both sides, every band of every item.

What is missing is listed by card, part and clause: the failing assertion is the coverage report.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from golden_cases import Case, cases

from features import dossier
from scoring.card import Card
from scoring.catalogue import EVALUATED, Catalogue
from scoring.compile import CompiledCard, Detail
from scoring.core import Node
from scoring.engine import Answer, Engine
from scoring.one_backend import Evaluate, compile_one

Seen = dict[tuple[str, str, str], set[str]]
"""By rulebook, edition and part: the verdicts that cases expect of it, the bands that they reach in it."""


def test_every_clause_has_its_cases(engine: Engine) -> None:
    seen: Seen = defaultdict(set)
    asked: dict[tuple[str, str], CompiledCard] = {}
    for case in cases():
        _note(case, engine, seen, asked)
    editions = [(name, edition.latest) for name, found in Catalogue().editions.items() for edition in found]
    evaluated = {(name, card.edition) for name, card in editions if card.status in EVALUATED}
    catalogue = Catalogue()
    evaluated |= {(one.card, f"{one.edition}+{one.id}") for one in catalogue.overlays}
    missing = [f"{name} {edition}: no case at all" for name, edition in sorted(evaluated - asked.keys())]
    for (name, edition), compiled in sorted(asked.items(), key=lambda pair: pair[0]):
        own = {part: found for (n, e, part), found in seen.items() if (n, e) == (name, edition)}
        base = catalogue.edition(name, compiled.card.edition).latest if compiled.card.overlays else None
        missing += _missing(compiled, own, base)
    assert not missing, "\n" + "\n".join(missing)


def _note(case: Case, engine: Engine, seen: Seen, asked: dict[tuple[str, str], CompiledCard]) -> None:
    question = case.question
    answer = engine.answer(dossier.read(case.dossier), question)
    for path, value in case.expect.items():
        if path.startswith("credit."):
            # A scheme's parts stand in the answer's credit, its constraints are its gates.
            scheme = next((n for n, one in answer.rules.picked.items() if one.card.scheme), "")
            path = path.replace("credit.constraints.", "credit.gates.").replace("credit", scheme, 1)
        # A rulebook's id may begin with another's: the longest counts.
        named = (n for n in answer.rules.picked if path == n or path.startswith(f"{n}."))
        name = max(named, key=len, default=None)
        if name is None:
            continue
        compiled = answer.rules.program.cards[name]
        edition = _edition(compiled.card)
        asked[name, edition] = compiled
        kind, _, part = path.removeprefix(name).removeprefix(".").partition(".")
        if kind in ("gates", "routes"):
            seen[name, edition, f"{kind}/{part.split('.')[0]}"].add(str(value))
        elif kind == "route":
            seen[name, edition, f"routes/{value}"].add("pass")
        items = [part.split(".")[0]] if kind == "items" else compiled.card.items
        if kind in ("items", "score", "class", "class_range", "groups", ""):
            for item in items:
                seen[name, edition, f"items/{item}"] |= _bands(answer, compiled, item)


def _bands(answer: Answer, compiled: CompiledCard, item: str) -> set[str]:
    """The bands in which the item's indicators surely lie."""
    at, found = answer.rules.program.at, set()
    for detail in compiled.parts[f"items/{item}"].details if f"items/{item}" in compiled.parts else ():
        root = f"show|{compiled.card.id}|items/{item}|{detail.path}|band"
        if detail.bands:
            low, high = (answer.values[at[f"{root}|{end}"]] for end in ("low", "high"))
            if low == high and all(_value(detail.reached)(facts)[0] for facts in answer.facts):
                found.add(f"{_place(compiled, item, detail)}: {detail.bands[low]}")
    return found


@cache
def _value(node: Node) -> Evaluate:
    return compile_one([node])


def _place(compiled: CompiledCard, item: str, detail: Detail) -> str:
    """Where in the item; of one with weights by stage whichever the stage, the bands are the same."""
    return detail.path.partition(".")[2] if compiled.card.items[item].weights else detail.path


def _edition(card: Card) -> str:
    return "+".join((card.edition, *(laid.id for laid in card.overlays)))


def _missing(compiled: CompiledCard, seen: dict[str, set[str]], base: Card | None) -> list[str]:
    """Of a card with overlays only what they changed in the ``base``."""
    card, lacking = compiled.card, []
    for kind, provisions in (("gates", card.gates), ("routes", card.routes)):
        for name, provision in provisions.items():
            if base and getattr(base, kind).get(name) == provision:
                continue
            wanted = {"pass", "fail"} if provision.source.decides else {"undetermined"}
            lacking += _named(
                card, f"{kind}/{name}", provision.source.clause, wanted - seen.get(f"{kind}/{name}", set())
            )
    for name, item in card.items.items():
        if base and base.items.get(name) == item:
            continue
        details = compiled.parts[f"items/{name}"].details
        wanted = {f"{_place(compiled, name, d)}: {band}" for d in details for band in d.bands if _can_be(d, band)}
        lacking += _named(card, f"items/{name}", item.source.clause, wanted - seen.get(f"items/{name}", set()))
    return lacking


def _can_be(detail: Detail, band: str) -> bool:
    """An indicator that is always defined has no band of its own for the contrary."""
    return "undefined" not in band or (detail.value is not None and detail.value[2].lo < 1)


def _named(card: Card, part: str, clause: str, wanted: set[str]) -> list[str]:
    return [f"{card.id} {card.edition} {part} ({clause}): no case for {one}" for one in sorted(wanted)]
