"""What a process of its own uses: CPU, wall, peak memory; sides by turns, so that a busy machine hits them alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_UNLIKE_USERS = "PYTHONDONTWRITEBYTECODE"
"""Environment variable under which each process would compile the sources anew, as none of an installed product does."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != _UNLIKE_USERS}
"""As this process was started. What it imports later may set more (Polars does, for its allocator), and a command that takes that for
its user's wish leaves its own settings.
"""


@dataclass(frozen=True)
class Used:
    """One run. ``told`` is what the process printed last, as JSON; ``cpu`` is user and system time of all its threads."""

    cpu: float
    wall: float
    peak_mb: float
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """One way to do a job: a command, and what to do before each run."""

    command: list[str]
    before: Callable[[], None] = lambda: None


def python(module: str, *arguments: object) -> list[str]:
    """The command that runs a module of this checkout."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def run(side: Side) -> Used:
    """Run once. Raises `RuntimeError` with the end of its stderr where it fails.

    The peak of a process counts what its parent held when it started, so this one must stay small: no Polars here.
    """
    side.before()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(side.command, stdout=out, stderr=err, cwd=ROOT, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, problems = out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(side.command)} ended with {process.returncode}:\n{problems[-2000:]}")
    last = text.rstrip().rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    # What a side had to do only to be measured, it tells, and it does not count.
    cpu = usage.ru_utime + usage.ru_stime - told.get("apart_cpu", 0.0)
    return Used(cpu, wall - told.get("apart_wall", 0.0), usage.ru_maxrss / 1024, told)


def by_turns(sides: Mapping[str, Side], repeats: int, *, warm: bool = True) -> dict[str, list[Used]]:
    """Every side once a turn; where ``warm``, a turn before the first, not counted, fills the file cache."""
    for side in sides.values() if warm else ():
        run(side)
    found: dict[str, list[Used]] = {name: [] for name in sides}
    for turn in range(repeats):
        order = list(sides) if turn % 2 == 0 else list(reversed(sides))
        for name in order:
            found[name].append(run(sides[name]))
    return found


@dataclass(frozen=True)
class Spread:
    """Median, least and greatest of repeated measurements."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values: list[float]) -> Spread:
        return Spread(statistics.median(values), min(values), max(values))

    def scaled(self, factor: float) -> Spread:
        return Spread(self.median * factor, self.least * factor, self.most * factor)

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.least)}–{_short(self.most)})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cpu(runs: list[Used]) -> Spread:
    return Spread.of([one.cpu for one in runs])


def wall(runs: list[Used]) -> Spread:
    return Spread.of([one.wall for one in runs])


def peak(runs: list[Used]) -> Spread:
    return Spread.of([one.peak_mb for one in runs])


def ratio(runs: list[Used], against: list[Used]) -> Spread:
    """CPU of one side over that of the other, turn by turn."""
    return Spread.of([one.cpu / other.cpu for one, other in zip(runs, against, strict=True)])
