"""Days that rules measure from, computed from ``as_of``: inputs of the core form, so no rule reads a clock."""

from __future__ import annotations

from datetime import date

from features.expression import Moment
from features.kinds import day_number

PREFIX = "as_of/"


def as_of() -> Moment:
    """The day of the evaluation."""
    return Moment(f"{PREFIX}day")


def days_before(days: int) -> Moment:
    """The day that lies so many days before."""
    return Moment(f"{PREFIX}days_before/{days}")


def years_before(years: int) -> Moment:
    """The same day so many years before (29 February falls on the 28th): an event on it is still "within n years"."""
    return Moment(f"{PREFIX}years_before/{years}")


def year_start(year: int) -> Moment:
    """1 January, ``year`` years from as_of's year (−1 = the year before)."""
    return Moment(f"{PREFIX}year_start/{year}")


def same_day(day: date, years: int) -> date:
    """``day`` moved by whole years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def value(name: str, day: date) -> int:
    """The day number of a moment. Raises ValueError on a name that is none."""
    _, kind, *rest = name.split("/")
    if kind == "day":
        return day_number(day)
    number = int(rest[0])
    if kind == "days_before":
        return day_number(day) - number
    if kind == "years_before":
        return day_number(same_day(day, -number))
    if kind == "year_start":
        return day_number(date(day.year + number, 1, 1))
    raise ValueError(f"no such moment: {name}")
