"""Administrative divisions (行政区划, GB/T 2260) and high-tech zones (高新区) of Guangxi and Sichuan.

The tables are dated excerpts, not complete: a code or a zone that is not listed is unknown, not wrong.
A USCC keeps the division of the day of registration, so abolished codes stay in ``regions.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from features.errors import ValueProblem
from features.identifiers.uscc import half_width


@dataclass(frozen=True, slots=True)
class Region:
    """One division; ``parent`` is None for a province, ``note`` is None where there is nothing to add."""

    code: str
    name_zh: str
    parent: str | None
    status: Literal["in_force", "abolished"]
    note: str | None
    grade: str


@dataclass(frozen=True, slots=True)
class Zone:
    """One high-tech zone; ``status_on`` is the date on which the level is documented, None if not known."""

    id: str
    name_zh: str
    also_called: tuple[str, ...]
    level: Literal["national", "provincial"]
    province: str
    status_on: date | None
    grade: str


def find(code: str) -> Region | None:
    """The division with this code, in force or abolished; None if the table does not list it."""
    return _regions().get(code)


def check_region(code: object, field: str = "region_code") -> str:
    """The code trimmed and half-width; a code that the table does not list is accepted.

    Raises
    ------
    ValueProblem
        Not six digits (GB/T 2260).
    """
    trimmed = half_width(code).strip() if isinstance(code, str) else ""
    if not re.fullmatch("[0-9]{6}", trimmed):
        raise ValueProblem(
            field=field,
            value=code,
            rule="行政区划代码应为6位数字（GB/T 2260） / a division code has 6 digits (GB/T 2260)",
            remedy="请按文本填写6位代码，如 450200 / give the 6 digits as text, for example 450200",
        )
    return trimmed


def province(code: str) -> str:
    """Province-level code: 450205 → 450000."""
    return code[:2] + "0000"


def prefecture(code: str) -> str:
    """Prefecture-level code, also for abolished counties: 450221 → 450200."""
    return code[:4] + "00"


def is_within(code: str, ancestor: str) -> bool:
    """Whether ``code`` is ``ancestor`` or lies in it: 450205 in 450205, in 450200 and in 450000."""
    if ancestor == province(ancestor):
        return code[:2] == ancestor[:2]
    if ancestor == prefecture(ancestor):
        return code[:4] == ancestor[:4]
    return code == ancestor


@cache
def zones() -> Mapping[str, Zone]:
    """High-tech zones by id. Regional zones of Guangxi named after 2017-11-23 are missing."""
    return MappingProxyType({row["id"]: _zone(row) for row in _rows("zones.csv")})


def find_zone(text: str) -> Zone | None:
    """The zone with this id or Chinese name (柳州, 柳州高新区, 柳州国家高新技术产业开发区, 柳东新区)."""
    key = half_width(text).strip()
    found = zones().get(key)
    return found or _zones_by_name().get(_short_name(key))


@cache
def _regions() -> dict[str, Region]:
    return {row["code"]: _region(row) for row in _rows("regions.csv")}


@cache
def _zones_by_name() -> dict[str, Zone]:
    return {_short_name(name): zone for zone in zones().values() for name in (zone.name_zh, *zone.also_called)}


def _short_name(name: str) -> str:
    return re.sub("(国家级?|自治区级|省级)?(高新区|高新技术产业开发区)$", "", name)


def _region(row: dict[str, str]) -> Region:
    return Region(
        code=row["code"],
        name_zh=row["name_zh"],
        parent=row["parent"] or None,
        status="abolished" if row["status"] == "abolished" else "in_force",
        note=row["note"] or None,
        grade=row["grade"],
    )


def _zone(row: dict[str, str]) -> Zone:
    return Zone(
        id=row["id"],
        name_zh=row["name_zh"],
        also_called=tuple(row["also_called"].split(";")) if row["also_called"] else (),
        level="national" if row["level"] == "national" else "provincial",
        province=row["province"],
        status_on=date.fromisoformat(row["status_on"]) if row["status_on"] else None,
        grade=row["grade"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("features").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
