"""What holds the layout together: imports point one way, serving stays light, scoring stays small."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "features": set(),
    "scoring": {"features"},
    "models": {"scoring", "features"},
    "api": {"scoring", "models", "features"},
}
LARGEST_SCORING, LARGEST_LEARNED, LARGEST_BESIDE, LARGEST_MACHINE, LARGEST_ONE = 3_040, 350, 170, 880, 500
"""Lines of code; what grows it is what the card language or the catalogue can do, nothing else."""
LEARNED = {"learned.py", "learned_points.py"}
"""The form of a learned card and its lowering."""
BESIDE = {"learned_file.py", "seen.py"}
"""How a learned card is read from its file, and what it was fitted on: no part of what it answers."""
MACHINE = {
    f"machine{of}.py"
    for of in ("", "_code", "_inputs", "_instructions", "_kept", "_schedule", "_truths", "_types", "_values")
}
"""The core form as machine code."""
ONE = {"one_backend.py", "one_code.py", "one_machine.py"}
"""The core form as a list of runs, and the machine that works it off."""


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_point_one_way(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        ours = _imports(path) & ALLOWED.keys()
        assert ours <= ALLOWED[package] | {package}, path


def test_the_serving_process_imports_neither_scikit_learn_nor_mlflow() -> None:
    code = "import sys, api.app; api.app.create_app(); print(sorted(m for m in sys.modules if m in ('sklearn', 'mlflow', 'pandas', 'pyarrow')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


COMPARED = {"pandas", "pyarrow", "duckdb", "zen", "benchmarks"}
"""What benchmarks compare the product with, and the benchmarks themselves."""


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_the_product_imports_nothing_that_only_benchmarks_need(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        assert not _imports(path) & COMPARED, path


def _code_lines(path: Path) -> int:
    """Lines that hold code, imports included: no blank ones, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def _engine() -> set[Path]:
    """The rule engine: what one firm and a batch are scored with, and whatever that imports."""
    found: set[Path] = set()
    left = [ROOT / "scoring" / "engine.py", ROOT / "scoring" / "batch.py"]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            named = re.findall(
                r"^ *from scoring(?:\.(\w+))? import (.+)", path.read_text(encoding="utf-8"), re.MULTILINE
            )
            modules = {name for one, names in named for name in (one, *re.split(r"[ ,()]+", names))}
            left += [one for one in (ROOT / "scoring" / f"{name}.py" for name in modules) if one.is_file()]
    return found


def test_the_rule_engine_stays_small_enough_to_read() -> None:
    engine = _engine()
    assert {"core.py", "reading.py", "column_backend.py", "catalogue.py"} <= {path.name for path in engine}
    lines = {path.name: _code_lines(path) for path in engine}
    apart = (LEARNED, BESIDE, MACHINE, ONE)
    learned, beside, machine, one = (sum(map(lines.pop, some)) for some in apart)
    assert sum(lines.values()) < LARGEST_SCORING
    assert learned < LARGEST_LEARNED
    assert beside < LARGEST_BESIDE
    assert machine < LARGEST_MACHINE
    assert one < LARGEST_ONE


def test_the_verifier_is_short_and_knows_nothing_of_the_engine() -> None:
    path = ROOT / "scoring" / "verifier.py"
    assert not _imports(path) & ALLOWED.keys()
    assert len(path.read_text(encoding="utf-8").splitlines()) < 200


def test_no_rule_reads_a_clock_or_chance() -> None:
    for package in ("features/indicators", "scoring"):
        for path in (ROOT / package).rglob("*.py"):
            assert not _imports(path) & {"random", "time", "secrets"}, path
            assert "today()" not in path.read_text(encoding="utf-8"), path


def test_no_two_files_of_tests_have_one_name() -> None:
    """They are imported by their names alone: the second would be the first."""
    loose = [path for path in (ROOT / "tests").rglob("*.py") if not (path.parent / "__init__.py").is_file()]
    names = [path.stem for path in loose if path.stem != "conftest"]
    assert sorted(names) == sorted(set(names))
