"""A learned card is executed like a rule: by the same compiler and back ends, with bounds, reasons and a receipt."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dossiers import strong
from histories import with_history
from learned_cards import CLIMB, DISTRESS, catalogue, own
from reference_implementation.random_dossiers import drop_facts, random_dossier

from api.answers import receipts
from api.answers.result import result
from api.batch.frames import frames
from features.dossier import read
from features.errors import ValueProblem
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring import verifier
from scoring.engine import Engine, Question
from scoring.errors import CardError
from scoring.learned import UNITS, logistic
from scoring.learned_file import read_card
from scoring.release import canonical, content_of

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22), distress=True)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(catalogue(tmp_path_factory.mktemp("learned")))


def _answered(engine: Engine, dossier: Json) -> Json:
    return result(engine.answer(read(dossier), QUESTION))


def _distress(engine: Engine, dossier: Json) -> Json:
    return dict(_answered(engine, dossier)["probability"]["distress"])


def _points(found: Json, feature: str) -> Json:
    return dict(next(reason for reason in found["reasons"] if reason["feature"] == feature))


def _with(dossier: Json, **facts: object) -> Json:
    changed = copy.deepcopy(dossier)
    last = max(changed["annual_reports"], key=lambda row: row["fiscal_year"])
    last |= {name: value for name, value in facts.items() if value is not None}
    for name in [name for name, value in facts.items() if value is None]:
        last.pop(name, None)
    return changed


@pytest.mark.parametrize(
    ("expense", "band", "points"),
    [
        ("1500000.00", "> 1%, ≤ 3%", 0.0),
        ("1500000.01", "> 3%, ≤ 5%", 0.5),
        ("2500000.00", "> 3%, ≤ 5%", 0.5),
        ("2500000.01", "> 5%", 1.5),
        ("500000.00", "≤ 1%", -1.0),
        ("500000.01", "> 1%, ≤ 3%", 0.0),
    ],
)
def test_a_value_at_an_edge_lies_below_it_and_one_fen_more_above(
    engine: Engine, expense: str, band: str, points: float
) -> None:
    dossier = _with(strong(), revenue="50000000", rd_expense=expense)
    found = _distress(engine, dossier)
    if points:
        told = _points(found, "rd_to_revenue")
        assert (told["band"], told["log_odds"]) == (band, points)
    else:
        assert "rd_to_revenue" not in {reason["feature"] for reason in found["reasons"]}


def test_what_is_missing_has_the_points_that_the_card_declares_and_a_range(engine: Engine) -> None:
    found = _distress(engine, _with(strong(), rd_expense=None))
    told = _points(found, "rd_to_revenue")
    assert told["band"] == "缺失 missing"
    assert "value" not in told
    assert told["log_odds"] == round(CLIMB.features[1].missing / UNITS, 6)
    assert found["facts_low"] < found["p"] < found["facts_high"]
    known = [_distress(engine, _with(strong(), rd_expense=str(n)))["p"] for n in (0, 10**6, 2 * 10**6, 10**7, 10**9)]
    assert found["facts_low"] <= min(known)
    assert max(known) <= found["facts_high"]


def test_a_feature_of_certain_kinds_names_them(engine: Engine) -> None:
    firm = strong()
    firm["certificates"] = [one for one in firm["certificates"] if one["kind"] == "tech_sme"]
    firm["expert_grades"], firm["enterprise"]["region_code"] = {}, "450100"
    told = _points(_answered(engine, firm)["probability"]["climb"], "holds")
    assert told["zh"].endswith("（科技型中小企业）")
    assert told["en"].endswith("(tech sme)")


def test_where_nothing_is_missing_the_range_is_the_number(engine: Engine) -> None:
    found = _distress(engine, _with(strong(), total_assets=10**7, total_liabilities=10**6))
    assert found["facts_low"] == found["p"] == found["facts_high"]


def test_what_it_was_trained_on_and_of_whom_it_may_speak_go_with_every_number(engine: Engine) -> None:
    found = _distress(engine, strong())
    assert found["origin"] == "synthetic"
    assert (found["trained_on"], found["valid_for"]) == (CLIMB.trained_on, CLIMB.valid_for)
    assert found["sha256"] == DISTRESS.sha256
    assert _answered(engine, strong())["release"]["demo"] is True


def test_the_chance_to_climb_is_told_of_the_next_rung_only(engine: Engine, tmp_path: Path) -> None:
    firm = strong()
    firm["certificates"] = [one for one in firm["certificates"] if one["kind"] != "high_tech_enterprise"]
    firm["expert_grades"] = {}
    assert _answered(engine, firm)["tier"]["next"] == "specialised_sme"
    assert "climb" not in _answered(engine, firm)["probability"]
    both = Engine(catalogue(tmp_path, CLIMB, replace(CLIMB, id="climb.specialised_sme")))
    told = _answered(both, firm)["probability"]["climb"]
    assert (told["target"], told["card"]) == ("specialised_sme", "climb.specialised_sme")
    assert 0 < told["p"] < 1


def test_people_see_a_range_of_what_happened_to_firms_with_such_points(engine: Engine) -> None:
    found = _distress(engine, strong())
    answer = engine.answer(read(strong()), QUESTION)
    points = answer.values[answer.rules.program.at["distress|points|low"]]
    known = CLIMB.uncertainty
    band = sum(edge < points for edge in known.edges)
    assert found["low"] == round(logistic(points + known.low[band]), 6)
    assert found["high"] == round(logistic(points + known.high[band]), 6)
    assert found["low"] <= found["p"] <= found["high"]


def test_where_sources_differ_a_feature_has_no_value_and_its_log_odds_have_two_ends(engine: Engine) -> None:
    firm = strong()
    last = firm["annual_reports"][-1]
    other = {**last, "rd_expense": 0, "source": "tax"}
    firm["annual_reports"] = [*firm["annual_reports"][:-1], {**last, "source": "survey"}, other]
    found = _distress(engine, firm)
    assert "p" not in found
    told = _points(found, "rd_to_revenue")
    assert told["band"] == "来源不一 sources differ"
    assert not {"value", "log_odds"} & told.keys()
    assert told["log_odds_low"] == -1.0
    assert told["log_odds_high"] > told["log_odds_low"]


def test_where_sources_differ_within_a_band_the_band_is_told_without_a_value(engine: Engine) -> None:
    firm = strong()
    last = firm["annual_reports"][-1]
    one, other = (
        {**last, "revenue": "50000000", "rd_expense": paid, "source": paid} for paid in ("3000000", "4000000")
    )
    firm["annual_reports"] = [*firm["annual_reports"][:-1], one, other]
    told = _points(_distress(engine, firm), "rd_to_revenue")
    assert (told["band"], told["log_odds"]) == ("> 5%", 1.5)
    assert "value" not in told


def test_no_verdict_moves_with_a_learned_card(engine: Engine) -> None:
    plain = result(Engine().answer(read(strong()), QUESTION))
    with_cards = _answered(engine, strong())
    for part in ("tier", "assessments", "credit", "missing", "reasons"):
        assert with_cards[part] == plain[part]


def test_a_file_gives_every_firm_the_probability_that_its_dossier_gets_alone(engine: Engine, tmp_path: Path) -> None:
    rng = random.Random(8)
    firms = [with_history(rng) for _ in range(40)] + [drop_facts(rng, random_dossier(rng)) for _ in range(40)]
    seen: dict[str, Json] = {firm["enterprise"]["uscc"]: firm for firm in firms}
    path = tmp_path / "firms.json"
    path.write_text(json.dumps(list(seen.values()), default=str), encoding="utf-8")
    given = read_input(path)
    wide = pivot(LongTables.of(given.tables, given.incomplete), QUESTION.known_at)
    scores, _ = frames(engine, wide, QUESTION)
    ranges = 0
    for uscc, firm in seen.items():
        told = _answered(engine, json.loads(json.dumps(firm, default=str)))
        # Of individual businesses and of those not founded yet no card speaks.
        alone = told.get("probability", {}).get("distress", {})
        row = scores.row(by_predicate=pl.col("uscc") == uscc, named=True)
        for end in ("p", "low", "high", "facts_low", "facts_high"):
            assert row[f"probability.distress.{end}"] == alone.get(end), (uscc, end)
        ranges += bool(alone) and alone["facts_low"] < alone["facts_high"]
    assert 10 < ranges < len(seen)


def test_a_receipt_covers_the_points_and_the_verifier_recomputes_them(engine: Engine) -> None:
    answer = engine.answer(read(strong()), QUESTION)
    told = json.loads(canonical(receipts.receipted(result(answer), answer.rules.program)))
    assert verifier.verify(told)[0] == []
    told["decision"]["cards"][CLIMB.id]["parts"]["points"][0] += 1
    told["receipt"]["sha256"] = verifier.digest(told["decision"])
    assert verifier.verify(told)[0]


def test_distress_stands_in_no_receipt(engine: Engine) -> None:
    answer = engine.answer(read(strong()), QUESTION)
    told = receipts.receipted(result(answer), answer.rules.program)
    assert "distress" in told["probability"]
    assert "distress" not in told["decision"]["cards"]
    assert not [name for name in told["program"]["parts"] if name.startswith("distress|")]


def test_the_release_names_the_card_by_its_hash_and_is_for_demonstration(engine: Engine, tmp_path: Path) -> None:
    content = content_of(engine.catalogue)
    assert content["learned"] == {CLIMB.id: CLIMB.sha256, DISTRESS.id: DISTRESS.sha256}
    assert content["demo"] is True
    office = catalogue(tmp_path, own(CLIMB))
    assert not office.demo
    assert "demo" not in result(Engine(office, "sha256:1").answer(read(strong()), QUESTION))["release"]
    # What a file says of its origin anyone can write: outside of a release nobody has seen to it.
    assert result(Engine(office).answer(read(strong()), QUESTION))["release"]["demo"] is True


def test_a_card_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    CLIMB.write(tmp_path / "card.yaml")
    assert read_card(tmp_path / "card.yaml") == CLIMB


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("origin: synthetic", "origin: ours"),
        ("indicator: debt_ratio", "indicator: no_such_indicator"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "card.yaml"
    assert old in CLIMB.yaml()
    path.write_text(CLIMB.yaml().replace(old, new), encoding="utf-8")
    with pytest.raises((CardError, ValueProblem)) as told:
        read_card(path)
    assert "card.yaml" in str(told.value)
