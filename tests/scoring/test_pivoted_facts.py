"""A snapshot states of every firm exactly the facts of its dossier, under every completion."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import DAYS, with_history
from reference_implementation.random_dossiers import random_dossier

from features import dossier, snapshot
from features.facts import OUT_OF_SCOPE, SIZE_GROUP, listed
from features.held import ROW
from features.intake import read_input
from features.long_tables import LISTED, LongTables
from features.pivot import ANNUAL, SAID, Wide, known_of, pivot
from features.resolve import Known, Wanted, resolve
from features.tables import TABLES, Enterprise
from features.wide_columns import Columns, WantedColumns

AS_OF = date(2026, 11, 22)
SCALARS = (
    SIZE_GROUP.path,
    OUT_OF_SCOPE.path,
    *(f"enterprise/{name}" for name, spec in Enterprise.fields.items() if spec.kind.readable),
    *(f"annual_report/{offset}/{name}" for offset in range(-12, 1) for name in ANNUAL),
    *map(listed, LISTED),
)
ROWS = {table: tuple(name for name, spec in TABLES[table].fields.items() if spec.kind.readable) for table in LISTED}
WANTED = WantedColumns(SCALARS, ROWS, AS_OF)
Facts = tuple[dict[str, Any], dict[str, list[str]]]
"""The scalars; the rows of each list in any order."""


def _alone(raw: dict[str, Any], known_at: date) -> list[Facts]:
    return _completions(resolve(dossier.read(json.loads(json.dumps(raw, default=str), parse_float=Decimal)), known_at))


def _completions(known: Known) -> list[Facts]:
    return [
        (facts.scalars, {table: sorted(map(str, facts.rows[table])) for table in ROWS})
        for facts in Wanted(SCALARS, ROWS, AS_OF).completions(known)
    ]


def _in_columns(wide: Wide) -> dict[str, list[Facts]]:
    differ = wide.firms[SAID].is_not_null()
    columns = WANTED.of(wide.only(~differ))
    shared = {path: value for path, value in columns.shared.items() if path in SCALARS}
    found: dict[str, list[Facts]] = {}
    for place, scalars in enumerate(columns.frame.iter_rows(named=True)):
        code = scalars.pop("uscc")
        found[code] = [({**shared, **scalars}, _rows(columns, place))]
    for code, said in wide.firms.filter(differ).select("uscc", SAID).iter_rows():
        found[code] = _completions(known_of(code, said))
    return found


def _sorted(completions: list[Facts]) -> list[Facts]:
    return sorted(completions, key=lambda facts: str((sorted(facts[0].items()), facts[1])))


def _rows(columns: Columns, place: int) -> dict[str, list[str]]:
    found = {}
    for table, fields in ROWS.items():
        frame = columns.children[table].filter(pl.col(ROW) == place)
        unknown = [pl.lit(None).alias(field) for field in fields if field not in frame.columns]
        found[table] = sorted(map(str, frame.with_columns(unknown).select(fields).iter_rows(named=True)))
    return found


def _snapshot(firms: list[dict[str, Any]], folder: Path, known_at: date) -> Wide:
    """What the firms' file gives, written and read again."""
    path = folder / "firms.json"
    path.write_text(json.dumps(firms, default=str), encoding="utf-8")
    read = read_input(path)
    assert read.rejects.is_empty(), read.rejects
    wide = pivot(LongTables.of(read.tables, read.incomplete), known_at)
    return snapshot.write(folder / "kept", [wide], known_at).part(0, WANTED.columns, ROWS)


def _firm(rng: random.Random) -> dict[str, Any]:
    raw = with_history(rng)
    if rng.random() < 0.2:
        raw["enterprise"]["known_from"] = rng.choice(DAYS)
    if rng.random() < 0.1:
        raw["enterprise"]["retracted"] = True
    return raw


@pytest.mark.parametrize("known_at", [date(2025, 2, 1), date(2026, 1, 15), date(2026, 11, 22)])
@pytest.mark.parametrize("number", [1, 3, 150])
def test_a_snapshot_states_the_facts_of_the_dossiers(tmp_path: Path, number: int, known_at: date) -> None:
    rng = random.Random(f"{number} {known_at}")
    firms = {raw["enterprise"]["uscc"]: raw for raw in (_firm(rng) for _ in range(number))}
    found = _in_columns(_snapshot(list(firms.values()), tmp_path, known_at))
    assert found.keys() == firms.keys()
    for code, raw in firms.items():
        assert _sorted(found[code]) == _sorted(_alone(raw, known_at)), code


def test_what_was_not_stated_of_a_year_reported_before_the_founding_year_is_unknown(tmp_path: Path) -> None:
    raw = random_dossier(random.Random(1))
    raw["enterprise"]["established_on"] = "2025-03-01"
    raw["annual_reports"] = [{"fiscal_year": 2024, "revenue": 100}]
    ((scalars, rows),) = _in_columns(_snapshot([raw], tmp_path, AS_OF))[raw["enterprise"]["uscc"]]
    assert scalars["annual_report/-2/revenue"] == 100_00
    assert scalars["annual_report/-2/employees"] is None
    assert scalars["annual_report/-3/employees"] == 0
    assert (scalars, rows) == _alone(raw, AS_OF)[0]


def test_a_list_stated_to_be_empty_is_so_also_before_the_rest_of_the_firm_was_known(tmp_path: Path) -> None:
    raw = random_dossier(random.Random(1))
    raw["events"] = []
    raw["enterprise"]["known_from"] = "2026-11-23"
    ((scalars, rows),) = _in_columns(_snapshot([raw], tmp_path, AS_OF))[raw["enterprise"]["uscc"]]
    assert (scalars["event/listed"], scalars["enterprise/established_on"]) == (1, None)
    assert (scalars, rows) == _alone(raw, AS_OF)[0]
