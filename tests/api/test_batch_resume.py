"""A batch that is killed goes on where it stopped and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from rescoring import ended, rescored, started

from features import snapshot
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from features.population import generate, write_folder

AS_OF = "2026-11-22"
FIRMS, PART, KILLS = 128, 4, 20
FILES = ("scores.parquet", "items.parquet", "rejects.parquet", "manifest.json")
ROOT = Path(__file__).parents[2]


def _snapshot(folder: Path, seed: int) -> Path:
    """Many small parts."""
    day = date.fromisoformat(AS_OF)
    write_folder(generate(FIRMS, seed), folder / "office")
    read = read_input(folder / "office")
    long = LongTables.of(read.tables, read.incomplete)
    snapshot.write(folder / "population", (pivot(part, day) for part in long.parts(PART)), day)
    return folder / "population"


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _snapshot(tmp_path_factory.mktemp("population"), 3)


@pytest.fixture(scope="module")
def undisturbed(population: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("undisturbed")
    code, printed = rescored([population, target, "--as-of", AS_OF], target / "log")
    assert code == 0, printed
    return target


@pytest.fixture(scope="module")
def begun(population: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed after a few parts."""
    target = tmp_path_factory.mktemp("begun") / "results"
    process = started([population, target, "--as-of", AS_OF], target.with_name("log"))
    _wait_for(process, target, 3)
    process.kill()
    assert ended(process) == -9
    return target


@pytest.fixture
def unfinished(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "results"))


def _parts_done(target: Path) -> list[str]:
    journal = target / "unfinished" / "journal.json"
    try:
        return list(json.loads(journal.read_text(encoding="utf-8"))["parts"])
    except FileNotFoundError:
        return []


def _wait_for(process: BaseProcess, target: Path, parts: int) -> None:
    while process.is_alive() and len(_parts_done(target)) < parts:
        time.sleep(0.002)


def _same(target: Path, undisturbed: Path) -> None:
    for name in FILES:
        assert (target / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert not (target / "unfinished").exists()


def test_a_batch_killed_twenty_times_ends_as_an_undisturbed_one(
    population: Path, undisturbed: Path, tmp_path: Path
) -> None:
    rng = random.Random(20261122)
    target, log = tmp_path / "results", tmp_path / "log"
    parts = FIRMS // PART
    killed = []
    for number in range(KILLS):
        process = started([population, target, "--as-of", AS_OF, "--resume"], log)
        if number % 5:
            # Somewhere within a part, or, towards the end, while the parts become result files. A part takes some
            # milliseconds: a longer pause would run through them all.
            _wait_for(process, target, min(len(_parts_done(target)) + rng.randint(0, 3), parts))
            time.sleep(rng.uniform(0, 0.02))
        else:
            time.sleep(rng.uniform(0, 0.6))
        process.kill()
        code = ended(process)
        assert code in (-9, 0), log.read_text(encoding="utf-8")
        assert (code == 0) <= (target / "manifest.json").is_file()
        killed += [len(_parts_done(target))] if code == -9 else []
    assert len(killed) >= KILLS // 2
    assert len({done for done in killed if 0 < done < parts}) >= 5, killed
    code, printed = rescored([population, target, "--as-of", AS_OF, "--resume"], log)
    assert code == 0, printed
    _same(target, undisturbed)


def test_parts_that_are_done_are_not_scored_again(population: Path, unfinished: Path) -> None:
    done = {path: path.stat().st_mtime_ns for path in (unfinished / "unfinished").glob("*.parquet")}
    process = started([population, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log")
    _wait_for(process, unfinished, len(_parts_done(unfinished)) + 1)
    process.kill()
    ended(process)
    journal = json.loads((unfinished / "unfinished" / "journal.json").read_text(encoding="utf-8"))
    kept = [p for p in done if p.name in journal["parts"]["0"] or p.name in journal["parts"]["1"]]
    assert len(kept) == 4
    assert all(path.stat().st_mtime_ns == done[path] for path in kept)


def test_a_run_that_goes_on_tells_of_the_parts_that_were_done_too(
    population: Path, undisturbed: Path, unfinished: Path
) -> None:
    code, printed = rescored([population, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log")
    assert code == 0, printed
    assert _summary(printed) == _summary((undisturbed / "log").read_text(encoding="utf-8"))


def _summary(printed: str) -> str:
    return printed[printed.index("评价日") : printed.index("结果目录")]


def test_tampered_parts_are_scored_again(population: Path, undisturbed: Path, unfinished: Path) -> None:
    differs, short, missing = (unfinished / "unfinished" / f"scores-{part:05d}.parquet" for part in range(3))
    whole = differs.read_bytes()
    differs.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    short.write_bytes(short.read_bytes()[:-100])
    missing.unlink()
    code, printed = rescored([population, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log")
    assert code == 0, printed
    _same(unfinished, undisturbed)


def test_torn_temporary_files_do_no_harm(population: Path, undisturbed: Path, unfinished: Path) -> None:
    for name in ("unfinished/journal.json", "unfinished/items-00004.parquet", "unfinished/scores-00009.arrow", *FILES):
        (unfinished / f"{name}.tmp").write_bytes(b"ARROW1 torn")
    code, printed = rescored([population, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log")
    assert code == 0, printed
    _same(unfinished, undisturbed)
    assert not list(unfinished.rglob("*.tmp"))


def _refused(code: int, printed: str, what: str) -> None:
    assert code == 1
    assert f"--resume: {what}" in printed
    assert "remedy" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("options", "what"),
    [(["--as-of", "2026-11-23"], "as_of"), (["--as-of", AS_OF, "--rules-on", "2021-06-01"], "rules_on")],
)
def test_to_go_on_with_another_day_is_refused(
    population: Path, unfinished: Path, options: list[object], what: str
) -> None:
    before = _parts_done(unfinished)
    _refused(*rescored([population, unfinished, *options, "--resume"], unfinished / "log"), what)
    assert _parts_done(unfinished) == before


def test_to_go_on_with_another_input_is_refused(unfinished: Path, tmp_path: Path) -> None:
    other = _snapshot(tmp_path, 4)
    _refused(*rescored([other, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log"), "input")


def test_to_go_on_under_changed_rules_is_refused(population: Path, unfinished: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(ROOT / "scoring", changed / "scoring", ignore=shutil.ignore_patterns("__pycache__"))
    card = changed / "scoring" / "rulebooks" / "tech_sme" / "2017.yaml"
    text = card.read_text(encoding="utf-8")
    assert "max: 500人" in text
    card.write_text(text.replace("max: 500人", "max: 400人"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "rescore", population, unfinished, "--as-of", AS_OF, "--resume"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(changed)},
        cwd=tmp_path,
    )
    _refused(done.returncode, done.stderr, "release")


@pytest.mark.parametrize("text", ['{"run": {', "[]", '{"run": {}}'])
def test_a_damaged_journal_is_named(population: Path, unfinished: Path, text: str) -> None:
    (unfinished / "unfinished" / "journal.json").write_text(text, encoding="utf-8")
    code, printed = rescored([population, unfinished, "--as-of", AS_OF, "--resume"], unfinished / "log")
    assert code != 0
    assert "journal" in printed
    assert "Traceback" not in printed
