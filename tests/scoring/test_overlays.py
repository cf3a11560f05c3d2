"""What a province, a city or a park lays over an edition: changed values only, dated, cited, in order of narrowness."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.batch.frames import frames
from features.dossier import read
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring.card import Limits
from scoring.card import Test as Held
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.errors import CardError
from scoring.overlay import Place, read_overlay

CARD = """\
card: sample
edition: "2022"
title: {zh: 示例, en: Sample}
status: in_force
effective_from: 2022-01-01
published_on: 2022-01-01
documents:
  measures: {number: 示例〔2020〕1号, title: 示例办法}
source: {document: measures, grade: official}
gates:
  employees:
    label: {zh: 职工, en: Employees}
    article: 第一条
    indicator: employees_quarterly
    min_exclusive: 100人
    max: 500人
  age:
    label: {zh: 成立满3年, en: Three years old}
    article: 第二条
    grade: memory
    indicator: age_at_least
    with: {years: 3}
    is: "true"
  growth:
    label: {zh: 增长, en: Growth}
    article: 第三条
    versions:
      - {to: 2024-12-31, indicator: main_growth, min: 5%}
      - {from: 2025-01-01, indicator: main_growth, min: 8%}
items:
  rd:
    label: {zh: 研发, en: R&D}
    article: 第四条
    max: 10
    indicator: rd_to_revenue
    bands:
      - {max_exclusive: 5%, points: 0}
      - {min: 5%, points: 10}
routes:
  score: {label: {zh: 得分, en: Score}, article: 第五条, score: {min: 5}}
"""
HEAD = """\
overlay: {name}
title: {{zh: 覆盖, en: Overlay}}
card: sample
edition: "2022"
scope: {scope}
status: {status}
effective_from: {begins}
published_on: {published}
documents:
  {name}: {{number: {name}〔2023〕1号, title: 通知}}
