"""``python -m benchmarks``: run the benchmarks, write the report."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks import assess, batch, firm, learned, report, rivals, score_get
from benchmarks.data import population
from benchmarks.lines import Section

WHAT = ("batch", "pivot", "rivals", "firm", "assess", "score", "learned", "growth")
HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    settings = {"repeats": asked.repeats, "seed": asked.seed}
    for section in _sections(asked):
        # Written after each: hours of a long run are not lost.
        report.write(asked.report, [section], settings)
        print(f"\n{section.title}")
        for line in section.lines:
            print(
                f"  {line.what:64} {line.figure} {line.unit} {'' if line.target is None else line.row().split('|')[4:6]}"
            )


def _sections(asked: argparse.Namespace) -> Iterator[Section]:
    root: Path = asked.data
    what = set(asked.what or WHAT) - (set() if asked.large or asked.what else {"growth"})
    for firms in asked.firms if what & {"batch", "pivot", "rivals"} else ():
        made = batch.made(population(root, firms, asked.seed), asked.seed)
        if "batch" in what:
            yield batch.batch(made, asked.repeats)
        if "pivot" in what:
            yield batch.pivot(made, asked.repeats)
        if "rivals" in what:
            yield rivals.section(made, asked.repeats)
    if "firm" in what:
        yield firm.section(asked.dossiers, asked.repeats, asked.seed)
    if "assess" in what:
        yield assess.section(asked.requests, asked.repeats)
    if "score" in what:
        yield score_get.section(asked.requests, asked.repeats)
    if "learned" in what:
        yield learned.section(asked.rows, asked.repeats, asked.seed)
    if "growth" in what:
        small, large = (population(root, firms, asked.seed) for firms in (max(asked.firms), asked.large or 10_000_000))
        batch.made(small, asked.seed)
        batch.made(large, asked.seed, keep_facts=False)
        yield batch.growth(small, large, asked.few)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", choices=WHAT, help="all but growth where nothing is named")
    parser.add_argument("--firms", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--large", type=int, help="compare the largest of --firms with so many, e.g. 10000000")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--few", type=int, default=1, help="repeats of the growth")
    parser.add_argument("--dossiers", type=int, default=200, help="dossiers in turn, for one firm at a time")
    parser.add_argument("--requests", type=int, default=1000, help="requests a turn")
    parser.add_argument("--rows", type=int, default=learned.ROWS, help="training rows of a learned card")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where populations are kept")
    parser.add_argument("--report", type=Path, default=HERE, help="folder of report.md and report.json")
    return parser


if __name__ == "__main__":
    main()
