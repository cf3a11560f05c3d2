"""One enterprise as JSON (contract §1), read into typed rows.

A dossier is checked as a whole: every problem is found, each with the path of its key.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

import orjson

from features.errors import DossierProblem, FactError
from features.identifiers import industry, regions, uscc
from features.kinds import STATED_UNKNOWN, Parsed, clean, is_unknown
from features.schema import Field, Reading, Table
from features.tables import PROVENANCE, TABLES, AnnualReport, Enterprise, ExpertGrade

TypedRow = dict[str, Parsed]
"""Field (or provenance name) → integer, text or None; ``<field>/assumed`` is 1 where absence was read as "not so"."""

LARGEST_ROWS = 100_000
_USUAL = frozenset({str, int, float, bool, type(None)})
KEYS = frozenset((*(table.key for table in TABLES.values()), "evaluation"))


class DossierProblems(Exception):
    """Everything wrong in one dossier."""

    def __init__(self, problems: list[FactError]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


@dataclass
class Dossier:
    """Typed rows of one enterprise; a list table is None where nothing is stated about it."""

    uscc: str
    tables: dict[str, list[TypedRow] | None]
    warnings: tuple[str, ...] = ()
    evaluation: dict[str, str] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()
    """List tables whose rows are known but perhaps not all: a file's list that lost a row to rejection."""


class Inexact(TypeError):
    """A number came as the binary float nearest to it, not as int or Decimal."""


def parse(text: str | bytes) -> Dossier:
    """The typed dossier of a JSON text. Raises `DossierProblem` where that is no JSON, `DossierProblems` naming every wrong key."""
    quick = _quick(text)
    if quick is not None:
        with suppress(Inexact, DossierProblems):
            return read(quick)
    # What is wrong is told of the exact numbers.
    return read(loads(text))


def loads(text: str | bytes) -> Any:
    """JSON with numbers as int or Decimal, never binary floats. Raises `DossierProblem`."""
    try:
        quick = _quick(text)
        kinds = _kinds(quick) if quick is not None else {object}
        if kinds <= _USUAL:
            return json.loads(text, parse_float=Decimal) if float in kinds else quick
        # Strictly: half of a surrogate pair is no character; it could be read, but never be written again.
        said = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
        found = json.loads(said, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_twice)
        if "\\ud" in said or "\\uD" in said:
            json.dumps(found, ensure_ascii=False, default=str).encode()
        return found
    except (ValueError, RecursionError, InvalidOperation) as error:
        reason = "an exponent is too large" if isinstance(error, InvalidOperation) else error
        raise DossierProblem(
            field="$",
            value="",
            rule=f"不是合法的 JSON / not valid JSON: {reason}",
            remedy="检查括号、引号与逗号 / check brackets, quotes and commas",
        ) from None


def _quick(text: str | bytes) -> dict[str, Any] | None:
    """An object of values and rows in which no key stands twice, decimals as binary floats; None for any other, and for what is wrong.

    The quick reader keeps the last of two values of a key. No key stands twice where there are no more colons than keys.
    """
    try:
        found = orjson.loads(text)
    except ValueError:
        return None
    if type(found) is not dict:
        return None
    keys = len(found) + sum([len(row) for row in _rows_of(found) if type(row) is dict])
    return found if keys == (text.count(":") if isinstance(text, str) else text.count(b":")) else None


def _rows_of(found: dict[str, Any]) -> Iterator[Any]:
    for value in found.values():
        if type(value) is list:
            yield from value
        else:
            yield value


def _kinds(found: dict[str, Any]) -> set[type]:
    kinds = set[type]()
    for row in _rows_of(found):
        if type(row) is dict:
            kinds.update(map(type, row.values()))
        else:
            kinds.add(type(row))
    return kinds


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(k for i, (k, _) in enumerate(pairs) if k in {name for name, _ in pairs[:i]})
        raise ValueError(f"key {twice!r} stands twice")
    return found


