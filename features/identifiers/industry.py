"""National industry codes (国民经济行业分类, GB/T 4754), editions 2011 and 2017, and what follows from a code.

Size groups: 《中小企业划型标准规定》 (工信部联企业〔2011〕300号) and 《统计上大中小微型企业划分办法（2017）》.
High-tech manufacturing: 《高技术产业（制造业）分类（2017）》. The same digits can mean different industries in
the two editions, so a code is always read together with its edition.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from features.errors import ValueProblem
from features.identifiers.uscc import half_width

EDITIONS = (2011, 2017)

NOT_CLASSIFIABLE = "not_classifiable"
"""Outside 300号: finance, railway, education, health, own-property real estate, public administration."""

SIZE_GROUPS = (
    "agriculture",
    "industry",
    "construction",
    "wholesale",
    "retail",
    "transport",
    "storage",
    "post",
    "accommodation",
    "catering",
    "information_transmission",
    "software",
    "real_estate",
    "property_management",
    "leasing_business_services",
    "other",
    NOT_CLASSIFIABLE,
)

SECTIONS = tuple("ABCDEFGHIJKLMNOPQRST")
"""门类 of both editions: C 制造业, E 建筑业, J 金融业, K 房地产业 …"""


@lru_cache(maxsize=10_000)
def normalise(code: object, edition: int = 2017) -> str:
    """Section letter and 0, 2, 3 or 4 digits: ``3612``, ``c3612 `` and full-width forms become ``C3612``.

    Raises
    ------
    ValueProblem
        Field ``industry_code``: another shape, a division that the edition lacks, or a letter that does not
        agree with the division. Field ``industry_code_edition``: not 2011 or 2017.
    """
    table = _table(edition)
    text = half_width(code).strip().upper() if isinstance(code, str) else ""
    match = re.fullmatch("([A-T]?)([0-9]{2,4}|)", text)
    if match is None or not text:
        raise _problem(
            code,
            "行业代码为门类字母加2至4位数字 / an industry code is a section letter and 2 to 4 digits",
            "请按文本填写，如 C3612、3612、36 或 C / give it as text, for example C3612, 3612, 36 or C",
        )
    letter, digits = match.groups()
    if not digits:
        return letter
    section = table.section_of.get(digits[:2])
    if section is None:
        raise _problem(
            code,
            f"GB/T 4754-{edition} 无大类 {digits[:2]} / GB/T 4754-{edition} has no division {digits[:2]}",
            "请核对代码及其版本 / check the code and its edition",
        )
    if letter and letter != section:
        raise _problem(
            code,
            f"GB/T 4754-{edition} 大类 {digits[:2]} 属门类 {section}，不属 {letter} / "
            f"division {digits[:2]} of GB/T 4754-{edition} is in section {section}, not {letter}",
            f"如数字无误请填 {section}{digits}，否则请核对版本 / "
            f"if the digits are right give {section}{digits}, else check the edition",
        )
    return section + digits


def to_2017_division(code: str, edition: int) -> str | None:
    """Two-digit division of GB/T 4754-2017, or None where the code does not settle it.

    From 2011 to 2017: 58 was split over 58 and 59; 79 (土地管理业) is new, so 79 to 96 moved up by one.
    """
    division = normalise(code, edition)[1:3]
    if edition == 2017 or not division:
        return division or None
    if division == "58":
        return None
    return f"{int(division) + 1:02}" if division >= "79" else division


def size_group(code: str, edition: int = 2017) -> str | None:
    """One of :data:`SIZE_GROUPS`, or None where a code is too short to decide (``G59``, ``K70``, ``Q``).

    A parent is decided when all its children agree (``C``, ``C36``, ``J``).
    """
    groups = size_groups(code, edition)
    return groups[0] if len(groups) == 1 else None


def size_groups(code: str, edition: int = 2017) -> tuple[str, ...]:
    """Every one of :data:`SIZE_GROUPS` that the code may belong to: one, or those of its children where it is short."""
    normal = normalise(code, edition)
    table = _table(edition)
    section, digits = normal[0], normal[1:]
    exact = table.size_group.get(digits[:2]) or table.size_group.get(digits[:3])
    if exact:
        return (exact,)
    # A group that the classification does not list (590) is read as its division.
    prefix = digits if len(digits) <= 2 else digits[:2]
    found = {
        group
        for key, group in table.size_group.items()
        if table.section_of[key[:2]] == section and key.startswith(prefix)
    }
    return tuple(sorted(found, key=SIZE_GROUPS.index))


def high_tech_manufacturing(code: str, edition: int = 2017) -> bool | None:
    """Membership of the 85 four-digit classes; None where the code does not settle it.

    A parent of listed classes is never decided, not even one that seems to be listed completely. A 2011 code
    is decided only as False, by a division that holds no listed class.
    """
    normal = normalise(code, edition)
    digits = normal[1:]
    listed = _high_tech_classes()
    if edition == 2017 and len(digits) == 4:
        return digits in listed
    if edition == 2011:
        digits = digits[:2]
    if any((_table(2017).section_of[known[:2]] + known).startswith(normal[0] + digits) for known in listed):
        return None
    return False


def numeric(code: str, edition: int = 2017) -> int:
    """The code as an integer below 2 500 000, for columns; :func:`from_numeric` gives it back.

    Section (1 to 20) × 100 000 + number of digits × 10 000 + digits. The edition is not part of it.
    """
    normal = normalise(code, edition)
    digits = normal[1:]
    return (SECTIONS.index(normal[0]) + 1) * 100_000 + len(digits) * 10_000 + int(digits or 0)


def from_numeric(number: int) -> str:
    """The normalised code of an integer made by :func:`numeric`."""
    section, rest = divmod(number, 100_000)
    length, digits = divmod(rest, 10_000)
    return SECTIONS[section - 1] + (f"{digits:0{length}}" if length else "")


@dataclass(frozen=True, slots=True)
class _Table:
    section_of: dict[str, str]
    size_group: dict[str, str]


@cache
def _tables() -> dict[int, _Table]:
    tables = {edition: _Table({}, {}) for edition in EDITIONS}
    for row in _rows("size_groups.csv"):
        table = tables[int(row["edition"])]
        table.section_of[row["code"][:2]] = row["section"]
        if row["size_group"]:
            table.size_group[row["code"]] = row["size_group"]
    return tables


def _table(edition: int) -> _Table:
    if edition not in EDITIONS:
        raise ValueProblem(
            field="industry_code_edition",
            value=edition,
            rule="行业代码版本为 2011 或 2017 / the edition of an industry code is 2011 or 2017",
            remedy="请填 2011 或 2017 / give 2011 or 2017",
        )
    return _tables()[edition]


@cache
def _high_tech_classes() -> frozenset[str]:
    return frozenset(row["class_code"] for row in _rows("hightech_manufacturing.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("features").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _problem(value: object, rule: str, remedy: str) -> ValueProblem:
    return ValueProblem(field="industry_code", value=value, rule=rule, remedy=remedy)
