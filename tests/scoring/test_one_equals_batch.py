"""A file scored in a batch gives every firm the answer that its dossier gets alone."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import with_history
from reference_implementation.random_dossiers import drop_facts, random_dossier
from reference_implementation.random_high_tech import random_applicant

from api.answers.result import result
from api.batch.frames import Framed, frames
from features import dossier
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from features.tables import TABLES
from scoring.batch import places_of
from scoring.engine import Engine, Question

CARDS = ("tech_sme", "high_tech_enterprise")


def _alone(engine: Engine, raw: dict[str, Any], question: Question) -> dict[str, Any]:
    answer = result(engine.answer(dossier.read(raw), question))
    tier = answer["tier"]
    row: dict[str, Any] = {
        "uscc": answer["uscc"],
        "size_class.class": answer["assessments"]["size_class"]["class"],
        "release": answer["release"]["id"],
        "tier.ladder": tier["ladder_id"],
        "tier.states": [f"{rung}:{state}" for rung, state in tier["states"].items()],
        **{f"tier.{key}": tier[key] for key in ("recognised", "qualified", "next", "held", "undetermined")},
    }
    row["flags"] = []
    for of in CARDS:
        card = answer["assessments"][of]
        row |= {f"{of}.verdict": card["verdict"], f"{of}.bounds": card["bounds"]}
        row |= {f"{of}.score.{end}": card["score"][end] for end in ("low", "high")}
        row |= {f"{of}.gates.{name}.verdict": gate["verdict"] for name, gate in card["gates"].items()}
        for name, item in card["items"].items():
            row |= {f"{of}.items.{name}.{end}": item["points"][end] for end in ("low", "high")}
        row["flags"] += card["flags"]
    return row


def _in_batch(engine: Engine, path: Path, question: Question) -> dict[str, dict[str, Any]]:
    read = read_input(path)
    assert read.rejects.is_empty(), read.rejects
    scores, items = frames(engine, pivot(LongTables.of(read.tables, read.incomplete), question.known_at), question)
    joined = scores.join(items, on="uscc", how="left")
    return {row["uscc"]: row for row in joined.iter_rows(named=True)}


def _same(alone: dict[str, Any], batch: dict[str, Any]) -> None:
    flags = alone.pop("flags")
    assert {key: batch[key] for key in alone} == alone
    assert set(flags) <= set(batch["flags"])


def _firms(seed: int, number: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    found: dict[str, dict[str, Any]] = {}
    while len(found) < number:
        kind = len(found) % 5
        raw = random_dossier(rng) if kind < 3 else random_applicant(rng)
        if kind in (1, 4):
            raw = drop_facts(rng, raw)
        elif kind == 2:
            raw = with_history(rng)
        found.setdefault(raw["enterprise"]["uscc"], raw)
    return list(found.values())


def _write_json(firms: list[dict[str, Any]], path: Path) -> None:
    path.write_text(json.dumps(firms, ensure_ascii=False, default=str), encoding="utf-8")


@pytest.mark.parametrize("known_at", [date(2025, 6, 1), date(2026, 11, 22)])
def test_a_file_of_dossiers_scores_like_each_dossier(engine: Engine, tmp_path: Path, known_at: date) -> None:
    question = Question(date(2026, 11, 22), known_at)
    firms = _firms(11, 240)
    path = tmp_path / "firms.json"
    _write_json(firms, path)
    batch = _in_batch(engine, path, question)
    for raw in firms:
        _same(
            _alone(engine, json.loads(json.dumps(raw, default=str), parse_float=Decimal), question),
            batch[raw["enterprise"]["uscc"]],
        )


def test_tables_in_csv_score_like_the_dossiers(engine: Engine, question: Question, tmp_path: Path) -> None:
    firms = [raw for raw in _firms(5, 120) if not _null_that_a_file_cannot_say(raw)]
    folder = tmp_path / "tables"
    folder.mkdir()
    for table in TABLES.values():
        rows = []
        for raw in firms:
            given = raw.get(table.key)
            entries = [given] if isinstance(given, dict) else given or []
            if table.id == "expert_grade":
                entries = [{"criterion": name, "value": value} for name, value in (given or {}).items()]
            for row in entries:
                rows.append({"uscc": raw["enterprise"]["uscc"], **row})
            if table.id == "enterprise":
                lists = {f"{t.id}_listed": raw.get(t.key) is not None for t in TABLES.values() if t is not table}
                rows[-1] |= {name: "true" if complete else "" for name, complete in lists.items()}
                if rows[-1].get("listed_on", 0) is None:
                    rows[-1]["listed_on"] = "无"
                if rows[-1].get("park", 0) is None:
                    rows[-1]["park"] = "无"
        if rows:
            texts = [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
            pl.DataFrame(texts, infer_schema_length=None).write_csv(folder / f"{table.id}.csv")
    batch = _in_batch(engine, folder, question)
    for raw in firms:
        _same(_alone(engine, raw, question), batch[raw["enterprise"]["uscc"]])


def _null_that_a_file_cannot_say(raw: dict[str, Any]) -> bool:
    """An exclusion stated as unknown: an empty cell is an absent key, which counts as "not so"."""
    assumed = {
        name for table in TABLES.values() for name, spec in table.fields.items() if spec.absent.value == "assumed_not"
    }
    rows = [raw["enterprise"], *(row for key in ("intellectual_property", "events") for row in raw.get(key) or [])]
    return any(name in row and row[name] is None for row in rows for name in assumed)


def test_the_order_of_rows_and_the_partition_do_not_matter(engine: Engine, question: Question, tmp_path: Path) -> None:
    path = tmp_path / "firms.json"
    _write_json(_firms(3, 90), path)
    read = read_input(path)
    whole = LongTables.of(read.tables, read.incomplete)
    shuffled = LongTables.of(
        {n: t.sample(fraction=1, shuffle=True, seed=1) for n, t in read.tables.items()}, read.incomplete
    )
    expected = frames(engine, pivot(whole, question.known_at), question)
    for one, other in zip(expected, frames(engine, pivot(shuffled, question.known_at), question), strict=True):
        assert one.equals(other)
    framed = Framed(engine, question, places_of(pivot(whole, question.known_at)), 17)
    parts = [framed.of(pivot(part, question.known_at)) for part in whole.parts(17)]
    assert len(parts) == 6
    for one, other in zip(expected, map(pl.concat, zip(*parts, strict=True)), strict=True):
        assert one.equals(other.select(one.columns))


def test_one_bad_row_loses_nothing_else(engine: Engine, question: Question, tmp_path: Path) -> None:
    firms = _firms(8, 30)
    folder = tmp_path / "t"
    folder.mkdir()
    _write_json(firms, folder / "firms.json")
    wrong = "uscc,fiscal_year,revenue\n" + f"{firms[0]['enterprise']['uscc']},2019,many\n"
    (folder / "annual_report.csv").write_text(wrong, encoding="utf-8")
    read = read_input(folder)
    assert read.rejects.select("row", "column", "value").rows() == [(2, "revenue", "many")]
    scores, _ = frames(engine, pivot(LongTables.of(read.tables, read.incomplete), question.known_at), question)
    assert scores.height == len(firms)


def test_whoever_stands_beside_an_enterprise_it_is_told_the_same(
    engine: Engine, question: Question, tmp_path: Path
) -> None:
    """Facts that only the rules of another place read are none that it lacks, and other places' flags are none of its own."""
    firms = _firms(5, 24)
    for place, raw in enumerate(firms):
        raw["enterprise"]["region_code"] = ("450200", "510100", "110108")[place % 3]
        raw.get("evaluation", {}).pop("region_code", None)
    _write_json(firms, tmp_path / "firms.json")
    read = read_input(tmp_path / "firms.json")
    wide = pivot(LongTables.of(read.tables, read.incomplete), question.known_at)
    together = frames(engine, wide, question)
    for code in (450200, 510100, 110108):
        own = wide.firms["region_code"] == code
        assert own.any()
        for one, other in zip(frames(engine, wide.only(own), question), together, strict=True):
            alone, beside = (_in_any_order(frame) for frame in (one, other.filter(own)))
            assert {name: beside[name] for name in alone} == alone
            assert all(not any(beside[name]) for name in beside.keys() - alone.keys())


def _in_any_order(frame: pl.DataFrame) -> dict[str, list[Any]]:
    """Columns as plain values; which of the flags is told first depends on the rules of all."""
    lists = [
        pl.col(name).cast(pl.List(pl.String)).list.sort() for name in ("missing", "flags") if name in frame.columns
    ]
    return frame.with_columns(lists).to_dict(as_series=False)
