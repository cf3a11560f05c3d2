from __future__ import annotations

from typing import Any

import pytest
from golden_cases import Case, cases, found

from api.answers.result import result
from features import dossier
from scoring.engine import Engine

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{c.rulebook}: {c.name}" for c in CASES])
def test_golden(case: Case, engine: Engine) -> None:
    question = case.question
    answer = result(engine.answer(dossier.read(case.dossier), question))
    shown: dict[str, Any] = {**answer, **answer["assessments"]}
    assert {path: found(shown, path) for path in case.expect} == case.expect
