"""What an office would have held on a day of the past, from tables that it holds today, and what it holds to be true today.

Rows say since when they are known; those that do not were filled in later (补录). For these a **stated lag** counts from
what they are about: an assumption, named in every card that is trained on them. What such a row says of a later day is
taken back, and rows that came later are not there, so a list that was complete without them is complete. The lags are those of
the import (`features.statutory`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from features.errors import ValueProblem
from features.held import LONG_AGO, ROW, Held, hold
from features.identifiers.register import LEFT
from features.kinds import NEVER, day_number
from features.long_tables import LongTables
from features.pivot import merged_rows
from features.resolve import resolve
from features.statutory import lags
from features.tables import TABLES, Enterprise

_LATER: Mapping[str, tuple[str, ...]] = {
    "enterprise": ("deregistered_on", "delisted_on", "listed_on"),
    "certificate": ("revoked_on",),
    "event": ("ended_on",),
    "zone_membership": ("to",),
}
"""Ends that the row may have been told after it began: one later than the day was not known."""
_STATE: Mapping[str, Mapping[str, int | None]] = {
    "enterprise": {"status": None},
    "intellectual_property": {"in_force": 1},
}
"""Fields that say how things are today: taken back to how they begin."""


def as_it_was(long: LongTables, known_at: date) -> LongTables:
    """The tables as the office would have held them at the end of a day.

    ``incomplete`` stays that of today: it names the firm and the list, not the row that was refused nor its day. So a list of which
    a later row was refused is unknown on every day before too: no value is made up, but that one is missing is hindsight.
    """
    day = day_number(known_at)
    tables = {}
    for name, frame in long.tables.items():
        backfilled = pl.col("known_from").is_null()
        known = pl.coalesce("known_from", _lagged(name))
        state = [
            pl.when(backfilled).then(pl.lit(then, dtype=frame.schema[field])).otherwise(pl.col(field)).alias(field)
            for field, then in _STATE.get(name, {}).items()
            if field in frame.columns
        ]
        ends = [
            pl.when(backfilled & (pl.col(field) > day)).then(NEVER).otherwise(pl.col(field)).alias(field)
            for field in _LATER.get(name, ())
            if field in frame.columns
        ]
        tables[name] = frame.filter(known <= day).with_columns(*state, *ends)
    return LongTables.of(tables, long.incomplete)


_DECIDE: Mapping[str, tuple[str, ...]] = {
    "enterprise": ("established_on", "deregistered_on"),
    "certificate": ("kind", "valid_from", "valid_to", "revoked_on"),
    "event": ("kind", "occurred_on"),
}
"""The fields that decide outcomes, beside whether the status of an enterprise is one of those in `LEFT`."""
_SIGN_OF_LIFE = "annual_report"


def as_it_stands(long: LongTables, known_at: date) -> LongTables:
    """The statements that hold at the end of a day, of the tables that outcomes are made of: of several versions the last, none
    that was withdrawn or came later. Enterprises are left out of which sources say what would decide otherwise.

    An enterprise has one row; that of one that has left is known from the day on which this was first told. Raises `ValueProblem`
    where no enterprise is stated.
    """
    until = day_number(known_at)
    stated(long, Enterprise.id)
    read = [name for name in (*_DECIDE, _SIGN_OF_LIFE) if name in long.tables]
    told = LongTables({name: long.tables[name] for name in read}, long.incomplete)
    held = {name: hold(TABLES[name], frame, told.places[name], until) for name, frame in told.tables.items()}
    deciding = [name for name in _DECIDE if name in held]
    hard = pl.concat([held[name].twice for name in deciding]).unique().sort()
    known = [resolve(dossier, known_at) for dossier in told.only(hard).dossiers()]
    torn = [firm.uscc for firm in known if any(map(_decides, firm.conflicts))]
    since = _left_since(held[Enterprise.id])
    left_out = pl.concat([pl.Series(torn, dtype=pl.String), since.filter("torn")["uscc"]]).implode()
    tables = {name: _holding(table) for name, table in held.items()}
    for name in deciding:
        rows = merged_rows(name, held[name], hard, known)
        tables[name] = _holding(held[name].merged(rows.with_columns(uscc=told.firms.gather(rows[ROW]))))
    left_on = pl.when(pl.col("status").is_in(LEFT)).then(pl.col("since").fill_null(until)).otherwise("known_from")
    firms = tables[Enterprise.id].join(since.select("uscc", "since"), on="uscc", how="left", maintain_order="left")
    tables[Enterprise.id] = firms.with_columns(known_from=left_on).drop("since")
    agreed = {name: frame.filter(~pl.col("uscc").is_in(left_out)) for name, frame in tables.items()}
    return LongTables.of(agreed, long.incomplete)


def stated(long: LongTables, table: str) -> pl.DataFrame:
    """A table that an outcome is made of. Raises `ValueProblem` where there is none: what it would tell is unknown, not absent."""
    if table not in long.tables:
        zh = TABLES[table].zh
        raise ValueProblem(
            field=table,
            value="",
            rule=f"没有{zh}表，结果无从得知 / without this table the outcome is unknown",
            remedy=f"先导入{zh} / import this table first",
        )
    return long.tables[table]


def _holding(held: Held) -> pl.DataFrame:
    return held.frame.filter(held.holds)


def _decides(path: str) -> bool:
    """Whether sources that differ on the fact at a path (of `Known.conflicts`) leave the outcome open."""
    return path.rpartition("/")[2] in _DECIDE.get(path.partition("/")[0], ())


def _left_since(firms: Held) -> pl.DataFrame:
    """``uscc``; ``torn``, whether statements that hold differ on whether it has left; ``since`` when it is told, without a break, that
    it has: null where no row that says so says since when.
    """
    gone, since = pl.col("status").is_in(LEFT), pl.col("known_from")
    lived = since.filter(~gone).max().fill_null(LONG_AGO)
    rows = firms.frame.with_columns(visible=firms.visible, holds=firms.holds).filter("visible")
    return rows.group_by("uscc").agg(
        torn=gone.filter("holds").drop_nulls().n_unique() > 1, since=since.filter(gone & (since > lived)).min()
    )


def assumptions(long: LongTables) -> str:
    """The lags that count because rows without `known_from` are there, by table; goes into the card's ``trained_on``. What each leans
    on stands with the lags. Empty where every row says since when it is known.
    """
    used = {name: lag for name, lag in lags().items() if name in long.tables and _backfilled(long.tables[name])}
    each = [
        f"{TABLES[name].zh} {name} {'次年 next year {}-{:02}'.format(*lag.next_year) if lag.next_year else f'{lag.days} 天 days'}"
        for name, lag in used.items()
    ]
    return f"未记知悉日的按假定时滞 rows without known_from by assumed lags: {'、'.join(each)}" if used else ""


def taken_for_none(long: LongTables, table: str) -> str:
    """Of how many enterprises a list that an outcome is made of is neither there nor declared complete, so that none is taken for what
    is not known; goes into the card's ``trained_on``. Empty where there are none.
    """
    firms = stated(long, Enterprise.id).unique("uscc", keep="last")
    silent = firms.join(stated(long, table).select("uscc"), on="uscc", how="anti")
    column = f"{table}_listed"
    if column in silent.columns:
        silent = silent.filter(pl.col(column).fill_null(0) != 1)
    zh = TABLES[table].zh
    told = f"{silent.height:,} / {firms.height:,} 家没有{zh}记录、也未声明完整，按没有计 / firms of which no {table} is on file, nor said that there is none, count as having none"
    return told if silent.height else ""


def _backfilled(frame: pl.DataFrame) -> bool:
    return frame["known_from"].null_count() > 0


def _lagged(table: str) -> pl.Expr:
    lag = lags()[table]
    if lag.next_year:
        return pl.date(pl.col(lag.after) + 1, *lag.next_year).cast(pl.Int32).cast(pl.Int64)
    # An enterprise exists even where its founding day is unknown; a row of a list without its day is not replayed.
    return (pl.col(lag.after).fill_null(0) if table == "enterprise" else pl.col(lag.after)) + lag.days
