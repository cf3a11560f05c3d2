"""A past answer is computed again to the same decision, whatever became known and was released since."""

from __future__ import annotations

import copy
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from overlay_texts import overlay
from reference_implementation.random_dossiers import random_dossier

from api.answers.result import result
from api.authority.bundle import pack, unpack
from features.dossier import Dossier, read
from features.tables import Event
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.release import canonical

START = date(2025, 1, 1)
FIRMS, FACTS = 24, 150
"""Dossiers, and facts that come in to each: 3 600."""
PROVENANCE = ("fiscal_year", "known_from", "retracted")
DAYS = (date(2025, 3, 31), date(2025, 11, 22), date(2026, 6, 30))
PARKS = ("liuzhou", "nanning", None)


class Kept(NamedTuple):
    """An answer as it was given."""

    release: int
    question: Question
    decided: bytes


def _decided(engine: Engine, dossier: Dossier, question: Question) -> bytes:
    found = result(engine.answer(dossier, question))
    return canonical({name: found.get(name) for name in ("receipt", "decision", "decision_reference")})


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Engine]:
    """Three releases: the rules; with an edited card; with a distribution of scores and a park's weights as well."""
    made = []
    packed = pack(Catalogue())
    for number in range(3):
        folder = tmp_path_factory.mktemp(f"release{number}")
        unpack(packed, folder)
        if number > 0:
            path = folder / "tech_sme" / "2017.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace("max: 500人", "max: 400人"), encoding="utf-8")
        if number > 1:
            for name, scope, change in OVERLAYS:
                (folder / "overlays" / f"{name}.yaml").write_text(
                    overlay(name, f"{change}\n", scope=scope, begins="2026-01-01"), encoding="utf-8"
                )
        packed = pack(Catalogue(folder))
        made.append(Engine(Catalogue(folder)))
    assert len({engine.release_id for engine in made}) == 3
    return made


OVERLAYS = (
    (
        "peers",
        '{region: "450000"}',
        "scheme: {peers: {all: {'0': 30, '200': 30, '500': 40}, 'park:liuzhou': {'100': 9}}}",
    ),
    (
        "nanning",
        "{park: nanning}",
        "documents: {own: {number: 甲〔2026〕1号, title: 办法}}\nsource: {document: own, grade: official}",
    ),
)


def _more(rng: random.Random, dossier: Dossier, now: date) -> Dossier:
    """One fact more that becomes known on a day: late, corrected, withdrawn or said by another source, anywhere in its table."""
    tables: dict[str, Any] = dict(dossier.tables)
    named = rng.choice([name for name, rows in tables.items() if rows])
    rows = list(tables[named])
    row = dict(rng.choice(rows))
    row["known_from"] = (now - date(1970, 1, 1)).days
    match rng.randrange(4):
        case 0:
            row["retracted"] = True
        case 1 if rng.random() < 0.1:
            row["source"] = rng.choice(("tax", "survey"))
        case 2 if named == "annual_report":
            row["fiscal_year"] = now.year - rng.randrange(1, 5)
        case 2 if named == "event":
            kind = rng.choice(("safety_accident", "dishonest_list", "st_award"))
            row["kind"], row["row_id"] = Event.fields["kind"].kind.parse(kind, "kind"), f"late{rng.random()}"
    if named == "enterprise":
        row["region_code"], row["park"] = rng.choice((450200, 450100)), rng.choice(PARKS)
    if named == "annual_report":
        for name in rng.sample(sorted(row), 5):
            if name not in PROVENANCE and isinstance(row[name], int) and row[name] > 1:
                row[name] = row[name] // 2 + 1
    rows.insert(rng.randrange(len(rows) + 1), row)
    return Dossier(dossier.uscc, {**tables, named: rows}, dossier.warnings, dossier.evaluation)


def _first(rng: random.Random) -> Dossier:
    """A dossier that was known from the beginning."""
    raw = copy.deepcopy(random_dossier(rng))
    raw["enterprise"] |= {"region_code": rng.choice(("450200", "450100")), "park": rng.choice(PARKS)}
    raw.pop("evaluation", None)
    return read(raw)


def test_thousands_of_later_facts_and_several_releases_change_no_past_decision(releases: list[Engine]) -> None:
    rng = random.Random(20261122)
    again = moved = places = 0
    for _ in range(FIRMS):
        dossier, now = _first(rng), START
        kept: list[Kept] = []
        for number in range(FACTS):
            now += timedelta(days=rng.randrange(1, 9))
            dossier = _more(rng, dossier, now)
            if number % 15 == 0:
                live = min(2, 3 * number // FACTS)
                known_at = now - timedelta(days=rng.choice((0, 0, 30, 200)))
                asked = Question(rng.choice(DAYS), known_at)
                kept.append(Kept(live, asked, _decided(releases[live], dossier, asked)))
            if number % 5 == 0:
                was = rng.choice(kept)
                assert _decided(releases[was.release], dossier, was.question) == was.decided, was.question
                again += 1
        for was in kept:
            assert _decided(releases[was.release], dossier, was.question) == was.decided, was.question
            after = Question(was.question.as_of, now)
            moved += _decided(releases[was.release], dossier, after) != was.decided
            places += len({row["region_code"] for row in dossier.tables["enterprise"] or ()}) > 1
            again += 1
    assert again > 900
    # The facts did matter: of what is known today most of these answers would be others.
    assert moved > 150
    assert places > 100


def test_a_move_that_became_known_later_leaves_the_rules_of_the_old_place(releases: list[Engine]) -> None:
    rng = random.Random(5)
    dossier = _first(rng)
    (here,) = dossier.tables["enterprise"] or ()
    here |= {"region_code": 450200, "park": "liuzhou"}
    moved = {**here, "region_code": 510100, "park": None, "known_from": (date(2026, 9, 1) - date(1970, 1, 1)).days}
    later = Dossier(dossier.uscc, {**dossier.tables, "enterprise": [here, moved]}, dossier.warnings, dossier.evaluation)
    for day, same in ((date(2026, 8, 31), True), (date(2026, 9, 1), False)):
        asked = Question(date(2026, 8, 1), day)
        assert (_decided(releases[2], later, asked) == _decided(releases[2], dossier, asked)) == same


def test_a_release_that_was_packed_answers_as_it_did(releases: list[Engine], tmp_path: Path) -> None:
    rng = random.Random(12)
    for number, engine in enumerate(releases):
        again = Engine(unpack(pack(engine.catalogue), tmp_path / str(number)))
        assert again.release_id == engine.release_id
        for _ in range(5):
            dossier, asked = _first(rng), Question(date(2026, 6, 30), date(2026, 6, 30))
            assert _decided(again, dossier, asked) == _decided(engine, dossier, asked)


def test_an_edited_card_answers_otherwise_and_under_another_name(releases: list[Engine]) -> None:
    raw = random_dossier(random.Random(13))
    raw["annual_reports"] = [{"fiscal_year": 2025, "employees": 450}]
    found = [
        result(engine.answer(read(raw), Question(date(2026, 6, 30), date(2026, 6, 30)))) for engine in releases[:2]
    ]
    assert [one["assessments"]["tech_sme"]["gates"]["employees"]["verdict"] for one in found] == ["pass", "fail"]
    assert found[0]["decision"]["release"] != found[1]["decision"]["release"]
