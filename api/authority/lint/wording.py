"""Whether a gate or route asks for what its label says: the label carries the words of the text, the limits its numbers.

以上、以下、达到、不低于、不超过 include the number itself; 超过、大于、低于、不足、不满 leave it out, and 正增长 leaves out 0.
A limit is exclusive only where the label says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from api.authority.lint.bands import domain
from api.authority.lint.limits import Limit
from features.expression import MeanGrowth, Ratio
from features.indicators import written
from features.indicators.base import Unit
from scoring.yaml_tree import Findings, Tree

_BEFORE = {
    "≥": ("不低于", "不少于", "不小于", "达到", "至少"),
    ">": ("超过", "大于", "高于", "多于"),
    "≤": ("不超过", "不高于", "不多于", "不大于", "至多"),
    "<": ("低于", "小于", "少于", "不足", "不满", "未满", "未达到"),
}
_SIGNS = {word: sign for sign, words in _BEFORE.items() for word in words}
_AFTER = {"以上": "≥", "以下": "≤", "以内": "≤"}
_WITHOUT = {"≥": ">", "≤": "<"}
_LONGEST_FIRST = "|".join(sorted(_SIGNS, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<before>{_LONGEST_FIRST}|不含|)"
    r"(?P<number>\d+(?:\.\d+)?)(?P<multiple>亿|千万|百万|万|千)?(?P<unit>元|人|项|件|个|%|‰|分)"
    r"(?P<after>以上|以下|以内|)(?P<without>（不含)?"
)
_GROWS = "正增长"
_UNITS = {"元": Unit.YUAN, "人": Unit.PERSONS, "分": Unit.POINTS, "%": Unit.SHARE, "‰": Unit.SHARE}

Said = tuple[str, Fraction, Fraction, str]
"""As it stands in the label, its value, the same as a setting counts it (10 for 10%), the sign of its words or nothing."""


def check_label(
    label: str, limits: Sequence[Limit], other: frozenset[Fraction], place: Tree, findings: Findings
) -> None:
    """Note numbers of a label that no limit has, limits contrary to its words, exclusive ones of which it is silent.

    ``other``: further numbers that the conditions name (settings; 1 where a yes is asked for).
    """
    claims: dict[Fraction, set[str]] = {}
    for text, value, setting, sign in _said(label):
        if not ({value, setting} & other or any(limit.value == value for limit in limits)):
            findings.add("label_not_kept", place, text=text)
        elif sign:
            claims.setdefault(value, set()).add(sign)
    unsaid = _silent_on_exclusion(label)
    for limit in limits:
        words = claims.get(limit.value, set())
        if words and limit.sign not in words:
            findings.add("limit_contrary_to_label", limit.tree, sign=limit.sign, said=" ".join(sorted(words)))
        elif limit.exclusive and not limit.of_case and not words and unsaid and not _says_some(limit):
            findings.add("exclusive_limit_unsaid", limit.tree, sign=limit.sign)


def _said(label: str) -> Iterator[Said]:
    """The amounts that a label names; years are told in many ways and left out, so is nought."""
    for match in _QUANTITY.finditer(label.replace("美元", "元")):
        number = Fraction(match["number"])
        if match["before"] == "不含" or not number:
            continue
        unit = _UNITS.get(match["unit"], Unit.ITEMS)
        value = written.read(f"{match['number']}{match['multiple'] or ''}{match['unit']}", unit)
        sign = _SIGNS.get(match["before"]) or _AFTER.get(match["after"], "")
        sign = _WITHOUT.get(sign, sign) if match["without"] else sign
        yield match.group(), value, number if unit is Unit.SHARE else value, sign
    if _GROWS in label:
        yield _GROWS, Fraction(0), Fraction(0), ">"


def _silent_on_exclusion(label: str) -> bool:
    """Whether no word beside the named amounts leaves the limit out (大于所在档, 未达到划型线)."""
    loose = re.findall(_LONGEST_FIRST, _QUANTITY.sub("", label))
    return not any(_SIGNS[word] in "><" for word in loose)


def _says_some(limit: Limit) -> bool:
    """More than none of a counted or booked amount, which is never below it."""
    if limit.value or limit.sign != ">" or isinstance(limit.indicator.expression, (Ratio, MeanGrowth)):
        return False
    (least, _), _ = domain(limit.indicator)
    return least >= 0
