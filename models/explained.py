"""Why a finding of the leakage check is no leak, as who trains says it: FEATURE:RULE=REASON, kept with the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from features.errors import ValueProblem
from models.datasets import Dataset
from models.leakage import RULES, TOGETHER, Explained, Finding
from models.persons import is_said

FORM = "FEATURE:RULE=REASON"


def given(texts: Sequence[str], dataset: Dataset, by: str) -> Explained:
    """The reasons by feature and rule, each with who gave it. Raises `ValueProblem` for a feature or rule that is not there, a
    reason that says nothing, or two for one finding.
    """
    found: dict[tuple[str, str], str] = {}
    for text in texts:
        place, stated, reason = text.partition("=")
        feature, parted, rule = place.rpartition(":")
        if not stated or not parted:
            raise _wrong(text, f"写法为 / the form is {FORM}")
        if rule not in (*RULES, TOGETHER):
            raise _wrong(text, f"没有规则 no rule {rule}；已有 known: {', '.join((*RULES, TOGETHER))}")
        known = [dataset.name] if rule == TOGETHER else dataset.features.columns
        if feature not in known:
            raise _wrong(text, f"没有字段 no feature {feature}；已有 known: {', '.join(known)}")
        if not is_said(reason):
            raise _wrong(text, "须写明理由 / a reason must be given")
        if (feature, rule) in found:
            raise _wrong(text, "每项只说明一次 / a finding is explained once")
        found[feature, rule] = f"{reason.strip()}（说明人 explained by: {by}）"
    return found


def unused(reasons: Explained, found: Iterable[Finding]) -> list[str]:
    """Reasons for what was not found, as FEATURE:RULE."""
    there = {(one.feature, one.rule) for one in found}
    return [f"{feature}:{rule}" for feature, rule in reasons if (feature, rule) not in there]


def _wrong(text: str, rule: str) -> ValueProblem:
    return ValueProblem(field="--explain", value=text, rule=rule, remedy=f"--explain '{FORM}'")
