"""The population over which reference tables are frozen, as commands take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from api.authority.peers import Done, Frozen
from api.batch.sources import source_of
from api.cli import console
from api.cli.importing import read_with_progress
from api.clock import today

Source = Annotated[Path, typer.Argument(metavar="POPULATION", help="快照、事实目录或数据 / snapshot, facts or tables")]
Name = Annotated[str | None, typer.Option(help="人口的名称，写入结果，默认文件名 / what the population is called")]
AsOf = Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation")]


@contextmanager
def frozen(source: Path, name: str | None, as_of: str | None, by: str, because: str) -> Iterator[tuple[Frozen, Done]]:
    """The population, and a bar that shows how much of it is done."""
    day = console.day_option(as_of, "as_of")
    with TemporaryDirectory() as folder:
        given = source_of(source, None, today(), Path(folder), read_with_progress)
        with console.progress() as bar:
            task = bar.add_task("评分 scoring", total=sum(given.snapshot.sizes))
            yield Frozen(name or source.name, given.snapshot, day, by, because), lambda n: bar.advance(task, n)
