"""From what a user points at to a data set with its provenance: an office's facts by replay, or one of the public sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from features.errors import FileProblem, ValueProblem
from features.long_tables import LongTables
from features.population.assumptions import SOURCE as INVENTED
from features.tables import TABLES
from models import datasets
from models.datasets import EACH, Dataset
from models.experiment import Provenance
from models.leakage import Explained
from models.replay import targets
from models.replay.inputs import names
from models.replay.known import as_it_stands, assumptions, taken_for_none
from models.replay.sets import asked, climb_set, distress_set
from scoring.ladder import Rung, ladders
from scoring.learned import FOREIGN, OWN, SYNTHETIC

PUBLIC: Mapping[str, tuple[Callable[[Path], Dataset], str]] = {
    "us_growth": (datasets.us_growth, "美国上市公司 1999–2014 / US public firms, Pellegrino et al. 2024, CC BY 4.0"),
    "us_failure": (datasets.us_failure, "美国上市公司 1999–2014 / US public firms, Pellegrino et al. 2024, CC BY 4.0"),
    "polish_1": (lambda folder: datasets.polish(folder, 1), "波兰制造业企业 / Polish manufacturers, Zięba et al. 2016"),
    "polish_5": (lambda folder: datasets.polish(folder, 5), "波兰制造业企业 / Polish manufacturers, Zięba et al. 2016"),
    "sba": (datasets.sba, "美国小企业贷款 1997–2004 / US small-business loans, SBA FOIA"),
}
"""Public sets by name: how to load them from their folder, and whose data they are."""
CLIMB, DISTRESS = "climb.", "distress"
_INTENSITY, _AMOUNT, _HEADS = (
    ("rd_to_revenue(-1)", "rd_to_revenue(-2)"),
    ("rd_expense(-1)",),
    ("rd_staff_share", "employees_growth"),
)
_CONDITION, _RECURRING = ("implausible_skill", "pure"), ("recorded_otherwise",)
_EXPLAINED: Mapping[str, Sequence[tuple[Sequence[str], Sequence[str], str]]] = {
    "climb.tech_sme": (
        (
            _INTENSITY,
            _CONDITION,
            "研发投入占比是科技型中小企业的评分项目 / R&D intensity is a scored item of the title",
        ),
    ),
    "climb.high_tech_enterprise": (
        (_INTENSITY, _CONDITION, "研发费用占比是高新技术企业的认定条件 / R&D intensity is a condition of the title"),
    ),
    "climb.specialised_sme": (
        (_INTENSITY, _CONDITION, "研发费用占比不低于3%是认定条件 / R&D of 3 % of revenue is a condition of the title"),
        (_AMOUNT, _CONDITION, "研发费用不低于100万元是认定条件 / R&D of 1 million yuan is a condition of the title"),
        (
            _HEADS,
            _RECURRING,
            "人数之比在小企业中常重复（1/2、1/3），该称号要求营业收入1000万元（或新增股权融资2000万元），企业较大；合成数据中人数相近者无差别 / "
            "shares of few heads recur, and the title asks for 10 million yuan of revenue (or 20 million of new equity), so for larger firms; of "
            "synthetic firms of like heads there is no difference",
        ),
    ),
}
"""Findings of `models.leakage` that are no leak, by event: features, rules, and why."""


def explained(event: str) -> Explained:
    """Why what `models.leakage` finds of an event is no leak, by feature and rule."""
    return {(name, rule): why for names, rules, why in _EXPLAINED.get(event, ()) for name in names for rule in rules}


def public(event: str, source: Path) -> tuple[Dataset, Provenance]:
    """One of `PUBLIC`, to be trained on or compared with. Raises `FactError` where the file is none, or lacks an outcome."""
    found, (_, whose) = _loaded(event, source), PUBLIC[event]
    if unknown := found.outcome.null_count():
        raise ValueProblem(
            field=event,
            value=f"{unknown:,} 行 rows",
            rule="结果未知，无法训练或比较 / the outcome is not known, so nothing can be trained or compared",
            remedy="给出结果已知的行 / give rows whose outcome is known",
        )
    told = f"{whose}；拟合 fitted on {_fitted(found)}"
    return found, Provenance(FOREIGN, told, "方法演示，不用于中国企业 / the method only, no Chinese firm")


def newer(event: str, source: Path, since: str = "") -> tuple[pl.DataFrame, pl.Series]:
    """What a card of a public set meets: features and outcomes, null where not known yet, of all rows of a file; of the set's
    folder, which holds what the card was fitted on, those from the day ``since`` on. Raises `FactError` where there are none.
    """
    found = _loaded(event, source)
    if not source.is_dir():
        return found.features, found.outcome
    rows = None if found.day is None or not since else found.day >= date.fromisoformat(since)
    if rows is None or not rows.any():
        raise ValueProblem(
            field=event,
            value=str(source),
            rule="目录中没有训练期之后的行 / the folder holds no rows later than those that the card was fitted on",
            remedy="给出新一期数据的文件（Parquet、CSV） / name a file of newer rows (Parquet, CSV)",
        )
    return found.features.filter(rows), found.outcome.filter(rows)


def _loaded(event: str, source: Path) -> Dataset:
    """Raises `FileProblem` where what lies there is not in the form of the set."""
    try:
        return PUBLIC[event][0](source)
    except pl.exceptions.PolarsError as error:
        said = str(error).strip().partition("\n")[0]
        raise FileProblem(
            field=str(source),
            value=event,
            rule=f"与该数据集的形式不符 / not in the form of this set: {said}",
            remedy="列名与类型须与公开文件相同 / columns and their types must be those of the public file",
        ) from None


def replayed(long: LongTables, event: str, known_at: date, split: date | None = None) -> tuple[Dataset, Provenance]:
    """``climb.<tier>`` or ``distress``, asked on 30 June of every year of the facts.

    ``split``: first day of the test period; by default so that two of the yearly questions are its. Raises `ValueProblem`
    for an unknown event, or too short a history.
    """
    rung = None if event == DISTRESS else _rung(event)
    _complete(long, event)
    days = _questions(long)
    if rung is None:
        found = distress_set(long, days, known_at, split or date(known_at.year - 2, 1, 1))
    else:
        found = climb_set(long, rung, days, known_at, split or date(known_at.year - 3, 1, 1))
    provenance = _provenance(long, found, targets.CLIMB if rung else targets.DISTRESS)
    return found, replace(provenance, known_at=known_at, split=split)


def batch(long: LongTables, event: str, known_at: date) -> tuple[pl.DataFrame, pl.Series | None]:
    """What a card meets now: features of the firms that the last 30 June by ``known_at`` asks of, and the outcomes of the last
    one whose time is over, None where there is none.
    """
    distress = event == DISTRESS
    _complete(long, event)
    told = as_it_stands(long, known_at)
    target = partial(targets.distress, told) if distress else partial(targets.climb, told, _rung(event))
    horizon = targets.DISTRESS if distress else targets.CLIMB
    days = [day for day in _questions(long) if day <= known_at]
    if not days:
        raise ValueProblem(
            field="known_at",
            value=str(known_at),
            rule="早于首个询问日 / before the first question",
            remedy="--known-at",
        )
    over = [day for day in days if horizon.settled(day, known_at)]
    return asked(long, target, days[-1]).select(names()), target(over[-1])["outcome"] if over else None


def _questions(long: LongTables) -> list[date]:
    """30 June of every year of which, and of the one before, there are accounts. Raises `ValueProblem` where there are none."""
    years = long.tables["annual_report"]["fiscal_year"].drop_nulls()
    if years.is_empty():
        raise _lacking("annual_report")
    first, last = int(years.min()), int(years.max())  # type: ignore[arg-type]
    return [date(year, 6, 30) for year in range(first + 2, last + 2)]


def _complete(long: LongTables, event: str) -> None:
    """Raises `ValueProblem` for the first table without which the event cannot be told."""
    for table in ("annual_report", "enterprise", "event" if event == DISTRESS else "certificate"):
        if table not in long.tables:
            raise _lacking(table)


def _lacking(table: str) -> ValueProblem:
    return ValueProblem(
        field=table,
        value="",
        rule=f"没有{TABLES[table].zh}，无法训练或检查 / without this table nothing can be trained or checked",
        remedy="先导入该表，没有记录也须有表头 / import the table first, with its header where it has no rows",
    )


def _rung(event: str) -> Rung:
    rungs = {f"{CLIMB}{rung.id}": rung for ladder in ladders().values() for rung in ladder.rungs}
    if event not in rungs:
        known = ", ".join((*sorted(rungs), DISTRESS, *PUBLIC))
        raise ValueProblem(
            field="--event", value=event, rule=f"没有此事件 / no such event; {known}", remedy="--event climb.gazelle"
        )
    return rungs[event]


def _fitted(found: Dataset) -> str:
    """Of a public set what a card is fitted on: rows, and where the set tells them firms and years."""
    rows = pl.repeat(True, found.outcome.len(), eager=True) if found.later is None else ~found.later
    told = [f"{int(rows.sum()):,} 行 rows"]
    if found.group.name != EACH:
        told.append(f"{found.group.filter(rows).n_unique():,} 家 firms")
    if found.day is not None:
        years = found.day.filter(rows).dt.year().sort()
        told.append(f"{years[0]}–{years[-1]}")
    return "，".join(told)


def _provenance(long: LongTables, found: Dataset, horizon: targets.Horizon) -> Provenance:
    assert found.day is not None
    assert found.later is not None
    invented = any((frame["source"] == INVENTED).any() for frame in long.tables.values())
    fitted = found.day.filter(~found.later).cast(pl.String).sort()
    span = f"{fitted[0]}–{fitted[-1]}, {found.group.filter(~found.later).n_unique():,} 家 firms"
    lags = "；".join(filter(None, (taken_for_none(long, horizon.table), assumptions(long))))
    if invented:
        return Provenance(SYNTHETIC, f"合成企业 SYNTHETIC firms, {span}；{lags}", "仅演示 demonstration only")
    regions = long.tables["enterprise"]["region_code"].drop_nulls().cast(pl.String).str.slice(0, 2).unique().sort()
    where = "、".join(regions)
    return Provenance(OWN, f"本单位企业 the office's firms, {span}；{lags}", f"同地区企业 firms of regions {where}")
