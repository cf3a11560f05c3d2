"""``dengti``: exit code 0 only on success, 1 where what was sent or asked for is wrong, 2 for wrong usage."""

from __future__ import annotations

import io
import os
import sys

import typer

# Read by the allocator when Polars is loaded, so before it is: a batch takes and frees columns of the same sizes part after
# part, and giving their pages back each time costs a fifth of its CPU.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:-1,muzzy_decay_ms:-1")

from api.cli import console
from api.cli.audit import audit
from api.cli.backup import backup, restore
from api.cli.bank import bank
from api.cli.compare import compare
from api.cli.credit import credit
from api.cli.importing import import_
from api.cli.keys import keys
from api.cli.model import model
from api.cli.party import party
from api.cli.population import population
from api.cli.release import release
from api.cli.rescore import rescore
from api.cli.rulebook import rulebook
from api.cli.score import score
from api.cli.serve import serve
from api.cli.train import train
from api.cli.verify import verify

app = typer.Typer(
    help="登梯 dengti：企业梯次与评分 / tiers and scores of technology enterprises",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(score)
app.command()(rescore)
app.command()(compare)
app.add_typer(rulebook, name="rulebook")
app.add_typer(release, name="release")
app.add_typer(keys, name="keys")
app.add_typer(credit, name="credit")
app.add_typer(bank, name="bank")
app.add_typer(party, name="party")
app.add_typer(audit, name="audit")
app.command("import")(import_)
app.command()(backup)
app.command()(restore)
app.command()(population)
app.command()(serve)
app.command()(train)
app.add_typer(model, name="model")
app.command()(verify)


def run() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except console.USER_ERRORS as error:
        console.show_problems(console.problems_of(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    run()
