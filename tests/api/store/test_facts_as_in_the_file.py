"""A firm is answered from the store as from the file that was loaded, with its versions, withdrawals and conflicts."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from histories import DAYS, with_history
from loads import TODAY, load_dossiers
from typer.testing import CliRunner

from api.answers.result import result
from api.cli.main import app
from api.store.database import Store
from api.store.facts import Facts
from api.store.loading import File, load
from features import dossier
from features.dossier import Dossier
from features.durable import fingerprint
from features.intake import read_input
from features.long_tables import LISTED, LongTables
from scoring.engine import Engine, Question

FIRMS = 40


def _answer(engine: Engine, given: Dossier, known_at: date) -> dict[str, Any]:
    return result(engine.answer(given, Question(TODAY, known_at)))


def _read(raw: dict[str, Any]) -> Dossier:
    return dossier.read(json.loads(json.dumps(raw, default=str), parse_float=Decimal))


def _firms() -> list[dict[str, Any]]:
    rng = random.Random(7)
    firms: dict[str, dict[str, Any]] = {}
    while len(firms) < FIRMS:
        made = with_history(rng)
        firms.setdefault(made["enterprise"]["uscc"], made)
    return list(firms.values())


@pytest.mark.parametrize(
    ("known_from", "days"),
    [("1980-01-01", DAYS), ("import", [day for day in DAYS if day >= TODAY.isoformat()])],
)
def test_histories_are_answered_as_in_their_dossiers(
    store: Store, engine: Engine, tmp_path: Path, known_from: str, days: tuple[str, ...]
) -> None:
    firms = _firms()
    load_dossiers(store, tmp_path, *firms, known_from=known_from)
    with store.session() as session:
        for raw in firms:
            for day in map(date.fromisoformat, days):
                kept = Facts(session).dossier(raw["enterprise"]["uscc"], day)
                assert kept is not None
                assert _answer(engine, kept, day) == _answer(engine, _read(raw), day)


def test_a_workbook_with_rejected_rows_is_answered_as_the_file_is(store: Store, engine: Engine, office: Path) -> None:
    imported = read_input(office)
    assert imported.incomplete.height > 0
    load(store, File(fingerprint(office), office.name, "p-1"), imported, TODAY)
    partial = 0
    with store.session() as session:
        for given in LongTables.of(imported.tables, imported.incomplete).dossiers():
            kept = Facts(session).dossier(given.uscc, TODAY)
            assert kept is not None
            there = {name for name in LISTED if given.tables[name] is not None}
            assert kept.partial == given.partial & there
            partial += bool(kept.partial)
            expected = _answer(engine, given, TODAY)
            found = _answer(engine, kept, TODAY)
            # A dossier says what is odd about the code, a file does not.
            odd = [f"uscc:{warning}" for warning in kept.warnings]
            assert {**found, "flags": [flag for flag in found["flags"] if flag not in odd]} == expected
    assert partial > 0


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic workbook with spoilt cells."""
    path = tmp_path_factory.mktemp("office") / "office.xlsx"
    done = CliRunner().invoke(app, ["population", str(path), "--firms", "60", "--seed", "5"])
    assert done.exit_code == 0, done.output
    return path
