"""From challenger to champion: only with a comparison on rows apart, and only by a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import polars as pl

from features.errors import ValueProblem
from models.datasets import Dataset
from models.drift import between, checks
from models.evaluation.compare import Forecast, apart, measured, table
from models.evaluation.report import LABELS, drifted
from models.experiment import fingerprint
from models.limits import COMPARED, DRIFT, DriftLimits, drift_told
from models.persons import said, same
from models.tracking import CHALLENGER, CHAMPION, COMPARISON, PROMOTION, Tracking, Version
from scoring.learned import LearnedCard

ALONE, BETTER = "没有现任可比 / there is no champion to compare with", "挑战者更好 / the challenger is better"
WORSE, ALIKE = "挑战者更差 / the challenger is worse", "两者无法区分 / the two cannot be told apart"
UNTOLD = "该评分卡未记录训练时的数据分布 / the card does not tell what it was fitted on"
MINIMUM = (
    f"至少 {COMPARED} 个事件和 {COMPARED} 个非事件（参考默认值 reference） / {COMPARED} events and {COMPARED} others at least "
    "(a reference default)"
)


def compare(tracking: Tracking, challenger: Version, dataset: Dataset, by: str, limits: DriftLimits = DRIFT) -> str:
    """Both cards on rows that neither was fitted on, and how far these rows are from what each was fitted on; the text is kept
    with the challenger.

    Without a champion the challenger stands alone. Raises `ValueProblem` where the set has no test period, or none that is
    later than what both were fitted on, or has too few events there, or nobody is named, or the challenger is champion.
    """
    by = said("--by", by)
    champion = _champion(tracking, challenger)
    versions = [challenger] if champion is None else [challenger, champion]
    rows = _apart(dataset, versions)
    tested, outcome, group = dataset.features.filter(rows), dataset.outcome.filter(rows), dataset.group.filter(rows)
    _enough(dataset.name, outcome)
    cards = [tracking.card(version) for version in versions]
    forecasts = [Forecast(outcome.to_numpy(), c.predict_proba(tested)[:, 1], group.to_numpy()) for c in cards]
    verdict = _verdict(forecasts)
    about = [f"比较者 compared by: {by}", *_about(dataset, rows), f"最少样本 minimum: {MINIMUM}"]
    about += [f"{role}: `{card.sha256}`" for role, card in zip(_roles(versions), cards, strict=True)]
    text = _text(versions, sorted({card.origin for card in cards}), forecasts, verdict, about)
    text += _drift(dict(zip(_roles(versions), cards, strict=True)), tested, outcome, limits)
    # Every comparison stays; the last one is that which counts.
    file = tracking.keep(challenger, COMPARISON, text)
    present = "" if champion is None else champion.number
    tracking.tag(challenger, compared_with=present, compared_by=by, comparison=file, verdict=verdict)
    return text


def promote(tracking: Tracking, challenger: Version, by: str, reason: str) -> Version:
    """Make the challenger champion; the alias of challenger is free again.

    A challenger that is not better is promoted too, with the tag ``promoted_despite``. Raises `ValueProblem` where the
    comparison with the present champion is missing, the card was changed, the version is champion, nobody or nothing is named,
    or the person is the one who trained it.
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
    # A comparison that tells no verdict was made by an earlier version of this program.
    if challenger.tags.get("compared_with") != present or "verdict" not in challenger.tags:
        raise ValueProblem(
            field=challenger.name,
            value=challenger.number,
            rule=f"须先与现任（{present or '无 none'}）比较 / a comparison with the present champion ({present or 'none'}) is needed",
            remedy="先作比较：dengti model compare / compare first: dengti model compare",
        )
    file, verdict = challenger.tags["comparison"], challenger.tags["verdict"]
    tracking.file(challenger, file)
    tracking.card(challenger)
    at = datetime.now(UTC).isoformat()
    told = (f"批准者 promoted by: {by}", f"事由 why: {reason}", f"时间 at: {at}", f"比较 comparison: {file}：{verdict}")
    tracking.keep(challenger, PROMOTION, "".join(f"- {one}\n" for one in told))
    tracking.call(challenger, CHAMPION)
    if CHALLENGER in challenger.aliases:
        tracking.uncall(challenger, CHALLENGER)
    despite = None if verdict.startswith((ALONE, BETTER)) else verdict
    tracking.tag(challenger, promoted_by=by, promoted_why=reason, promoted_at=at, promoted_despite=despite)
    return tracking.version(challenger.name, challenger.number)


