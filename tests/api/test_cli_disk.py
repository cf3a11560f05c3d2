"""A disk that is full or refuses to be written is the user's to mend: named, never a traceback."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli_score import dengti

from features.population import generate, write_folder

LIMIT = 8 * 2**10
"""Bytes of the largest file that the process may write: what is larger fails as on a full disk."""
AS_OF = ("--as-of", "2026-11-22", "--known-at", "2026-11-22")


def _small() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def _on_a_small_disk(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli.main", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=_small, encoding="utf-8")


@pytest.mark.parametrize("command", ["rescore", "import", "population"])
def test_a_full_disk_is_named(tmp_path: Path, command: str) -> None:
    source, target = str(tmp_path / "office"), str(tmp_path / "target")
    write_folder(generate(100, 3), Path(source))
    given = {
        "rescore": (source, target, *AS_OF),
        "import": (source, "--into", target),
        "population": (target, "--firms", "300"),
    }
    done = _on_a_small_disk(command, *given[command])
    assert done.returncode == 1, done.stderr
    assert "file_error" in done.stderr
    assert "磁盘空间" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_workbook_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    place = tmp_path / "office.xlsx"
    place.mkdir()
    done = dengti("population", str(place), "--firms", "3")
    assert done.returncode == 1
    assert str(place) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--as-of", "--rules-on", "--known-at"])
def test_a_wrong_day_is_refused_before_a_population_is_read(tmp_path: Path, option: str) -> None:
    done = dengti("rescore", str(tmp_path / "nothing"), str(tmp_path / "results"), option, "2026-13-01")
    assert done.returncode == 1
    assert option.removeprefix("--").replace("-", "_") in done.stderr
    assert not (tmp_path / "results").exists()
