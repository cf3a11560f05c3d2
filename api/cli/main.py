"""``dengti``: exit code 0 only on success, 1 where what was sent or asked for is wrong, 2 for wrong usage."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any, ClassVar

import typer

# Read by the allocator when Polars is loaded, so before it is: a batch takes and frees columns of the same sizes part after
# part, and giving their pages back each time costs a fifth of its CPU. Whatever thread takes them, they come from one store,
# so that what one freed another uses; none is needed to look after pages that are never given back.
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,background_thread:false,dirty_decay_ms:-1,muzzy_decay_ms:-1")
# Training waits for its threads without spinning: beside another busy process that was ten times its work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# No command multiplies great matrices: threads for that would be made at each start, and wait by spinning.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What is loaded stays as long as the process: it is not searched for cycles, now or later.
gc.disable()

from api.cli import console, usage  # noqa: E402
from api.cli.lazy import LazyGroup  # noqa: E402

gc.freeze()
gc.enable()


class Commands(LazyGroup):
    """Where each command is: what a run does not use is not loaded."""

    where: ClassVar = {
        "score": "api.cli.score:score",
        "rescore": "api.cli.rescore:rescore",
        "compare": "api.cli.compare:compare",
        "rulebook": "api.cli.rulebook:rulebook",
        "release": "api.cli.release:release",
        "keys": "api.cli.keys:keys",
        "credit": "api.cli.credit:credit",
        "bank": "api.cli.bank:bank",
        "party": "api.cli.party:party",
        "audit": "api.cli.audit:audit",
        "import": "api.cli.importing:import_",
        "backup": "api.cli.backup:backup",
        "restore": "api.cli.backup:restore",
        "population": "api.cli.population:population",
        "serve": "api.cli.serve:serve",
        "train": "api.cli.train:train",
        "model": "api.cli.model:model",
        "verify": "api.cli.verify:verify",
    }

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run a command and end. How it was called wrongly is said by `usage`, not by the library."""
        given = (args[0] if args else settings.get("args")) or sys.argv[1:]
        if not given or "--help" in given:
            usage.help_in_both_languages()
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
        except typer.Abort:
            console.err.print("已中止 / aborted")
            code = 1
        except Exception as error:
            told = usage.problem(error)
            if told is None:
                raise
            # One who names no command has been shown the help.
            if type(error).__name__ != "NoArgsIsHelpError":
                console.show_problems([told])
            code = 2
        sys.exit(code if isinstance(code, int) else 0)


app = typer.Typer(
    cls=Commands,
    help="登梯 dengti：企业梯次与评分 / tiers and scores of technology enterprises",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _root() -> None:
    """Commands are found by their names."""


def run() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except BrokenPipeError:
        # An OSError too, but whoever reads has had enough.
        sys.exit(1)
    except Exception as error:
        told = console.of_the_user(error)
        if told is None:
            raise
        console.show_problems(console.problems_of(told))
        sys.exit(1)
    finally:
        # What is left goes with the process: it need not be searched for cycles at the end.
        gc.freeze()


if __name__ == "__main__":
    run()
