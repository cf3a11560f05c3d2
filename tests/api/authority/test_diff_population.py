"""``rulebook diff --population``: the same enterprises under two texts, whose verdict differs and why."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import in_process
import polars as pl
import pytest
from test_cli_score import dengti

from api.authority.diff.population import WORDS, compare
from api.authority.diff.sources import side
from api.batch.frames import frames
from features import factstore, snapshot
from features.snapshot import Snapshot
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

AS_OF = date(2026, 11, 22)
CATALOGUE = Catalogue()


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Imported facts of a synthetic population, with its snapshot of the day."""
    folder = tmp_path_factory.mktemp("population")
    for command in (
        ("population", str(folder / "tables"), "--firms", "250", "--seed", "7"),
        ("import", str(folder / "tables"), "--into", str(folder / "facts"), "--known-at", str(AS_OF)),
    ):
        done = dengti(*command)
        assert done.returncode == 0, done.stderr
    return folder / "facts"


@pytest.fixture(scope="module")
def population(facts: Path) -> Snapshot:
    return snapshot.read(factstore.snapshot_at(facts, AS_OF))


def _alone(engine: Engine, population: Snapshot, rulebook: str, rules_on: date) -> dict[str, dict[str, Any]]:
    """What the ordinary batch says of one rulebook by the rules of a day."""
    question = Question(AS_OF, population.known_at, rules_on, (rulebook,))
    scores, items = frames(engine, population.part(0), question)
    return {row["uscc"]: row for row in scores.join(items, on="uscc").iter_rows(named=True)}


@pytest.mark.parametrize(
    ("rulebook", "before", "after", "answer"),
    [
        ("specialised_sme", "2022", "2026", "verdict"),
        ("gazelle.guangxi_pool", "2021", "2022", "verdict"),
        ("gazelle.sichuan", "2019", "2023", "verdict"),
        ("little_giant", "2022", "2026", "verdict"),
        ("size_class", "2011", "2011", "class"),
    ],
)
def test_side_by_side_each_card_answers_as_alone(
    engine: Engine, population: Snapshot, rulebook: str, before: str, after: str, answer: str
) -> None:
    old, new = (side(f"{rulebook}@{edition}", "new", CATALOGUE).card for edition in (before, after))
    found = compare(population, old, new, AS_OF, lambda _: None)
    olds, news = (_alone(engine, population, rulebook, card.period("new").begins) for card in (old, new))
    column = f"{rulebook}.{answer}"
    pairs = Counter((olds[code][column], news[code][column]) for code in olds)
    assert dict(found.matrix) == pairs
    assert found.firms == len(olds)
    moved = {code: (olds[code][column], news[code][column]) for code in sorted(olds)}
    moved = {code: pair for code, pair in moved.items() if pair[0] != pair[1]}
    assert {row["uscc"]: (row["before"], row["after"]) for row in found.changed.to_dicts()} == moved
    assert found.changed["uscc"].to_list() == list(moved)
    for row in found.changed.iter_rows(named=True):
        assert row["why"]
        for gate in old.gates.keys() & new.gates.keys():
            ends = [of[row["uscc"]][f"{rulebook}.gates.{gate}.verdict"] for of in (olds, news)]
            told = [line for line in row["why"] if f"[{gate}]: " in line]
            assert all(line.endswith(f"{WORDS[ends[0]]} → {WORDS[ends[1]]}") for line in told)


RANKS = {WORDS["fail"]: 0, WORDS["undetermined"]: 1, WORDS["pass"]: 2, "—": 2}
"""A condition that is not there is met."""


def test_a_part_that_got_better_is_no_reason_for_a_worse_verdict(population: Snapshot) -> None:
    old, new = (side(f"gazelle.guangxi_pool@{edition}", "new", CATALOGUE).card for edition in ("2021", "2022"))
    found = compare(population, old, new, AS_OF, lambda _: None)
    turns = set()
    for row in found.changed.iter_rows(named=True):
        turn = RANKS[WORDS[row["after"]]] - RANKS[WORDS[row["before"]]]
        turns.add(turn)
        for line in row["why"]:
            before, after = line.rsplit(": ", 1)[1].split(" → ")
            assert (RANKS[after] - RANKS[before]) * turn > 0, line
    assert turns == {-1, 1}