def promoted(tracking: Tracking, card: LearnedCard) -> Version:
    """The version of the registry that is this very card. Raises `ValueProblem` where there is none, or where nobody but who
    trained it promoted it.
    """
    versions = [one for one in tracking.versions(card.id) if one.tags.get("card") == card.sha256]
    for one in versions:
        by = one.tags.get("promoted_by", "").strip()
        if by and not same(by, one.tags["by"]):
            return one
    told = "登记中没有此卡 / the registry does not have this card"
    if versions:
        told = f"版本 {versions[0].number} 未经第二人批准 / version {versions[0].number} was not promoted by a second person"
    raise ValueProblem(
        field="learned",
        value=f"{card.id} {card.sha256}",
        rule=f"以本单位数据训练的评分卡须经登记并由第二人批准 / a card of the office's own facts must be registered and promoted: {told}",
        remedy=f"检查 --runs；先批准再写出 / look at --runs; promote it, then write its file: dengti model promote {card.id} …, "
        f"dengti model card {card.id} FILE",
    )


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
    if min(events, outcome.len() - events) < COMPARED:
        raise ValueProblem(
            field=name,
            value=f"{outcome.len():,} 行 rows, {events:,} 事件 events",
            rule=f"比较所需 / what a comparison needs: {MINIMUM}",
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
        value=", ".join(one or "无检验期 no test period" for one in days),
        rule="比较须在两张评分卡都未用于训练的时期上进行 / a comparison needs a period on which neither card was fitted",
        remedy="用有检验期的数据训练 / train on data with a test period",
    )


def _verdict(forecasts: Sequence[Forecast]) -> str:
    """Whether the first is better than the second, in words, with the interval that says so."""
    if len(forecasts) == 1:
        return ALONE
    found = apart(*forecasts)
    words = BETTER if found.low > 0 else WORSE if found.high < 0 else ALIKE
    return f"{words}: AUC 差 difference {found}"


def _about(dataset: Dataset, rows: pl.Series) -> list[str]:
    assert dataset.day is not None
    days, outcome = dataset.day.filter(rows).unique().sort(), dataset.outcome.filter(rows)
    return [
        f"数据 data: `{fingerprint(dataset)}`",
        f"检验期 test: {days[0]} – {days[-1]}，{outcome.len():,} 行 rows，{int(outcome.sum()):,} 事件 events",
    ]


def _text(
    versions: Sequence[Version],
    origins: Sequence[str],
    forecasts: Sequence[Forecast],
    verdict: str,
    about: Sequence[str],
) -> str:
    names = _roles(versions)
    lines = [
        f"# {versions[0].name}: {' / '.join(names)} ({', '.join(LABELS[one] for one in origins)})",
        table({name: measured(one) for name, one in zip(names, forecasts, strict=True)}),
        verdict,
        "\n".join(f"- {one}" for one in about),
    ]
    return "\n\n".join(lines) + "\n"


def _drift(cards: Mapping[str, LearnedCard], tested: pl.DataFrame, outcome: pl.Series, limits: DriftLimits) -> str:
    """How far the rows of the comparison are from what each card was fitted on, and the two of these from each other."""
    parts = ["## 漂移 drift", drift_told(limits)]
    for role, card in cards.items():
        parts.append(f"### 检验期与 {role} 训练时 / the rows of the test against what {role} was fitted on")
        parts.append(UNTOLD if card.seen is None else drifted(checks(card.seen, tested, outcome, limits=limits)))
    seen = [card for card in cards.values() if card.seen is not None]
    if len(seen) == 2:
        new, old = seen
        parts.append("### 两卡训练数据之间 / what the two were fitted on: 基率与缺失 base rate and what is missing")
        parts += [_base_rates(cards), drifted(between(old, new, limits))]
    return "\n" + "\n\n".join(parts) + "\n"


def _base_rates(cards: Mapping[str, LearnedCard]) -> str:
    told = [(role, *card.seen.outcome) for role, card in cards.items() if card.seen is not None]
    return "\n".join(
        f"- {role}: {rows:,} 行 rows，{events:,} 事件 events，{events / rows:.3f}" for role, rows, events in told
    )
