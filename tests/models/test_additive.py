"""The classifier is its card: to 1e-12 on any data, monotone as declared, the same card every time it is trained."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from five_features import NAMES, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from models.additive import AdditiveCardClassifier
from scoring.errors import CardError
from scoring.learned import UNITS, LearnedCard
from scoring.learned_file import read_card

Floats = NDArray[np.float64]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fitted() -> AdditiveCardClassifier:
    x, y = sample()
    return AdditiveCardClassifier(n_trees=60, n_repeats=1, monotonic_cst=[1, -1, 0, 0, 0]).fit(x, y)


@pytest.fixture(scope="module")
def card(fitted: AdditiveCardClassifier) -> LearnedCard:
    return fitted.to_card("climb.sample", trained_on="合成 / synthetic", valid_for="合成 / synthetic")


VALUES = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-3, 6).map(float),
    st.sampled_from([0.0, -0.0]),
)


@settings(max_examples=120, deadline=None)
@given(rows=st.lists(st.lists(VALUES, min_size=5, max_size=5), min_size=1, max_size=6))
def test_the_card_is_the_model_on_any_data(
    fitted: AdditiveCardClassifier, card: LearnedCard, rows: list[list[float | None]]
) -> None:
    x = np.array([[math.nan if value is None else value for value in row] for row in rows])
    wanted = fitted.predict_proba(pl.DataFrame(x, schema=NAMES))[:, 1]
    one_by_one = [card.probability(dict(zip(NAMES, row, strict=True))) for row in rows]
    columns = card.predict_proba(pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.Float64), orient="row"))[:, 1]
    assert np.abs(wanted - one_by_one).max() <= 1e-12
    assert np.abs(wanted - columns).max() <= 1e-12


@settings(max_examples=20, deadline=None)
@given(
    x=hnp.arrays(
        np.float64,
        st.tuples(st.integers(6, 30), st.just(3)),
        elements=VALUES.map(lambda v: math.nan if v is None else v),
    )
)
def test_whatever_it_is_trained_on_the_card_is_the_model(x: Floats) -> None:
    x[:, 1] = x[0, 1]
    model = AdditiveCardClassifier(n_trees=5, n_repeats=1, n_folds=2, min_samples_leaf=1).fit(x, np.arange(len(x)) % 2)
    card = model.to_card("any")
    edges = np.array([edge for feature in card.features for edge in feature.edges])
    beside = np.concatenate(
        [edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), [np.nan, np.inf, -np.inf]]
    )
    asked = np.vstack([x, np.repeat(beside[:, None], 3, axis=1)])
    assert np.abs(card.predict_proba(asked) - model.predict_proba(asked)).max() <= 1e-12


def test_a_column_of_nothing_but_missing_values_gives_no_points() -> None:
    x, y = sample(200)
    empty = x.with_columns(pl.lit(None, dtype=pl.Float64).alias("free"))
    card = AdditiveCardClassifier(n_trees=5, n_repeats=1).fit(empty, y).to_card("sample")
    free = next(feature for feature in card.features if feature.name == "free")
    assert (free.edges, free.points, free.missing, free.missing_seen) == ((), (0,), 0, True)


def test_the_probability_goes_only_the_declared_way_beyond_what_was_seen(fitted: AdditiveCardClassifier) -> None:
    grid = np.sort(np.concatenate([np.linspace(-1e9, 1e9, 2_000), np.linspace(-5, 50, 2_000), [-np.inf, np.inf]]))
    for name, sign in (("up", 1), ("down", -1)):
        rows = pl.DataFrame({one: grid if one == name else np.zeros(len(grid)) for one in NAMES})
        assert (np.diff(fitted.predict_proba(rows)[:, 1]) * sign >= 0).all()


def test_values_exactly_at_an_edge_lie_where_the_model_put_them(
    fitted: AdditiveCardClassifier, card: LearnedCard
) -> None:
    for place, feature in enumerate(card.features):
        for edge in feature.edges:
            for value in (edge, math.nextafter(edge, math.inf), math.nextafter(edge, -math.inf)):
                row = [0.0] * 5
                row[place] = value
                wanted = fitted.predict_proba(pl.DataFrame([row], schema=NAMES, orient="row"))[0, 1]
                assert abs(wanted - card.probability(dict(zip(NAMES, row, strict=True)))) <= 1e-12


def test_it_is_monotone_exactly_as_declared(card: LearnedCard) -> None:
    by_name = {feature.name: feature for feature in card.features}
    assert list(by_name["up"].points) == sorted(by_name["up"].points)
    assert list(by_name["down"].points) == sorted(by_name["down"].points, reverse=True)
    assert len(set(by_name["up"].points)) > 1
    # What was not declared turned both ways, so the declaration is what made the others monotone.
    free = by_name["free"].points
    assert list(free) not in (sorted(free), sorted(free, reverse=True))


def test_training_twice_gives_the_same_card() -> None:
    x, y = sample(300)
    cards = [AdditiveCardClassifier(n_trees=20, n_repeats=1).fit(x, y).to_card("sample") for _ in range(2)]
    assert cards[0].sha256 == cards[1].sha256
    other = AdditiveCardClassifier(n_trees=20, n_repeats=1, random_state=1).fit(x, y).to_card("sample")
    assert other.sha256 != cards[0].sha256


def test_the_order_of_the_rows_does_not_change_the_card() -> None:
    x, y = sample(400)
    order = np.random.default_rng(8).permutation(len(y))
    cards = [
        AdditiveCardClassifier(n_trees=20, n_repeats=1).fit(features, outcome).to_card("sample")
        for features, outcome in ((x, y), (x[order.tolist()], y[order]))
    ]
    assert cards[0].sha256 == cards[1].sha256


def test_numbers_of_half_the_width_are_the_same_numbers(fitted: AdditiveCardClassifier, card: LearnedCard) -> None:
    narrow = sample(300, 9)[0].cast(pl.Float32)
    wide = narrow.cast(pl.Float64)
    assert (fitted.predict_proba(narrow) == fitted.predict_proba(wide)).all()
    assert (card.predict_proba(narrow) == card.predict_proba(wide)).all()
    assert np.abs(card.predict_proba(narrow) - fitted.predict_proba(narrow)).max() <= 1e-12


BEYOND = [0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308, 2.0**53 + 2, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize(
    "told", ["missing in training only", "missing when asked only", "nothing but infinities", "one value"]
)
def test_a_feature_that_training_saw_otherwise_than_it_is_asked_keeps_card_and_model_one(told: str) -> None:
    x, y = sample(300)
    free = x["free"].to_numpy().copy()
    if told == "missing in training only":
        free[::2] = np.nan
    elif told == "missing when asked only":
        free = np.nan_to_num(free)
    elif told == "nothing but infinities":
        free = np.where(y == 1, np.inf, -np.inf)
    else:
        free[:] = 1e308
    model = AdditiveCardClassifier(n_trees=15, n_repeats=1).fit(x.with_columns(free=free), y)
    card = model.to_card("sample")
    asked = pl.DataFrame(
        {name: np.tile(BEYOND, 2) if name == "free" else np.repeat([0.0, np.nan], len(BEYOND)) for name in NAMES}
    )
    wanted = model.predict_proba(asked)
    assert np.isfinite(wanted).all()
    assert np.abs(card.predict_proba(asked) - wanted).max() <= 1e-12
    one_by_one = [card.probability(row) for row in asked.iter_rows(named=True)]
    assert np.abs(np.array(one_by_one) - wanted[:, 1]).max() <= 1e-12


def test_a_card_without_bands_says_the_same_of_everybody() -> None:
    card = LearnedCard("flat", "1", "—", "—", -UNITS, ())
    assert card.probability({}) == pytest.approx(1 / (1 + math.e))


def test_calibration_keeps_the_declared_direction_and_every_band_between() -> None:
    x, y = sample(1500, 12)
    # So few leaves' worth of shrinkage that the scores are too wide, and the calibration has to set in.
    model = AdditiveCardClassifier(
        n_trees=150, n_repeats=1, learning_rate=1.0, l2_regularization=0.0, min_samples_leaf=1, max_leaf_nodes=8,
        monotonic_cst={"up": 1, "down": -1},
    ).fit(x, y)  # fmt: skip
    assert model.calibration_ is not None
    card = model.to_card("sample")
    for name, sign in (("up", 1), ("down", -1)):
        edges = np.array(next(one.edges for one in card.features if one.name == name))
        beside = np.concatenate(
            [edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), (edges[1:] + edges[:-1]) / 2]
        )
        grid = np.sort(beside)
        rows = pl.DataFrame({one: grid if one == name else np.zeros(len(grid)) for one in NAMES})
        assert (np.diff(card.predict_proba(rows)[:, 1]) * sign >= 0).all()


def test_the_number_of_threads_does_not_change_the_card() -> None:
    code = (
        "import numpy as np; from models.additive import AdditiveCardClassifier as A; r = np.random.default_rng(2); "
        # So many that whatever sums in parts does so, and so few trees that calibration sets in.
        "x = r.normal(size=(60_000, 8)); x[:, 2] = np.round(x[:, 2] * 2); x[r.random(x.shape) < 0.1] = np.nan; "
        "y = (r.random(60_000) < 1 / (1 + np.exp(-np.nan_to_num(x[:, 0])))).astype(int); "
        "m = A(n_trees=100, n_repeats=1, n_folds=3).fit(x, y); assert m.calibration_; "
        "print(m.to_card('sample').sha256)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        ).stdout
        for threads in ("1", "2")
    }
    assert len(told) == 1
    assert "sha256:" in told.pop()


@pytest.mark.parametrize("wrong", [pl.Date, pl.Datetime("ms"), pl.Duration, pl.String])
def test_days_and_texts_are_no_numbers(wrong: pl.DataType, card: LearnedCard, fitted: AdditiveCardClassifier) -> None:
    x, y = sample(60)
    other = x.with_columns(free=pl.lit(None, dtype=wrong))
    with pytest.raises(ValueError, match="free"):
        AdditiveCardClassifier().fit(other, y)
    with pytest.raises(ValueError, match="free"):
        fitted.predict_proba(other)
    with pytest.raises(CardError, match="free"):
        card.predict_proba(other)


@pytest.mark.parametrize("wrong", ["2020-01-01", date(2020, 1, 1), datetime(2020, 1, 1)])
def test_those_of_another_library_are_none_either(wrong: object, card: LearnedCard) -> None:
    pandas = pytest.importorskip("pandas")
    x, y = sample(60)
    other = pandas.DataFrame({**x.to_dict(as_series=False), "free": [wrong] * 60})
    with pytest.raises(ValueError, match="free"):
        AdditiveCardClassifier().fit(other, y)
    with pytest.raises((CardError, ValueError), match="free"):
        card.predict_proba(other)
    twice = pandas.DataFrame([[1.0, 2.0]] * 60, columns=["free", "free"])
    with pytest.raises(ValueError, match="stand twice: free"):
        AdditiveCardClassifier().fit(twice, y)


def test_a_frame_that_is_not_read_yet_and_rows_of_nobody_are_refused() -> None:
    x, y = sample(60)
    with pytest.raises(ValueError, match="collect"):
        AdditiveCardClassifier().fit(x.lazy(), y)
    for nobody in (None, float("nan")):
        with pytest.raises(ValueError, match="every row must have a group"):
            AdditiveCardClassifier().fit(x, y, [nobody, *range(59)])


def test_rows_of_whatever_kind_are_told_the_same(card: LearnedCard, fitted: AdditiveCardClassifier) -> None:
    frame = sample(300, 9)[0]
    wanted = fitted.predict_proba(frame)
    rows = frame.to_numpy()
    objects = np.where(np.isnan(rows), None, rows.astype(object))
    turned = frame.select(reversed(NAMES))
    for given_ in (frame, turned, rows, objects, rows.tolist(), frame.to_dicts(), turned.fill_nan(None).to_dicts()):
        assert np.abs(card.predict_proba(given_) - wanted).max() <= 1e-12
        # So few that they are looked up one by one.
        assert np.abs(card.predict_proba(given_[:7]) - wanted[:7]).max() <= 1e-12


def test_bounds_hold_every_completion_and_reasons_sum_to_the_score(card: LearnedCard) -> None:
    row = {"up": 1.0, "down": None, "free": None, "constant": 7.0, "whole": 2.0}
    low, high = card.bounds(row)
    for down in (0.01, 1.0, 50.0, None):
        for free in (-2.0, 0.0, 2.0, None):
            assert low <= card.probability({**row, "down": down, "free": free}) <= high
    assert card.intercept + sum(reason.points for reason in card.reasons(row)) == card.points(row)


def test_a_card_written_and_read_back_is_the_same(card: LearnedCard, tmp_path: Path) -> None:
    card.write(tmp_path / "card.yaml")
    assert read_card(tmp_path / "card.yaml").sha256 == card.sha256


def test_execution_needs_no_library_that_trains() -> None:
    code = (
        "import sys, scoring.learned; print([m for m in ('sklearn', 'scipy', 'mlflow', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
