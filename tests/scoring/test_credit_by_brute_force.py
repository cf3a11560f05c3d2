"""Every scheme on file against a naive implementation of it, from dossier to answer: whatever unknown facts turn out to be, and no interval wider than that."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
from overlay_texts import CONFIRMED
from reference_implementation.naive_credit import MICRO, STAGES, Assessed, Scheme, assess_credit, weights
from reference_implementation.random_credit import (
    AS_OF,
    BAD,
    EVENT,
    TITLE,
    Place,
    Row,
    completions,
    hidden,
    how_many,
    random_firm,
    unknown,
)
from scheme_firms import lay

from api.answers.result import result
from features.dossier import read
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

Json = dict[str, Any]
Found = tuple[Row, Json, list[Assessed]]
"""A firm of whom a little is unknown, its credit, and what is so in each completion."""
FIRMS = 150
QUESTION = Question(AS_OF, AS_OF)
MOST = 600
"""Completions of one firm that are tried at most."""
CHANGES = """\
gates:
  safety: {effect: deduct, deduct: 5}
  dishonesty: {effect: veto}
items:
  rd_intensity:
    max: 1
    percentile: {indicator: rd_to_revenue, points: 1, cuts: {all: [1%, 5%, 5%, 10%], expansion: [5%, 10%]}}
  award:
    max: 20
    indicator: award
    with: {levels: [international, national, provincial], years: 3}
    bands: [{is: "true", points: 20}, {is: "false", points: 0}]
  high_growth:
    max: 20
    indicator: holds
    with: {kinds: [gazelle, unicorn_list]}
    bands: [{is: "true", points: 20}, {is: "false", points: 0}]
scheme:
  peers_of: {population: 合成人口, firms: 60, as_of: 2026-06-01, snapshot: "sha256:0", made_under: MADE_UNDER}
  peers:
    all: {"0": 10, "100": 5, "333": 20, "500": 20, "999": 5}
    stage:seed: {"0": 4, "200": 4, "444": 2}
    stage:expansion: {"123": 5, "600": 5, "601": 5}
    stage:mature: {"1": 2, "2": 2}
"""
CUTS = {"all": [Fraction(n, 100) for n in (1, 5, 5, 10)], "expansion": [Fraction(5, 100), Fraction(10, 100)]}
PEERS = {
    "all": {0: 10, 100: 5, 333: 20, 500: 20, 999: 5},
    "stage:seed": {0: 4, 200: 4, 444: 2},
    "stage:expansion": {123: 5, 600: 5, 601: 5},
}
"""Those of a mature firm are four: too few to be told."""


DOUBLED = dict.fromkeys(STAGES, Fraction(20))
EDITED = Scheme({**weights(), "award": DOUBLED, "high_growth": DOUBLED}, cuts=CUTS)


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A park's scheme: a percentile, a bonus that can pass its cap, a deduction and a veto."""
    folder = tmp_path_factory.mktemp("park")
    lay(folder / "liuzhou.yaml", CONFIRMED + CHANGES)
    return Engine(Catalogue(FOLDER, folder))


@pytest.fixture(scope="module", params=["reference", "confirmed_by_park"])
def scheme(request: pytest.FixtureRequest, engine: Engine, confirmed: Engine) -> tuple[Engine, Scheme]:
    return (engine, Scheme()) if request.param == "reference" else (confirmed, EDITED)


def _credit(engine: Engine, raw: Row, question: Question = QUESTION) -> Json:
    found: Json = result(engine.answer(read(raw), question))["credit"]
    return found


def _ends(points: Json) -> tuple[int, int]:
    low, high = (Fraction(str(points[end])) * MICRO for end in ("low", "high"))
    return int(low), int(high)


def _each(points: Json) -> dict[str, tuple[int, int]]:
    return {name: _ends(one["points"]) for name, one in points.items()}


def _constraints(credit: Json) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in credit["constraints"]}


def _hull(values: list[int]) -> tuple[int, int]:
    return min(values), max(values)


def _verdict(truths: set[bool]) -> str:
    return "undetermined" if len(truths) > 1 else "pass" if truths.pop() else "fail"


def _stages(credit: Json) -> set[str]:
    return set(credit["stages"]) if credit["stage"] == "undetermined" else {credit["stage"]}


