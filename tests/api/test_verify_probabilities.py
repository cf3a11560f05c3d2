"""A probability that is shown is the one that the verified points give: anything else does not verify."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from in_process import dengti
from learned_cards import CLIMB, DISTRESS, catalogue

from api.answers import receipts
from api.answers.result import result
from features.dossier import read
from scoring import verifier
from scoring.engine import Engine, Question
from scoring.learned import UNITS, Uncertainty

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22), distress=True)
INTACT = ([], "未核对来源 / origin not checked")
GAZELLE = replace(CLIMB, id="climb.gazelle", uncertainty=Uncertainty())
"""Of which nobody knows a range."""
Json = dict[str, Any]
Way = tuple[str, ...]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(catalogue(tmp_path_factory.mktemp("learned"), CLIMB, GAZELLE, DISTRESS))


def _answer(engine: Engine, firm: Json) -> Json:
    answer = engine.answer(read(firm), QUESTION)
    found: Json = json.loads(json.dumps(receipts.receipted(result(answer), answer.rules.program)))
    return found


def _firm() -> Json:
    """Of Guangxi outside Liuzhou, whose ladder has a next tier, one above it, and both left open."""
    firm = strong(certificates=[])
    firm["enterprise"]["region_code"] = "450100"
    return firm


@pytest.fixture(scope="module")
def shown(engine: Engine) -> Json:
    return _answer(engine, _firm())


def _numbers(node: Any, way: Way = ()) -> Iterator[Way]:
    """Where a card's numbers stand, but for those of distress and what is made of several cards."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in ("distress", "tiers", "reasons"):
                yield from _numbers(child, (*way, key))
    elif way[-1] in ("p", "low", "high", "facts_low", "facts_high"):
        yield way


def _changed(found: Json, way: Way, value: object) -> Json:
    made = copy.deepcopy(found)
    place: Any = made
    for key in way[:-1]:
        place = place[key]
    if value is None:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return made


def test_what_the_points_give_verifies(shown: Json) -> None:
    assert verifier.verify(shown) == INTACT
    assert {way[0] for way in _numbers(shown["probability"])} == {"climb", "climb_further", "placement"}


def test_any_other_number_does_not(shown: Json) -> None:
    ways = list(_numbers(shown["probability"]))
    assert {way[-1] for way in ways} == {"p", "low", "high", "facts_low", "facts_high"}
    for way in ways:
        for value in (0.9, 0.123456, None):
            wrong, _ = verifier.verify(_changed(shown, ("probability", *way), value))
            assert len(wrong) == 1, way


def test_a_range_that_the_card_does_not_give_is_found(shown: Json) -> None:
    (way,) = [one for one in _numbers(shown["probability"]) if one[0] == "climb_further" and one[-1] == "p"]
    assert verifier.verify(_changed(shown, ("probability", *way[:-1], "low"), 0.01))[0]


def test_a_number_of_another_tier_or_of_a_card_that_decided_nothing_is_found(shown: Json) -> None:
    tier = shown["probability"]["climb"]["target"]
    for other in ("gazelle", "tech_sme", "unicorn"):
        assert tier != other
        assert verifier.verify(_changed(shown, ("probability", "climb", "target"), other))[0]
    made_up = {"climb": {**shown["probability"]["climb"], "target": "unicorn", "card": "climb.unicorn"}}
    assert verifier.verify({**shown, "probability": made_up})[0]


def test_of_a_rung_beside_the_order_too(tmp_path: Path) -> None:
    both = Engine(catalogue(tmp_path, CLIMB, replace(CLIMB, id="climb.specialised_sme")))
    held = {"kind": "high_tech_enterprise", "number": "X1", "valid_from": "2025-01-01", "valid_to": "2027-12-31"}
    firm = strong(certificates=[held])
    found = _answer(both, firm)
    assert set(found["probability"]) == {"climb_beside"}
    assert verifier.verify(found) == INTACT
    for way in _numbers(found["probability"]):
        assert verifier.verify(_changed(found, ("probability", *way), 0.9))[0], way


