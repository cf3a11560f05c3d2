"""Whether competitors say the same: ``python -m benchmarks.rivals.compare ONE OTHER``, folders of answers."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.rivals.spec import ANSWERS


def answers(folder: str) -> pl.DataFrame:
    read = [pl.read_parquet(path) for path in sorted(Path(folder).glob("answers-*.parquet"))]
    words = [name for name in ANSWERS if name == "uscc" or name.endswith("verdict")]
    points = [name for name in ANSWERS if name not in words]
    cast = [*(pl.col(words).cast(pl.String),), pl.col(points).cast(pl.Float64)]
    return pl.concat([frame.select(cast).select(ANSWERS) for frame in read])


def main(one: str, other: str) -> None:
    """Raises `SystemExit` naming the first difference; the other may have the first firms only."""
    ours, theirs = answers(one), answers(other)
    ours = ours.head(theirs.height)
    for name in ANSWERS:
        differ = ours[name].ne_missing(theirs[name])
        if differ.any():
            at = differ.arg_true()[0]
            row = {n: (ours[n][at], theirs[n][at]) for n in ANSWERS}
            raise SystemExit(f"{differ.sum()} firms differ in {name}; the first: {row}")


if __name__ == "__main__":
    main(*sys.argv[1:])
