"""The reference scheme against a calculation by hand from its method, and its intervals against every completion of what is unknown.

Of all schemes on file it is the only one that gives points; the others state names, stages and constraints.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from api.answers.result import result
from features.dossier import read
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

AS_OF = date(2026, 11, 22)
SCHEME = "credit.guangxi_reference"
QUESTION = Question(AS_OF, AS_OF, rulebooks=(SCHEME,))
MICRO = 10**6
Firm = dict[str, Any]
Value = int | None
STAGES = (("seed", 0), ("startup", 100_0000), ("growth", 500_0000), ("expansion", 2000_0000), ("mature", 1_0000_0000))
"""Lower bounds in yuan, inclusive (温龙政发〔2022〕12号)."""
FIRST, LATER = ("16.7", "16.7", "16.6", "11.1", "11.1", "11.1"), ("11.1", "11.1", "11.1", "16.7", "16.7", "16.6")
ITEMS = ("rd_intensity", "rd_staff_share", "rd_amount", "rights", "hitech_income_share", "transfers")
DEVELOPMENT = {"main_growth": "5.6", "net_margin": "5.6", "debt_ratio": "5.5"}
"""Weights of the stages before growth, of those from growth on, and of all."""


def stage_of(revenue: Fraction) -> str:
    return [name for name, least in STAGES if revenue >= least][-1]


def weights_of(stage: str) -> dict[str, int]:
    given = FIRST if stage in ("seed", "startup") else LATER
    stated = {**dict(zip(ITEMS, given, strict=True)), **DEVELOPMENT}
    return {name: int(Decimal(points) * MICRO) for name, points in stated.items()}


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole > 0 else None


def linear(value: Fraction | None, full: Fraction, weight: int) -> int:
    return 0 if value is None else int(min(max(value / full, Fraction(0)), Fraction(1)) * weight)


def banded(value: Fraction | None, bands: list[tuple[Callable[[Fraction], bool], Fraction]], weight: int) -> int:
    if value is None:
        return 0
    return int(next(part for holds, part in bands if holds(value)) * weight)


GROWTH = [
    (lambda v: v >= Fraction(10, 100), Fraction(1)),
    (lambda v: v >= Fraction(8, 100), Fraction(8, 10)),
    (lambda v: v >= Fraction(6, 100), Fraction(6, 10)),
    (lambda v: v >= Fraction(4, 100), Fraction(4, 10)),
    (lambda v: v >= 0, Fraction(2, 10)),
    (lambda v: v < 0, Fraction(0)),
]
DEBT = [
    (lambda v: v <= Fraction(50, 100), Fraction(1)),
    (lambda v: v <= Fraction(60, 100), Fraction(6, 10)),
    (lambda v: v <= Fraction(70, 100), Fraction(2, 10)),
    (lambda v: v > Fraction(70, 100), Fraction(0)),
]


def by_hand(firm: Mapping[str, int]) -> dict[str, int]:
    """Micro-points of the nine items of one whose facts are all known; it has no rights."""
    weight = weights_of(stage_of(Fraction(firm["revenue"])))
    years = [firm[f"main{year}"] for year in (2023, 2024, 2025)]
    growth = None if 0 in years[:2] else (Fraction(years[1], years[0]) + Fraction(years[2], years[1])) / 2 - 1
    return {
        "rd_intensity": linear(share(firm["rd_expense"], firm["revenue"]), Fraction(10, 100), weight["rd_intensity"]),
        "rd_staff_share": linear(
            share(firm["rd_staff"], firm["employees"]), Fraction(20, 100), weight["rd_staff_share"]
        ),
        "rd_amount": linear(Fraction(firm["rd_expense"]), Fraction(500_0000), weight["rd_amount"]),
        "rights": 0,
        "hitech_income_share": linear(
            share(firm["hitech_income"], firm["total_income"]), Fraction(60, 100), weight["hitech_income_share"]
        ),
        "transfers": linear(Fraction(firm["transfers"], 3), Fraction(5), weight["transfers"]),
        "main_growth": banded(growth, GROWTH, weight["main_growth"]),
        "net_margin": linear(share(firm["net_profit"], firm["revenue"]), Fraction(10, 100), weight["net_margin"]),
        "debt_ratio": banded(share(firm["total_liabilities"], firm["total_assets"]), DEBT, weight["debt_ratio"]),
    }


FIRMS: dict[str, dict[str, int]] = {
    "startup": {"revenue": 400_0000, "rd_expense": 20_0000, "employees": 20, "rd_staff": 2, "hitech_income": 100_0000,
                "total_income": 400_0000, "transfers": 4, "net_profit": 20_0000, "total_liabilities": 55, "total_assets": 100,
                "main2023": 100, "main2024": 105, "main2025": 113},
    "mature": {"revenue": 1_0000_0000, "rd_expense": 333_3333, "employees": 300, "rd_staff": 7, "hitech_income": 7000_0000,
               "total_income": 1_0100_0000, "transfers": 1, "net_profit": -5, "total_liabilities": 70, "total_assets": 100,
               "main2023": 100, "main2024": 90, "main2025": 120},
    "nothing": {"revenue": 0, "rd_expense": 1, "employees": 0, "rd_staff": 1, "hitech_income": 1, "total_income": 0,
                "transfers": 0, "net_profit": 1, "total_liabilities": 1, "total_assets": 0, "main2023": 0, "main2024": 0, "main2025": 1},
}  # fmt: skip
VALUES: dict[str, tuple[int, ...]] = {
    "revenue": (0, 1, 99_9999, 100_0000, 499_9999, 500_0000, 1_0000_0000, 10**13),
    "rd_expense": (0, 1, 500_0000, 10**13),
    "employees": (0, 1, 10**8),
    "rd_staff": (0, 1, 10**8),
    "hitech_income": (0, 1, 10**13),
    "total_income": (0, 1, 10**13),
    "net_profit": (-(10**13), 0, 10**13),
    "total_liabilities": (0, 60, 10**13),
    "total_assets": (0, 1, 10**13),
    "main2023": (0, 1, 100, 10**13),
    "main2024": (0, 1, 100, 10**13),
    "main2025": (0, 1, 100, 10**13),
}
"""Of each fact some values, with the ends of its domain and where points turn: what every completion can reach is reached by these."""


def dossier(firm: Mapping[str, Value]) -> Firm:
    """Null where a fact is unknown."""
    report = {name: value for name, value in firm.items() if name in VALUES and not name.startswith("main")}
    events = [{"kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": firm["transfers"]}]
    return {
        "enterprise": {"uscc": "91450200MA00000151", "region_code": "450200", "established_on": "2010-01-01"},
        "annual_reports": [
            {"fiscal_year": 2025, "main_business_revenue": firm["main2025"], **report},
            *({"fiscal_year": year, "main_business_revenue": firm[f"main{year}"]} for year in (2024, 2023)),
        ],
        "intellectual_property": [],
        "certificates": [],
        "events": events if firm["transfers"] else [],
    }


def credit(engine: Engine, raw: Firm) -> dict[str, Any]:
    found: dict[str, Any] = result(engine.answer(read(copy.deepcopy(raw)), QUESTION))["credit"]
    return found


def micro(points: dict[str, float]) -> tuple[int, int]:
    low, high = (round(points[end] * MICRO) for end in ("low", "high"))
    return low, high


@pytest.mark.parametrize("firm", FIRMS)
def test_all_known_gives_the_points_of_the_method(engine: Engine, firm: str) -> None:
    found, wanted = credit(engine, dossier(FIRMS[firm])), by_hand(FIRMS[firm])
    assert {name: micro(found["items"][name]["points"]) for name in wanted} == {n: (p, p) for n, p in wanted.items()}
    assert micro(found["score"]) == (sum(wanted.values()),) * 2
    assert found["stage"] == stage_of(Fraction(FIRMS[firm]["revenue"]))


def completions(firm: Mapping[str, int], unknown: tuple[str, ...]) -> Iterator[dict[str, int]]:
    for values in product(*(VALUES[name] for name in unknown)):
        yield {**firm, **dict(zip(unknown, values, strict=True))}


@pytest.mark.parametrize("firm", ["startup", "mature"])
def test_unknown_facts_give_what_their_completions_give(engine: Engine, firm: str) -> None:
    """Every one and every two of the facts: items from the least to the most of all completions, totals too where they say exact."""
    stated, exact = FIRMS[firm], 0
    for unknown in (*combinations(VALUES, 1), *combinations(VALUES, 2)):
        each = [by_hand(one) for one in completions(stated, unknown)]
        found = credit(engine, dossier({**stated, **dict.fromkeys(unknown)}))
        for name in each[0]:
            wanted = min(one[name] for one in each), max(one[name] for one in each)
            assert micro(found["items"][name]["points"]) == wanted, (unknown, name)
        totals = [sum(one.values()) for one in each]
        low, high = micro(found["score"])
        assert low <= min(totals), unknown
        assert high >= max(totals), unknown
        if found["bounds"] == "exact":
            exact += 1
            assert (low, high) == (min(totals), max(totals)), unknown
    assert exact > 40


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(("stage", "least"), STAGES[1:])
@pytest.mark.parametrize("scheme", [SCHEME, "credit.wenzhou_longwan"])
def test_a_stage_begins_at_its_bound_and_not_a_fen_below(
    engine: Engine, scheme: str, stage: str, least: int, below: bool
) -> None:
    raw = dossier(FIRMS["startup"])
    raw["annual_reports"][0]["revenue"] = str(Decimal(least) - (Decimal("0.01") if below else 0))
    found = result(engine.answer(read(raw), Question(AS_OF, AS_OF, rulebooks=(scheme,))))["credit"]
    before = dict(zip([s for s, _ in STAGES[1:]], [s for s, _ in STAGES], strict=False))
    assert found["stage"] == (before[stage] if below else stage)


def test_an_unknown_stage_is_every_stage_that_can_be(engine: Engine) -> None:
    found = credit(engine, dossier({**FIRMS["startup"], "revenue": None}))
    assert (found["stage"], found["stages"]) == ("undetermined", [name for name, _ in STAGES])


AWARD = {"kind": "st_award", "level": "provincial", "occurred_on": "2025-01-01"}
PROJECT = {"kind": "rd_project", "level": "national", "occurred_on": "2025-01-01"}
GAZELLE = {"kind": "gazelle", "valid_from": "2025-01-01", "valid_to": "2027-12-31"}


@pytest.mark.parametrize(
    ("events", "certificates", "wanted"),
    [([], [], 0), ([AWARD], [], 10), ([AWARD, AWARD | {"occurred_on": "2026-01-01"}], [], 10), ([AWARD, PROJECT], [], 20),
     ([AWARD, PROJECT], [GAZELLE], 30)],
)  # fmt: skip
@pytest.mark.parametrize("cap", [30, 15])
def test_the_bonus_is_capped(tmp_path: Path, events: list[Any], certificates: list[Any], wanted: int, cap: int) -> None:
    (tmp_path / "cap.yaml").write_text(
        "overlay: cap\ntitle: {zh: 上限, en: Cap}\ncard: credit.guangxi_reference\nedition: '2026'\n"
        "scope: {region: '450000'}\nstatus: in_force\neffective_from: 2026-01-01\npublished_on: 2026-01-01\n"
        f"scheme: {{bonus: {cap}}}\ngroups: {{bonus: {{max: {cap}}}}}\n",
        encoding="utf-8",
    )
    raw = {**dossier({**FIRMS["startup"], "transfers": 0}), "certificates": certificates, "events": events}
    found = credit(Engine(Catalogue(FOLDER, tmp_path)), raw)
    assert found["groups"]["bonus"]["points"] == {"low": min(wanted, cap), "high": min(wanted, cap)}
    base = sum(by_hand({**FIRMS["startup"], "transfers": 0}).values())
    assert micro(found["score"]) == (base + min(wanted, cap) * MICRO,) * 2
    assert found["score"]["max"] == 100 + cap


def test_an_unknown_list_may_give_the_bonus_and_no_more_than_its_cap(engine: Engine) -> None:
    raw = {**dossier({**FIRMS["startup"], "transfers": 0}), "certificates": None, "events": None}
    assert credit(engine, raw)["groups"]["bonus"]["points"] == {"low": 0, "high": 30}


ACCIDENT = {"kind": "safety_accident", "severity": "major"}


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        (None, "pass"),
        ({**ACCIDENT, "occurred_on": "2023-11-22"}, "fail"),
        ({**ACCIDENT, "occurred_on": "2023-11-21"}, "pass"),
        ({**ACCIDENT, "occurred_on": "2026-01-01", "severity": "larger"}, "pass"),
        ({**ACCIDENT, "occurred_on": "2026-01-01", "severity": None}, "undetermined"),
        ({**ACCIDENT, "occurred_on": None}, "undetermined"),
    ],
)
def test_a_constraint_looks_back_three_years_and_takes_no_points(
    engine: Engine, event: dict[str, Any] | None, verdict: str
) -> None:
    plain = dossier({**FIRMS["startup"], "transfers": 0})
    found = credit(engine, {**plain, "events": [event] if event else []})
    safety = next(one for one in found["constraints"] if one["id"] == "safety")
    assert (safety["verdict"], safety["effect"]) == (verdict, "flag")
    assert found["score"] == credit(engine, plain)["score"]


@pytest.mark.parametrize(
    ("effect", "told"),
    [("effect: veto", {"effect": "veto"}), ("effect: deduct\n    deduct: 5", {"effect": "deduct", "points": 5})],
)
def test_a_veto_or_a_deduction_stands_apart_from_the_points(tmp_path: Path, effect: str, told: dict[str, Any]) -> None:
    (tmp_path / "effect.yaml").write_text(
        "overlay: effect\ntitle: {zh: 约束, en: Constraint}\ncard: credit.guangxi_reference\nedition: '2026'\n"
        "scope: {region: '450000'}\nstatus: in_force\neffective_from: 2026-01-01\npublished_on: 2026-01-01\n"
        f"gates:\n  safety:\n    {effect}\n",
        encoding="utf-8",
    )
    raw = dossier({**FIRMS["startup"], "transfers": 0})
    raw["events"] = [{**ACCIDENT, "occurred_on": "2026-01-01"}]
    found = credit(Engine(Catalogue(FOLDER, tmp_path)), raw)
    safety = next(one for one in found["constraints"] if one["id"] == "safety")
    assert {**safety, **told} == safety
    assert micro(found["score"]) == (sum(by_hand({**FIRMS["startup"], "transfers": 0}).values()),) * 2


@pytest.mark.parametrize("scheme", ["credit.national", "credit.sichuan", "credit.wenzhou_longwan"])
@pytest.mark.parametrize("day", [date(2024, 12, 1), date(2026, 11, 22)])
def test_a_scheme_whose_points_are_not_published_gives_none_whatever_is_known(
    engine: Engine, scheme: str, day: date
) -> None:
    for firm in (*FIRMS.values(), {**dict.fromkeys(FIRMS["startup"]), "transfers": 0}):
        answer = engine.answer(read(dossier(firm)), Question(day, day, rulebooks=(scheme,)))
        found = result(answer)["credit"]
        assert found["undetermined"]["zh"] == "权重未公布"
        assert not {"score", "percentile", "items", "coverage"} & found.keys()
        assert "score" not in result(answer)["decision"]["cards"][scheme]
