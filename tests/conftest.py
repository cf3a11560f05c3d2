from __future__ import annotations

from datetime import date

import pytest

from scoring.engine import Engine, Question

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def question() -> Question:
    return Question(AS_OF, AS_OF)