def read(raw: Any) -> Dossier:
    """The typed dossier of what `loads` gives. Raises `DossierProblems` naming every wrong key."""
    problems: list[FactError] = []
    if not isinstance(raw, dict):
        raise DossierProblems([_shape("$", raw, "一份档案应为 JSON 对象 / a dossier is a JSON object")])
    if not raw.keys() <= KEYS:
        _unknown_keys(raw, KEYS, "", problems)
    tables: dict[str, list[TypedRow] | None] = {}
    code, warnings = _code(raw.get("enterprise"), problems)
    for table in TABLES.values():
        value = raw.get(table.key)
        if table is ExpertGrade:
            value = _grade_rows(value, problems)
        elif table is Enterprise:
            value = None if value is None else [value]
        tables[table.id] = _rows(table, value, code, problems)
    evaluation = _evaluation(raw.get("evaluation"), problems)
    if problems:
        raise DossierProblems(problems)
    return Dossier(code, tables, warnings, evaluation)


def _shape(where: str, value: Any, rule: str) -> DossierProblem:
    return DossierProblem(
        field=where, value=str(value)[:60], rule=rule, remedy="按接口约定的结构填写 / follow the dossier's structure"
    )


def _unknown_keys(raw: Mapping[str, Any], allowed: Set[str], where: str, problems: list[FactError]) -> None:
    for key in raw:
        if key not in allowed:
            near = difflib.get_close_matches(str(key), sorted(allowed), n=1)
            problems.append(
                DossierProblem(
                    field=f"{where}{key}",
                    value=key,
                    rule="没有这个字段 / there is no such field",
                    remedy=f"是否应为 {near[0]} / did you mean {near[0]}?" if near else "删除它 / remove it",
                )
            )


def _code(enterprise: Any, problems: list[FactError]) -> tuple[str, tuple[str, ...]]:
    given = enterprise.get("uscc") if isinstance(enterprise, dict) else None
    if not isinstance(given, str):
        problems.append(
            DossierProblem(
                field="enterprise.uscc",
                value=given,
                rule="必须给出统一社会信用代码 / the unified social credit code is required",
                remedy="填入 18 位代码 / give the 18-character code",
            )
        )
        return "", ()
    try:
        return uscc.check(given)
    except FactError as problem:
        problems.append(problem.at("enterprise."))
        return given, ()


def _rows(table: type[Table], value: Any, code: str, problems: list[FactError]) -> list[TypedRow] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        problems.append(_shape(table.key, value, f"{table.zh}应为列表 / must be a list"))
        return None
    if len(value) > LARGEST_ROWS:
        problems.append(_shape(table.key, len(value), f"最多 {LARGEST_ROWS} 行 / at most {LARGEST_ROWS} rows"))
        return None
    found = []
    allowed = _columns(table.id).allowed
    for number, raw in enumerate(value):
        if not isinstance(raw, dict):
            problems.append(_shape(_place(table, number), raw, "每一行应为 JSON 对象 / each row is a JSON object"))
            continue
        before = len(problems)
        if not raw.keys() <= allowed:
            _unknown_keys(raw, allowed, "", problems)
        row = typed_row(table, raw, problems)
        unknown_year = table is AnnualReport and row["fiscal_year"] is None
        # A year that was given, but could not be read, has a problem of its own.
        if unknown_year and all(one.field != "fiscal_year" for one in problems[before:]):
            problems.append(_shape("fiscal_year", None, "必须给出会计年度 / the fiscal year is required"))
        if "uscc" in raw and raw["uscc"] != code and table is not Enterprise:
            problems.append(_shape("uscc", raw["uscc"], "与企业的代码不同 / differs from the enterprise's code"))
        if len(problems) > before:
            problems[before:] = [one.at(f"{_place(table, number)}.") for one in problems[before:]]
        found.append(row)
    return found


def _place(table: type[Table], number: int) -> str:
    return f"{table.key}[{number}]" if table.is_list else table.key


def typed_row(table: type[Table], raw: Mapping[str, Any], problems: list[FactError]) -> TypedRow:
    """One row with every field of the table; what cannot be read is added to ``problems`` and left unknown."""
    columns = _columns(table.id)
    row = columns.blank.copy()
    readers = columns.readers
    for name, value in raw.items():
        reader = readers.get(name)
        if reader is None:
            continue
        of, least, most, scale, text, note, spec = reader
        if note:
            row.pop(note, None)
        if type(value) is of and least <= value <= most:
            row[name] = value * scale
            continue
        found = text(value) if type(value) is str else spec.kind.decimal(value) if type(value) is Decimal else None
        if found is None:
            cleaned = clean(value)
            if type(value) is float:
                raise Inexact(f"{name}: {value!r} is a binary float; numbers come as int or Decimal")
            if not is_unknown(cleaned):
                try:
                    found = spec.kind.parse(value, name)
                except FactError as problem:
                    problems.append(problem)
            elif cleaned not in STATED_UNKNOWN:
                read_absence(row, name, spec, spec.null)
                continue
        row[name] = found
    if table is Enterprise:
        _identifiers(row, problems)
    return row


