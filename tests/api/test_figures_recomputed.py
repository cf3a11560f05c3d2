"""Stage, coverage and percentiles stand in the decision part, and the verifier makes them again from facts and rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from overlay_texts import CONFIRMED
from scheme_firms import PEERS, QUESTION, SCHEME, Json, changed, firm, lay

from api.answers.receipts import receipted
from api.answers.result import result
from features.dossier import read
from scoring import verifier
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine


def _answer(folder: Path, raw: Json, *, confirmed: bool = False) -> Json:
    lay(folder / "peers.yaml", PEERS)
    if confirmed:
        lay(folder / "liuzhou.yaml", CONFIRMED)
    answer = Engine(Catalogue(FOLDER, folder)).answer(read(raw), QUESTION)
    found: Json = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    return found


def _without(fact: str) -> Json:
    raw = firm(park="liuzhou")
    del raw["annual_reports"][0][fact]
    return raw


CASES: dict[str, tuple[Json, Json]] = {
    "all known": (firm(park="liuzhou"), {
        "coverage": [1, 1], "percentile": {"stage:expansion": [4, 4, 10], "park:liuzhou": [0, 0, 5]}}),
    "no park": (firm(), {"coverage": [1, 1], "percentile": {"stage:expansion": [4, 4, 10]}}),
    "an item open": (_without("rd_staff"), {
        "coverage": [1189, 1300], "percentile": {"stage:expansion": [4, 10, 10], "park:liuzhou": [0, 1, 5]}}),
    "the stage open": (_without("revenue"), {
        "percentile": {"all": [10, 15, 20], "park:liuzhou": [0, 1, 5]}}),
}  # fmt: skip


@pytest.mark.parametrize("confirmed", [False, True], ids=["reference", "confirmed"])
@pytest.mark.parametrize("case", CASES)
def test_figures_are_decided_shown_and_made_again(tmp_path: Path, case: str, confirmed: bool) -> None:
    raw, wanted = CASES[case]
    found = _answer(tmp_path, raw, confirmed=confirmed)
    part = "decision" if "park" in raw["enterprise"] and confirmed else "decision_reference"
    decided = found[part]["cards"][SCHEME]
    assert {key: decided[key] for key in wanted} == wanted
    assert verifier.verify(found) == ([], "未核对来源 / origin not checked")


def _attacked(found: Json, path: tuple[Any, ...]) -> Json:
    """As an attacker leaves it who has no key: changed, and the digests made to fit."""
    made = changed(found, path)
    receipt = {**made["receipt"], "sha256": verifier.digest(made["decision"])}
    receipt["program"] = verifier.digest(made["program"])
    receipt["reference"] = verifier.digest(made["decision_reference"])
    return {**made, "receipt": receipt}


@pytest.mark.parametrize(
    "path",
    [
        ("stages", "expansion", 0),
        ("stages", "growth", 1),
        ("coverage", 0),
        ("coverage", 1),
        ("percentile", "stage:expansion", 0),
        ("percentile", "stage:expansion", 2),
        ("percentile", "park:liuzhou", 1),
    ],
    ids=str,
)
def test_a_figure_that_does_not_follow_is_found_although_the_digests_fit(tmp_path: Path, path: tuple[Any, ...]) -> None:
    found = _answer(tmp_path, firm(park="liuzhou"))
    assert verifier.verify(_attacked(found, ("decision_reference", "cards", SCHEME, *path)))[0]


def test_another_group_that_flatters_is_found(tmp_path: Path) -> None:
    found = _answer(tmp_path, firm())
    decided = found["decision_reference"]["cards"][SCHEME]
    decided["percentile"] = {"all": [15, 15, 20]}
    found["credit"]["percentile"] = {"low": 0.75, "high": 0.75, "among": "all", "firms": 20}
    found["receipt"]["reference"] = verifier.digest(found["decision_reference"])
    assert verifier.verify(found)[0]


@pytest.mark.parametrize("park", [None, "nanning"])
@pytest.mark.parametrize("percentile", ["kept", "dropped"])
def test_the_park_that_a_percentile_rests_upon_stands_in_the_decision(
    tmp_path: Path, park: str | None, percentile: str
) -> None:
    found = _answer(tmp_path, firm(park="liuzhou"))
    assert found["decision"]["park"] == "liuzhou"
    if percentile == "kept":
        # Of another park, or of none, the percentile in Liuzhou does not follow.
        del found["decision"]["park"]
        found["decision"] |= {"park": park} if park else {}
    else:
        # Nor may it be left out of who is there.
        del found["decision_reference"]["cards"][SCHEME]["percentile"]["park:liuzhou"]
        del found["credit"]["percentile_in_park"]
    found["receipt"]["sha256"] = verifier.digest(found["decision"])
    found["receipt"]["reference"] = verifier.digest(found["decision_reference"])
    assert any("percentile" in line for line in verifier.verify(found)[0])


def test_a_park_by_its_name_is_told_by_its_id_and_none_is_left_out(tmp_path: Path) -> None:
    assert _answer(tmp_path, firm(park="柳州高新区"))["decision"]["park"] == "liuzhou"
    assert "park" not in _answer(tmp_path, firm(park=None))["decision"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "mature"),
        ("coverage", 0.5),
        ("percentile", {"low": 0.4, "high": 0.5, "among": "stage:expansion", "firms": 10}),
        ("percentile", {"low": 0.4, "high": 0.4, "among": "all", "firms": 20}),
        ("percentile_in_park", {"low": 0.0, "high": 0.2, "among": "park:liuzhou", "firms": 5}),
    ],
)
def test_shown_figures_that_nobody_decided_are_found(tmp_path: Path, key: str, value: Any) -> None:
    found = _answer(tmp_path, firm(park="liuzhou"))
    assert verifier.verify({**found, "credit": {**found["credit"], key: value}})[0]


def test_a_distribution_of_fewer_than_five_is_not_told(tmp_path: Path) -> None:
    small = PEERS.replace('park:liuzhou: {"124": 1, "500": 4}', 'park:liuzhou: {"124": 1, "500": 3}')
    lay(tmp_path / "peers.yaml", small)
    answer = Engine(Catalogue(FOLDER, tmp_path)).answer(read(firm(park="liuzhou")), QUESTION)
    found = result(answer)
    assert "percentile_in_park" not in found["credit"]
    assert "park:liuzhou" not in json.dumps(receipted(found, answer.rules.program))


def test_where_not_of_the_stage_the_answer_says_why(tmp_path: Path) -> None:
    assert _answer(tmp_path, _without("revenue"))["credit"]["percentile"]["fallback"]["code"] == "stage_open"
    raw = firm()
    raw["annual_reports"][0]["revenue"] = 600_0000
    assert _answer(tmp_path, raw)["credit"]["percentile"]["fallback"]["code"] == "small_cell"
    assert "fallback" not in _answer(tmp_path, firm())["credit"]["percentile"]
