"""Rows with one mistake each, as offices send them; intake must reject these and lose nothing else.

A bad row is added, never put in a good row's place: the accounts are of a year that no good row has, rights and
certificates have numbers of their own and belong, where there is one, to a firm whose list is not known to be complete.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.identifiers.uscc import ALPHABET
from features.population.assumptions import SOURCE

Cells = dict[str, Any]


@dataclass(frozen=True)
class BadRow:
    """Where a planted mistake stands: sheet, row as Excel counts it, header and cell as written, code of the row."""

    sheet: str
    row: int
    header: str
    value: str | int | None
    problem: str
    uscc: str


@dataclass(frozen=True)
class Mistake:
    """A row to plant: its cells by field, and the field whose cell, shown as ``value``, is wrong."""

    table: str
    cells: Cells
    field: str
    value: str | int | None
    problem: str


def mistakes(tables: Mapping[str, pl.DataFrame], count: int, chooser: random.Random) -> list[Mistake]:
    """``count`` bad rows, the six kinds of mistake in turn."""
    return [_MAKERS[i % len(_MAKERS)](tables, i, chooser) for i in range(count)]


def _wrong_check(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    """A firm that is not among the good ones, the check character of its code wrong."""
    like = _any_row(tables["enterprise"], chooser)
    code = like["uscc"]
    wrong = code[:17] + chooser.choice([c for c in ALPHABET if c != code[17]])
    cells = like | {"uscc": wrong, "name": f"合成坏行{serial + 1:02}有限公司"}
    return Mistake("enterprise", cells, "uscc", wrong, "uscc_check")


def _text_for_number(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    return Mistake("annual_report", _other_year(tables, serial, chooser), "revenue", "约三千万", "text_for_number")


def _impossible_date(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    cells = {
        "uscc": _firm(tables, "intellectual_property", chooser), "kind": "utility_model", "count": 1,
        "number": f"合成坏行-{serial + 1:02}", "in_force": True, "acquired_by": "own_rd", "source": SOURCE,
    }  # fmt: skip
    return Mistake("intellectual_property", cells, "granted_on", "2023-02-30", "impossible_date")


def _unknown_kind(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    cells = {"uscc": _firm(tables, "certificate", chooser), "number": f"合成坏行-{serial + 1:02}", "source": SOURCE}
    return Mistake("certificate", cells, "kind", "合成未知资质", "unknown_kind")


def _negative_heads(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    return Mistake("annual_report", _other_year(tables, serial, chooser), "employees", -12, "negative_heads")


def _no_year(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Mistake:
    return Mistake("annual_report", _other_year(tables, serial, chooser), "fiscal_year", None, "no_fiscal_year")


_MAKERS: tuple[Callable[[Mapping[str, pl.DataFrame], int, random.Random], Mistake], ...] = (
    _wrong_check,
    _text_for_number,
    _impossible_date,
    _unknown_kind,
    _negative_heads,
    _no_year,
)


def _any_row(frame: pl.DataFrame, chooser: random.Random) -> Cells:
    return frame.row(chooser.randrange(frame.height), named=True)


def _other_year(tables: Mapping[str, pl.DataFrame], serial: int, chooser: random.Random) -> Cells:
    """Accounts of a year before every good row; two bad rows never share one."""
    frame = tables["annual_report"]
    earliest = min(frame["fiscal_year"].to_list())
    return _any_row(frame, chooser) | {"fiscal_year": earliest - 1 - serial}


def _firm(tables: Mapping[str, pl.DataFrame], table: str, chooser: random.Random) -> str:
    firms = tables["enterprise"]
    uncertain = firms.filter(pl.col(f"{table}_listed").is_null())
    return str(_any_row(firms if uncertain.is_empty() else uncertain, chooser)["uscc"])