def test_the_command_line_verifies_what_it_has_written(tmp_path: Path) -> None:
    (tmp_path / "firm.json").write_text(json.dumps(_firm(), default=str), encoding="utf-8")
    catalogue(tmp_path / "learned", CLIMB, GAZELLE)
    told = dengti("score", str(tmp_path / "firm.json"), "--receipt", DENGTI_LEARNED=str(tmp_path / "learned"))
    (tmp_path / "result.json").write_text(told.stdout, encoding="utf-8")
    assert json.loads(told.stdout)["probability"]["climb"]["p"]
    done = dengti("verify", str(tmp_path / "result.json"))
    assert (done.returncode, done.stderr) == (0, "")
    changed = json.loads(told.stdout)
    changed["probability"]["climb"]["p"] = 0.9
    (tmp_path / "result.json").write_text(json.dumps(changed), encoding="utf-8")
    assert dengti("verify", str(tmp_path / "result.json")).returncode == 1


@pytest.mark.parametrize("key", ["origin", "sha256"])
def test_what_a_release_says_of_a_card_is_what_was_decided(shown: Json, key: str) -> None:
    assert verifier.verify(_changed(shown, ("release", "cards", "climb.gazelle", key), "own"))[0]


@pytest.mark.parametrize("named", ["card", "sha256", "origin"])
def test_whose_number_it_is_agrees_with_the_release(shown: Json, named: str) -> None:
    wrong, _ = verifier.verify(_changed(shown, ("probability", "climb", named), "own"))
    assert wrong


def test_a_card_of_other_data_is_shown_as_a_demonstration_only(shown: Json) -> None:
    assert shown["release"]["demo"] is True
    assert verifier.verify(_changed(shown, ("release", "demo"), None))[0] == ["release.demo：None ≠ True"]
    assert verifier.verify(_changed(shown, ("release", "demo"), False))[0]


def test_nor_does_it_become_a_card_of_own_facts_where_all_that_is_shown_says_so(shown: Json) -> None:
    found = json.loads(json.dumps(shown["probability"]).replace('"synthetic"', '"own"'))
    cards = json.loads(json.dumps(shown["release"]["cards"]).replace('"synthetic"', '"own"'))
    told = {**shown, "probability": found, "release": {"id": shown["release"]["id"], "cards": cards}}
    wrong, _ = verifier.verify(told)
    assert "release.demo：None ≠ True" in wrong
    assert len(wrong) > 1


def test_what_is_made_of_it_outside_the_receipt_is_named(shown: Json) -> None:
    found = _changed(shown, ("probability", "distress", "p"), 0.001)
    tiers = ("probability", "placement", "tiers", "none", "p")
    assert verifier.verify(_changed(found, tiers, 0.001)) == INTACT
    for part in ("distress", "placement.tiers", "trained_on", "valid_for"):
        assert part in verifier.OUTSIDE


def test_of_sources_that_differ_there_is_no_number_to_verify_and_none_may_be_shown(engine: Engine) -> None:
    firm = _firm()
    report = firm["annual_reports"][0]
    firm["annual_reports"] = [{**report, "source": "tax"}, {**report, "source": "survey", "rd_expense": 1}]
    found = _answer(engine, firm)
    assert "p" not in found["probability"]["climb_further"]["high_tech_enterprise"]
    assert verifier.verify(found) == INTACT
    assert verifier.verify(_changed(found, ("probability", "climb_further", "high_tech_enterprise", "p"), 0.5))[0]


def test_numbers_at_the_ends_are_told_alike(tmp_path_factory: pytest.TempPathFactory) -> None:
    for intercept in (-900, 900, 0):
        card = replace(CLIMB, intercept=intercept * UNITS, uncertainty=Uncertainty())
        found = _answer(Engine(catalogue(tmp_path_factory.mktemp("learned"), card)), strong())
        assert verifier.verify(found) == INTACT