def _firms(seed: int, region: str = "450200") -> Iterator[tuple[Row, list[Place]]]:
    """Firms with up to three places that are unknown, few enough to try all that they may be."""
    rng = random.Random(seed)
    while True:
        raw = random_firm(rng, region)
        places = unknown(rng, raw, 3)
        if how_many(raw, places) <= MOST:
            yield raw, places


@pytest.fixture(scope="module")
def drawn(scheme: tuple[Engine, Scheme]) -> list[Found]:
    engine, naive = scheme
    return [
        (
            hidden(raw, places),
            _credit(engine, hidden(raw, places)),
            [assess_credit(whole, AS_OF, naive) for whole in completions(raw, places)],
        )
        for raw, places in islice(_firms(2026), FIRMS)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_with_everything_known_points_and_constraints_are_the_naive_ones(
    seed: int, scheme: tuple[Engine, Scheme]
) -> None:
    rng = random.Random(seed)
    engine, naive = scheme
    for _ in range(60):
        raw = random_firm(rng)
        credit, wanted = _credit(engine, raw), assess_credit(raw, AS_OF, naive)
        assert _each(credit["items"]) == {name: (points, points) for name, points in wanted.items.items()}, raw
        assert _each(credit["groups"]) == {name: (points, points) for name, points in wanted.groups.items()}, raw
        assert _ends(credit["score"]) == (wanted.score, wanted.score)
        assert (credit["stage"], credit["bounds"], credit["coverage"]) == (wanted.stage, "exact", 1)
        assert _constraints(credit) == {name: _verdict({held}) for name, held in wanted.constraints.items()}


def test_items_are_what_their_completions_reach_and_no_wider(drawn: list[Found]) -> None:
    for part, credit, every in drawn:
        for name, ends in _each(credit["items"]).items():
            assert ends == _hull([one.items[name] for one in every]), (name, part)


def test_every_total_lies_within_and_what_is_called_exact_is_reached(drawn: list[Found]) -> None:
    called: Counter[str] = Counter()
    for part, credit, every in drawn:
        called[credit["bounds"]] += 1
        told = {"score": (_ends(credit["score"]), _hull([one.score for one in every]))}
        for name, ends in _each(credit["groups"]).items():
            told[name] = ends, _hull([one.groups[name] for one in every])
        for name, ((low, high), (least, most)) in told.items():
            assert low <= least <= most <= high, (name, part)
            assert credit["bounds"] == "safe" or (low, high) == (least, most), (name, part)
    assert min(called["exact"], called["safe"]) >= 10, called


def test_stages_are_those_that_are_possible(drawn: list[Found]) -> None:
    for part, credit, every in drawn:
        assert _stages(credit) == {one.stage for one in every}, part


def test_constraints_are_open_only_if_they_can_go_both_ways_and_take_nothing_off(drawn: list[Found]) -> None:
    seen: Counter[str] = Counter()
    for part, credit, every in drawn:
        for name, verdict in _constraints(credit).items():
            seen[f"{name} {verdict}"] += 1
            assert verdict == _verdict({one.constraints[name] for one in every}), (name, part)
    assert len(seen) == 6, seen


def test_coverage_is_the_weight_of_what_the_data_settle_where_that_is_least(
    drawn: list[Found], scheme: tuple[Engine, Scheme]
) -> None:
    stated = scheme[1].weights
    for part, credit, every in drawn:
        settled = [name for name in stated if len({one.items[name] for one in every}) == 1]
        shares = [
            sum((stated[name][stage] for name in settled), Fraction(0)) / sum(each[stage] for each in stated.values())
            for stage in {one.stage for one in every}
        ]
        assert credit["coverage"] == round(float(min(shares)), 4), part


def test_a_percentile_counts_those_of_the_stage_with_fewer_tenths_of_a_point(confirmed: Engine) -> None:
    seen: Counter[str] = Counter()
    for raw, places in islice(_firms(2027), FIRMS):
        credit = _credit(confirmed, hidden(raw, places))
        every = [assess_credit(whole, AS_OF, EDITED) for whole in completions(raw, places)]
        own = f"stage:{credit['stage']}"
        group = own if own in PEERS else "all"
        seen[group] += 1
        firms = sum(PEERS[group].values())
        counts = [sum(n for tenths, n in PEERS[group].items() if tenths < one.score * 10 // MICRO) for one in every]
        least, most = (round(count / firms, 4) for count in _hull(counts))
        told = credit["percentile"]
        assert (told["among"], told["firms"]) == (group, firms)
        assert told["low"] <= least <= most <= told["high"], raw
        assert credit["bounds"] == "safe" or (told["low"], told["high"]) == (least, most), raw
        code = "stage_open" if len({one.stage for one in every}) > 1 else "small_cell" if group == "all" else None
        assert told.get("fallback", {}).get("code") == code
    assert min(seen[group] for group in PEERS) >= 5, seen


AWARD = {**EVENT, "kind": "st_award", "level": "provincial"}
PROJECT = {**EVENT, "kind": "rd_project", "level": "national"}


@pytest.mark.parametrize(
    ("events", "titles", "bonus"),
    [
        ([], [], (0, 0)),
        ([PROJECT], [TITLE], (30, 30)),
        ([AWARD], [TITLE], (30, 30)),
        ([AWARD, PROJECT], [TITLE], (30, 30)),
        # Of 20 certain points and 20 possible ones ten are beyond the cap.
        ([AWARD], None, (20, 30)),
        ([PROJECT], None, (10, 30)),
        ([AWARD, {**PROJECT, "level": None}], [TITLE], (30, 30)),
        (None, None, (0, 30)),
    ],
)
def test_a_bonus_ends_at_its_cap(
    events: list[Row] | None, titles: list[Row] | None, bonus: tuple[int, int], confirmed: Engine
) -> None:
    raw = {**random_firm(random.Random(7)), "intellectual_property": [], "events": events, "certificates": titles}
    groups = _each(_credit(confirmed, raw)["groups"])
    assert groups["bonus"] == tuple(points * MICRO for points in bonus)


def test_a_constraint_says_what_it_does_and_the_points_stay_as_they_are(confirmed: Engine, engine: Engine) -> None:
    raw = {**random_firm(random.Random(7)), "events": []}
    accident, listing = ({**EVENT, **row} for row in BAD)
    clean = _credit(confirmed, raw)["score"]
    for rows, verdicts in (
        ([], ("pass", "pass")),
        ([accident], ("fail", "pass")),
        ([accident, listing], ("fail", "fail")),
    ):
        credit = _credit(confirmed, {**raw, "events": rows})
        told = [(one["id"], one["verdict"], one["effect"], one.get("points")) for one in credit["constraints"]]
        assert told == [("safety", verdicts[0], "deduct", 5), ("dishonesty", verdicts[1], "veto", None)]
        assert credit["score"] == clean
    assert [one["effect"] for one in _credit(engine, raw)["constraints"]] == ["flag", "flag"]


# Each scheme that gives no points: where it is in force, on which day its rules are asked for, and what it judges all the same.
FRAMES = {
    "credit.national 2024": ("110108", date(2024, 9, 1), set()),
    "credit.national 2025": ("110108", None, set()),
    "credit.sichuan 2025": ("510100", None, {"constraints"}),
    "credit.wenzhou_longwan 2022": ("330303", None, {"stage"}),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_without_weights_gives_no_points_whatever_is_known(frame: str, engine: Engine) -> None:
    region, rules_on, judged = FRAMES[frame]
    for raw, places in islice(_firms(2028, region), 25):
        every = [assess_credit(whole, AS_OF, Scheme()) for whole in completions(raw, places)]
        for part in (raw, hidden(raw, places)):
            answer = result(engine.answer(read(part), Question(AS_OF, AS_OF, rules_on)))
            credit = answer["credit"]
            assert "score" not in answer["decision"]["cards"][credit["scheme"]]
            assert f"{credit['scheme']} {credit['edition']}" == frame
            assert credit["undetermined"]["en"] == "weights not published"
            assert not {"score", "items", "groups", "percentile", "coverage"} & credit.keys()
        assert ("stage" in credit) == ("stage" in judged)
        assert bool(credit["constraints"]) == ("constraints" in judged)
        if "stage" in judged:
            assert _stages(credit) == {one.stage for one in every}, raw
        for name, verdict in _constraints(credit).items():
            assert verdict == _verdict({one.constraints[name] for one in every}), (name, raw)


def test_every_scheme_on_file_is_tried_here() -> None:
    on_file = {
        f"{name} {edition.latest.edition}"
        for name, editions in Catalogue().editions.items()
        for edition in editions
        if edition.latest.scheme
    }
    assert on_file == {*FRAMES, "credit.guangxi_reference 2026"}
