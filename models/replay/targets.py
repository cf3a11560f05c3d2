"""What came after a day, from all that is known today: a title won, or distress; null where it cannot be told yet.

``climb.<tier>``  obtains the tier's title within 24 months; asked of firms that live and do not hold it on the day.
``distress``      leaves the register, or fails an obligation (defaulted loan, tax arrears, court enforcement, list of the
                  dishonest), within 12 months; asked of firms that live on the day.
A firm struck off without a day of leaving is in distress on the day after which nothing is reported of it; where no day is
recorded it is left out.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from features.kinds import NEVER, Choice, day_number
from features.long_tables import LongTables
from features.tables import TABLES
from scoring.ladder import Rung

CLIMB_MONTHS, DISTRESS_MONTHS = 24, 12
FAILURES = ("loan_default", "tax_arrears", "court_enforcement", "dishonest_list")
STRUCK_OFF = "吊销"


def climb(long: LongTables, rung: Rung, as_of: date) -> pl.DataFrame:
    """``uscc``, ``outcome`` (0/1): whether each enterprise that does not hold the rung's title on the day obtains it.

    Null for none; firms for which the time is not over are told apart by `settled`.
    """
    kinds = _codes("certificate", rung.certificates)
    rows = long.tables["certificate"].filter(pl.col("kind").is_in(kinds))
    day, end = day_number(as_of), day_number(later(as_of, CLIMB_MONTHS))
    revoked = pl.col("revoked_on").fill_null(NEVER)
    held = rows.filter(pl.col("valid_from") <= day, pl.col("valid_to").fill_null(NEVER) >= day, revoked > day)
    won = rows.filter(pl.col("valid_from").is_between(day + 1, end))
    asked = alive(long, as_of).join(held, on="uscc", how="anti")
    return asked.with_columns(outcome=pl.col("uscc").is_in(won["uscc"].implode()).cast(pl.Int8))


def distress(long: LongTables, as_of: date) -> pl.DataFrame:
    """``uscc``, ``outcome`` (0/1): whether each enterprise that lives on the day leaves or fails an obligation."""
    day, end = day_number(as_of), day_number(later(as_of, DISTRESS_MONTHS))
    left = _left(long).filter(pl.col("left_on").is_between(day + 1, end))["uscc"]
    events = long.tables["event"]
    failed = events.filter(
        pl.col("kind").is_in(_codes("event", FAILURES)), pl.col("occurred_on").is_between(day + 1, end)
    )["uscc"]
    bad = pl.concat([left, failed]).unique()
    return alive(long, as_of).with_columns(outcome=pl.col("uscc").is_in(bad.implode()).cast(pl.Int8))


def alive(long: LongTables, as_of: date) -> pl.DataFrame:
    """``uscc`` of enterprises founded by the day that had not left, as far as it can be told."""
    day = day_number(as_of)
    firms = long.tables["enterprise"].unique("uscc", keep="last", maintain_order=True)
    founded = firms.filter(pl.col("established_on").fill_null(day) <= day).select("uscc")
    return (
        founded.join(_left(long), on="uscc", how="left", maintain_order="left")
        .filter(pl.col("left_on").fill_null(NEVER) > day)
        .select("uscc")
    )


def settled(as_of: date, months: int, known_at: date) -> bool:
    """Whether the time after the day is over, so that what has not come by now did not come in time."""
    return later(as_of, months) <= known_at


def later(day: date, months: int) -> date:
    """The day so many months later, the last of its month where that is shorter."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - date.resolution).day))


def _left(long: LongTables) -> pl.DataFrame:
    """``uscc``, ``left_on``: the day of deregistration; of firms struck off, 31 December of the last year with accounts."""
    firms = long.tables["enterprise"].unique("uscc", keep="last", maintain_order=True)
    gone = firms.select("uscc", "status", left_on=pl.col("deregistered_on"))
    last = long.tables["annual_report"].group_by("uscc").agg(pl.col("fiscal_year").max())
    struck = gone.filter(pl.col("status") == STRUCK_OFF).join(last, on="uscc", how="left", maintain_order="left")
    struck = struck.select("uscc", left_on=pl.date("fiscal_year", 12, 31).cast(pl.Int32).cast(pl.Int64))
    dated = gone.filter(pl.col("left_on") < NEVER).select("uscc", "left_on")
    return pl.concat([dated, struck]).group_by("uscc", maintain_order=True).agg(pl.col("left_on").min())


def _codes(table: str, names: tuple[str, ...]) -> list[int]:
    kind = TABLES[table].fields["kind"].kind
    assert isinstance(kind, Choice)
    return [kind.code(name) for name in names]
