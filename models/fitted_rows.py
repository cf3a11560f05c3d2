"""Rows as the booster is fitted on them: missing values apart from what is declared, and whole groups left out together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from models.binning import Floats


class Apart:
    """Band numbers as the booster reads them.

    A tree sends missing values to one side of its cut, so a constraint on the sides would hold for missing too. Of features
    that are to be monotone it has therefore a column of its own, which is free; the feature's has the middle band instead.
    """

    def __init__(self, banded: Floats, monotone: Sequence[int]) -> None:
        missing = np.isnan(banded)
        self._features = [i for i, sign in enumerate(monotone) if sign and 0 < missing[:, i].sum() < len(banded)]
        self._middle = [float(np.median(banded[~missing[:, i], i]) // 1) for i in self._features]
        self.monotone = [*monotone, *[0] * len(self._features)]
        self.rows = self.of(banded)

    def of(self, banded: Floats) -> Floats:
        """Columns of the features, then one of 0 and 1 for each whose missing values stand apart."""
        missing = np.isnan(banded[:, self._features])
        found = np.column_stack([banded, missing])
        found[:, self._features] = np.where(missing, self._middle, banded[:, self._features])
        return found


def deal(
    having: NDArray[np.int64], whose: NDArray[np.int64], folds: int, random: np.random.RandomState
) -> Iterator[NDArray[np.bool_]]:
    """The rows of each fold: whole groups, those with the event and those without shared out evenly."""
    for _, groups in StratifiedKFold(folds, shuffle=True, random_state=random).split(having, having):
        yield np.isin(whose, groups)


def with_something(banded: Floats) -> Floats:
    """A column of nothing but missing values as a constant: the booster cannot cut it, and so gives it no points."""
    return np.where(np.isnan(banded).all(axis=0), 0.0, banded)
