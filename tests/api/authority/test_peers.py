"""Reference tables are frozen in two passes over a named population, without small cells, and are part of the release."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from overlay_texts import overlay

from api.answers.result import result
from api.authority.bundle import pack, unpack
from api.authority.lint import lint_folder
from api.authority.peers import LEAST, Frozen, cuts_of, freeze, suppressed, told
from api.batch.sources import source_of
from api.store.database import Store
from api.store.releases import Releases
from features.dossier import read
from features.identifiers import uscc
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.release import content_of, digest

ROOT = Path(__file__).parents[3]
DAY = date(2026, 11, 22)
SAMPLE = """\
card: credit.sample
edition: "2026"
title: {zh: 示例, en: Sample}
status: in_force
effective_from: 2026-01-01
published_on: 2026-01-01
region: "450000"
documents: {measures: {number: 示例〔2026〕1号, title: 示例}}
source: {document: measures, grade: official}
scheme:
  issuer: {zh: 示例, en: Sample}
  base: 10
  by: revenue
  stages:
    - {id: early, zh: 早, en: Early, max_exclusive: 200万元}
    - {id: mid, zh: 中, en: Mid, min: 200万元, max_exclusive: 500万元}
    - {id: late, zh: 晚, en: Late, min: 500万元}
items:
  rd:
    label: {zh: 研发, en: R&D}
    article: 第一条
    max: 1
    percentile: {indicator: rd_to_revenue, points: 1, cuts: {all: [1%]}}
    weights: {early: 10, mid: 10, late: 10}
