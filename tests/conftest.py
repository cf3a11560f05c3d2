from __future__ import annotations

import os
from datetime import date

import pytest

from scoring.engine import Engine, Question

AS_OF = date(2026, 11, 22)

# Training takes a thread for every core, and each waits for the others by spinning: beside other workers of the tests that
# is ten times the work.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def question() -> Question:
    return Question(AS_OF, AS_OF)
