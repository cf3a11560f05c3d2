"""A batch against its floor: the same columns read, the same files written, nothing computed; the pivot against reading."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from benchmarks.data import AS_OF, RUN, Population
from benchmarks.lines import Line, Section
from benchmarks.measure import Side, Spread, Used, by_turns, cpu, peak, python, ratio, run, wall

BATCH, PIVOT, PEAK_MB, GROWTH = 1.6, 5.0, 2048.0, 1.15


def made(population: Population, seed: int, size: int = RUN, *, keep_facts: bool = True) -> Population:
    """The population, made where it is not there yet."""
    if not population.is_made:
        facts = "yes" if keep_facts else "no"
        run(Side(python("benchmarks.side", "made", population.folder, population.firms, seed, size, facts)))
    return population


def rescore(population: Population, target: Path) -> Side:
    command = python("api.cli.main", "rescore", population.snapshot, target, "--as-of", AS_OF)
    return Side(command, partial(shutil.rmtree, target, ignore_errors=True))


def batch(population: Population, repeats: int) -> Section:
    """``dengti rescore SNAPSHOT OUT`` and its floor."""
    results, columns = population.folder / "results", population.folder / "columns.json"
    run(rescore(population, results))
    run(Side(python("benchmarks.side", "columns", population.snapshot, columns)))
    bare = population.folder / "floor"
    floor = python("benchmarks.side", "floor", population.snapshot, columns, results, bare)
    sides = {"rescore": rescore(population, population.folder / "again"), "floor": Side(floor)}
    found = by_turns(sides, repeats)
    _same_files(results, bare)
    _same_files(results, population.folder / "again")
    return Section(
        f"batch-{population.firms}",
        f"Snapshot → result files, {population.firms:,} firms",
        "`dengti rescore SNAPSHOT OUT` against its floor: read the same columns of the snapshot and write the same "
        "`scores.parquet` and `items.parquet`, compute nothing. The floor's frames are in memory before the count begins.",
        [
            Line("CPU, rescore / floor", ratio(found["rescore"], found["floor"]), "×", BATCH),
            *(line for name in sides for line in plain(name, found[name], population.firms)),
        ],
    )


def plain(name: str, runs: list[Used], firms: int) -> list[Line]:
    """CPU, wall and peak of one side."""
    return [
        Line(f"{name}: CPU", cpu(runs), "s", note=f"{cpu(runs).median / firms * 1e6:.2f} µs a firm"),
        Line(f"{name}: wall", wall(runs), "s"),
        Line(f"{name}: peak memory", peak(runs), "MB"),
    ]


def _same_files(one: Path, other: Path) -> None:
    told = run(Side(python("benchmarks.side", "same", one, other))).told
    if told["differing"]:
        raise RuntimeError(f"{other}: {', '.join(told['differing'])} differ from those of {one}")


def pivot(population: Population, repeats: int) -> Section:
    """Long tables → snapshot, and merely reading the long tables."""
    sides = {
        "pivot": Side(python("benchmarks.side", "pivoting", population.folder / "pivoted", *population.facts)),
        "reading": Side(python("benchmarks.side", "reading", *population.facts)),
    }
    found = by_turns(sides, repeats)
    return Section(
        f"pivot-{population.firms}",
        f"Long tables → snapshot, {population.firms:,} firms",
        "Imported facts are read, pivoted as known at a day and written as a snapshot, against merely reading them.",
        [
            Line("CPU, pivot / reading", ratio(found["pivot"], found["reading"]), "×", PIVOT),
            *(line for name in sides for line in plain(name, found[name], population.firms)),
        ],
    )


def growth(small: Population, large: Population, repeats: int) -> Section:
    """Whether a firm costs as much in a large population as in a small one."""
    sides = {str(p.firms): rescore(p, p.folder / "again") for p in (small, large)}
    # A run over 10 million firms is long and reads more than the cache holds: no turn of it is spent on warming up. That of the
    # small population compiles the rules, which is not what is compared.
    run(sides[str(small.firms)])
    found = by_turns(sides, repeats, warm=False)
    small_cpu, large_cpu = (cpu(found[str(p.firms)]).scaled(1e6 / p.firms) for p in (small, large))
    by_firm = [
        (b.cpu / large.firms) / (a.cpu / small.firms)
        for a, b in zip(found[str(small.firms)], found[str(large.firms)], strict=True)
    ]
    return Section(
        f"growth-{large.firms}",
        f"Growth from {small.firms:,} to {large.firms:,} firms",
        "`dengti rescore SNAPSHOT OUT` at both sizes.",
        [
            Line("CPU a firm, large / small", Spread.of(by_firm), "×", GROWTH),
            Line("peak memory, large", peak(found[str(large.firms)]), "MB", PEAK_MB),
            Line("CPU a firm, small", small_cpu, "µs"),
            Line("CPU a firm, large", large_cpu, "µs"),
            Line("wall, large", wall(found[str(large.firms)]), "s"),
        ],
    )
