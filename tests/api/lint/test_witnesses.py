"""A cliff as two dossiers that differ in one fact by its smallest step, and that ``dengti score`` answers as told."""

from __future__ import annotations

import json
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from test_cli_score import dengti

from api.authority.lint.witnesses import of_file
from scoring.catalogue import FOLDER

CARDS = ("tech_sme/2017", "little_giant/2026", "gazelle/shandong/2020", "high_tech_enterprise/2016")
SIDES = ("before", "after")


def differing(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [found for key in {**one, **other} for found in differing(one.get(key), other.get(key), f"{path}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            found
            for place, pair in enumerate(zip(one, other, strict=True))
            for found in differing(*pair, f"{path}/{place}")
        ]
    return [] if one == other else [path]


@pytest.mark.parametrize("card", CARDS)
def test_every_pair_differs_in_one_fact_and_falls_when_scored(card: str, tmp_path: Path) -> None:
    told = dengti("rulebook", "lint", str(FOLDER / f"{card}.yaml"), "--dossiers", str(tmp_path))
    assert told.returncode == 0
    rulebook, edition = card.rsplit("/", 1)
    name = rulebook.replace("/", ".")
    pairs = json.loads((tmp_path / f"{name}@{edition}.json").read_text(encoding="utf-8"))
    assert len(pairs) >= 2
    rank = {"fail": 0, "undetermined": 1, "pass": 2}
    for (as_of, kind), alike in groupby(pairs[:4], lambda pair: (pair["as_of"], pair["kind"])):
        falls = [
            (pair, [(tmp_path / f"{pair['pair']}_{side}.json").read_text("utf-8") for side in SIDES]) for pair in alike
        ]
        asked = ("--as-of", as_of, "--kind", kind, "--rulebook", name)
        scored = dengti("score", "-", *asked, stdin=f"[{','.join(text for _, texts in falls for text in texts)}]")
        verdicts = [answer["assessments"][name]["verdict"] for answer in json.loads(scored.stdout)]
        assert verdicts == [pair[side][0] for pair, _ in falls for side in SIDES]
        for pair, (before, after) in falls:
            assert len(differing(json.loads(before), json.loads(after))) == 1, pair
            assert rank[pair["after"][0]] < rank[pair["before"][0]]


def test_the_cliff_lies_where_the_text_puts_it(tmp_path: Path) -> None:
    """国科发政〔2017〕115号 第六条(二): 500 persons pass, one more does not."""
    dengti("rulebook", "lint", str(FOLDER / "tech_sme/2017.yaml"), "--dossiers", str(tmp_path))
    pairs = json.loads((tmp_path / "tech_sme@2017.json").read_text(encoding="utf-8"))
    pair = next(one for one in pairs if one["part"] == "gates.employees")
    year = date.fromisoformat(pair["as_of"]).year - 1

    def heads(side: str) -> float:
        raw = json.loads((tmp_path / f"{pair['pair']}_{side}.json").read_text(encoding="utf-8"))
        return next(
            float(row["employees_quarterly_avg"]) for row in raw["annual_reports"] if row["fiscal_year"] == year
        )

    assert (heads("before"), heads("after")) == (500, 500.0001)


@pytest.mark.parametrize(
    "card",
    [
        # A mean of two ratios far above compound growth.
        "gazelle/guangxi_pool/2022",
        # Growth at exactly a rate, of the revenue that itself moves.
        "gazelle/zhongshan_torch/2021",
        # Main-business revenue at a line, of which revenue is at most ten sevenths.
        "little_giant/2022",
        # The industry code names a group and a section.
        "gazelle/jiangsu/2024",
    ],
)
def test_indicators_that_share_facts_are_put_into_facts_too(card: str) -> None:
    found = list(of_file(FOLDER / f"{card}.yaml"))
    assert [(fall.part, fall.axis.indicator.id) for _, fall, _, _, one in found if one is None] == []
