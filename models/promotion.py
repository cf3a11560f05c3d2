"""From challenger to champion: only with a comparison on rows apart, and only by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl

from features.errors import ValueProblem
from models.datasets import Dataset
from models.evaluation.compare import Forecast, apart, measured, table
from models.evaluation.report import LABELS
from models.experiment import fingerprint
from models.persons import said, same
from models.tracking import CHALLENGER, CHAMPION, Tracking, Version

FEWEST = 30
"""Events, and rows without, below which a comparison says nothing; a ``reference`` default of this project."""
WORDS = {"better": "更好", "worse": "更差", "not distinguishable": "无法区分"}


def compare(tracking: Tracking, challenger: Version, dataset: Dataset) -> str:
    """Both cards on rows that neither was fitted on; the text is kept with the challenger.

    Without a champion the challenger stands alone. Raises `ValueProblem` where the set has no test period, or none that is
    later than what both were fitted on.
    """
    champion = _champion(tracking, challenger)
    versions = [challenger] if champion is None else [challenger, champion]
    rows = _apart(dataset, versions)
    tested, outcome, group = dataset.features.filter(rows), dataset.outcome.filter(rows), dataset.group.filter(rows)
    _enough(dataset.name, outcome)
    cards = [tracking.card(version) for version in versions]
    forecasts = [Forecast(outcome.to_numpy(), c.predict_proba(tested)[:, 1], group.to_numpy()) for c in cards]
    assert dataset.day is not None
    data, days = fingerprint(dataset), dataset.day.filter(rows).unique().sort()
    whose = [f"{role} `{card.sha256}`" for role, card in zip(_roles(versions), cards, strict=True)]
    about = [f"数据 data: `{data}`，{days[0]} – {days[-1]}", *whose]
    text, better = _text(versions, sorted({card.origin for card in cards}), forecasts, about)
    present = "" if champion is None else champion.number
    # Every comparison stays; the last one is that which counts.
    file = f"comparison-{present or 'none'}-{data[7:15]}.md"
    tracking.keep(challenger, file, text)
    tracking.tag(challenger, compared_with=present, comparison=file, compared=better)
    return text


def promote(tracking: Tracking, challenger: Version, by: str, reason: str) -> Version:
    """Make the challenger champion; the alias of challenger is free again.

    Raises `ValueProblem` where the comparison with the present champion is missing, nobody or nothing is named, or the
    person is the one who trained it.
    """
    by, reason = said("--by", by), said("--reason", reason)
    if same(by, challenger.tags["by"]):
        raise ValueProblem(
            field="--by",
            value=by,
            rule="须由训练者以外的人批准 / promoted by another person than who trained it",
            remedy="请第二人批准 / have a second person do it",
        )
    champion = _champion(tracking, challenger)
    present = "" if champion is None else champion.number
    if challenger.tags.get("compared_with") != present:
        raise ValueProblem(
            field=challenger.name,
            value=challenger.number,
            rule=f"须先与现任（{present or '无 none'}）比较 / a comparison with the present champion ({present or 'none'}) is needed",
            remedy="先作比较：dengti model compare / compare first: dengti model compare",
        )
    tracking.file(challenger, challenger.tags["comparison"])
    tracking.call(challenger, CHAMPION)
    if CHALLENGER in challenger.aliases:
        tracking.uncall(challenger, CHALLENGER)
    tracking.tag(challenger, promoted_by=by, promoted_why=reason, promoted_at=datetime.now(UTC).isoformat())
    return tracking.version(challenger.name, challenger.number)


def _champion(tracking: Tracking, challenger: Version) -> Version | None:
    """The version in office. Raises `ValueProblem` where that is the challenger itself."""
    if CHAMPION in challenger.aliases:
        raise ValueProblem(
            field=challenger.name,
            value=challenger.number,
            rule="该版本已是现任 / this version is the champion already",
            remedy="选另一版本：--version / name another one: --version",
        )
    return next((one for one in tracking.versions(challenger.name) if CHAMPION in one.aliases), None)


def _enough(name: str, outcome: pl.Series) -> None:
    events = int(outcome.sum())
    if min(events, outcome.len() - events) < FEWEST:
        raise ValueProblem(
            field=name,
            value=f"{outcome.len():,} 行 rows, {events:,} 事件 events",
            rule=f"比较至少要有 {FEWEST} 个事件和 {FEWEST} 个非事件（参考默认值）/ a comparison needs {FEWEST} events and as many "
            "others (reference default)",
            remedy="用更多企业的数据 / use data of more firms",
        )


def _roles(versions: Sequence[Version]) -> list[str]:
    return [f"{role} {version.number}" for role, version in zip((CHALLENGER, CHAMPION), versions, strict=False)]


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


def _text(
    versions: Sequence[Version], origins: Sequence[str], forecasts: Sequence[Forecast], about: Sequence[str]
) -> tuple[str, str]:
    """The report, and in a word whether the challenger is better."""
    names, new = _roles(versions), forecasts[0]
    lines = [
        f"# {versions[0].name}: {' / '.join(names)} ({', '.join(LABELS[one] for one in origins)})",
        f"{len(new.outcome):,} 行 rows, {int(new.outcome.sum()):,} 事件 events",
        table({name: measured(one) for name, one in zip(names, forecasts, strict=True)}),
    ]
    if len(forecasts) > 1:
        found = apart(*forecasts)
        better = "better" if found.low > 0 else "worse" if found.high < 0 else "not distinguishable"
        lines.append(f"AUC 差 difference, {names[0]} − {names[1]}: {found}：{WORDS[better]} {better}")
    else:
        better = "alone"
        lines.append("没有现任可比 / there is no champion to compare with")
    lines.append("\n".join(f"- {one}" for one in about))
    return "\n\n".join(lines) + "\n", better
