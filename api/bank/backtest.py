"""How a bank's grades have held: bad rates with bounds, and whether each grade is better than the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from api.answers.forms import Json

Z = 1.959963984540054
"""Of a two-sided interval of 95 %."""
HOLDS, UNSURE, INVERTED, INVERTED_SURELY = "holds", "not_told_apart", "inverted_within_chance", "inverted"


@dataclass(frozen=True)
class Held:
    """Enterprises of one grade, and those of them that went bad."""

    firms: int
    bad: int

    @property
    def rate(self) -> float:
        """Share that went bad."""
        return self.bad / self.firms

    @property
    def bounds(self) -> tuple[float, float]:
        """Wilson's interval of 95 %."""
        n, p = self.firms, self.rate
        middle, spread = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        whole = 1 + Z * Z / n
        return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def backtest(held: Mapping[str, Held]) -> Json:
    """Rates of each grade, best first, and for each two neighbours whether the better one has fewer bad.

    Raises ValueError for a grade without enterprises, or with more bad ones than there are.
    """
    for grade, one in held.items():
        if one.firms < 1 or not 0 <= one.bad <= one.firms:
            raise ValueError(f"{grade}: {one.bad} / {one.firms}")
    grades = {
        grade: {"firms": one.firms, "bad": one.bad, "rate": one.rate, "low": one.bounds[0], "high": one.bounds[1]}
        for grade, one in held.items()
    }
    neighbours = [_between(*pair) for pair in pairwise(held.items())]
    return {
        "grades": grades,
        "neighbours": neighbours,
        "monotone": all(one["answer"] in (HOLDS, UNSURE) for one in neighbours),
        "told_apart": all(one["answer"] == HOLDS for one in neighbours),
    }


_SAID = {
    HOLDS: ("{a} 的不良率低于 {b}，差异可信", "{a} has fewer bad than {b}, beyond chance"),
    UNSURE: ("{a} 的不良率低于 {b}，样本尚不足以区分", "{a} has fewer bad than {b}, too few to tell them apart"),
    INVERTED: (
        "{a} 的不良率高于 {b}，次序颠倒，但在抽样误差之内",
        "{a} has more bad than {b}: inverted, within chance",
    ),
    INVERTED_SURELY: ("{a} 的不良率高于 {b}，次序颠倒，差异可信", "{a} has more bad than {b}: inverted, beyond chance"),
}


def _between(better: tuple[str, Held], worse: tuple[str, Held]) -> Json:
    """By the interval of the difference of both rates (Newcombe, from Wilson's intervals)."""
    (a, one), (b, other) = better, worse
    (l1, u1), (l2, u2) = one.bounds, other.bounds
    difference = other.rate - one.rate
    low = difference - sqrt((other.rate - l2) ** 2 + (u1 - one.rate) ** 2)
    high = difference + sqrt((u2 - other.rate) ** 2 + (one.rate - l1) ** 2)
    answer = HOLDS if low > 0 else INVERTED_SURELY if high < 0 else UNSURE if difference >= 0 else INVERTED
    zh, en = (text.format(a=a, b=b) for text in _SAID[answer])
    return {
        "better": a,
        "worse": b,
        "difference": difference,
        "low": low,
        "high": high,
        "answer": answer,
        "zh": zh,
        "en": en,
    }