class _Columns(NamedTuple):
    readers: dict[str, tuple[type[int], int, int, int, Callable[[str], Parsed], str, Field]]
    """By name: the kind's `Plain`, the note that absence was read as "not so", the column."""
    blank: TypedRow
    """A row in which every key is absent."""
    allowed: frozenset[str]
    """Names that a row may have."""


@cache
def _columns(table: str) -> _Columns:
    specs = {**TABLES[table].fields, **PROVENANCE}
    blank: TypedRow = {}
    for name, spec in specs.items():
        read_absence(blank, name, spec, spec.absent)
    notes = {name: f"{name}/assumed" if spec.absent is Reading.ASSUMED_NOT else "" for name, spec in specs.items()}
    columns = _Columns({}, blank, frozenset((*specs, "uscc")))
    for name, spec in specs.items():
        columns.readers[name] = *spec.kind.plain(), notes[name], spec
    return columns


def read_absence(row: TypedRow, name: str, spec: Field, reading: Reading) -> None:
    """Write into ``row`` what an absent key or a null states."""
    if reading is Reading.UNKNOWN:
        row[name] = None
        return
    row[name] = spec.negative if spec.kind.readable else ""
    if reading is Reading.ASSUMED_NOT:
        row[f"{name}/assumed"] = 1


def _identifiers(row: TypedRow, problems: list[FactError]) -> None:
    code, region = row["industry_code"], row["region_code"]
    try:
        if isinstance(code, str):
            edition = row["industry_code_edition"]
            row["industry_code"] = industry.normalise(code, edition if isinstance(edition, int) else 2017)
    except FactError as problem:
        problems.append(problem)
    if isinstance(region, int) and region < 100_000:
        problems.append(
            DossierProblem(
                field="region_code",
                value=region,
                rule="行政区划代码为 6 位 / a region code has 6 digits",
                remedy="例如柳州市 450200 / for instance 450200 for Liuzhou",
            )
        )


def _grade_rows(value: Any, problems: list[FactError]) -> Any:
    """``{criterion: value | [{value, year, …}]}`` as rows."""
    if not isinstance(value, dict):
        if value is not None:
            problems.append(_shape("expert_grades", value, "应为 JSON 对象 / must be a JSON object"))
        return None
    found: list[dict[str, Any]] = []
    for criterion, given in value.items():
        entries = given if isinstance(given, list) else [{"value": given}]
        for entry in entries:
            if not isinstance(entry, dict):
                problems.append(_shape(f"expert_grades.{criterion}", entry, "应为数值或对象 / a value or an object"))
                continue
            found.append({"criterion": criterion, **entry})
    return found


def _evaluation(value: Any, problems: list[FactError]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(_shape("evaluation", value, "应为 JSON 对象 / must be a JSON object"))
        return {}
    _unknown_keys(value, {"application_kind", "region_code"}, "evaluation.", problems)
    kind = value.get("application_kind")
    if kind not in (None, "new", "renewal"):
        problems.append(_shape("evaluation.application_kind", kind, "应为 new 或 renewal / new or renewal"))
    found = {k: str(v) for k, v in value.items() if v is not None}
    try:
        if "region_code" in found:
            found["region_code"] = regions.check_region(found["region_code"])
    except FactError as problem:
        problems.append(problem.at("evaluation."))
    return found


def day(value: str, name: str) -> date:
    """A date parameter (as_of, known_at, rules_on), from 1980 to 2199. Raises `DossierProblem`."""
    try:
        found = date.fromisoformat(value[:10])
        if 1980 <= found.year <= 2199:
            return found
    except ValueError:
        pass
    raise DossierProblem(
        field=name,
        value=value,
        rule="应为 1980 至 2199 年间的日期 / must be a date from 1980 to 2199",
        remedy="写成 2026-05-01 / write it as 2026-05-01",
    )