"""


def _firms(late: int = 40, early: int = 6, mid: int = 3) -> list[dict[str, Any]]:
    """R&D of 1 ‰, 2 ‰ … of revenue; two are in Nanning's park, all others in Liuzhou's."""
    revenues = [*[1000_0000] * late, *[100_0000] * early, *[300_0000] * mid]
    return [
        {
            "enterprise": {
                "uscc": uscc.make("91", "450200", f"MA{number:06d}"),
                "region_code": "450200",
                "park": "nanning" if number in (1, 2) else "liuzhou",
            },
            "annual_reports": [
                {
                    "fiscal_year": 2025,
                    "revenue": revenue,
                    "rd_expense": (number + 1) * revenue // 1000,
                }
            ],
            "intellectual_property": [],
            "certificates": [],
            "events": [],
        }
        for number, revenue in enumerate(revenues)
    ]


def _rules(folder: Path) -> Path:
    unpack(pack(Catalogue()), folder)
    (folder / "credit" / "sample").mkdir()
    (folder / "credit" / "sample" / "2026.yaml").write_text(SAMPLE, encoding="utf-8")
    return folder


def _frozen(folder: Path, firms: list[dict[str, Any]]) -> Frozen:
    path = folder / "firms.json"
    path.write_text(json.dumps(firms), encoding="utf-8")
    return Frozen("合成四十家", source_of(path, DAY, DAY, folder / "work", _read).snapshot, DAY, "甲", "年度")


def _read(*args: Any, **kwargs: Any) -> Any:
    from api.cli.importing import read_with_progress

    return read_with_progress(*args, **kwargs)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = _rules(tmp_path_factory.mktemp("rules"))
    freeze(folder, _frozen(tmp_path_factory.mktemp("firms"), _firms()), lambda _: None, "credit.sample")
    return Catalogue(folder)


def _credit(catalogue: Catalogue, raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result(
        Engine(catalogue).answer(read(raw), Question(DAY, DAY, rulebooks=("credit.sample",)))
    )
    return found["credit"]  # type: ignore[no-any-return]


def test_the_first_pass_cuts_the_indicator_of_all_and_of_a_stage_into_equal_groups(made: Catalogue) -> None:
    card = made.pick_by_name("credit.sample", DAY, place=made.place("450200", None)).card
    cuts = card.items["rd"].unweighed.cuts  # type: ignore[union-attr]
    # Forty of the late stage: eight groups of five. R&D of 6, 11, … thousandths.
    assert cuts["late"] == tuple(Fraction(n, 1000) for n in (6, 11, 16, 21, 26, 31, 36))
    assert len(cuts["all"]) == 49 // LEAST - 1
    # Six are too few for two groups of five.
    assert not {"early", "mid"} & cuts.keys()


def test_the_second_pass_counts_scores_under_those_cuts(made: Catalogue) -> None:
    scheme = made.pick_by_name("credit.sample", DAY, place=made.place("450200", None)).card.scheme
    assert scheme is not None
    # Each group of five has an eighth of the ten points more than the one before.
    assert scheme.peers["stage:late"] == tuple((int(12.5 * place), 5) for place in range(8))
    firms = _firms()
    credit = _credit(made, firms[7])
    assert credit["score"]["low"] == 1.25
    assert credit["percentile"] == {"low": 0.125, "high": 0.125, "among": "stage:late", "firms": 40}
    assert credit["items"]["rd"]["among"] == "stage:late"


def test_whoever_is_in_a_small_cell_is_told_among_all_and_the_answer_says_so(made: Catalogue) -> None:
    credit = _credit(made, _firms()[47])
    assert credit["stage"] == "mid"
    assert (credit["percentile"]["among"], credit["percentile"]["fallback"]["code"]) == ("all", "small_cell")
    assert (credit["items"]["rd"]["among"], credit["items"]["rd"]["fallback"]["code"]) == ("all", "small_cell")


def test_the_table_says_of_whom_by_whom_and_what_was_left_out(made: Catalogue) -> None:
    (overlay,) = (one for one in made.overlays if one.card == "credit.sample")
    stated: Any = overlay.changes.plain()
    of = stated["scheme"]["peers_of"]
    assert (of["population"], of["firms"], of["edition"], of["known_at"]) == ("合成四十家", "49", "2026", "2026-11-22")
    # Three of a stage are too few, and without the next stage they would be the rest; so with the two of a park.
    assert of["left_out"] == ["park:liuzhou", "park:nanning", "stage:early", "stage:mid"]
    assert overlay.decision is not None
    assert (overlay.decision.by, overlay.decision.because) == ("甲", "年度")


def test_it_is_hashed_into_the_release(made: Catalogue, tmp_path: Path) -> None:
    before = Engine(Catalogue(_rules(tmp_path / "rules"))).release_id
    assert digest(content_of(made)) != before
    assert any("credit_sample" in name for name in content_of(made)["overlays"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sizes", "left_out"),
    [
        ({"all": 20, "stage:a": 15, "stage:b": 5}, set()),
        ({"all": 4, "stage:a": 4}, {"all", "stage:a"}),
        # What is not told is the whole less what is.
        ({"all": 20, "stage:a": 9, "stage:b": 7, "stage:c": 4}, {"stage:c", "stage:b"}),
        ({"all": 22, "stage:a": 9, "stage:b": 7, "stage:c": 3, "stage:d": 3}, {"stage:c", "stage:d"}),
        # Three whose stage is open are a small cell too.
        ({"all": 20, "stage:a": 9, "stage:b": 8}, {"stage:b"}),
        ({"all": 30, "park:x": 10, "park:y": 2, "stage:a": 30}, {"park:y"}),
    ],
)
def test_no_small_cell_is_told_or_found_by_subtraction(sizes: dict[str, int], left_out: set[str]) -> None:
    assert suppressed(sizes) == left_out


def test_points_of_fewer_than_five_are_joined_with_their_neighbours() -> None:
    counts = {10: 3, 11: 1, 12: 1, 20: 6, 30: 2}
    assert told({"all": counts}) == {"all": {12: 5, 30: 8}}
    for group in told({"all": dict.fromkeys(range(23), 1)}).values():
        assert min(group.values()) >= LEAST
        assert sum(group.values()) == 23


def test_cuts_are_no_ones_exact_value_and_part_at_least_five() -> None:
    assert cuts_of([Fraction(1)] * 9) == []
    values = [Fraction(123456 + 10 * n) for n in range(10)]
    assert cuts_of(values) == [Fraction(123000)]
    assert len(cuts_of([Fraction(n) for n in range(100_000)])) == 99


def test_a_newer_table_takes_the_place_of_the_older(made: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    unpack(pack(made), folder)
    later = Frozen("另一批", _frozen(tmp_path, _firms(20, 0, 0)).snapshot, date(2026, 12, 1), "甲", "更新")
    freeze(folder, later, lambda _: None, "credit.sample")
    found = Catalogue(folder)
    for day, firms in ((DAY, 49), (date(2026, 12, 1), 20)):
        scheme = found.pick_by_name("credit.sample", day, place=found.place("450200", None)).card.scheme
        assert scheme is not None
        assert sum(count for _, count in scheme.peers["all"]) == firms


EDIT = overlay(
    "liuzhou",
    """\
