"""From challenger to champion: only with a comparison on rows apart, and only by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl

from features.errors import ValueProblem
from models.datasets import Dataset
from models.evaluation.compare import Forecast, apart, measured, table
from models.evaluation.report import LABELS
from models.tracking import CHALLENGER, CHAMPION, Tracking, Version

COMPARISON = "comparison.md"


def compare(tracking: Tracking, challenger: Version, dataset: Dataset) -> str:
    """Both cards on rows that neither was fitted on; the text is kept with the challenger.

    Without a champion the challenger stands alone. Raises `ValueProblem` where the set has no test period, or none that is
    later than what both were fitted on.
    """
    champion = _champion(tracking, challenger.name)
    versions = [challenger] if champion is None else [challenger, champion]
    rows = _apart(dataset, versions)
    tested, outcome, group = (one.filter(rows) for one in (dataset.features, dataset.outcome, dataset.group))
    cards = [tracking.card(version) for version in versions]
    forecasts = [Forecast(outcome.to_numpy(), c.predict_proba(tested)[:, 1], group.to_numpy()) for c in cards]
    text = _text(versions, sorted({card.origin for card in cards}), forecasts)
    tracking.keep(challenger, COMPARISON, text)
    tracking.tag(challenger, compared_with="" if champion is None else champion.number)
    return text


def promote(tracking: Tracking, challenger: Version, by: str, reason: str) -> Version:
    """Make the challenger champion; the alias of challenger is free again.

    Raises `ValueProblem` where the comparison with the present champion is missing, nobody or nothing is named, or the
    person is the one who trained it.
    """
    by, reason = by.strip(), reason.strip()
    for field, value in (("--by", by), ("--reason", reason)):
        if not value:
            raise ValueProblem(
                field=field, value="", rule="须写明何人、何故 / who and why must be said", remedy=f"{field} …"
            )
    if by.casefold() == challenger.tags["by"].strip().casefold():
        raise ValueProblem(
            field="--by",
            value=by,
            rule="须由训练者以外的人批准 / promoted by another person than who trained it",
            remedy="请第二人批准 / have a second person do it",
        )
    tracking.file(challenger, COMPARISON)
    champion = _champion(tracking, challenger.name)
    present = "" if champion is None else champion.number
    if challenger.tags.get("compared_with") != present:
        raise ValueProblem(
            field=challenger.name,
            value=challenger.number,
            rule=f"比较报告须以现任 {present} 为对象 / the comparison must be with the present champion {present}",
            remedy="重新比较：dengti model compare / compare again",
        )
    tracking.call(challenger, CHAMPION)
    if CHALLENGER in challenger.aliases:
        tracking.uncall(challenger, CHALLENGER)
    tracking.tag(challenger, promoted_by=by, promoted_why=reason, promoted_at=datetime.now(UTC).isoformat())
    return tracking.version(challenger.name, challenger.number)


def _champion(tracking: Tracking, name: str) -> Version | None:
    return next((one for one in tracking.versions(name) if CHAMPION in one.aliases), None)


def _apart(dataset: Dataset, versions: Sequence[Version]) -> pl.Series:
    """The rows asked from the day on from which none of the cards was fitted."""
    days = [version.tags.get("test_from", "") for version in versions]
    if dataset.day is not None and all(days):
        rows = dataset.day >= date.fromisoformat(max(days))
        if 0 < int(dataset.outcome.filter(rows).sum()) < int(rows.sum()):
            return rows
    raise ValueProblem(
        field=dataset.name,
        value=", ".join(days),
        rule="比较须在两张评分卡都未用于训练的时期上进行 / a comparison needs a period on which neither card was fitted",
        remedy="用有检验期的数据训练 / train on data with a test period",
    )


def _text(versions: Sequence[Version], origins: Sequence[str], forecasts: Sequence[Forecast]) -> str:
    names = [f"{role} {version.number}" for role, version in zip((CHALLENGER, CHAMPION), versions, strict=False)]
    new = forecasts[0]
    lines = [
        f"# {versions[0].name}: {' / '.join(names)} ({', '.join(LABELS[one] for one in origins)})",
        f"{len(new.outcome):,} 行 rows, {int(new.outcome.sum()):,} 事件 events",
        table({name: measured(one) for name, one in zip(names, forecasts, strict=True)}),
    ]
    if len(forecasts) > 1:
        lines.append(f"AUC 差 difference, {names[0]} − {names[1]}: {apart(*forecasts)}")
    return "\n\n".join(lines) + "\n"
