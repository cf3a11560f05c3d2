"""What an office would have held on a day of the past, from tables that it holds today.

Rows say since when they are known; those that do not were filled in later (补录). For these a **stated lag** counts from
what they are about: an assumption, named in every card that is trained on them. What such a row says of a later day is
taken back, and rows that came later are not there, so a list that was complete without them is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from features.kinds import NEVER, day_number
from features.long_tables import LongTables

LAGS: Mapping[str, tuple[str, int, str]] = {
    "enterprise": ("established_on", 0, "登记信息自成立日起已知 / a registration is known from the founding day"),
    "certificate": ("valid_from", 0, "证书自有效期起始日起已知 / a certificate is known from the day it begins"),
    "intellectual_property": (
        "granted_on",
        0,
        "知识产权自授权公告日起已知 / a right is known from the day of its grant",
    ),
    "event": ("occurred_on", 30, "事项在发生后 30 天已知 / an event is known 30 days after"),
    "financing_round": ("closed_on", 30, "融资在交割后 30 天已知 / a round is known 30 days after its closing"),
    "zone_membership": ("from", 0, "入区信息自入区日起已知 / a membership is known from its beginning"),
    "expert_grade": ("year", 0, "无登记日的专家评分不用于回放 / grades without a day are not replayed"),
}
"""By table: the day that backfilled rows are about, and the days after it on which they count as known."""
ACCOUNTS_DUE = (5, 31)
"""Month and day of the year after on which yearly accounts count as known: the end of the tax year's settlement (汇算清缴)."""
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
    """The tables as the office would have held them at the end of a day."""
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


def assumptions(long: LongTables) -> list[str]:
    """The lags that count because rows without `known_from` are there; goes into the card's ``trained_on``."""
    found = [LAGS[name][2] for name, frame in long.tables.items() if name in LAGS and _backfilled(frame)]
    if "annual_report" in long.tables and _backfilled(long.tables["annual_report"]):
        found.append("年报自次年 5 月 31 日起已知 / accounts are known from 31 May of the year after")
    return found


def _backfilled(frame: pl.DataFrame) -> bool:
    return frame["known_from"].null_count() > 0


def _lagged(table: str) -> pl.Expr:
    if table == "annual_report":
        return pl.date(pl.col("fiscal_year") + 1, *ACCOUNTS_DUE).cast(pl.Int32).cast(pl.Int64)
    if table == "expert_grade":
        return pl.lit(None, dtype=pl.Int64)
    field, days, _ = LAGS[table]
    # An enterprise exists even where its founding day is unknown; a row of a list without its day is not replayed.
    return (pl.col(field).fill_null(0) if table == "enterprise" else pl.col(field)) + days
