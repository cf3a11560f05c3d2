"""Placement of one firm: the rules come first, and a probability goes only to tiers that they leave open; alone, in a file and over HTTP."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dossiers import strong
from fastapi.testclient import TestClient
from histories import with_history
from learned_cards import CLIMB, catalogue, own

from api.answers.result import result
from api.app import create_app
from api.batch.frames import frames
from features.dossier import read
from features.identifiers.uscc import check_character
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring.engine import Engine, Question
from scoring.learned import UNITS, LearnedCard, Uncertainty

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
GUANGXI = ["tech_sme", "high_tech_enterprise", "gazelle"]
Json = dict[str, Any]


SILENT = replace(CLIMB.features[0], points=(0, 0, 0, 0), missing=0)
"""A feature that says the same of everyone."""


def _card(tier: str, tenths: int) -> LearnedCard:
    """One that gives every firm the log-odds of tenths, and of which the training rows know a range."""
    known = Uncertainty((), (-2 * UNITS,), (3 * UNITS,))
    return replace(CLIMB, id=f"climb.{tier}", intercept=tenths * UNITS // 10, features=(SILENT,), uncertainty=known)


HIGH_TECH, GAZELLE = _card("high_tech_enterprise", -5), _card("gazelle", -20)
P = {"high_tech_enterprise": 0.377541, "gazelle": 0.119203}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(catalogue(tmp_path_factory.mktemp("learned"), HIGH_TECH, GAZELLE))


def _firm(**changes: Any) -> Json:
    """Of Guangxi outside Liuzhou, whose ladder has three rungs; without grades its high-tech score is open."""
    firm = strong(**changes)
    firm["enterprise"]["region_code"] = "450100"
    return firm


def _probability(engine: Engine, firm: Json) -> Json:
    return dict(result(engine.answer(read(firm), QUESTION)).get("probability", {}))


def _certificate(kind: str) -> list[Json]:
    return [{"kind": kind, "number": "X1", "valid_from": "2025-01-01", "valid_to": "2027-12-31"}]


def _high_tech_open() -> Json:
    rights = [
        {"kind": "invention_patent", "count": 6, "granted_on": "2021-05-06", "in_force": True, "acquired_by": "own_rd",
         "supports_main_product": True}
    ]  # fmt: skip
    return _firm(intellectual_property=rights, certificates=[], events=None, annual_reports=[{"fiscal_year": 2025}])


def test_what_the_rules_grant_is_a_floor_and_what_they_leave_open_is_spread_above_it(engine: Engine) -> None:
    found = _probability(engine, _firm(certificates=_certificate("high_tech_enterprise")))["placement"]
    assert found["open"] == ["gazelle"]
    assert {tier: one["p"] for tier, one in found["tiers"].items()} == {
        "none": 0.0,
        "tech_sme": 0.0,
        "high_tech_enterprise": 0.880797,
        "gazelle": 0.119203,
    }


def test_a_tier_that_the_rules_exclude_gets_nothing(engine: Engine) -> None:
    # Without any right of its own the firm does not meet the conditions of high-tech.
    firm = _firm()
    answer = result(engine.answer(read(firm), QUESTION))
    assert answer["assessments"]["high_tech_enterprise"]["verdict"] == "fail"
    assert answer["tier"]["qualified"] == "tech_sme"
    tiers = answer["probability"]["placement"]["tiers"]
    assert set(tiers["high_tech_enterprise"].values()) == {0.0}
    assert (tiers["tech_sme"]["p"], tiers["gazelle"]["p"]) == (0.880797, 0.119203)


def test_where_it_is_not_known_whether_the_title_is_held_against_the_conditions_it_is_left_out_and_named(
    engine: Engine,
) -> None:
    found = _probability(engine, _firm(certificates=None))["placement"]
    assert found["open"] == ["gazelle"]
    assert found["certificate_unknown"] == ["high_tech_enterprise"]
    assert "条件不符但证书情况不明、未计入：高新技术企业" in found["zh"]
    assert set(found["tiers"]) == {"none", "tech_sme", "gazelle"}
    assert sum(one["p"] for one in found["tiers"].values()) == pytest.approx(1, abs=2e-6)


def test_everything_open_is_spread_from_the_top_and_sums_to_one(engine: Engine) -> None:
    found = _probability(engine, _high_tech_open())["placement"]
    # Of tech_sme no card speaks: it is left out, and named.
    assert found["left_out"] == ["tech_sme"]
    assert set(found["tiers"]) == {"none", "high_tech_enterprise", "gazelle"}
    assert sum(one["p"] for one in found["tiers"].values()) == pytest.approx(1, abs=2e-6)
    assert "科技型中小企业" in found["zh"]
    assert "Technology-based SME" in found["en"]


def test_each_place_has_a_range_that_follows_from_those_of_the_cards(engine: Engine) -> None:
    tiers = _probability(engine, _high_tech_open())["placement"]["tiers"]
    assert (tiers["gazelle"]["low"], tiers["gazelle"]["high"]) == (0.017986, 0.731059)
    assert (tiers["high_tech_enterprise"]["low"], tiers["high_tech_enterprise"]["high"]) == (0.020401, 0.90752)
    assert (tiers["none"]["low"], tiers["none"]["high"]) == (0.020401, 0.90752)


def test_it_is_told_in_words_and_whose_numbers_they_are_goes_with_it(engine: Engine) -> None:
    found = _probability(engine, _firm(certificates=_certificate("high_tech_enterprise")))["placement"]
    assert found["zh"].startswith("按 2026-11-22 的规则和已知事实未能确定：瞪羚企业。")
    assert "只分给该日规则允许的梯次；该日条件不符的不分，其日后晋级的概率见 climb" in found["zh"]
    assert "whose title is obtained within 24 months after it" in found["en"]
    assert "it is no recognition" in found["en"]
    assert "以合成或外部数据训练，仅供演示" in found["zh"]
    card = found["cards"]["gazelle"]
    assert (card["trained_on"], card["valid_for"], card["origin"]) == (CLIMB.trained_on, CLIMB.valid_for, "synthetic")
    assert (card["sha256"], card["p"]) == (GAZELLE.sha256, P["gazelle"])


def test_of_cards_of_the_offices_own_facts_it_says_nothing_of_a_demonstration(tmp_path: Path) -> None:
    office = Engine(catalogue(tmp_path, own(GAZELLE)))
    found = _probability(office, _firm(certificates=_certificate("high_tech_enterprise")))["placement"]
    assert "仅供演示" not in found["zh"]
    assert "demonstration" not in found["en"]


def test_where_the_rules_decide_every_tier_nothing_is_spread(engine: Engine, tmp_path: Path) -> None:
    assert "placement" not in _probability(engine, _firm(certificates=_certificate("gazelle")))
    only = Engine(catalogue(tmp_path, HIGH_TECH))
    # High-tech is excluded, and of the gazelle that is open no card speaks.
    assert "placement" not in _probability(only, _firm())


def test_who_stands_on_no_ladder_is_not_placed(engine: Engine) -> None:
    firm = _firm()
    firm["enterprise"]["uscc"] = "92450200MA0000015" + check_character("92450200MA0000015")
    answer = result(engine.answer(read(firm), QUESTION))
    assert answer["assessments"]["tech_sme"]["verdict"] == "not_applicable"
    assert "probability" not in answer


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "存续"}, True),
        ({"status": "注销"}, False),
        ({"status": "吊销，未注销"}, False),
        ({"deregistered_on": "2026-11-22"}, False),
        ({"deregistered_on": "2026-11-23"}, True),
        ({"established_on": "2026-11-23"}, False),
    ],
)
def test_of_who_has_left_the_register_or_is_not_there_yet_no_card_speaks(
    engine: Engine, changes: Json, told: bool
) -> None:
    firm = _firm()
    firm["enterprise"] |= changes
    answer = result(engine.answer(read(firm), QUESTION))
    assert bool(answer.get("probability")) is told
    assert ("no_learned_card" in answer["flags"]) is not told
    assert any("模型评分卡不适用" in one["zh"] for one in answer["reasons"]) is not told
    assert "no_learned_card" not in result(Engine().answer(read(firm), QUESTION))["flags"]


def test_facts_that_are_missing_widen_each_place_as_they_widen_the_probabilities_of_the_cards(tmp_path: Path) -> None:
    asks = Engine(catalogue(tmp_path, replace(CLIMB, id="climb.gazelle"), HIGH_TECH))
    firm = _firm(certificates=_certificate("high_tech_enterprise"))
    del firm["annual_reports"][-1]["rd_expense"]
    found = _probability(asks, firm)
    least, most = (found["climb"][end] for end in ("facts_low", "facts_high"))
    assert least < found["climb"]["p"] < most
    tiers = found["placement"]["tiers"]
    assert (tiers["gazelle"]["facts_low"], tiers["gazelle"]["facts_high"]) == (least, most)
    assert tiers["high_tech_enterprise"]["facts_low"] == pytest.approx(1 - most, abs=1e-6)
    assert tiers["high_tech_enterprise"]["facts_high"] == pytest.approx(1 - least, abs=1e-6)


def test_a_rung_beside_the_order_is_told_of_though_a_higher_one_is_held(tmp_path: Path) -> None:
    beside = Engine(catalogue(tmp_path, _card("specialised_sme", -10), HIGH_TECH))
    firm = _firm(certificates=_certificate("high_tech_enterprise"))
    firm["enterprise"]["region_code"] = "450200"
    found = _probability(beside, firm)
    assert set(found) == {"climb_beside"}
    assert found["climb_beside"]["specialised_sme"]["p"] == 0.268941
    assert found["climb_beside"]["specialised_sme"]["within_months"] == 24
    both = [*_certificate("high_tech_enterprise"), *_certificate("specialised_sme")]
    assert not _probability(beside, {**firm, "certificates": both})


def test_no_verdict_moves(engine: Engine) -> None:
    plain = result(Engine().answer(read(_firm()), QUESTION))
    told = result(engine.answer(read(_firm()), QUESTION))
    for part in ("tier", "assessments", "missing", "reasons"):
        assert told[part] == plain[part]


def test_beyond_the_next_rung_the_chance_to_climb_is_told_of_each_rung_above(engine: Engine) -> None:
    found = _probability(engine, _firm())
    assert (found["climb"]["target"], found["climb"]["p"]) == ("high_tech_enterprise", P["high_tech_enterprise"])
    assert {tier: one["p"] for tier, one in found["climb_further"].items()} == {"gazelle": P["gazelle"]}
    assert found["climb_further"]["gazelle"]["trained_on"] == CLIMB.trained_on
    top = _probability(engine, _firm(certificates=_certificate("gazelle")))
    assert not {"climb", "climb_further"} & top.keys()


def test_over_http_it_is_the_same(engine: Engine) -> None:
    firm = _firm(certificates=_certificate("high_tech_enterprise"))
    with TestClient(create_app(engine)) as client:
        told = client.post("/v1/assess", params={"as_of": "2026-11-22", "known_at": "2026-11-22"}, json=firm).json()
    assert told["probability"]["placement"] == _probability(engine, firm)["placement"]


def test_a_file_gives_every_firm_what_its_dossier_alone_gives(tmp_path: Path) -> None:
    """Placement and each climb, also of those who hold the title, have left or stand on no ladder: then nothing."""
    cards = (replace(CLIMB, id="climb.specialised_sme"), replace(CLIMB, intercept=0), GAZELLE)
    engine, rng = Engine(catalogue(tmp_path / "learned", *cards)), random.Random(4)
    firms = [with_history(rng) for _ in range(160)]
    for place, firm in enumerate(firms):
        if place % 10 == 0:
            firm["enterprise"]["status"] = "注销"
        if place % 4 == 1:
            firm["certificates"] = _certificate(rng.choice(("high_tech_enterprise", "specialised_sme", "gazelle")))
        if place % 4 == 2:
            firm["certificates"] = None
        firm["enterprise"]["region_code"] = rng.choice(("450100", "450200", "510100"))
    seen: dict[str, Json] = {firm["enterprise"]["uscc"]: firm for firm in firms}
    path = tmp_path / "firms.json"
    path.write_text(json.dumps(list(seen.values()), default=str), encoding="utf-8")
    given = read_input(path)
    scores, _ = frames(engine, pivot(LongTables.of(given.tables, given.incomplete), QUESTION.known_at), QUESTION)
    met = {"placed": 0, "climb": 0, "climb_further": 0, "climb_beside": 0, "nothing": 0}
    for uscc, firm in seen.items():
        row = scores.row(by_predicate=pl.col("uscc") == uscc, named=True)
        alone = _probability(engine, json.loads(json.dumps(firm, default=str)))
        flagged = result(engine.answer(read(json.loads(json.dumps(firm, default=str))), QUESTION))["flags"]
        assert ("no_learned_card" in row["flags"]) is ("no_learned_card" in flagged)
        placed = alone.get("placement", {"tiers": {}})["tiers"]
        flat = {f"placement.{tier}.{end}": p for tier, one in placed.items() for end, p in one.items()}
        climbs = {**alone.get("climb_further", {}), **alone.get("climb_beside", {})}
        if "climb" in alone:
            climbs[alone["climb"]["target"]] = alone["climb"]
        ends = ("p", "low", "high", "facts_low", "facts_high")
        flat |= {f"probability.climb.{t}.{end}": one[end] for t, one in climbs.items() for end in ends if end in one}
        told = {
            n: v for n, v in row.items() if v is not None and (n.startswith("placement.") or n.split(".")[-1] in ends)
        }
        told = {n: v for n, v in told.items() if n.startswith(("placement.", "probability."))}
        assert told == pytest.approx(flat, abs=1e-6), uscc
        met["placed"] += bool(placed)
        met["nothing"] += not alone
        for name in met.keys() & alone.keys():
            met[name] += 1
    assert min(met.values()) > 5, met
    trained = scores["probability.climb.gazelle.trained_on"]
    assert trained.null_count() == 0
    assert trained[0] == CLIMB.trained_on
    assert scores["probability.climb.gazelle.valid_for"][0] == CLIMB.valid_for