def _draft(folder: Path, *changes: tuple[str, str]) -> str:
    text = (FOLDER / "tech_sme" / "2017.yaml").read_text(encoding="utf-8")
    for old, new in (("status: in_force", "status: draft"), *changes):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_draft_is_tried_on_enterprises_though_it_is_in_force_nowhere(population: Snapshot, tmp_path: Path) -> None:
    old = side("tech_sme", "new", CATALOGUE).card
    new = side(_draft(tmp_path, ("max: 500人", "max: 40人")), "new", CATALOGUE).card
    assert new.status == "draft"
    found = compare(population, old, new, AS_OF, lambda _: None)
    assert found.changed.height > 10
    for row in found.changed.iter_rows(named=True):
        assert row["after"] == "fail"
        (why,) = row["why"]
        assert "[employees]: " in why
        assert why.endswith(f"→ {WORDS['fail']}")


OVERLAY = """
overlay: draft_of_a_city
title: {zh: 征求意见稿（虚构）, en: An invented draft}
card: tech_sme
edition: "2017"
scope: {region: "450200"}
status: draft
effective_from: 2030-01-01
published_on: 2026-10-01
documents: {draft: {number: 征求意见稿（虚构）, title: 标题}}
gates:
  employees: {document: draft, article: 第二条, label: {zh: 职工总数不超过40人, en: At most 40 employees}, max: 40人}
"""


