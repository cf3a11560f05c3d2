"""The reference scheme's weights are those that its method gives, and nothing presents them as anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from overlay_texts import CONFIRMED

from api.answers.result import result
from features.dossier import read
from scoring.card import MICRO, REFERENCE, Card
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

TENTH = Fraction(1, 10)
RANK_SUM = (Fraction(3, 6), Fraction(2, 6), Fraction(1, 6))
ORDER = {"seed": ("input", "output", "development"), "startup": ("input", "output", "development")}
LATER = ("output", "input", "development")


def shared(total: Fraction, shares: Sequence[Fraction]) -> list[Fraction]:
    """The total in tenths, by largest remainder; of equal remainders the first."""
    exact = [total * share / TENTH for share in shares]
    tenths = [int(part) for part in exact]
    left = int(total / TENTH) - sum(tenths)
    for place in sorted(range(len(shares)), key=lambda i: (tenths[i] - exact[i], i))[:left]:
        tenths[place] += 1
    return [tenth * TENTH for tenth in tenths]


@pytest.fixture(scope="module")
def card() -> Card:
    return Catalogue().edition("credit.guangxi_reference").latest


def test_the_weights_are_those_of_the_method(card: Card) -> None:
    assert card.scheme is not None
    for stage in card.scheme.stages:
        for category, points in zip(ORDER.get(stage.id, LATER), shared(Fraction(100), RANK_SUM), strict=True):
            members = card.groups[category].items
            wanted = shared(points, [Fraction(1, len(members))] * len(members))
            stated = [Fraction(card.items[name].weights[stage.id], MICRO) for name in members]
            assert stated == wanted, (stage.id, category)


def test_its_frame_is_that_of_the_national_version(card: Card) -> None:
    national = Catalogue().edition("credit.national", "2025").latest
    assert card.scheme is not None
    assert national.scheme is not None
    assert (card.scheme.base, card.scheme.bonus) == (national.scheme.base, national.scheme.bonus)


def test_its_stages_are_those_of_longwan(card: Card) -> None:
    longwan = Catalogue().edition("credit.wenzhou_longwan").latest
    assert card.scheme is not None
    assert longwan.scheme is not None
    assert [(s.id, s.range) for s in card.scheme.stages] == [(s.id, s.range) for s in longwan.scheme.stages]


def test_no_other_scheme_states_a_weight() -> None:
    for name, editions in Catalogue().editions.items():
        for edition in editions:
            if name.startswith("credit.") and name != "credit.guangxi_reference":
                assert not edition.latest.items, name
                assert edition.latest.unset, name


def test_every_part_of_it_says_reference(card: Card) -> None:
    assert {source.grade for source in card.sources} == {REFERENCE}


def test_what_it_cites_is_cited_as_the_card_of_the_text_cites_it(card: Card) -> None:
    known = {s.clause for editions in Catalogue().editions.values() for one in editions for s in one.latest.sources}
    for item in card.items.values():
        _, taken, clause = item.source.article.partition("同")
        assert not taken or clause in known, item.id


FIRM = {
    "enterprise": {"uscc": "91450200MA00000151", "region_code": "450200", "park": "liuzhou"},
    "annual_reports": [{"fiscal_year": 2025, "revenue": 4000_0000, "rd_expense": 200_0000}],
}
QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
EDITED = f"""\
{CONFIRMED}items:
  rd_intensity: {{weights: {{seed: 16.7, startup: 16.7, growth: 11.1, expansion: 12.1, mature: 11.1}}}}
  rd_amount: {{weights: {{seed: 16.6, startup: 16.6, growth: 11.1, expansion: 10.1, mature: 11.1}}}}
"""


def test_a_park_that_confirms_it_takes_it_over_with_who_when_and_why(tmp_path: Path) -> None:
    (tmp_path / "liuzhou.yaml").write_text(EDITED, encoding="utf-8")
    engine = Engine(Catalogue(FOLDER, tmp_path))
    credit = result(engine.answer(read(FIRM), QUESTION))["credit"]
    assert credit["status"] == "confirmed_by_park"
    assert credit["confirmed"] == {"by": "柳州高新区管委会", "on": "2026-06-01", "because": "管委会会议通过"}
    assert credit["items"]["rd_intensity"]["points"] == {"low": 6.05, "high": 6.05, "max": 12.1}
    assert credit["items"]["rd_intensity"]["clause"].startswith("柳高新〔2026〕3号")
    elsewhere = {**FIRM, "enterprise": {**FIRM["enterprise"], "park": "nanning"}}  # type: ignore[dict-item]
    assert result(engine.answer(read(elsewhere), QUESTION))["credit"]["status"] == REFERENCE


def test_an_edit_of_some_weights_alone_confirms_nothing(tmp_path: Path) -> None:
    edited = EDITED.replace("source: {document: park, grade: official}\n", "")
    (tmp_path / "liuzhou.yaml").write_text(edited, encoding="utf-8")
    credit = result(Engine(Catalogue(FOLDER, tmp_path)).answer(read(FIRM), QUESTION))["credit"]
    assert credit["status"] == REFERENCE
    assert credit["overlays"] == ["liuzhou"]
