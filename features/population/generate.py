"""The population as one frame a fact table."""

from __future__ import annotations

import polars as pl

from features.population import accounts, certificates, grades, happenings, rights
from features.population import firms as companies
from features.population.codes import LARGEST_NUMBER
from features.population.paths import with_paths

CHUNK = 65_536
"""Firms computed at once: few enough that columns stay near the processor, and many that the plan's price is small."""


def generate(firms: int, seed: int, *, last_year: int = 2025, years: int = 10) -> dict[str, pl.DataFrame]:
    """Synthetic firms number 1 to ``firms``, a frame a table of the contract.

    Parameters
    ----------
    firms
        How many, those included that left within the years.
    seed
        The same seed gives the same frames, firm by firm.
    last_year
        The last fiscal year with accounts; lists run to 30 September of the year after.
    years
        Fiscal years a firm, less for one founded later or gone earlier.

    Returns
    -------
    dict
        ``enterprise``, ``annual_report``, ``intellectual_property``, ``certificate``, ``event``, ``financing_round``,
        ``zone_membership``, ``expert_grade``. Money is in whole yuan (Int64), averages of persons are decimals, dates are dates; null is
        an unknown fact. ``enterprise.listed_on`` and ``.park`` are text, since "none" needs a word there (未上市, 无).
        Rows are ordered by firm. Every row's ``source`` says that it is synthetic.

    Raises
    ------
    ValueError
        No firm, no year, or more firms than the codes can number.
    """
    return generate_range(1, firms, seed, last_year=last_year, years=years)


def generate_range(
    first: int, firms: int, seed: int, *, last_year: int = 2025, years: int = 10
) -> dict[str, pl.DataFrame]:
    """Firms number ``first`` to ``first + firms − 1``: a part of `generate`.

    The frames of adjoining ranges, put one below the other, are the frames of the whole range.
    """
    check(first, firms, years)
    numbers = pl.int_range(first, first + firms, dtype=pl.Int64, eager=True)
    return generate_numbers(numbers, seed, last_year=last_year, years=years)


def generate_numbers(numbers: pl.Series, seed: int, *, last_year: int, years: int) -> dict[str, pl.DataFrame]:
    """Firms of these numbers, in their order."""
    parts = [
        _chunk(numbers.slice(start, CHUNK), seed, last_year, years) for start in range(0, max(numbers.len(), 1), CHUNK)
    ]
    return {table: pl.concat([part[table] for part in parts], rechunk=False) for table in parts[0]}


def check(first: int, firms: int, years: int) -> None:
    """Raises ValueError where these firms cannot be made."""
    if first < 1 or firms < 1 or first + firms - 1 > LARGEST_NUMBER:
        raise ValueError(f"firms are numbered from 1 to {LARGEST_NUMBER}, not from {first} to {first + firms - 1}")
    if years < 1:
        raise ValueError(f"years must be at least 1, not {years}")


def _chunk(numbers: pl.Series, seed: int, last_year: int, years: int) -> dict[str, pl.DataFrame]:
    made = with_paths(companies.firms(numbers, seed, last_year), seed, last_year, years)
    made = made.with_columns(order=pl.int_range(0, pl.len(), dtype=pl.UInt32))
    return {
        "enterprise": companies.enterprise(made, seed, last_year),
        "annual_report": accounts.annual_report(made, seed, last_year, years),
        "intellectual_property": rights.intellectual_property(made, seed, last_year),
        "certificate": certificates.certificate(made, seed, last_year, years),
        "event": happenings.event(made, seed, last_year, years),
        "financing_round": happenings.financing_round(made, seed, last_year, years),
        "zone_membership": happenings.zone_membership(made, seed, last_year),
        "expert_grade": grades.expert_grade(made, seed, last_year),
    }
