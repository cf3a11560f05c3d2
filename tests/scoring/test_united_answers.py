"""Of a firm whose sources differ the parts are united over the completions; where that says less than they do, the bounds are
called safe, alone and in a batch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden_cases import FOLDER

from api.answers.result import result
from api.batch.frames import frames
from features import dossier
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring.engine import Engine, Question

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22), rulebooks=("specialised_sme",))


def _firm(**by_source: int) -> dict[str, Any]:
    """The firm of the golden cases, which passes; revenue of the last year by source."""
    raw: dict[str, Any] = yaml.safe_load((FOLDER / "specialised_sme" / "base.yaml").read_text(encoding="utf-8"))
    *before, last = raw["annual_reports"]
    raw["annual_reports"] = [*before, *({**last, "revenue": r, "source": source} for source, r in by_source.items())]
    return raw


@pytest.mark.parametrize(
    ("by_source", "gates", "verdict", "bounds"),
    [
        # 14 million is too small a business and with 120 million R&D stays below 3 %: each fails, but no gate for both.
        ({"tax": 14_000_000, "audit": 120_000_000}, ("undetermined", "undetermined"), "undetermined", "safe"),
        ({"tax": 42_000_000, "audit": 43_000_000}, ("pass", "pass"), "pass", "exact"),
        ({"tax": 14_000_000, "audit": 14_500_000}, ("fail", "pass"), "fail", "exact"),
    ],
)
def test_united_parts_that_say_less_are_called_safe(
    by_source: dict[str, int], gates: tuple[str, str], verdict: str, bounds: str, engine: Engine, tmp_path: Path
) -> None:
    raw = _firm(**by_source)
    alone = result(engine.answer(dossier.read(raw), QUESTION))["assessments"]["specialised_sme"]
    assert (alone["gates"]["size_of_business"]["verdict"], alone["gates"]["rd_intensity"]["verdict"]) == gates
    assert (alone["verdict"], alone["bounds"]) == (verdict, bounds)
    (tmp_path / "firms.json").write_text(json.dumps([raw]), encoding="utf-8")
    read = read_input(tmp_path / "firms.json")
    wide = pivot(LongTables.of(read.tables, read.incomplete), QUESTION.known_at)
    told = frames(engine, wide, QUESTION)[0].row(0, named=True)
    assert (told["specialised_sme.verdict"], told["specialised_sme.bounds"]) == (verdict, bounds)
