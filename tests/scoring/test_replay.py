"""A past answer is computed again to the same decision part, whatever became known and was released since."""

from __future__ import annotations

import copy
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reference_implementation.random_dossiers import random_dossier

from api.answers.result import result
from api.authority.bundle import pack, unpack
from features.dossier import read
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question

KNOWN = date(2026, 6, 30)
QUESTION = Question(date(2026, 6, 30), KNOWN)


def _stamped(raw: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Every row became known on a day up to `KNOWN`."""
    made = copy.deepcopy(raw)
    for rows in made.values():
        for row in rows if isinstance(rows, list) else ():
            row["known_from"] = (KNOWN - timedelta(days=rng.randrange(400))).isoformat()
            row.setdefault("source", rng.choice(("tax", "survey")))
    return made


def _later(raw: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """With facts that came late, corrected and withdrawn ones, all known only after `KNOWN`."""
    made = copy.deepcopy(raw)
    for name, rows in list(made.items()):
        for row in list(rows) if isinstance(rows, list) else ():
            after = (KNOWN + timedelta(days=1 + rng.randrange(300))).isoformat()
            match rng.randrange(4):
                case 0:
                    rows.append({**row, "known_from": after, "retracted": True})
                case 1:
                    numbers = [key for key, value in row.items() if isinstance(value, int) and key != "fiscal_year"]
                    if numbers:
                        key = rng.choice(numbers)
                        rows.append(
                            {
                                **row,
                                key: not row[key] if isinstance(row[key], bool) else row[key] // 2 + 1,
                                "known_from": after,
                            }
                        )
                case 2 if name == "events":
                    rows.append(
                        {
                            "kind": "safety_accident",
                            "occurred_on": "2026-01-01",
                            "severity": "major",
                            "known_from": after,
                        }
                    )
                case 2 if name == "annual_reports":
                    rows.append({"fiscal_year": 2021, "revenue": 1, "known_from": after})
    return made


def test_what_became_known_later_changes_no_past_answer(engine: Engine) -> None:
    rng, moved = random.Random(11), 0
    for _ in range(250):
        raw = _stamped(random_dossier(rng), rng)
        before = engine.answer(read(raw), QUESTION)
        late = read(_later(raw, rng))
        again = engine.answer(late, QUESTION)
        assert result(again)["decision"] == result(before)["decision"]
        now = engine.answer(late, Question(QUESTION.as_of, date(2027, 12, 31)))
        moved += result(now)["decision"]["facts"] != result(before)["decision"]["facts"]
    assert moved > 100


def test_a_release_that_was_packed_answers_as_it_did(engine: Engine, tmp_path: Path) -> None:
    rng = random.Random(12)
    packed = unpack(pack(engine.catalogue), tmp_path)
    again = Engine(packed, engine.release_id)
    for _ in range(20):
        dossier = read(random_dossier(rng))
        assert (
            result(again.answer(dossier, QUESTION))["decision"] == result(engine.answer(dossier, QUESTION))["decision"]
        )


def test_a_later_release_with_other_rules_leaves_the_earlier_one_as_it_was(engine: Engine, tmp_path: Path) -> None:
    unpack(pack(engine.catalogue), tmp_path / "first")
    path = unpack(pack(engine.catalogue), tmp_path / "second").folder / "tech_sme" / "2017.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("max: 500人", "max: 400人"), encoding="utf-8")
    first, second = Engine(Catalogue(tmp_path / "first"), engine.release_id), Engine(Catalogue(tmp_path / "second"))
    assert second.release_id != engine.release_id
    raw = random_dossier(random.Random(13))
    raw["annual_reports"] = [{"fiscal_year": 2025, "employees": 450}]
    dossier = read(raw)
    gate = [
        result(e.answer(dossier, QUESTION))["assessments"]["tech_sme"]["gates"]["employees"]["verdict"]
        for e in (first, second)
    ]
    assert gate == ["pass", "fail"]
    assert result(first.answer(dossier, QUESTION))["decision"] == result(engine.answer(dossier, QUESTION))["decision"]
