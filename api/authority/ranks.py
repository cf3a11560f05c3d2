"""Ranks of a named population under one scheme: a strict order within each stage, and the lists that a scheme makes of it.

An output of a run over a population, never of a score. The order: more certain points first, of equals more possible points,
of equals the code; so the same population always has the same order. A list takes the share of a stage that its scheme says,
both ends included (`lists` of the scheme file).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import polars as pl

from scoring.yaml_tree import Tree

COLUMNS = ("uscc", "stage", "low", "high")
List = tuple[str, str, Fraction]
"""Id, Chinese name and the share of a stage down to which it reaches."""


def lists_of(tree: Tree) -> list[List]:
    """The lists of a scheme file, best first."""
    scheme = tree.plain()["scheme"]  # type: ignore[index]
    stated = scheme.get("lists", []) if isinstance(scheme, dict) else []
    return [(one["id"], one["zh"], Fraction(one["top"].removesuffix("%")) / 100) for one in stated]


def dated(found: pl.DataFrame, vintage: Mapping[str, str | None]) -> pl.DataFrame:
    """With what the table is of in every row: scheme, edition, who stands behind its numbers, days and release."""
    return found.with_columns(pl.lit(value, pl.String).alias(name) for name, value in vintage.items())


def ranked(firms: pl.DataFrame, lists: list[List]) -> pl.DataFrame:
    """With ``rank`` and ``of`` (enterprises of the stage), and ``list`` where the scheme has lists.

    ``firms`` has the columns `COLUMNS`; one that is in no certain stage has no rank.
    """
    ordered = firms.sort("stage", "low", "high", "uscc", descending=[False, True, True, False], nulls_last=True)
    staged = pl.col("stage").is_not_null() & (pl.col("stage") != "undetermined") & pl.col("low").is_not_null()
    rank = pl.int_range(1, pl.len() + 1).over("stage")
    found = ordered.with_columns(
        pl.when(staged).then(rank).alias("rank"), pl.when(staged).then(pl.len().over("stage")).alias("of")
    )
    named = pl.lit(None, pl.String)
    for _, zh, share in reversed(lists):
        inside = pl.col("rank") * share.denominator <= pl.col("of") * share.numerator
        named = pl.when(inside).then(pl.lit(zh)).otherwise(named)
    return found.with_columns(named.alias("list")) if lists else found
