"""The command line without a process of its own: most of the time of a short command goes into starting it.

That a process of its own answers so is in ``test_cli_score``.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from types import SimpleNamespace

import pytest

from api.cli import main


def dengti(*arguments: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """What the entry point prints, and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["dengti", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        # The end of the command is not that of the process.
        patch.setattr(main, "gc", SimpleNamespace(freeze=int))
        try:
            main.run()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
