"""The additive classifier beside others on one data set: the price of being readable, with intervals.

Forecasts are made for rows that the fit has not seen: by folds that keep groups together, or for the later period where
the set is split by time.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from models.additive import AdditiveCardClassifier
from models.datasets import Dataset
from models.evaluation.metrics import MEASURES, TITLES, Estimate, auc, estimate

Array = NDArray[Any]
FOLDS = 5
CARD, EBM = "additive card", "EBM (interpret), main effects"


def rivals(dataset: Dataset) -> tuple[dict[str, Any], dict[str, str]]:
    """The additive card with its defaults, logistic regression on ranks, boosting with interactions, and EBM.

    Beside them the models that are not installed, and why they are missing.
    """
    models: dict[str, Any] = {
        CARD: AdditiveCardClassifier(monotonic_cst=[dataset.monotone.get(n, 0) for n in dataset.features.columns]),
        "logistic regression": make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=0),
            LogisticRegression(C=0.1, max_iter=2000),
        ),
        "unconstrained boosting": HistGradientBoostingClassifier(learning_rate=0.05, max_iter=200, random_state=0),
    }
    try:
        glassbox = import_module("interpret.glassbox")
    except ImportError:
        return models, {EBM: "未安装 not installed: pip install dengti[bench]"}
    models[EBM] = glassbox.ExplainableBoostingClassifier(interactions=0, n_jobs=1, random_state=0)
    return models, {}


@dataclass(frozen=True)
class Forecast:
    """Probabilities of rows that the fit had not seen, with what came."""

    outcome: Array
    p: Array
    group: Array


def forecast(estimator: Any, dataset: Dataset) -> Forecast:
    """Of the later period, or of every row by folds that keep groups together."""
    features, outcome = dataset.features.to_numpy(), dataset.outcome.to_numpy()
    group = dataset.group.to_numpy()
    if dataset.later is not None:
        later = dataset.later.to_numpy()
        fitted = _fit(estimator, features[~later], outcome[~later], group[~later])
        return Forecast(outcome[later], fitted.predict_proba(features[later])[:, 1], group[later])
    p = np.zeros(len(outcome))
    deal = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for kept, left_out in deal.split(features, outcome, group):
        fitted = _fit(estimator, features[kept], outcome[kept], group[kept])
        p[left_out] = fitted.predict_proba(features[left_out])[:, 1]
    return Forecast(outcome, p, group)


def _fit(estimator: Any, features: Array, outcome: Array, group: Array) -> Any:
    whose = {"groups": group} if isinstance(estimator, AdditiveCardClassifier) else {}
    with warnings.catch_warnings():
        # Of EBM's own pictures, which nobody draws here.
        warnings.filterwarnings("ignore", "Missing values detected", UserWarning)
        return clone(estimator).fit(features, outcome, **whose)


def measured(found: Forecast) -> dict[str, Estimate]:
    """Every measure with its interval."""
    return {name: estimate(of, found.outcome, found.p, found.group) for name, of in MEASURES.items()}


def apart(one: Forecast, other: Forecast) -> Estimate:
    """AUC of ``one`` less that of ``other`` on the same rows, the same firms drawn for both."""
    both = np.column_stack([one.p, other.p])
    return estimate(lambda o, p: auc(o, p[:, 0]) - auc(o, p[:, 1]), one.outcome, both, one.group)


def table(results: Mapping[str, Mapping[str, Estimate]]) -> str:
    """A Markdown table, a row a model."""
    lines = ["| | " + " | ".join(TITLES[one] for one in MEASURES) + " |", "|---" * (len(MEASURES) + 1) + "|"]
    for name, estimates in results.items():
        lines.append(f"| {name} | " + " | ".join(str(estimates[measure]) for measure in MEASURES) + " |")
    return "\n".join(lines)
