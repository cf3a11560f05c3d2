"""The report says in every heading of what data, holds its pictures, and its figures are those of the card it names."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from made import made

from models.evaluation.curves import reliability, served
from models.evaluation.metrics import auc, calibration_error, error_by_chance
from models.evaluation.report import report
from models.experiment import Provenance, Trained, train
from scoring.learned import FOREIGN, SYNTHETIC


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(made(), Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"))


def _headings(markdown: str) -> list[str]:
    return re.findall(r"^#+ .*$", markdown, re.MULTILINE)


def test_every_heading_says_that_the_firms_are_synthetic(trained: Trained) -> None:
    headings = _headings(trained.report.markdown)
    assert len(headings) >= 7
    assert all("合成数据 SYNTHETIC" in heading for heading in headings)
    assert "SYNTHETIC" in trained.report.title


def test_limits_of_this_project_are_told_as_reference_defaults(trained: Trained) -> None:
    assert "限值 limits（参考默认值 reference）：单字段 AUC one feature alone ≥ 0.85" in trained.report.markdown
    assert "PSI 0.1 / 0.25（业内惯例 customary）；优势比 odds ratio 1.25 / 1.5" in trained.report.markdown


def test_a_card_of_foreign_data_is_not_called_synthetic(trained: Trained) -> None:
    told = report(trained.evaluation, replace(trained.card, origin=FOREIGN), trained.fingerprint)
    assert all("foreign public data" in heading for heading in _headings(told.markdown))


def test_the_figures_are_those_of_the_very_card(trained: Trained) -> None:
    dataset = made()
    assert dataset.later is not None
    p = trained.card.predict_proba(dataset.features.filter(dataset.later))[:, 1]
    outcome = dataset.outcome.filter(dataset.later).to_numpy()
    assert trained.evaluation.test.results["additive card"]["auc"].value == pytest.approx(auc(outcome, p))
    assert trained.card.sha256 in trained.report.markdown
    # And of which data: a fingerprint beside the words.
    assert trained.fingerprint in trained.report.markdown


def test_rivals_stand_beside_it_and_one_that_is_not_installed_is_named(trained: Trained) -> None:
    found = trained.evaluation
    assert found.grouped is not None
    assert found.test.out_of_time
    assert not found.grouped.out_of_time
    for split in (found.test, found.grouped):
        assert {"logistic regression", "unconstrained boosting"} < split.results.keys()
        assert len(split.results) + len(found.missing_models) == 4
        assert split.lost.keys() == split.results.keys() - {"additive card"}
        for name, lost in split.lost.items():
            apart = split.results[name]["auc"].value - split.results["additive card"]["auc"].value
            assert lost.value == pytest.approx(apart)
            # Drawn alike: firms on which both fare badly do not widen it.
            assert lost.low <= lost.value <= lost.high
            assert lost.high - lost.low < split.results[name]["auc"].high - split.results[name]["auc"].low
    assert found.test.rows + found.grouped.rows == found.rows
    assert trained.report.markdown.count("price of being readable") == 2


def test_the_page_needs_no_other_file_and_no_network(trained: Trained, tmp_path: Path) -> None:
    trained.report.write(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(trained.report.svg) == 4
    assert not re.search(r"<img|<script|<link|@import|src=", page)
    for picture in re.findall(r"\]\((\S+\.svg)\)", (tmp_path / "report.md").read_text(encoding="utf-8")):
        assert (tmp_path / picture).read_text(encoding="utf-8").startswith("<svg")


def test_slices_too_small_to_tell_are_said_to_be(trained: Trained) -> None:
    found = {(one.cut, one.value): one for one in trained.evaluation.slices}
    assert found["sector", "I"].auc is None
    for told in (found["zone", "in"].auc, found["zone", "in"].calibration_error):
        assert told is not None
        assert 0 < told.low < told.high
    assert "too few" in trained.report.markdown


def test_reliability_groups_cover_every_row_and_hold_the_frequency() -> None:
    random = np.random.default_rng(0)
    p = random.beta(1, 5, 5000)
    outcome = (random.random(5000) < p).astype(int)
    tenths = reliability(outcome, p)
    assert sum(one.rows for one in tenths) == 5000
    # Of ten intervals of 95 %.
    assert sum(one.low <= one.forecast <= one.high for one in tenths) >= 8
    wrong = reliability(outcome, np.minimum(1, p * 3))
    assert not any(one.low <= one.forecast <= one.high for one in wrong[3:])


def test_an_error_is_held_against_what_chance_shows_of_a_right_forecast() -> None:
    random = np.random.default_rng(0)
    p = random.beta(1, 5, 2000)
    chance = error_by_chance(p)
    assert 0 < chance.low < chance.value < chance.high
    right, wrong = (
        np.array([calibration_error((random.random(2000) < q).astype(int), p) for _ in range(100)])
        for q in (p, np.minimum(1, p * 1.5))
    )
    assert np.mean((chance.low <= right) & (right <= chance.high)) >= 0.88
    assert (wrong > chance.high).all()
    # The more rows, the less of it.
    assert error_by_chance(np.tile(p, 10)).high < chance.low


def test_serving_the_first_k_gains_the_events_among_them_beyond_chance() -> None:
    p = np.linspace(1, 0, 200)
    outcome = (np.arange(200) < 60).astype(int)
    found = {one.k: one for one in served(outcome, p, np.arange(200))}
    assert found[50].found.value == 1.0
    assert found[50].gained == pytest.approx(50 * (1 - 0.3))
    assert found[100].gained == pytest.approx(60 - 30)
    assert {one.k for one in served(outcome[10:90], p[10:90], np.arange(80))} == {20, 50}
