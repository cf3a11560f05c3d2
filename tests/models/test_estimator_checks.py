"""Scikit-learn's own suite over every estimator of the package."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.additive import AdditiveCardClassifier


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([AdditiveCardClassifier(n_trees=20, n_repeats=1)])
def test_the_classifier_behaves_as_scikit_learn_expects(estimator: Any, check: Any) -> None:
    check(estimator)
