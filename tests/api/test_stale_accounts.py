"""Accounts older than 21 months are marked; a scheme that is set so gives no points on them, and the answer says by which setting."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from overlay_texts import overlay
from scheme_firms import SCHEME, Json, firm

from api.answers.receipts import receipted
from api.answers.result import result
from features.dossier import read
from scoring import verifier
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

SETTING = overlay(
    "accounts", "scheme: {refuse_accounts_older_than: MONTHS}\n", scope='{region: "450000"}', begins="2026-01-01"
)


def _old() -> Json:
    """The newest accounts are those of 2024."""
    raw = firm()
    del raw["annual_reports"][0]
    raw["annual_reports"][0] |= {"revenue": 4000_0000}
    return raw


def _answer(folder: Path, raw: Json, day: date, months: str | None = "21") -> Json:
    if months is not None:
        (folder / "accounts.yaml").write_text(SETTING.replace("MONTHS", months), encoding="utf-8")
    answer = Engine(Catalogue(FOLDER, folder)).answer(read(raw), Question(day, day))
    found: Json = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    assert verifier.verify(found) == ([], "未核对来源 / origin not checked")
    return found


def test_age_is_counted_in_whole_months_from_the_end_of_the_accounting_year(tmp_path: Path) -> None:
    credit = _answer(tmp_path, _old(), date(2026, 9, 30), None)["credit"]
    assert credit["accounts"] == {"year": 2024, "age_months": 20}
    credit = _answer(tmp_path, _old(), date(2026, 10, 31), None)["credit"]
    assert credit["accounts"] == {"year": 2024, "age_months": 22, "stale": True}


@pytest.mark.parametrize(
    ("day", "age", "stale"),
    [(date(2026, 9, 30), 20, False), (date(2026, 10, 30), 21, False), (date(2026, 10, 31), 22, True)],
)
def test_an_item_tells_the_age_of_its_own_datum(tmp_path: Path, day: date, age: int, stale: bool) -> None:
    award = "{indicator: rd_to_revenue, with: {year: -2}, full: 10%, points: 1}"
    change = f"items: {{rd_intensity: {{max: 1, linear: {award}}}}}\n"
    older = overlay("older", change, scope='{region: "450000"}', begins="2026-01-01")
    (tmp_path / "older.yaml").write_text(older, encoding="utf-8")
    items = _answer(tmp_path, firm(), day, None)["credit"]["items"]
    assert (items["rd_intensity"]["data_date"], items["rd_intensity"]["age_months"]) == ("2024-12-31", age)
    assert items["rd_intensity"].get("stale", False) == stale
    assert items["net_margin"]["age_months"] == age - 12
    assert "stale" not in items["net_margin"]


def test_without_the_setting_stale_accounts_are_marked_and_the_points_are_told(tmp_path: Path) -> None:
    credit = _answer(tmp_path, _old(), date(2026, 11, 22), None)["credit"]
    assert credit["accounts"]["stale"]
    assert "score" in credit


@pytest.mark.parametrize(("day", "refused"), [(date(2026, 10, 30), False), (date(2026, 10, 31), True)])
def test_with_the_setting_none_are_given_from_the_month_after_on(tmp_path: Path, day: date, refused: bool) -> None:
    found = _answer(tmp_path, _old(), day)
    credit, decided = found["credit"], found["decision_reference"]["cards"][SCHEME]
    assert ("score" not in credit) == refused
    assert ("score" not in decided) == refused
    if refused:
        assert credit["undetermined"]["code"] == decided["refused"] == "stale_accounts"
        assert "超过 21 个月" in credit["undetermined"]["zh"]
        assert credit["overlays"] == ["accounts"]
        assert not {"percentile", "items", "groups"} & credit.keys()
        assert not any(reason["zh"].startswith(credit["title"]["zh"]) for reason in found["reasons"])


def test_a_newer_year_is_not_refused(tmp_path: Path) -> None:
    assert "score" in _answer(tmp_path, firm(), date(2026, 11, 22))["credit"]


def test_the_age_is_the_schemes_own(tmp_path: Path) -> None:
    assert "score" in _answer(tmp_path, _old(), date(2026, 11, 22), "24")["credit"]
    assert "score" not in _answer(tmp_path, firm(), date(2026, 11, 22), "9")["credit"]


def test_where_there_are_no_accounts_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    credit = _answer(tmp_path, {**firm(), "annual_reports": []}, date(2026, 11, 22))["credit"]
    assert "accounts" not in credit
    assert (credit["coverage"] > 0, credit["score"]["low"]) == (True, 0)
