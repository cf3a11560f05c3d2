"""``dengti rescore`` in a process of its own that can be killed at any moment.

Processes are forked from one that has imported the program and done nothing with it: a start costs 0.3 s, not 1.5 s.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["api.cli.main"])


def started(arguments: list[object], log: Path) -> BaseProcess:
    """``dengti rescore`` with these arguments; what it prints goes to ``log``."""
    process = _fork.Process(target=_dengti, args=(["rescore", *map(str, arguments)], str(log)))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Exit code of a process, minus the signal that killed it."""
    process.join(60)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    assert code is not None, "it did not end"
    return code


def rescored(arguments: list[object], log: Path) -> tuple[int, str]:
    """Exit code and what it printed."""
    code = ended(started(arguments, log))
    return code, log.read_text(encoding="utf-8")


def _dengti(arguments: list[str], log: str) -> None:
    from api.cli.main import run

    with open(log, "wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    sys.argv = ["dengti", *arguments]
    run()
