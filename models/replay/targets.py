"""What came after a day, from the statements that hold today (`models.replay.known.as_it_stands`): a title won, or distress.

``climb.<tier>``  obtains the tier's title within 24 months; asked of firms that live and do not hold it on the day.
``distress``      leaves the register, or fails an obligation (defaulted loan, tax arrears, court enforcement, list of
                  serious dishonesty or of dishonest judgment debtors), within 12 months; asked of firms that live on the day.
A firm that left on a day that nobody recorded is taken to have left when accounts fell due that never came, by the stated lag,
or when its leaving was first told, if that was earlier (at the latest on the day as of which the statements hold); where there are no
accounts at all it is left out. An assumption: it may have left at any time after its last accounts came.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from features.identifiers.register import LEFT
from features.kinds import NEVER, Choice, day_number
from features.long_tables import LongTables
from features.statutory import lags
from features.tables import TABLES
from models.replay.known import stated
from scoring.ladder import Rung

FAILURES = ("loan_default", "tax_arrears", "court_enforcement", "dishonest_list", "dishonest_debtor")
_LONG_AGO = 0
"""A day before all questions."""


class Horizon(NamedTuple):
    """The time that a question leaves, and the table that tells what came."""

    months: int
    table: str

    def end(self, as_of: date) -> date:
        """The last day that counts."""
        return later(as_of, self.months)

    def settled(self, as_of: date, known_at: date) -> bool:
        """Whether the time is over and what came in it is told, so that what is not known by now did not come in time."""
        return self.end(as_of) + timedelta(days=lags()[self.table].days) <= known_at


CLIMB, DISTRESS = Horizon(24, "certificate"), Horizon(12, "event")


def climb(long: LongTables, rung: Rung, as_of: date) -> pl.DataFrame:
    """``uscc``, ``outcome`` (0/1): whether each enterprise that does not hold the rung's title on the day obtains it.

    Whether the time is over is told by `CLIMB`.
    """
    kinds = _codes("certificate", rung.certificates)
    rows = stated(long, "certificate").filter(pl.col("kind").is_in(kinds))
    day, end = day_number(as_of), day_number(CLIMB.end(as_of))
    revoked = pl.col("revoked_on").fill_null(NEVER)
    held = rows.filter(pl.col("valid_from") <= day, pl.col("valid_to").fill_null(NEVER) >= day, revoked > day)
    won = rows.filter(pl.col("valid_from").is_between(day + 1, end))
    asked = alive(long, as_of).join(held, on="uscc", how="anti")
    return asked.with_columns(outcome=pl.col("uscc").is_in(won["uscc"].implode()).cast(pl.Int8))


def distress(long: LongTables, as_of: date) -> pl.DataFrame:
    """``uscc``, ``outcome`` (0/1): whether each enterprise that lives on the day leaves or fails an obligation."""
    day, end = day_number(as_of), day_number(DISTRESS.end(as_of))
    left = _left(long).filter(pl.col("left_on").is_between(day + 1, end))["uscc"]
    events = stated(long, "event")
    failed = events.filter(
        pl.col("kind").is_in(_codes("event", FAILURES)), pl.col("occurred_on").is_between(day + 1, end)
    )["uscc"]
    bad = pl.concat([left, failed]).unique()
    return alive(long, as_of).with_columns(outcome=pl.col("uscc").is_in(bad.implode()).cast(pl.Int8))


def alive(long: LongTables, as_of: date) -> pl.DataFrame:
    """``uscc`` of enterprises founded by the day that had not left, as far as it can be told."""
    day = day_number(as_of)
    firms = stated(long, "enterprise").unique("uscc", keep="last", maintain_order=True)
    founded = firms.filter(pl.col("established_on").fill_null(day) <= day).select("uscc")
    return (
        founded.join(_left(long), on="uscc", how="left", maintain_order="left")
        .filter(pl.col("left_on").fill_null(NEVER) > day)
        .select("uscc")
    )


def later(day: date, months: int) -> date:
    """The day so many months later, the last of its month where that is shorter."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - date.resolution).day))


def _left(long: LongTables) -> pl.DataFrame:
    """``uscc``, ``left_on``: the day of leaving, as recorded or as taken; that of firms of which nothing tells it is long ago."""
    firms = stated(long, "enterprise").unique("uscc", keep="last", maintain_order=True)
    reports = stated(long, "annual_report").group_by("uscc").agg(last=pl.col("fiscal_year").max())
    month, day = lags()["annual_report"].next_year or (12, 31)
    missed = pl.date(pl.col("last") + 2, month, day).cast(pl.Int32).cast(pl.Int64)
    recorded = pl.col("deregistered_on").fill_null(NEVER) < NEVER
    left = firms.filter(recorded | pl.col("status").is_in(LEFT)).join(
        reports, on="uscc", how="left", maintain_order="left"
    )
    taken = pl.when(pl.col("last").is_null()).then(_LONG_AGO).otherwise(pl.min_horizontal(missed, "known_from"))
    return left.select("uscc", left_on=pl.when(recorded).then("deregistered_on").otherwise(taken))


def _codes(table: str, names: tuple[str, ...]) -> list[int]:
    kind = TABLES[table].fields["kind"].kind
    assert isinstance(kind, Choice)
    return [kind.code(name) for name in names]