def test_a_draft_of_an_overlay_is_laid_over_its_edition(population: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "draft_of_a_city.yaml"
    path.write_text(OVERLAY, encoding="utf-8")
    old, new = side("tech_sme", "new", CATALOGUE), side(str(path), "new", CATALOGUE)
    assert new.name == f"tech_sme@2017 + draft_of_a_city ({path})"
    whole = side(_draft(tmp_path, ("max: 500人", "max: 40人")), "new", CATALOGUE)
    by_overlay, by_card = (compare(population, old.card, one.card, AS_OF, lambda _: None) for one in (new, whole))
    assert by_overlay.changed.height > 10
    assert by_overlay.changed.drop("why").equals(by_card.changed.drop("why"))


def test_a_draft_of_an_overlay_takes_the_place_of_the_one_in_force(tmp_path: Path) -> None:
    """Chengdu's conditions of 2022 once more, with another floor of revenue: one overlay lies there, not two."""
    text = (FOLDER / "overlays/chengdu_gazelle_2022.yaml").read_text(encoding="utf-8")
    path = tmp_path / "chengdu_gazelle_2022.yaml"
    path.write_text(text.replace("min: 2000万元", "min: 3000万元"), encoding="utf-8")
    found = side(str(path), "new", CATALOGUE, date(2022, 6, 1))
    assert [one.id for one in found.card.overlays] == ["chengdu_gazelle_2022"]


def test_points_tell_why_where_they_decide(population: Snapshot, tmp_path: Path) -> None:
    old = side("tech_sme", "new", CATALOGUE).card
    new = side(_draft(tmp_path, ("score: {min: 60}", "score: {min: 75}")), "new", CATALOGUE).card
    found = compare(population, old, new, AS_OF, lambda _: None)
    assert found.changed.height
    assert all(any("[score]" in line for line in row) for row in found.changed["why"])


def test_the_same_rulebook_changes_nobody(population: Snapshot) -> None:
    card = side("high_tech_enterprise", "new", CATALOGUE).card
    found = compare(population, card, card, AS_OF, lambda _: None)
    assert found.changed.is_empty()
    assert sum(found.matrix.values()) == found.firms == 250
    assert len(found.matrix) > 1
    assert all(old == new for old, new in found.matrix)


def test_parts_of_a_snapshot_add_up_to_the_whole(population: Snapshot, tmp_path: Path) -> None:
    wide = population.part(0)
    numbers = pl.arange(0, wide.firms.height, eager=True)
    parts = [wide.only(numbers < 90), wide.only(numbers >= 90)]
    cut = snapshot.write(tmp_path / "cut", parts, population.known_at)
    old, new = (side(f"specialised_sme@{edition}", "new", CATALOGUE).card for edition in ("2022", "2026"))
    told: list[int] = []
    whole, added = (compare(of, old, new, AS_OF, told.append) for of in (population, cut))
    assert dict(whole.matrix) == dict(added.matrix)
    assert whole.changed.equals(added.changed)
    assert told == [250, 90, 160]


# --- the command line -------------------------------------------------------------------------------------------------


def test_two_rulebooks_of_different_names_are_compared_part_by_part(facts: Path, tmp_path: Path) -> None:
    options = ("--population", str(facts), "--as-of", str(AS_OF), "--known-at", str(AS_OF), "--firms", "3")
    book = tmp_path / "diff.xlsx"
    names = ("gazelle.guangxi_pool", "high_tech_enterprise")
    done = dengti("rulebook", "diff", *names, *options, "--format", "json", "--output", str(book))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["before"]["rulebook"], told["after"]["rulebook"]) == names
    found = told["population"]
    assert sum(cell["firms"] for cell in found["matrix"]) == found["firms"] == 250
    assert len(found["listed"]) == 3
    assert set(found["listed"][0]) == {"uscc", "name", "before", "after", "why"}
    read = fastexcel.read_excel(book)
    assert read.sheet_names == ["条文变化", "结论矩阵", "企业"]
    assert read.load_sheet("企业").to_polars().height == found["changed"] > 3
    matrix = read.load_sheet("结论矩阵").to_polars()
    assert sum(matrix.select(pl.col(pl.Float64, pl.Int64)).sum().row(0)) == 250


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_people_read_a_matrix_and_some_of_those_who_changed(facts: Path, form: str) -> None:
    editions = ("specialised_sme@2022", "specialised_sme@2026")
    options = ("--population", str(facts), "--as-of", str(AS_OF), "--known-at", str(AS_OF), "--firms", "1")
    done = dengti("rulebook", "diff", *editions, *options, "--format", form)
    assert done.returncode == 0, done.stderr
    assert "评价日 / as of 2026-11-22, 已知 / known at 2026-11-22: 250 家" in done.stdout
    assert "原 before ↓ 新 after →" in done.stdout
    assert "家见工作簿（--output）" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("moon", "tech_sme"), "moon"),
        (("tech_sme@1999", "tech_sme"), "1999"),
        (("tech_sme", "nowhere.yaml"), "nowhere.yaml"),
        (("tech_sme", "tech_sme", "--format", "pdf"), "pdf"),
        (("tech_sme", "tech_sme", "--kind", "old"), "old"),
        (("tech_sme", "tech_sme", "--output", "diff.txt"), "diff.txt"),
        (("tech_sme", "tech_sme", "--population", "nowhere"), "nowhere"),
        (("tech_sme", "tech_sme", "--population", ".", "--as-of", "soon"), "soon"),
    ],
)
def test_a_wrong_argument_is_named_with_its_remedy(args: tuple[str, ...], named: str) -> None:
    done = in_process.dengti("rulebook", "diff", *args)
    assert done.returncode == 1
    assert named in done.stderr
    assert "remedy" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_draft_that_is_wrong_is_told_by_line(tmp_path: Path) -> None:
    done = dengti("rulebook", "diff", "tech_sme", _draft(tmp_path, ("max: 500人", "max: 500头")))
    assert done.returncode == 1
    assert "draft.yaml:" in done.stderr
    assert "gates.employees.max" in done.stderr
    assert "Traceback" not in done.stderr
