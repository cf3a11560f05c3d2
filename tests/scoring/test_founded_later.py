"""A firm that was founded after as_of did not exist then: no card of a ladder is for it, and the answer says why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dossiers import strong

from api.answers.receipts import receipted
from api.answers.result import result
from api.batch.frames import frames
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring import verifier
from scoring.engine import Engine, Question

DAY = date(2026, 11, 22)
QUESTION = Question(DAY, DAY)
BEFORE, ON, AFTER = "2016-05-01", "2026-11-22", "2026-11-23"
FLAG = "founded_after_as_of"


def _firm(folder: Path, *founded: str) -> LongTables:
    """A strong firm in files; of several founding days each is said by another source, without one it is not stated."""
    raw = strong()
    stated = {key: value for key, value in raw["enterprise"].items() if value is not None} | {"listed_on": "未上市"}
    stated.pop("established_on")
    said = [{**stated, "established_on": day, "source": f"source {n}"} for n, day in enumerate(founded)] or [stated]
    for table, rows in (("enterprise", said), ("annual_report", raw["annual_reports"])):
        with_code = [{"uscc": stated["uscc"], **row} for row in rows]
        pl.DataFrame(with_code).write_csv(folder / f"{table}.csv")
    found = read_input(folder)
    assert found.rejects.is_empty(), found.rejects
    return LongTables.of(found.tables, found.incomplete)


def _alone(engine: Engine, firm: LongTables) -> dict[str, Any]:
    (dossier,) = firm.dossiers()
    answer = engine.answer(dossier, QUESTION)
    found: dict[str, Any] = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    assert verifier.verify(found)[0] == []
    return found


def _in_batch(engine: Engine, firm: LongTables) -> dict[str, Any]:
    scores, _ = frames(engine, pivot(firm, DAY), QUESTION)
    return scores.row(0, named=True)


def _of_ladder(answer: dict[str, Any]) -> set[str]:
    return {one["verdict"] for name, one in answer["assessments"].items() if name != "size_class"}


def test_no_card_is_for_a_firm_that_did_not_exist(engine: Engine, tmp_path: Path) -> None:
    firm = _firm(tmp_path, AFTER)
    answer = _alone(engine, firm)
    assert _of_ladder(answer) == {"not_applicable"}
    assert FLAG in answer["flags"]
    assert "评价日当日企业尚未成立" in answer["reasons"][0]["zh"]
    assert "did not exist yet" in answer["reasons"][0]["en"]
    assert answer["tier"]["qualified"] is None
    told = _in_batch(engine, firm)
    assert (told["tech_sme.verdict"], FLAG in told["flags"]) == ("not_applicable", True)


@pytest.mark.parametrize("founded", [(BEFORE,), (ON,), ()])
def test_founded_by_the_day_or_on_a_day_that_nobody_states_it_exists(
    founded: tuple[str, ...], engine: Engine, tmp_path: Path
) -> None:
    firm = _firm(tmp_path, *founded)
    answer = _alone(engine, firm)
    assert "not_applicable" not in _of_ladder(answer)
    assert FLAG not in answer["flags"]
    assert not any("尚未成立" in one["zh"] for one in answer["reasons"])
    told = _in_batch(engine, firm)
    assert (told["tech_sme.verdict"], FLAG in told["flags"]) == (answer["assessments"]["tech_sme"]["verdict"], False)


def test_where_sources_differ_on_it_every_verdict_is_open(engine: Engine, tmp_path: Path) -> None:
    firm = _firm(tmp_path, BEFORE, AFTER)
    answer = _alone(engine, firm)
    assert _of_ladder(answer) == {"undetermined"}
    assert {FLAG, "conflict:enterprise/established_on"} <= set(answer["flags"])
    told = _in_batch(engine, firm)
    assert (told["tech_sme.verdict"], FLAG in told["flags"]) == ("undetermined", True)
