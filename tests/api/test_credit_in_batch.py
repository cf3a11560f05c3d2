"""What a batch says of innovation credit is what each enterprise gets alone: stage, coverage, accounts, percentiles, refusal."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest
from reference_implementation.random_dossiers import random_uscc
from scheme_firms import PEERS, SCHEME, Json, firm, lay
from test_stale_accounts import SETTING

from api.answers.result import result
from api.batch.frames import frames
from features import dossier
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question


def firms() -> list[Json]:
    """In every stage and park that the tables tell apart, in full and with gaps, with old accounts and with none."""
    found = []
    for revenue in (100_0000, 600_0000, 4000_0000, 9_0000_0000):
        for park in (None, "liuzhou", "柳州高新区", "nanning"):
            for left_out in ((), ("rd_staff",), ("revenue",), ("rd_expense", "hitech_income")):
                raw = firm(park=park)
                raw["annual_reports"][0]["revenue"] = revenue
                for name in left_out:
                    raw["annual_reports"][0].pop(name, None)
                found.append(raw)
    old, none = firm(), firm()
    del old["annual_reports"][0]
    none["annual_reports"] = []
    rng = random.Random(5)
    for raw in (*found, old, none):
        raw["enterprise"] |= {"uscc": next(c for c in iter(lambda: random_uscc(rng, "450200"), "") if c[:2] == "91")}
    return [*found, old, none]


def alone(raw: Json, engine: Engine, question: Question) -> Json:
    credit = result(engine.answer(dossier.read(raw), question))["credit"]
    accounts, percentile = credit.get("accounts", {}), credit.get("percentile", {})
    in_park, points = credit.get("percentile_in_park", {}), credit.get("score", {})
    return {
        "stage": credit["stage"],
        "status": credit["status"],
        "coverage": credit["coverage"],
        "accounts.year": accounts.get("year"),
        "bounds": credit.get("bounds"),
        **{f"percentile.{key}": percentile.get(key) for key in ("low", "high", "among")},
        **{f"percentile_in_park.{end}": in_park.get(end) for end in ("low", "high")},
        **{f"score.{end}": points.get(end) for end in ("low", "high")},
    }


@pytest.mark.parametrize("months", [None, "9", "21"])
@pytest.mark.parametrize("day", [date(2026, 10, 30), date(2026, 11, 22)])
def test_a_batch_says_what_each_gets_alone(tmp_path: Path, day: date, months: str | None) -> None:
    lay(tmp_path / "peers.yaml", PEERS)
    if months:
        (tmp_path / "accounts.yaml").write_text(SETTING.replace("MONTHS", months), encoding="utf-8")
    engine, question = Engine(Catalogue(FOLDER, tmp_path)), Question(day, day)
    given = {raw["enterprise"]["uscc"]: raw for raw in firms()}
    (tmp_path / "firms.json").write_text(json.dumps(list(given.values()), ensure_ascii=False), encoding="utf-8")
    read = read_input(tmp_path / "firms.json")
    scores, items = frames(engine, pivot(LongTables.of(read.tables, read.incomplete), day), question)
    refused = 0
    for row, points in zip(scores.iter_rows(named=True), items.iter_rows(named=True), strict=True):
        told = {key.removeprefix(f"{SCHEME}."): value for key, value in row.items() if key.startswith(f"{SCHEME}.")}
        assert told == alone(given[row["uscc"]], engine, question)
        named = [value for key, value in points.items() if key.startswith(f"{SCHEME}.items.")]
        assert named
        assert all((value is None) == (told["score.low"] is None) for value in named)
        refused += told["score.low"] is None
    # Accounts of 2025 are nine months old until 31 October, ten after it; of 2024, twelve more. Who has none is not refused.
    late = day >= date(2026, 10, 31)
    assert refused == {None: 0, "9": len(given) - 1 if late else 1, "21": int(late)}[months]
