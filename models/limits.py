"""From when on a feature is suspected of leakage, and a batch of drift: reference defaults, for the deployment to set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeakageLimits:
    """A finding is a measure at or beyond its limit. The defaults are this project's own (``reference``), not a standard."""

    skill: float = 0.85
    """AUC of one feature alone from which it is implausible; the best of 64 ratios of Polish firms reaches 0.81."""
    missing: float = 0.75
    """AUC of being missing."""
    usual: float = 0.30
    """Difference in the share of usual values between rows with and without the event."""
    pure: float = 0.90
    """Share of the rarer outcome in one state of a feature, the low end of its interval; Polish firms without Attr21 reach 0.86, the
    next feature of a public set 0.56. R&D intensity, a legal threshold, reaches 0.93 on synthetic firms and is explained; their next
    feature 0.86."""
    together: float = 0.98
    """AUC of the best model of all features on rows that it had not seen; the best honest one, of synthetic firms as of the
    public sets, reaches 0.96."""


@dataclass(frozen=True)
class DriftLimits:
    """Levels of watch and alarm. Those of PSI are customary, from memory without a source; the others this project's own (``reference``)."""

    psi_watch: float = 0.10
    psi_alarm: float = 0.25
    odds_watch: float = 1.25
    odds_alarm: float = 1.5
    """Ratio of the odds of the event, either way."""
    errors: float = 3.0
    """Standard errors by which chance alone is ruled out, of PSI shared among the features (`models.drift`); nothing has a level
    below that."""


LEAKAGE, DRIFT = LeakageLimits(), DriftLimits()
COMPARED = 30
"""Events, and rows without, below which a comparison of two cards says nothing; this project's own (``reference``)."""


def standing(limits: LeakageLimits | DriftLimits) -> str:
    """Whose limits these are, for people."""
    if limits in (LEAKAGE, DRIFT):
        return "参考默认值 reference"
    return "部署方设定 set by the deployment"


def leakage_told(limits: LeakageLimits) -> str:
    """The limits in one line, with whose they are."""
    return (
        f"限值 limits（{standing(limits)}）：单字段 AUC one feature alone ≥ {limits.skill:g}；"
        f"缺失 AUC of being missing ≥ {limits.missing:g}；惯常值占比之差 share of usual values apart ≥ {limits.usual:g}；"
        f"某一状态中少数结果占比 share of the rarer outcome in one state ≥ {limits.pure:g}；"
        f"全部字段 AUC of all together ≥ {limits.together:g}"
    )


def drift_told(limits: DriftLimits) -> str:
    """The limits in one line, with whose they are."""
    customary = (limits.psi_watch, limits.psi_alarm) == (DRIFT.psi_watch, DRIFT.psi_alarm)
    psi = "业内惯例 customary" if customary else standing(limits)
    return (
        f"限值 limits：PSI {limits.psi_watch:g} / {limits.psi_alarm:g}（{psi}）；"
        f"优势比 odds ratio {limits.odds_watch:g} / {limits.odds_alarm:g}；"
        f"二者均须超出偶然所致 both only beyond chance：{limits.errors:g} 个标准误 standard errors（{standing(limits)}）"
    )
