"""The engine against an independent naive implementation, on boundary-heavy random firms with facts missing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from reference_implementation.assessment import assess
from reference_implementation.random_dossiers import AS_OF, add_duplicates, drop_facts, random_dossier
from reference_implementation.random_high_tech import random_applicant

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

FIRMS = 400
CARDS = ("tech_sme", "high_tech_enterprise")
DRAWS: list[Callable[[random.Random], dict[str, Any]]] = [random_dossier, random_applicant]


def _ours(answer: dict[str, Any]) -> dict[str, Any]:
    short: dict[str, Any] = {"class": answer["assessments"]["size_class"]["class"]}
    for name in CARDS:
        card = answer["assessments"][name]
        short[name] = {"verdict": card["verdict"]}
        if card["verdict"] != "not_applicable":
            short[name]["score"] = (card["score"]["low"], card["score"]["high"])
            short[name]["gates"] = {name: gate["verdict"] for name, gate in card["gates"].items()}
            short[name]["items"] = {n: (i["points"]["low"], i["points"]["high"]) for n, i in card["items"].items()}
        if "review" in card and card["verdict"] != "not_applicable":
            short[name]["hard_gates"] = card["review"]["hard_gates"]
            short[name]["manual_review"] = "manual_review" in card["flags"]
    return short


def _theirs(answer: dict[str, Any]) -> dict[str, Any]:
    short: dict[str, Any] = {"class": answer["size_class"]["class"]}
    for name in CARDS:
        card = answer[name]
        short[name] = {"verdict": card["verdict"]}
        if card["verdict"] != "not_applicable":
            short[name] |= {k: v for k, v in card.items() if k in ("gates", "hard_gates", "manual_review")}
            short[name]["score"] = (card["score"]["low"], card["score"]["high"])
            short[name]["items"] = {name: (i["low"], i["high"]) for name, i in card["items"].items()}
    return short


def _common(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What both know; the naive implementation has no gate on the register."""
    found = dict(ours)
    for name in CARDS:
        gates = theirs[name].get("gates", {})
        if "gates" in ours[name]:
            found[name] = {**ours[name], "gates": {k: v for k, v in ours[name]["gates"].items() if k in gates}}
    return found


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("seed", range(4))
def test_the_engine_agrees_with_the_naive_implementation(
    seed: int, draw: Callable[[random.Random], dict[str, Any]], engine: Engine, question: Question
) -> None:
    rng = random.Random(seed)
    for _ in range(FIRMS // 4):
        whole = draw(rng)
        for raw in (whole, drop_facts(rng, whole), add_duplicates(rng, whole)):
            got = result(engine.answer(dossier.read(raw), question))
            others = {"specialised_sme": got["assessments"]["specialised_sme"]["verdict"]}
            want = assess(raw, question.as_of, others)
            assert _common(_ours(got), _theirs(want)) == _theirs(want), raw
            if want["tier"]:
                assert {k: got["tier"][k] for k in want["tier"]} == want["tier"], raw


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("seed", range(4))
def test_removing_facts_never_narrows_an_answer(
    seed: int, draw: Callable[[random.Random], dict[str, Any]], engine: Engine, question: Question
) -> None:
    rng = random.Random(1_000 + seed)
    for _ in range(FIRMS // 4):
        whole = draw(rng)
        more = _ours(result(engine.answer(dossier.read(whole), question)))
        less = _ours(result(engine.answer(dossier.read(drop_facts(rng, whole, only_to_unknown=True)), question)))
        for card in CARDS:
            _no_narrower(less[card], more[card])


def _no_narrower(less: dict[str, Any], more: dict[str, Any]) -> None:
    assert less["verdict"] in (more["verdict"], "undetermined")
    if "score" in more:
        assert less["score"][0] <= more["score"][0] <= more["score"][1] <= less["score"][1]
        for name, (low, high) in more["items"].items():
            assert less["items"][name][0] <= low <= high <= less["items"][name][1]
        for name, verdict in more["gates"].items():
            assert less["gates"][name] in (verdict, "undetermined")


def test_random_applicants_reach_every_answer() -> None:
    """Else the comparison would say little of the card."""
    rng = random.Random(2026)
    verdicts: Counter[str] = Counter()
    bands: dict[str, set[int]] = {}
    for _ in range(600):
        found = assess(random_applicant(rng), AS_OF)["high_tech_enterprise"]
        verdicts[found["verdict"]] += 1
        for item, bounds in found.get("items", {}).items():
            bands.setdefault(item, set()).add(bounds["high"])
    assert min(verdicts[v] for v in ("pass", "fail", "undetermined")) >= 10, verdicts
    assert bands["growth_sales"] >= {0, 2, 4, 6, 8, 10}
    assert bands["growth_net_assets"] >= {0, 2, 4, 6, 8, 10}
    assert bands["achievement_transfer"] >= {0, 6, 12, 18, 24, 30}
    assert bands["ip_count"] >= {0, 2, 4, 6, 8}
