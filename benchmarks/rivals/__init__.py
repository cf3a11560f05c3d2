"""The card ``tech_sme`` by other means: pandas, DuckDB, ZEN. Same columns in, same answers out, checked before timing."""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks.data import Population
from benchmarks.lines import Line, Section
from benchmarks.measure import Side, Spread, Used, by_turns, cpu, peak, python, ratio, run

TIMES_LESS = 1.4
FEW = 5000
"""Firms that ZEN answers."""
MODULES = ("pandas", "pyarrow", "duckdb", "zen")


def missing() -> list[str]:
    """What of the extra ``bench`` is not installed."""
    return [name for name in MODULES if find_spec(name) is None]


def checked(population: Population, few: int = FEW) -> tuple[dict[str, Side], Side]:
    """The competitors and ZEN, all of which were seen to give the product's answers. Raises `RuntimeError`."""
    folder, snapshot = population.folder, population.folder / "agreed"
    spec, answers = folder / "spec.json", folder / "answers"
    run(Side(python("benchmarks.side", "agreed", population.snapshot, snapshot)))
    run(Side(python("benchmarks.side", "spec", spec)))
    ours = {name: python("benchmarks.rivals.product", name, snapshot, answers / name) for name in ("whole", "same")}
    theirs = {
        name: python(f"benchmarks.rivals.with_{name}", spec, snapshot, answers / name) for name in ("pandas", "duckdb")
    }
    sides = {name: Side(command) for name, command in {**ours, **theirs}.items()}
    zen = Side(python("benchmarks.rivals.with_zen", spec, snapshot, answers / "zen", few))
    for name, side in {**sides, "zen": zen}.items():
        run(side)
        run(Side(python("benchmarks.rivals.compare", answers / "whole", answers / name)))
    return sides, zen


def section(population: Population, repeats: int, few: int = FEW) -> Section:
    sides, zen = checked(population, few)
    found = by_turns({**sides, "zen": zen}, repeats)
    firms = population.firms
    lines = []
    for name, note in (
        ("same", "the product computing only the columns that the others compute"),
        ("whole", "the product with ladders, flags and missing facts besides"),
    ):
        for rival in ("pandas", "duckdb"):
            # The target is the same job; what more a batch says is told beside it.
            target = TIMES_LESS if name == "same" else None
            lines.append(Line(f"CPU, {rival} / dengti", ratio(found[rival], found[name]), "×", target, True, note))
        lines.append(Line("CPU a firm, zen / dengti", _zen_ratio(found["zen"], found[name], firms), "×", note=note))
    lines += [Line(f"{name}: CPU", cpu(found[name]), "s", note=_a_firm(found[name], firms)) for name in sides]
    lines += [Line(f"{name}: peak memory", peak(found[name]), "MB") for name in sides]
    lines.append(Line("zen: CPU, evaluation only", _told(found["zen"], "evaluate"), "µs a firm", note=f"{few:,} firms"))
    lines.append(Line("zen: CPU, making its input", _told(found["zen"], "input"), "µs a firm"))
    return Section(
        f"rivals-{firms}",
        f"The card tech_sme by other means, {firms:,} firms",
        "Snapshot columns → verdict, the bounds of three items and of the total, eight gates, as Parquet; one process, "
        "its start included. The answers of all were equal, firm by firm, before anything was timed. ZEN is asked firm by "
        "firm, its evaluation alone is compared.",
        lines,
    )


def _zen_ratio(zen: list[Used], ours: list[Used], firms: int) -> Spread:
    return Spread.of([a.told["evaluate"] / (b.cpu / firms) for a, b in zip(zen, ours, strict=True)])


def _told(runs: list[Used], what: str) -> Spread:
    return Spread.of([one.told[what] * 1e6 for one in runs])


def _a_firm(runs: list[Used], firms: int) -> str:
    return f"{cpu(runs).median / firms * 1e6:.2f} µs a firm"