"""
DECIDED = "decision: {by: 柳州高新区管委会, on: 2023-01-01, because: 园区确认}\n"


@pytest.fixture
def lay(tmp_path: Path):  # type: ignore[no-untyped-def]
    folder = tmp_path / "rules"
    (folder / "sample").mkdir(parents=True)
    (folder / "sample" / "2022.yaml").write_text(CARD, encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()

    def overlaid(*overlays: tuple[str, str, str], **more: str) -> Catalogue:
        for name, scope, changes in overlays:
            stated = {"status": "in_force", "begins": "2023-01-01", "published": "2023-01-01", **more}
            decided = DECIDED if "park" in scope else ""
            text = HEAD.format(name=name, scope=scope, **stated) + decided + changes
            (own / f"{name}.yaml").write_text(text, encoding="utf-8")
        return Catalogue(folder, own)

    return overlaid


def _limits(catalogue: Catalogue, place: Place, gate: str = "employees", day: date = date(2025, 6, 1)) -> str:
    picked = catalogue.pick("sample", day, place=place)
    assert picked is not None
    requirement = picked.card.gates[gate].requirement
    assert isinstance(requirement, Held)
    assert isinstance(requirement.range, Limits)
    return requirement.range.text


def _gate(text: str) -> str:
    return f"gates:\n  employees: {{{text}}}\n"


LIUZHOU_PARK = Place("450200", "liuzhou")


def test_the_narrower_place_speaks_last_and_a_park_after_its_city(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(
        ("city", '{region: "450200"}', _gate("max: 300人, document: city")),
        ("park", "{park: liuzhou}", _gate("max: 200人, document: park")),
        ("province", '{region: "450000"}', _gate("max: 400人, document: province")),
    )
    assert _limits(catalogue, Place("440100")) == "> 100人, ≤ 500人"
    assert _limits(catalogue, Place("450100")) == "> 100人, ≤ 400人"
    assert _limits(catalogue, Place("450205")) == "> 100人, ≤ 300人"
    assert _limits(catalogue, LIUZHOU_PARK) == "> 100人, ≤ 200人"


def test_only_what_is_stated_changes(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', _gate("max: 300人, document: city, article: 第九条")))
    card = catalogue.pick("sample", date(2025, 6, 1), place=Place("450200")).card
    assert card.gates["employees"].label.zh == "职工"
    assert card.gates["employees"].source.clause == "city〔2023〕1号 第九条"
    assert card.gates["age"].source.clause == "示例〔2020〕1号 第二条"
    assert [laid.id for laid in card.overlays] == ["city"]


def test_a_limit_takes_the_place_of_its_other_strictness(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', _gate("min: 50人, max_exclusive: 300人")))
    assert _limits(catalogue, Place("450200")) == "≥ 50人, < 300人"


def test_another_condition_replaces_the_whole_condition(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', _gate("indicator: rd_to_revenue, min: 3%")))
    assert _limits(catalogue, Place("450200")) == "≥ 3%"


def test_a_change_holds_in_every_version_of_the_part(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', "gates:\n  growth: {min: 20%}\n"))
    assert _limits(catalogue, Place("450100"), "growth") == "≥ 8%"
    assert _limits(catalogue, Place("450200"), "growth") == "≥ 20%"
    assert _limits(catalogue, Place("450200"), "growth", date(2024, 12, 31)) == "≥ 20%"


@pytest.mark.parametrize(
    ("more", "day", "text"),
    [
        ({"begins": "2025-01-01"}, date(2024, 12, 31), "> 100人, ≤ 500人"),
        ({"begins": "2025-01-01"}, date(2025, 1, 1), "> 100人, ≤ 300人"),
        ({"published": "2025-02-01"}, date(2025, 1, 31), "> 100人, ≤ 500人"),
        ({"published": "2025-02-01"}, date(2025, 2, 1), "> 100人, ≤ 300人"),
        ({"begins": "2023-01-01\neffective_to: 2024-12-31"}, date(2024, 12, 31), "> 100人, ≤ 300人"),
        ({"begins": "2023-01-01\neffective_to: 2024-12-31"}, date(2025, 1, 1), "> 100人, ≤ 500人"),
        ({"status": "draft"}, date(2025, 2, 1), "> 100人, ≤ 500人"),
    ],
)
def test_it_holds_in_its_period_and_not_before_it_was_published(lay, more, day, text) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', _gate("max: 300人")), **more)
    assert _limits(catalogue, Place("450200"), day=day) == text


def test_items_and_maximum_can_change_together(lay) -> None:  # type: ignore[no-untyped-def]
    changes = "items:\n  rd: {max: 20, indicator: rd_to_revenue, bands: [{max_exclusive: 6%, points: 0}, {min: 6%, points: 20}]}\n"
    card = lay(("city", '{region: "450200"}', changes)).pick("sample", date(2025, 6, 1), place=Place("450200")).card
    assert card.maximum == 20_000_000


FIRM = {
    "enterprise": {"uscc": "91450200MA00000151", "established_on": "2016-05-01", "region_code": "450200", "park": "柳州高新区"},
    "annual_reports": [
        {"fiscal_year": 2024, "employees": 250, "main_business_revenue": 120, "rd_expense": 10, "revenue": 100},
        {"fiscal_year": 2023, "main_business_revenue": 100},
    ],
}  # fmt: skip
CONFIRMED = "gates:\n  age: {document: park, article: 第一条, grade: official}\n"


def test_a_value_known_from_memory_decides_once_a_park_has_confirmed_it(lay) -> None:  # type: ignore[no-untyped-def]
    question = Question(date(2025, 6, 1), date(2025, 6, 1))
    bare = Engine(lay()).answer(read(FIRM), question)
    confirmed = Engine(lay(("park", "{park: liuzhou}", CONFIRMED))).answer(read(FIRM), question)
    assert bare.rules.program.cards["sample"].card.overlays == ()
    assert bare.values[bare.rules.program.at["verdict|sample"]] == 2
    assert confirmed.values[confirmed.rules.program.at["verdict|sample"]] == 1
    assert confirmed.rules.release.cards["sample"]["overlays"] == ["park"]
    assert confirmed.rules.release.id != bare.rules.release.id


def test_the_name_of_a_park_finds_its_overlays_and_no_overlay_means_no_park(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("park", "{park: liuzhou}", CONFIRMED))
    assert catalogue.place("450200", "柳州高新区") == LIUZHOU_PARK
    assert catalogue.place("450200", "nanning") == Place("450200")
    assert catalogue.place("450200", None) == Place("450200")


@pytest.mark.parametrize(
    ("scope", "decided", "code"),
    [
        ("{park: liuzhou}", "", "key_missing"),
        ('{park: liuzhou, region: "450200"}', DECIDED, "one_scope_expected"),
        ("{}", "", "one_scope_expected"),
    ],
)
def test_a_park_says_who_when_and_why_and_a_scope_is_one_place(
    tmp_path: Path, scope: str, decided: str, code: str
) -> None:
    path = tmp_path / "wrong.yaml"
    stated = {"name": "wrong", "status": "in_force", "begins": "2023-01-01", "published": "2023-01-01"}
    path.write_text(HEAD.format(scope=scope, **stated) + decided + _gate("max: 3人"), encoding="utf-8")
    with pytest.raises(CardError) as error:
        read_overlay(path, "wrong.yaml")
    assert [finding.code for finding in error.value.findings] == [code]


@pytest.mark.parametrize("scope", ["{park: liuzhou}", '{region: "450200"}'])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("source: {grade: official}\n", "source.grade"),
        ("source: {document: measures, grade: official}\n", "source.grade"),
        ("gates:\n  age: {grade: secondary}\n", "gates.age.grade"),
        ("source: {document: measures}\nitems:\n  rd: {document: measures, grade: repost}\n", "items.rd.grade"),
    ],
)
def test_who_gives_a_better_grade_names_a_document_that_the_overlay_brings(
    tmp_path: Path, scope: str, change: str, key: str
) -> None:
    """Else a reference, or what is from memory, would become official by a word and under the document that it never was in."""
    path = tmp_path / "wrong.yaml"
    stated = {"name": "wrong", "status": "in_force", "begins": "2023-01-01", "published": "2023-01-01"}
    path.write_text(HEAD.format(scope=scope, **stated) + DECIDED + change, encoding="utf-8")
    with pytest.raises(CardError) as error:
        read_overlay(path, "wrong.yaml")
    assert [(finding.code, finding.key) for finding in error.value.findings] == [("grade_without_document", key)]
    right = change.replace("measures", "wrong").replace("{grade", "{document: wrong, grade")
    path.write_text(HEAD.format(scope=scope, **stated) + DECIDED + right, encoding="utf-8")
    assert read_overlay(path, "wrong.yaml").head.document


def test_a_wrong_change_names_the_card_and_the_overlay(lay) -> None:  # type: ignore[no-untyped-def]
    catalogue = lay(("city", '{region: "450200"}', _gate("max: 3万元")))
    with pytest.raises(CardError) as error:
        catalogue.pick("sample", date(2025, 6, 1), place=Place("450200"))
    assert error.value.findings[0].file == "rules/sample/2022.yaml + overlays/city"
    assert error.value.findings[0].code == "unit_mismatch"


def test_a_batch_asks_each_park_by_its_own_rules(lay, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(lay(("park", "{park: liuzhou}", CONFIRMED)))
    parks = {"91450200MA00000151": "柳州高新区", "91450200MA0000162J": None, "91450200MA0000170D": "柳州河西高新区"}
    firms = [{**FIRM, "enterprise": {**FIRM["enterprise"], "uscc": u, "park": park}} for u, park in parks.items()]  # type: ignore[dict-item]
    (tmp_path / "firms.json").write_text(json.dumps(firms), encoding="utf-8")
    given, question = read_input(tmp_path / "firms.json"), Question(date(2025, 6, 1), date(2025, 6, 1))
    assert given.rejects.is_empty(), given.rejects
    wide = pivot(LongTables.of(given.tables, given.incomplete), question.known_at)
    scores = frames(engine, wide, question)[0]
    assert dict(scores.select("uscc", "sample.verdict").iter_rows()) == {
        code: "pass" if park == "柳州高新区" else "undetermined" for code, park in parks.items()
    }
