"""Reasons stand worst first, and each enterprise is told its own figures though the words around them are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from dossiers import strong
from hypothesis import given
from hypothesis import strategies as st

from api.answers.kept import Kept
from api.answers.page import Page
from api.answers.page_words import Piece
from api.answers.reasons import Order, Reasons
from api.answers.result import result
from features import dossier
from scoring.card import MICRO
from scoring.engine import Engine, Question
from scoring.one_backend import Values

DAY = date(2026, 11, 22)
_ENGINE = Engine()
RULES = _ENGINE.rules(DAY, _ENGINE.catalogue.place(None, None), "new", ("tech_sme",))
REASONS = Reasons(RULES.picked["tech_sme"].card)


def item(name: str, low: float, high: float, most: float) -> dict[str, Any]:
    return {"label": {"zh": name, "en": name}, "points": {"low": low, "high": high, "max": most}}


def gate(name: str, verdict: str) -> dict[str, Any]:
    return {"label": {"zh": name, "en": name}, "verdict": verdict}


def in_order(reasons: list[tuple[Order, bytes]]) -> list[dict[str, Any]]:
    """As a page tells them."""
    page = Page()
    page.section()
    for reason in reasons:
        page.ask([], lambda _, reason=reason: Piece(b"", reason))
    page.reasons(0, page.asked)
    with page.written(Values.of([])) as (section,):
        return list(orjson.loads(b"[%b]" % bytes(section)))


NAMES = st.text(min_size=1, max_size=3)
LOST = st.lists(st.tuples(NAMES, st.integers(1, 100 * MICRO).map(lambda micro: micro / MICRO)), max_size=8)


@given(LOST, st.lists(NAMES), st.lists(NAMES))
def test_failed_gates_come_first_then_what_is_open_then_the_most_points_lost(
    lost: list[tuple[str, float]], failed: list[str], open_: list[str]
) -> None:
    parts = [item(name, 100 - points, 100 - points, 100) for name, points in lost]
    found = [REASONS.of_item(one) for one in parts]
    found += [REASONS.of_gate(gate(name, "undetermined")) for name in open_]
    found += [REASONS.of_gate(gate(name, "fail")) for name in failed]
    told = in_order([(one[0], orjson.dumps(one[1])) for one in found if one is not None])
    ranks = [0 if "不满足" in one["zh"] else 1 if "待定" in one["zh"] else 2 for one in told]
    assert ranks == sorted(ranks)
    assert len(told) == len(found)
    for rank in range(3):
        order = [(one.get("points", 0), one["en"]) for one, of in zip(told, ranks, strict=True) if of == rank]
        assert order == sorted(order)


def test_who_fails_the_same_gate_by_another_figure_is_told_that_figure(engine: Engine) -> None:
    def told(staff: int) -> str:
        raw = strong()
        for report in raw["annual_reports"]:
            report.update(employees=1000, tech_staff=staff)
        answer = engine.answer(dossier.read(raw), Question(DAY, DAY, rulebooks=("high_tech_enterprise",)))
        (reason,) = (one["zh"] for one in result(answer)["reasons"] if "不满足“科技人员占" in one["zh"])
        return str(reason)

    first = told(10)
    assert "现为 1%，相差 9%" in first
    assert "现为 2%，相差 8%" in told(20)
    assert told(10) == first


def test_words_that_are_not_kept_any_more_are_written_again() -> None:
    words = Kept(lambda number: {"said": number}, most=2)
    assert [words[number]["said"] for number in (1, 2, 3, 1, 2, 3)] == [1, 2, 3, 1, 2, 3]
    assert len(words) <= 2