scheme:
  stages:
    - {id: early, zh: 早, en: Early, max_exclusive: 200万元}
    - {id: mid, zh: 中, en: Mid, min: 200万元, max_exclusive: 1000万元}
    - {id: late, zh: 晚, en: Late, min: 1000万元}
""",
    card="credit.sample",
    begins="2026-11-23",
)


def test_after_a_park_edits_the_scheme_a_new_table_tells_there_again(made: Catalogue, tmp_path: Path) -> None:
    folder, day = tmp_path / "rules", date(2026, 11, 24)
    unpack(pack(made), folder)
    (folder / "overlays" / "liuzhou.yaml").write_text(EDIT, encoding="utf-8")

    def told() -> dict[str, Any]:
        asked = Question(day, day, rulebooks=("credit.sample",))
        found: dict[str, Any] = result(Engine(Catalogue(folder)).answer(read(_firms()[7]), asked))["credit"]
        return found

    assert told()["percentile_unavailable"]["code"] == "peers_under_other_weights"
    again = Frozen("同一批", _frozen(tmp_path, _firms()).snapshot, day, "甲", "方案已改")
    written = freeze(folder, again, lambda _: None, "credit.sample")
    assert any("liuzhou" in name for name in written)
    # The forty of the stage without the two in Nanning's park.
    assert told()["percentile"]["firms"] == 38
    assert "percentile_unavailable" not in told()


def test_release_build_freezes_them_and_the_release_answers_with_them(tmp_path: Path) -> None:
    firms = _firms()
    (tmp_path / "firms.json").write_text(json.dumps(firms), encoding="utf-8")
    environment = {**os.environ, "DENGTI_STORE": f"sqlite:///{tmp_path / 'store.db'}"}
    dengti = [sys.executable, "-m", "api.cli.main"]

    def run(*args: str) -> str:
        done = subprocess.run([*dengti, *args], capture_output=True, text=True, cwd=ROOT, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    asked = ["--by", "甲", "--peers", str(tmp_path / "firms.json"), "--name", "合成", "--as-of", "2026-11-22"]
    named = run("release", "build", *asked)
    assert named == run("release", "build", *asked)
    with Store(environment["DENGTI_STORE"]).session() as session:
        packed = Releases(session).files(Releases(session).known(named))
    catalogue = unpack(packed, tmp_path / "release")
    assert digest(content_of(catalogue)) == named != Engine().release_id
    assert [str(finding) for finding in lint_folder(catalogue.folder)] == []
    (tmp_path / "firm.json").write_text(json.dumps(firms[7]), encoding="utf-8")
    found = json.loads(run("score", str(tmp_path / "firm.json"), "--as-of", "2026-11-22", "--release", named[7:15]))
    assert found["credit"]["percentile"]["among"] == "stage:growth"
    assert found["release"]["id"] == named
