from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest

from scoring.engine import Engine, Question

AS_OF = date(2026, 11, 22)

# Training takes a thread for every core, and each waits for the others by spinning: beside other workers of the tests that
# is ten times the work.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Compiled rules of tests do not push those of the user out of the cache; all workers share them.
os.environ.setdefault("DENGTI_CACHE", str(Path(tempfile.gettempdir()) / f"dengti-tests-{os.getuid()}"))


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def question() -> Question:
    return Question(AS_OF, AS_OF)
