"""The table ``certificate``: the titles of `titles` with their numbers and days, and the register of larger industry."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.population import assumptions as a
from features.population import process as p
from features.population.draws import Draws
from features.population.lists import seen
from features.population.paths import cut_off, rows_of, simulated
from features.population.titles import TITLES, Title, awards

_REVOKED_AFTER, _KNOWN_AFTER = 240, 30
"""Days from the beginning of a title to its revocation, which so falls into the next year, and from there to its notice."""
_UNKNOWN_END = 0.02
"""Share of three-year titles whose end is not known."""
_ABOVE_SCALE = Title("GS", 1, 0, years=0)


def certificate(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """One row a title, and one more for its revocation; ``known_from`` tells the two apart."""
    calendar = range(simulated(last_year, years)[0] + p.BURN_IN, last_year + 2)
    steps = [(kind, title, year) for kind, title in TITLES.items() for year in calendar]
    steps.append(("above_scale_industrial", _ABOVE_SCALE, last_year + 1))
    won = pl.concat([awards(firms, seed, calendar, last_year), firms.select(_above_scale(last_year))], how="horizontal")
    won = won.select(**{f"award/{step}": f"{kind}/{year}" for step, (kind, _, year) in enumerate(steps)})
    keep = ("number", "uscc", "certificate_listed")
    # An award of 2 stands for two rows: the title, and its revocation.
    frame = rows_of(pl.concat([firms.select(keep), won], how="horizontal"), "award", len(steps), keep)
    frame = _dated(seen(frame, "certificate", seed), seed, steps, last_year)
    return frame.select(
        "uscc",
        kind=_of(steps, [kind for kind, _, _ in steps]),
        number="certificate",
        valid_from="valid_from",
        valid_to="valid_to",
        level=_of(steps, [title.level for _, title, _ in steps]),
        revoked_on="revoked_on",
        row_id="certificate",
        known_from="known_from",
        source=pl.lit(a.SOURCE),
    )


def _above_scale(last_year: int) -> pl.Expr:
    """The register of the year after the last accounts: industry with sales of 2000万 or more."""
    industrial = pl.col("industry_code").str.contains("^[BCD]") & pl.col("left_on").is_null()
    return (industrial & (pl.col("size_now") >= 2e7)).cast(pl.Int8).alias(f"above_scale_industrial/{last_year + 1}")


def _dated(frame: pl.DataFrame, seed: int, steps: list[tuple[str, Title, int]], last_year: int) -> pl.DataFrame:
    """``certificate`` (the number), ``valid_from``, ``valid_to``, ``revoked_on``, ``known_from``.

    A three-year title begins on the same day of the year each time, so that a renewal follows without a gap.
    """
    first = [date(year, title.month, 1) for _, title, year in steps]
    end = [
        date(year + title.years, title.month, 1).toordinal() - 1 if title.years else date(year, 12, 31).toordinal()
        for _, title, year in steps
    ]
    kinds = list(dict.fromkeys(kind for kind, _, _ in steps))
    frame = frame.with_columns(
        place=_of(steps, [kinds.index(kind) for kind, _, _ in steps]),
        cycle=_of(steps, [0 if title.years else year for _, title, year in steps]),
        lasts=_of(steps, [int(title.years > 0) for _, title, _ in steps]),
    )
    draw, of_title = (
        Draws(seed, "certificate", "number", "place", "cycle"),
        Draws(seed, "certificate/end", "number", "step"),
    )
    offset = draw.whole("day", 0, _of(steps, [title.days for _, title, _ in steps]))
    frame = frame.with_columns(offset=offset, hidden=of_title.uniform("hidden") < pl.col("lasts") * _UNKNOWN_END)
    valid_from = _of(steps, [day.toordinal() for day in first]) + pl.col("offset")
    return (
        frame.with_columns(
            certificate=pl.concat_str(
                _of(steps, [f"合成{title.mark}{year}-" for _, title, year in steps]), pl.col("number").cast(pl.String)
            ),
            valid_from=_day(valid_from),
            valid_to=pl.when(~pl.col("hidden")).then(_day(_of(steps, end) + pl.col("offset") * pl.col("lasts"))),
            revoked_on=pl.when(pl.col("row") == 1).then(_day(valid_from + _REVOKED_AFTER)),
            notice=_day(valid_from + _REVOKED_AFTER + _KNOWN_AFTER),
        )
        .filter(pl.col("valid_from") <= cut_off(last_year))
        .with_columns(
            known_from=pl.when(pl.col("row") == 1)
            .then(pl.min_horizontal("notice", pl.lit(cut_off(last_year))))
            .otherwise("valid_from")
        )
    )


def _of(steps: list[tuple[str, Title, int]], values: list[str] | list[int] | list[str | None]) -> pl.Expr:
    """The value of the row's kind and year."""
    assert len(values) == len(steps)
    return pl.lit(pl.Series(values)).gather(pl.col("step"))


def _day(ordinal: pl.Expr) -> pl.Expr:
    """Days of Python's proleptic calendar as a date."""
    return (ordinal - date(1970, 1, 1).toordinal()).cast(pl.Int32).cast(pl.Date)
