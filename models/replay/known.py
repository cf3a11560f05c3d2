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

from features.held import hold
from features.kinds import NEVER, day_number
from features.long_tables import LongTables
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


_DECIDE: Mapping[str, tuple[str, ...]] = {
    "enterprise": ("established_on", "status", "deregistered_on"),
    "certificate": ("kind", "valid_from", "valid_to", "revoked_on"),
    "event": ("kind", "occurred_on"),
    "annual_report": (),
}
"""Tables of which outcomes are made, and the fields that decide them."""


def as_it_stands(long: LongTables, known_at: date) -> LongTables:
    """The statements that hold at the end of a day, of the tables that outcomes are made of: of several versions the last, none
    that was withdrawn or came later. Enterprises are left out of which sources say what would decide otherwise.
    """
    tables, torn = {}, []
    for name, deciding in _DECIDE.items():
        frame, table = long.tables[name], TABLES[name]
        held = hold(table, frame, long.places[name], day_number(known_at))
        tables[name] = frame.filter(held.holds)
        several = tables[name].filter(held.at.filter(held.holds).is_in(held.twice.implode()))
        # A list's row is the same where it has the same id.
        of = ["uscc", *table.identity] if table is Enterprise or table.identity else ["uscc", "row_id"]
        said = several.filter(pl.col(of[-1]).is_not_null()).select({*of, *deciding}).unique()
        torn.append(said.filter(said.select(of).is_duplicated())["uscc"])
    left_out = pl.concat(torn).unique().implode()
    agreed = {name: frame.filter(~frame["uscc"].is_in(left_out)) for name, frame in tables.items()}
    return LongTables.of(agreed, long.incomplete)


def assumptions(long: LongTables) -> list[str]:
    """The lags that count because rows without `known_from` are there; goes into the card's ``trained_on``."""
    return [
        f"{lag.zh} / {lag.en}" for name, lag in lags().items() if name in long.tables and _backfilled(long.tables[name])
    ]


def _backfilled(frame: pl.DataFrame) -> bool:
    return frame["known_from"].null_count() > 0


def _lagged(table: str) -> pl.Expr:
    lag = lags()[table]
    if lag.next_year:
        return pl.date(pl.col(lag.after) + 1, *lag.next_year).cast(pl.Int32).cast(pl.Int64)
    # An enterprise exists even where its founding day is unknown; a row of a list without its day is not replayed.
    return (pl.col(lag.after).fill_null(0) if table == "enterprise" else pl.col(lag.after)) + lag.days
