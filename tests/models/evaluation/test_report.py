"""The report says in every heading of what data, holds its pictures, and its figures are those of the card it names."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from made import made

from models import leakage
from models.evaluation.curves import reliability, served
from models.evaluation.evaluate import evaluate
from models.evaluation.metrics import auc, calibration_error, error_by_chance
from models.evaluation.report import report
from models.evaluation.slices import slices
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


def test_no_two_pictures_of_a_page_share_an_id_and_each_finds_its_own(trained: Trained) -> None:
    page = trained.report.html()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) > 100
    assert len(ids) == len(set(ids))
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page)
    assert used
    assert {one or other for one, other in used} <= set(ids)


def test_reliability_is_a_table_too_with_the_rows_of_each_group(trained: Trained) -> None:
    for one in trained.evaluation.curves["additive card"]:
        told = f"| {one.forecast:.3f} | {one.frequency:.3f} [{one.low:.3f}, {one.high:.3f}] | {one.rows:,} |"
        assert told in trained.report.markdown


def test_what_serving_gains_has_an_interval_and_says_whence(trained: Trained) -> None:
    for one in trained.evaluation.served:
        gained = one.gained
        assert f"| {gained.value:+.1f} [{gained.low:+.1f}, {gained.high:+.1f}] |" in trained.report.markdown
    assert "k × (precision − by lot)" in trained.report.markdown


def test_rows_of_firms_also_trained_on_are_told_and_too_few_others_say_nothing(trained: Trained) -> None:
    unseen = trained.evaluation.unseen
    assert unseen is not None
    assert (unseen.rows, unseen.auc) == (0, None)
    assert "300 行属于也训练过的企业" in trained.report.markdown


def test_on_firms_not_seen_in_training_the_card_has_a_figure_of_its_own() -> None:
    known = made()
    assert known.later is not None
    # Of every second firm all years before the split are left out: what is asked of it is asked of a stranger.
    stranger = pl.Series([int(firm[4:]) % 2 == 1 for firm in known.group])
    kept = known.later | ~stranger
    part = replace(
        known,
        **{
            name: getattr(known, name).filter(kept)
            for name in ("features", "outcome", "group", "later", "slices", "day")
        },
    )
    trained = train(part, Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"), full=False)
    unseen = trained.evaluation.unseen
    assert unseen is not None
    assert unseen.rows == 150
    asked = (known.later & stranger).to_numpy()
    p = trained.card.predict_proba(known.features.filter(asked))[:, 1]
    assert unseen.auc is not None
    assert unseen.auc.value == pytest.approx(auc(known.outcome.filter(asked).to_numpy(), p))
    told = f"not seen in training: 150 行 rows，{unseen.events:,} 事件 events：AUC {unseen.auc}"
    assert told in trained.report.markdown


def test_by_folds_every_firm_is_a_stranger_and_nothing_is_said_of_it() -> None:
    folds = replace(made(), later=None)
    trained = train(folds, Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"), full=False)
    assert trained.evaluation.unseen is None
    assert "not seen in training" not in trained.report.markdown


def test_two_features_that_only_together_know_the_outcome_stop_training_until_explained() -> None:
    dataset = made()
    noise = pl.Series(np.random.default_rng(1).normal(size=dataset.outcome.len()))
    pair = pl.DataFrame({"u": noise, "u_and_outcome": noise + dataset.outcome})
    leaking = replace(dataset, features=pair, monotone={})
    assert leakage.findings(leaking) == []
    with pytest.raises(leakage.LeakageError, match=r"climb\.sample implausible_together"):
        evaluate(leaking)
    found = evaluate(leaking, explained={("climb.sample", "implausible_together"): "练习 / an exercise"})
    assert [(one.rule, one.why) for one in found.leakage] == [("implausible_together", "练习 / an exercise")]


def test_the_report_gives_the_reason_that_let_training_pass(trained: Trained) -> None:
    found = leakage.Finding("rd", "pure", 0.95, 0.9, "法定门槛 / a legal threshold")
    told = report(replace(trained.evaluation, leakage=(found,)), trained.card, trained.fingerprint)
    assert "- rd pure 0.95 (≥ 0.90)：法定门槛 / a legal threshold" in told.markdown


def test_slices_too_small_to_tell_are_said_to_be(trained: Trained) -> None:
    found = {(one.cut, one.value): one for one in trained.evaluation.slices}
    assert found["sector", "I"].auc is None
    for told in (found["zone", "in"].auc, found["zone", "in"].calibration_error):
        assert told is not None
        assert 0 < told.low < told.high
    assert "too few" in trained.report.markdown


def test_sizes_stand_from_small_to_large() -> None:
    sizes = pl.DataFrame({"size": ["5–20 人", "≥ 20 人", "< 5 人", "未记录 unrecorded"]})
    found = slices(sizes, np.array([0, 1, 0, 1]), np.full(4, 0.5), np.arange(4))
    assert [one.value for one in found] == ["< 5 人", "5–20 人", "≥ 20 人", "未记录 unrecorded"]


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
    assert found[50].gained.value == pytest.approx(50 * (1 - 0.3))
    hundred = found[100]
    assert hundred.gained.value == pytest.approx(60 - 30)
    assert hundred.gained.low == pytest.approx(100 * (hundred.found.low - 0.3))
    assert hundred.gained.high == pytest.approx(100 * (hundred.found.high - 0.3))
    assert hundred.gained.low < 30 < hundred.gained.high
    assert {one.k for one in served(outcome[10:90], p[10:90], np.arange(80))} == {20, 50}
