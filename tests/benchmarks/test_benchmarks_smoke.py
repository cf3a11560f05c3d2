"""The benchmarks run, at a tiny size and without a word on time, and competitors give the same answers."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
FIRMS = 300


@pytest.fixture(scope="module", autouse=True)
def _harness() -> Iterator[None]:
    """The benchmarks are no installed package."""
    sys.path.insert(0, str(ROOT))
    yield
    sys.path.remove(str(ROOT))


def _bench(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_every_benchmark_of_the_product_runs_and_reports(tmp_path: Path) -> None:
    options = (
        "--firms",
        FIRMS,
        "--repeats",
        1,
        "--requests",
        5,
        "--dossiers",
        3,
        "--data",
        tmp_path / "data",
        "--report",
        tmp_path,
    )
    _bench("batch", "pivot", *options)
    _bench("firm", "assess", "score", "learned", "--rows", 400, *options)
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["sections"]
    assert [one["id"] for one in told] == [f"batch-{FIRMS}", f"pivot-{FIRMS}", "firm", "assess", "score_get", "learned"]
    for section in told:
        assert section["machine"]["cores"]
        assert section["versions"]["polars"]
        for line in section["lines"]:
            assert line["figure"]["least"] <= line["figure"]["median"] <= line["figure"]["most"]
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "CPU, rescore / floor" in page
    assert str(tmp_path) not in page


def test_a_population_in_several_runs_is_a_snapshot_in_order(tmp_path: Path) -> None:
    from benchmarks.data import Population, make
    from features import snapshot
    from features.population.generate import generate_range

    made = Population(tmp_path, FIRMS)
    make(made, 7, 100)
    found = snapshot.read(made.snapshot)
    assert found.sizes == [100, 100, 100]
    codes = [found.part(number, (), {}).firms["uscc"] for number in range(3)]
    assert pl.concat(codes).to_list() == sorted(generate_range(1, FIRMS, 7)["enterprise"]["uscc"])
    assert made.is_made
    assert len(made.facts) == 3


def test_competitors_give_the_answers_of_the_product(tmp_path: Path) -> None:
    from benchmarks import rivals
    from benchmarks.data import Population

    if absent := rivals.missing():
        pytest.skip(f"the extra 'bench' is not installed: {', '.join(absent)}")
    folder = Population(tmp_path, FIRMS)
    _with_facts_missing(folder.snapshot, FIRMS)
    rivals.checked(folder, FIRMS)
    answers = pl.read_parquet(tmp_path / "answers" / "whole" / "answers-00000.parquet")
    assert set(answers["tech_sme.verdict"].unique()) == {"pass", "fail", "undetermined"}
    for item in ("tech_staff", "rd_input", "achievements"):
        assert (answers[f"tech_sme.items.{item}.low"] < answers[f"tech_sme.items.{item}.high"]).any()


def _with_facts_missing(folder: Path, firms: int) -> None:
    """A snapshot of a population of which any cell may be unknown, in rows and lists too, or 0."""
    from benchmarks.data import AS_OF
    from features import snapshot
    from features.intake import read_input
    from features.long_tables import LongTables
    from features.pivot import pivot
    from features.population import generate, write_folder

    rng, office = random.Random(2), folder.parent / "office"
    tables = {}
    for name, frame in generate(firms, 2).items():
        shares = rng.choices((0, 0.05, 0.3), k=frame.width)
        hidden = [
            pl.when(pl.Series([rng.random() < share for _ in range(frame.height)])).then(None).otherwise(pl.col(column)).alias(column)
            for column, share in zip(frame.columns, shares, strict=True)
            if column not in ("uscc", "fiscal_year", "kind", "row_id", "source", "known_from")
        ]  # fmt: skip
        tables[name] = frame.with_columns(hidden)
    write_folder(tables, office)
    read = read_input(office)
    snapshot.write(folder, [pivot(LongTables.of(read.tables, read.incomplete), AS_OF)], AS_OF)


def test_what_the_benchmark_imports_sets_nothing_for_what_it_runs() -> None:
    """Polars leaves its allocator's settings in the environment, where a command would take them for its user's."""
    seen = "import json, os; print(json.dumps({'set': '_RJEM_MALLOC_CONF' in os.environ}))"
    code = f"""
import json, os, sys
os.environ.pop("_RJEM_MALLOC_CONF", None)
from benchmarks.measure import Side, run
import polars
here = "_RJEM_MALLOC_CONF" in os.environ
print(json.dumps([here, run(Side([sys.executable, "-c", {seen!r}])).told["set"]]))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(ran.stdout) == [True, False]
