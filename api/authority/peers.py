"""The frozen distribution of a scheme's scores: what percentiles are told from, as an overlay of the scheme.

Two passes, each over a named population: the cuts of percentile items first (they are part of the scheme), then the scores
under them. Cells with fewer than `LEAST` enterprises are left out; who would be in one is told among all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import yaml

from features.identifiers import regions
from features.snapshot import Snapshot
from scoring.batch import score
from scoring.card import Card
from scoring.engine import Engine, Question

LEAST = 5
"""Fewest enterprises of which a distribution is told."""
TENTHS = 100_000
"""Micro-points in a tenth of a point."""


def distribution(
    engine: Engine, snapshot: Snapshot, card: Card, as_of: date, done: Callable[[int], None]
) -> dict[str, dict[int, int]]:
    """Enterprises by tenths of a point (certain points, rounded down): of all, of each stage, of each park."""
    question = Question(as_of, snapshot.known_at, rulebooks=(card.id,))
    stages = [stage.id for stage in card.scheme.stages] if card.scheme else []
    parts = []
    for number, firms in enumerate(snapshot.sizes):
        for scored in score(engine, snapshot.part(number), question):
            truths = [pl.when(pl.col(f"stage|{card.id}|{s}|low") == 1).then(pl.lit(f"stage:{s}")) for s in stages]
            tenths = pl.col(f"score|{card.id}|low").cast(pl.Int64) // TENTHS
            inside = scored.values.select(
                tenths.alias("tenths"), pl.coalesce(*truths, pl.lit(None, pl.String)).alias("stage")
            )
            parts.append(inside.with_columns(_parks(scored.firms["park"])))
        done(firms)
    whole = pl.concat(parts)
    grouped = pl.concat(
        [
            whole.select(pl.lit("all").alias("group"), "tenths"),
            *(whole.select(pl.col(c).alias("group"), "tenths") for c in ("stage", "park")),
        ]
    ).drop_nulls("group")
    found: dict[str, dict[int, int]] = {}
    for group, tenths_, count in grouped.group_by("group", "tenths").len().sort("group", "tenths").iter_rows():
        found.setdefault(group, {})[tenths_] = count
    return found


def _parks(stated: pl.Series) -> pl.Series:
    names = {park: (zone.id if (zone := regions.find_zone(park)) else park) for park in stated.unique().drop_nulls()}
    return stated.replace(names).rename("park").map_elements(lambda park: f"park:{park}", return_dtype=pl.String)


def overlay(
    card: Card,
    found: dict[str, dict[int, int]],
    snapshot: Snapshot,
    as_of: date,
    place: dict[str, str],
    decided: dict[str, str],
) -> str:
    """The distribution as an overlay file: who made it of what, when and why."""
    kept = {group: counts for group, counts in found.items() if sum(counts.values()) >= LEAST}
    stated = {
        "overlay": f"{card.id.replace('.', '_')}_{as_of:%Y%m%d}_peers",
        "title": {"zh": f"{card.title.zh}：{as_of} 分布", "en": f"{card.title.en}: distribution of {as_of}"},
        "card": card.id,
        "edition": card.edition,
        "scope": place,
        "decision": {"by": decided["by"], "on": as_of.isoformat(), "because": decided["because"]},
        "status": "in_force",
        "effective_from": as_of.isoformat(),
        "published_on": as_of.isoformat(),
        "scheme": {
            "peers_of": {
                "population": decided["population"],
                "firms": sum(found["all"].values()),
                "as_of": as_of.isoformat(),
                "known_at": snapshot.known_at.isoformat(),
                "snapshot": snapshot.sha256,
                "left_out": sorted(found.keys() - kept.keys()),
            },
            "peers": {
                group: {str(tenths): count for tenths, count in counts.items()} for group, counts in kept.items()
            },
        },
    }
    return yaml.safe_dump(stated, allow_unicode=True, sort_keys=False, width=120)
