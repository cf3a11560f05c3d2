"""What commands print and how errors look: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.clock import today
from features.dossier import DossierProblems, day
from features.errors import FactError, ValueProblem
from scoring.errors import CardError, RuleError, UnknownName

WIDTH = None if sys.stdout.isatty() else 120
"""Where nobody looks at a terminal, tables are as wide as a page."""
out = Console(soft_wrap=True, width=WIDTH)
err = Console(stderr=True, soft_wrap=True)


def day_option(value: str | None, name: str) -> date:
    """A date option, today where it is not given. Raises `DossierProblem`."""
    return today() if value is None else day(value, name)


def one_of(option: str, value: str, known: Iterable[str]) -> str:
    """The value of an option that takes one of some words. Raises `UnknownName`."""
    names = tuple(known)
    if value not in names:
        raise UnknownName(field=option, value=value, known=names)
    return value


def file_option(path: Path | None, suffix: str) -> Path:
    """The file that an option must name. Raises `ValueProblem`."""
    if path is None or path.suffix.lower() != f".{suffix}":
        raise ValueProblem(
            field="--output",
            value=path and str(path),
            rule=f"{suffix} 须写入同名后缀的文件 / {suffix} is written to a file of that suffix",
            remedy=f"--output card.{suffix}",
        )
    return path


def problems_of(error: Exception) -> list[dict[str, Any]]:
    """Every problem that an error carries, as field, value, rule and remedy."""
    if isinstance(error, DossierProblems):
        return [problem.as_dict() for problem in error.problems]
    if isinstance(error, FactError):
        return [error.as_dict()]
    if isinstance(error, CardError):
        found = error.findings
        return [
            {"code": f.code, "field": f"{f.file}:{f.line}: {f.key}", "value": "", "rule": f.problem, "remedy": f.mend}
            for f in found
        ] or [{"code": error.code, "field": error.where, "value": "", "rule": error.problem, "remedy": error.mend}]
    if isinstance(error, UnknownName):
        return [
            {
                "code": error.code,
                "field": error.field,
                "value": error.value,
                "rule": error.rule,
                "remedy": error.remedy,
            }
        ]
    if isinstance(error, OSError):
        return [
            {
                "code": "file_error",
                "field": str(error.filename or ""),
                "value": "",
                "rule": f"文件无法读写 / cannot be read or written: {error.strerror or error}",
                "remedy": "检查路径、权限与磁盘空间 / check the path, its permissions and the space left",
            }
        ]
    raise error


USER_ERRORS = (FactError, DossierProblems, RuleError, OSError)
"""What a user sent or asked for; anything else is a fault of the program."""


def of_the_user(error: Exception) -> Exception | None:
    """The error as `problems_of` tells it; None for a fault of the program.

    A full disk is told by Polars in its text only, and by XlsxWriter as an error of its own.
    """
    if isinstance(error, USER_ERRORS):
        return error
    if error.args and isinstance(error.args[0], OSError):
        return error.args[0]
    number = re.search(r"\(os error (\d+)\)$", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None


def show_problems(problems: Iterable[dict[str, Any]], where: str = "") -> None:
    """Problems on stderr: field, value, rule, remedy."""
    for problem in problems:
        err.print(f"[bold red]错误 error[/] {problem['code']}", highlight=False)
        for key, name in (
            ("field", "字段 field"),
            ("value", "取值 value"),
            ("rule", "规则 rule"),
            ("remedy", "改法 remedy"),
        ):
            if problem.get(key) not in (None, ""):
                prefix = where if key == "field" else ""
                err.print(f"  {name}: {prefix}{problem[key]}", highlight=False, markup=False)


def tracked(said: str) -> Callable[[Sequence[Path]], Iterator[Path]]:
    """Goes through files with a progress bar."""

    def track(paths: Sequence[Path]) -> Iterator[Path]:
        with progress() as bar:
            yield from bar.track(paths, description=said)

    return track


def progress() -> Progress:
    """A progress bar on stderr; a plain line where stderr is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=False,
        refresh_per_second=4,
    )
