"""What runs in a process of its own: ``python -m benchmarks.side NAME …``; the last line printed is JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.data import AS_OF, Population, make


def main(name: str, *arguments: str) -> None:
    told = SIDES[name](*arguments)
    print(json.dumps(told or {}))


@contextmanager
def apart(told: dict[str, Any]) -> Iterator[None]:
    """What does not count: CPU of all threads and wall inside go to ``told``."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    told["apart_cpu"] = told.get("apart_cpu", 0.0) + time.process_time() - cpu
    told["apart_wall"] = told.get("apart_wall", 0.0) + time.perf_counter() - wall


def made(folder: str, firms: str, seed: str, run: str, keep_facts: str) -> None:
    make(Population(Path(folder), int(firms)), int(seed), int(run), keep_facts=keep_facts == "yes")


def columns(snapshot_folder: str, target: str) -> None:
    """Write down which columns a rescore reads of a snapshot, file by file."""
    import polars as pl

    from api.batch.frames import Framed
    from features import snapshot
    from scoring.batch import HEAD
    from scoring.engine import Engine, Question

    found = snapshot.read(Path(snapshot_folder))
    read = Framed(Engine(), Question(AS_OF, found.known_at), found.places, 0).wanted
    wanted = {*HEAD, "said", *read.columns}
    rows = {table: {"row", *names} for table, names in read.row_fields.items()}
    files = {}
    for number in range(len(found.sizes)):
        for table, names in {"": wanted, **rows}.items():
            path = found.folder / f"part-{number:05d}{'.' if table else ''}{table}.parquet"
            if path.is_file():
                files[path.name] = [name for name in pl.read_parquet_schema(path) if name in names]
    Path(target).write_text(json.dumps(files), encoding="utf-8")


def floor(snapshot_folder: str, columns_file: str, results: str, target: str) -> dict[str, Any]:
    """Read the columns that a rescore reads, write the files that it writes, compute nothing."""
    import polars as pl

    told: dict[str, Any] = {}
    with apart(told):
        frames = {name: pl.read_parquet(f"{results}/{name}.parquet") for name in ("scores", "items")}
    for file, names in json.loads(Path(columns_file).read_text(encoding="utf-8")).items():
        pl.read_parquet(f"{snapshot_folder}/{file}", columns=names)
    Path(target).mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.lazy().sink_parquet(f"{target}/{name}.parquet", compression="zstd")
    return told


def same(one: str, other: str) -> dict[str, Any]:
    """Which of the result files differ in what they say."""
    import polars as pl

    names = ("scores.parquet", "items.parquet")
    return {
        "differing": [n for n in names if not pl.read_parquet(f"{one}/{n}").equals(pl.read_parquet(f"{other}/{n}"))]
    }


def reading(*facts: str) -> None:
    """Read the long tables."""
    import polars as pl

    for folder in facts:
        for file in sorted(Path(folder).glob("*.parquet")):
            pl.read_parquet(file)


def pivoting(target: str, *facts: str) -> None:
    """Read the long tables and make the snapshot, with the settings of the command line: it says how memory is kept."""
    import api.cli.main  # noqa: F401
    from features import factstore, snapshot
    from features.pivot import Wide, pivot

    def parts() -> Iterator[Wide]:
        for folder in facts:
            yield from (pivot(part, AS_OF) for part in factstore.read(Path(folder)).parts(snapshot.PART))

    snapshot.write(Path(target), parts(), AS_OF)


def agreed(source: str, target: str) -> None:
    """The snapshot without the firms whose sources differ: what the competitors do not unite."""
    from features import snapshot
    from features.pivot import SAID, Wide

    found = snapshot.read(Path(source))

    def parts() -> Iterator[Wide]:
        for number in range(len(found.sizes)):
            wide = found.part(number)
            yield wide.only(wide.firms[SAID].is_null())

    snapshot.write(Path(target), parts(), found.known_at)


def spec(target: str) -> None:
    from benchmarks.rivals.spec import write

    write(Path(target))


SIDES = {f.__name__: f for f in (made, columns, floor, same, reading, pivoting, agreed, spec)}

if __name__ == "__main__":
    main(*sys.argv[1:])
