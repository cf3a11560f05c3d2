"""The engine against an independent naive implementation, on boundary-heavy random firms with facts missing."""

from __future__ import annotations

import random
from typing import Any

import pytest
from reference_implementation.naive import assess
from reference_implementation.random_dossiers import add_duplicates, drop_facts, random_dossier

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

FIRMS = 400


def _ours(answer: dict[str, Any]) -> dict[str, Any]:
    card = answer["assessments"]["tech_sme"]
    short: dict[str, Any] = {
        "verdict": card["verdict"],
        "class": answer["assessments"]["size_class"]["class"],
    }
    if card["verdict"] != "not_applicable":
        short["score"] = (card["score"]["low"], card["score"]["high"])
        short["gates"] = {name: gate["verdict"] for name, gate in card["gates"].items()}
        short["items"] = {name: (i["points"]["low"], i["points"]["high"]) for name, i in card["items"].items()}
    return short


def _theirs(answer: dict[str, Any]) -> dict[str, Any]:
    card = answer["tech_sme"]
    short: dict[str, Any] = {"verdict": card["verdict"], "class": answer["size_class"]["class"]}
    if card["verdict"] != "not_applicable":
        short["score"] = (card["score"]["low"], card["score"]["high"])
        short["gates"] = card["gates"]
        short["items"] = {name: (i["low"], i["high"]) for name, i in card["items"].items()}
    return short


def _common(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Equal in all that the naive implementation knows; it has no gate on the register."""
    gates = theirs.get("gates", {})
    return {**ours, "gates": {k: v for k, v in ours.get("gates", {}).items() if k in gates}} == {
        **theirs,
        "gates": gates,
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_agrees_with_the_naive_implementation(seed: int, engine: Engine, question: Question) -> None:
    rng = random.Random(seed)
    for _ in range(FIRMS // 4):
        whole = random_dossier(rng)
        for raw in (whole, drop_facts(rng, whole), add_duplicates(rng, whole)):
            got = result(engine.answer(dossier.read(raw), question))
            want = assess(raw, question.as_of)
            assert _common(_ours(got), _theirs(want)), raw
            if want["tier"]:
                assert {k: got["tier"][k] for k in want["tier"]} == want["tier"], raw


@pytest.mark.parametrize("seed", range(4))
def test_removing_facts_never_narrows_an_answer(seed: int, engine: Engine, question: Question) -> None:
    rng = random.Random(1_000 + seed)
    for _ in range(FIRMS // 4):
        whole = random_dossier(rng)
        more = _ours(result(engine.answer(dossier.read(whole), question)))
        less = _ours(result(engine.answer(dossier.read(drop_facts(rng, whole, only_to_unknown=True)), question)))
        assert less["verdict"] in (more["verdict"], "undetermined")
        if "score" in more:
            assert less["score"][0] <= more["score"][0] <= more["score"][1] <= less["score"][1]
            for name, (low, high) in more["items"].items():
                assert less["items"][name][0] <= low <= high <= less["items"][name][1]
            for name, verdict in more["gates"].items():
                assert less["gates"][name] in (verdict, "undetermined")
