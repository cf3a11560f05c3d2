"""An additive, monotone classifier that is a table of points: what it predicts and what its card says are one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from models import platt
from models.binning import Floats, codes, upper_edges
from models.fitted_rows import Apart, deal, with_something
from models.learned_card import feature_of, uncertainty_of
from scoring.learned import SYNTHETIC, UNITS, LearnedCard, Uncertainty, not_numbers

UNSTATED = "未说明 / not stated"


class AdditiveCardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Boosted additive classifier for two classes, monotone where told, exactly equal to the card that it exports.

    Features are cut into bands at quantiles, missing values in a band of their own, to which no constraint applies. Boosted
    trees of one feature each are fitted on the band numbers, once for each fold left out and each repetition; their tables are
    averaged. The rows left out give honest scores, on which Platt's logistic calibration is fitted where it improves the
    likelihood. The result is rounded to integers of 1e-14 log-odds, and predictions are computed from these.

    Parameters
    ----------
    monotonic_cst : array-like of int of shape (n_features,), dict of str to int, or None, default=None
        1 where the probability of ``classes_[1]`` must not fall as the feature grows, -1 where it must not rise, 0 for no
        constraint. A dict names the features (``x0``, ``x1``, … where `X` has no names); those that it does not name are free.
    max_bins : int, default=255
        Most bands of a feature, missing apart; at most 255.
    learning_rate : float, default=0.15
        Step of the boosting.
    n_trees : int, default=500
        Most trees of each fit; how many count is told by the rows left out (`n_trees_`).
    max_leaf_nodes : int, default=2
        Leaves of a tree; with two each tree is one step of one feature, and the sum of steps is smoothest.
    min_samples_leaf : int, default=20
        Fewest training rows in a leaf.
    l2_regularization : float, default=10.0
        Shrinkage of the leaves; 10 weighs like forty rows at even odds that say nothing.
    max_features : float, default=0.2
        Share of the features that compete at each split.
    n_folds : int, default=5
        Folds of which each fit leaves one out; fewer where fewer groups have the event, or have it not.
    n_repeats : int, default=2
        How often the rows are dealt into folds anew.
    random_state : int, RandomState instance or None, default=0
        Deals rows into folds and draws features; the same integer gives the same card, whatever the order of the rows.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Class labels, in order.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features where `X` had names that are texts.
    intercept_ : int
        Average log-odds of the training rows in units of 1e-14.
    edges_ : list of ndarray
        Upper edges of each feature's bands.
    points_ : list of ndarray of int64
        Each feature's points by band, in units of 1e-14 log-odds; the last entry is that of missing.
    missing_seen_ : ndarray of bool of shape (n_features_in_,)
        Whether training met missing values of the feature.
    n_trees_ : int
        Trees that count: where the rows left out were forecast best.
    calibration_ : tuple of float or None
        Slope and shift of the calibration, None where it was not needed.
    uncertainty_ : Uncertainty
        By bands of points, how far the log-odds may lie from what is forecast, by the rows left out; empty where no row could
        be left out.

    Notes
    -----
    Infinite values are taken as very small and very large. Sample weights are not supported.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "monotonic_cst": ["array-like", dict, None],
        "max_bins": [Interval(Integral, 2, 255, closed="both")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "n_trees": [Interval(Integral, 1, None, closed="left")],
        "max_leaf_nodes": [Interval(Integral, 2, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "l2_regularization": [Interval(Real, 0, None, closed="left")],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "n_folds": [Interval(Integral, 2, None, closed="left")],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        monotonic_cst: Any = None,
        max_bins: int = 255,
        learning_rate: float = 0.15,
        n_trees: int = 500,
        max_leaf_nodes: int = 2,
        min_samples_leaf: int = 20,
        l2_regularization: float = 10.0,
        max_features: float = 0.2,
        n_folds: int = 5,
        n_repeats: int = 2,
        random_state: Any = 0,
    ) -> None:
        self.monotonic_cst = monotonic_cst
        self.max_bins = max_bins
        self.learning_rate = learning_rate
        self.n_trees = n_trees
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.n_folds = n_folds
        self.n_repeats = n_repeats
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:  # noqa: N803
        """Fit the tables.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Training rows; NaN or null where a value is missing.
        y : array-like of shape (n_samples,)
            Two classes; the greater label is the event.
        groups : array-like of shape (n_samples,), default=None
            Whose rows they are: those of one group are left out together. Needed wherever a firm has several rows; else the
            rows left out are forecast by their like, and neither `n_trees_` nor calibration nor `uncertainty_` is honest.

        Returns
        -------
        self : AdditiveCardClassifier
            The fitted classifier.
        """
        _refuse_what_is_no_number(X)
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=False)  # noqa: N806
        check_consistent_length(y, groups)
        if groups is not None and any(one is None or one != one for one in groups):
            raise ValueError("groups: 每行须属于一组 / every row must have a group")
        check_classification_targets(y)
        self.classes_, event = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            if len(self.classes_) > 2:
                raise ValueError(
                    f"Only binary classification is supported. The type of the target is {type_of_target(y)}."
                )
            raise ValueError("Classifier can't train when only one class is present.")
        self.monotone_ = self._monotone()
        self.edges_ = [upper_edges(column, self.max_bins) for column in X.T]
        banded = self._codes(X)
        whose = np.zeros(len(event), dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
        # In an order of their own: the card depends on which rows there are, not on how they were sorted.
        order = np.lexsort((whose, event, *banded.T))
        banded, event = banded[order], event[order]
        whose = np.arange(len(event)) if groups is None else whose[order]
        self.missing_seen_: NDArray[np.bool_] = np.asarray(np.isnan(banded).any(axis=0))
        tables, intercept, held_out = self._fits(Apart(banded, self.monotone_), event, whose)
        self.calibration_ = None if held_out is None else platt.fitted(held_out, event)
        slope, shift = self.calibration_ or (1.0, 0.0)
        self.uncertainty_ = Uncertainty() if held_out is None else uncertainty_of(slope * held_out + shift, event)
        places = self._places(banded)
        self.points_ = []
        total = slope * intercept + shift
        for table, place in zip(tables, places.T, strict=True):
            known = place[place < len(table) - 1]
            average = float(table[place].mean())
            if len(known) == len(place):
                table[-1] = average
            self.points_.append(np.rint((table - average) * slope * UNITS).astype(np.int64))
            total += slope * average
        self.intercept_ = round(total * UNITS)
        return self

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Log-odds of ``classes_[1]``.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; NaN or null where a value is missing.

        Returns
        -------
        log_odds : ndarray of shape (n_samples,)
            Calibrated log-odds.
        """
        check_is_fitted(self)
        _refuse_what_is_no_number(X)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite=False, reset=False)  # noqa: N806
        total = np.full(len(X), self.intercept_, dtype=np.int64)
        for points, place in zip(self.points_, self._places(self._codes(X)).T, strict=True):
            total += points[place]
        return np.asarray(total / UNITS)

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Probabilities of both classes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; NaN or null where a value is missing.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, 2)
            In the order of `classes_`.
        """
        p = expit(self.decision_function(X))
        return np.column_stack([1.0 - p, p])

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The likelier class.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; NaN or null where a value is missing.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            Class labels.
        """
        log_odds = self.decision_function(X)
        return np.asarray(self.classes_[(log_odds > 0).astype(int)])

    def to_card(
        self,
        id: str,
        *,
        event: str | None = None,
        trained_on: str = UNSTATED,
        valid_for: str = UNSTATED,
        origin: str = SYNTHETIC,
    ) -> LearnedCard:
        """The model as a card; ``trained_on`` and ``valid_for`` say of which firms and years it knows and may speak.

        ``event`` names ``classes_[1]`` in words that people read; the label itself where it is not given.
        ``origin``: synthetic, foreign or own; where nobody says that the data are the office's own, the card counts as
        synthetic and can be live in a demo release only.
        """
        check_is_fitted(self)
        seen = self.missing_seen_.tolist()
        every = zip(self._names(), self.edges_, self.points_, seen, self.monotone_, strict=True)
        features = tuple(
            feature_of(name, edges.tolist(), points[:-1].tolist(), int(points[-1]), missing_seen=met, monotone=monotone)
            for name, edges, points, met, monotone in every
        )
        return LearnedCard(
            id,
            event or str(self.classes_[1]),
            trained_on,
            valid_for,
            self.intercept_,
            features,
            origin,
            self.uncertainty_,
        )

    def _monotone(self) -> list[int]:
        told: Any = {} if self.monotonic_cst is None else self.monotonic_cst
        if isinstance(told, Mapping):
            names = self._names()
            if unknown := [name for name in told if name not in names]:
                raise ValueError(
                    f"monotonic_cst 中没有该字段 / names features that X does not have: {unknown}; X: {names}"
                )
            told = [told.get(name, 0) for name in names]
        signs = np.asarray(told) if isinstance(told, Sequence | np.ndarray) else np.empty((0, 0))
        if signs.shape != (self.n_features_in_,) or not np.isin(signs, (-1, 0, 1)).all():
            raise ValueError(
                f"monotonic_cst 应为每个字段给出 -1、0 或 1 / must give -1, 0 or 1 for each of {self.n_features_in_} features: "
                f"{self.monotonic_cst!r}"
            )
        return [int(sign) for sign in signs]

    def _names(self) -> list[str]:
        return [str(name) for name in getattr(self, "feature_names_in_", [f"x{i}" for i in range(self.n_features_in_)])]

    def _codes(self, X: Floats) -> Floats:  # noqa: N803
        return np.column_stack([codes(column, edges) for column, edges in zip(X.T, self.edges_, strict=True)])

    def _places(self, banded: Floats) -> NDArray[np.int64]:
        """Band numbers as indices into `points_`, missing last."""
        last = np.array([len(edges) + 1 for edges in self.edges_])
        return np.where(np.isnan(banded), last, banded).astype(np.int64)

    def _fits(
        self, apart: Apart, event: NDArray[np.int64], whose: NDArray[np.int64]
    ) -> tuple[list[Floats], float, Floats | None]:
        """Averaged tables (missing last), averaged intercept, and each row's score by the fits that left it out."""
        random = check_random_state(self.random_state)
        having = np.zeros(int(whose.max()) + 1, dtype=np.int64)
        np.maximum.at(having, whose, event)
        folds = min(self.n_folds, int(np.bincount(having, minlength=2).min()))
        rows, grid = apart.rows, apart.of(self._grid())
        if folds < 2:
            self.n_trees_ = self.n_trees
            booster = self._booster(random, apart.monotone).fit(with_something(rows), event)
            return *self._tables(self._scores(booster, grid)), None
        fits: list[tuple[HistGradientBoostingClassifier, NDArray[np.bool_]]] = []
        losses = np.zeros(self.n_trees)
        for _ in range(self.n_repeats):
            for left_out in deal(having, whose, folds, random):
                kept = ~left_out
                booster = self._booster(random, apart.monotone).fit(with_something(rows[kept]), event[kept])
                fits.append((booster, left_out))
                for tree, scores in enumerate(booster.staged_decision_function(rows[left_out])):
                    losses[tree] += platt.loss(scores, event[left_out])
        self.n_trees_ = int(losses.argmin()) + 1
        total, held_out = np.zeros(len(grid)), np.zeros(len(event))
        for booster, left_out in fits:
            total += self._scores(booster, grid)
            held_out[left_out] += self._scores(booster, rows[left_out])
        return *self._tables(total / len(fits)), held_out / self.n_repeats

    def _scores(self, booster: HistGradientBoostingClassifier, banded: Floats) -> Floats:
        """Log-odds by the first `n_trees_` trees."""
        return np.asarray(next(islice(booster.staged_decision_function(banded), self.n_trees_ - 1, None)))

    def _booster(self, random: np.random.RandomState, monotone: list[int]) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            interaction_cst="no_interactions",
            monotonic_cst=monotone,
            learning_rate=self.learning_rate,
            max_iter=self.n_trees,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            l2_regularization=self.l2_regularization,
            max_features=self.max_features,
            early_stopping=False,
            random_state=random.randint(2**31 - 1),
        )

    def _grid(self) -> Floats:
        """A base row of first bands, then for each feature every band and missing with the others at base."""
        sizes = [len(edges) + 2 for edges in self.edges_]
        grid = np.zeros((1 + sum(sizes), len(sizes)))
        start = 1
        for feature, size in enumerate(sizes):
            grid[start : start + size, feature] = [*range(size - 1), np.nan]
            start += size
        return grid

    def _tables(self, scores: Floats) -> tuple[list[Floats], float]:
        base = float(scores[0])
        stops = np.cumsum([len(edges) + 2 for edges in self.edges_])[:-1]
        return [part - base for part in np.split(scores[1:], stops)], base

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _refuse_what_is_no_number(X: Any) -> None:  # noqa: N803
    """Days and texts of a data frame, which would be taken as numbers of some unit without a word; one that is not read yet, or of
    which two columns have one name.
    """
    if isinstance(X, pl.LazyFrame):
        raise ValueError("先读出数据 / collect the frame first: .collect()")
    names = [*map(str, getattr(X, "columns", ()))]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"重复的字段 / features that stand twice: {', '.join(twice)}")
    if wrong := not_numbers(X):
        raise ValueError(f"字段须为数字 / features must be numbers: {', '.join(wrong)}")
