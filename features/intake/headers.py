"""What one header says: the table and field, the unit, the year.

``营业收入（万元）``, ``2024年末职工总数``, ``qc20_2``, ``revenue_2024`` … Brackets may be part of a field's name
(``高新技术产品(服务)收入``), so the whole text is looked up before anything is taken off it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from features.intake.imported import LISTED
from features.kinds import Flag, Money, Scaled
from features.schema import Field
from features.tables import PROVENANCE, TABLES, AnnualReport, Enterprise

USCC_HEADERS = frozenset({"uscc", "统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码"})

UNITS = {
    **dict.fromkeys(("元", "人民币元", "元人民币", "人民币", "rmb", "cny", "yuan"), Decimal(1)),
    **dict.fromkeys(("千元", "千元人民币"), Decimal(10**3)),
    **dict.fromkeys(("万元", "万", "万元人民币", "人民币万元"), Decimal(10**4)),
    "百万元": Decimal(10**6),
    "千万元": Decimal(10**7),
    **dict.fromkeys(("亿元", "亿", "亿元人民币"), Decimal(10**8)),
}
_THOUSAND = Decimal(10**3)
_NEUTRAL = frozenset({"人", "名", "人次", "个", "项", "件", "家", "次", "份", "年", "条", "位"})
_NOISE = frozenset({"必填", "必填项", "选填", "选填项", "可选", "盖章"})
_FOREIGN = re.compile(r"美元|港元|港币|欧元|日元|英镑|外币|usd|hkd|eur|jpy|gbp")

_YEAR = re.compile(r"^((?:19|20)\d{2})(?:年度?末?|年底|末)?$")
_YEAR_FIRST = re.compile(r"^((?:19|20)\d{2})(年度|年末|年底|年|末)?[_-]?(.+)$")
_YEAR_LAST = re.compile(r"^(.+?)[_-]?((?:19|20)\d{2})(?:年度|年末|年底|年)?$")
_BRACKET = re.compile(r"^(.+)[(\[【]([^()\[\]【】]*)[)\]】]$")
_SEPARATED = re.compile(r"^(.+)[/_,;:、-]([^/_,;:、-]+)$")
_TORCH = re.compile(r"^(q[a-z]\d+(?:_\d{1,2}(?!\d))?)(.*)$")


@dataclass(frozen=True)
class Refusal:
    """Why a column is not taken."""

    code: str
    rule: str
    remedy: str


@dataclass(frozen=True)
class Heading:
    """A header understood. ``field`` may also be ``uscc``, a provenance name or ``<table>_listed``."""

    table: str
    field: str
    unit: Decimal | None = None
    """As the header states it."""
    year: int | None = None
    refusal: Refusal | None = None
    torch: bool = False

    @property
    def spec(self) -> Field | None:
        """The field's declaration; None for ``uscc`` and ``<table>_listed``."""
        return TABLES[self.table].fields.get(self.field) or PROVENANCE.get(self.field)

    @property
    def is_money(self) -> bool:
        """Whether a unit multiplies it."""
        return self.spec is not None and isinstance(self.spec.kind, Money)


def plain(text: str) -> str:
    """Half-width, lower-case, without blanks, asterisks, numbering and closing colon."""
    found = re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text)).lower().rstrip(":")
    return re.sub(r"^(?:\d{1,2}[.、](?!\d)|其中:)", "", found)


@cache
def names(table: str) -> dict[str, str]:
    """Plain header → field, for one table."""
    found: dict[str, str] = {}
    fields = TABLES[table].fields
    for name, spec in (*PROVENANCE.items(), *fields.items()):
        for text in (name, name.replace("_", ""), spec.zh, spec.en, *spec.aliases):
            if text:
                found[plain(text)] = name
        if isinstance(spec.kind, Flag) and not spec.zh.startswith("是否"):
            found.setdefault(plain("是否" + spec.zh), name)
    found |= dict.fromkeys(USCC_HEADERS, "uscc")
    if table == Enterprise.id:
        found |= {header: f"{listed}_listed" for header, listed in LISTED.items()}
    return found


@cache
def _torch_codes() -> dict[str, str]:
    return {code: name for name, spec in AnnualReport.fields.items() for code in spec.torch}


@lru_cache(maxsize=10_000)
def understand(text: str, table: str) -> Heading | None:
    """The header's meaning in a table; None where it has none."""
    base, said = plain(text), _Said()
    if table == AnnualReport.id and (match := _TORCH.match(base)) and match[1] in _torch_codes():
        return _torch(match[1], match[2], table)
    for _ in range(6):
        if base in names(table):
            return said.heading(table, names(table)[base])
        if (shorter := _shorten(base, said, table)) is None:
            return None
        base = shorter
    return None


class _Said:
    """What the parts around a field's name say."""

    def __init__(self) -> None:
        self.units: set[Decimal] = set()
        self.years: set[int] = set()
        self.neutral = False
        self.other: list[str] = []

    def take(self, text: str, *, bracketed: bool) -> bool:
        """Sort a qualifier; without brackets an unknown one is not a qualifier at all."""
        parts = [re.sub(r"^(?:计量|金额)?单位:?", "", part) for part in re.split(r"[,;、，；]", text)]
        for part in parts:
            if part in UNITS:
                self.units.add(UNITS[part])
            elif match := _YEAR.match(part):
                self.years.add(int(match[1]))
            elif part in _NEUTRAL:
                self.neutral = True
            elif part in _NOISE or not part:
                continue
            elif bracketed or _FOREIGN.search(part) or part == "%":
                self.other.append(part)
            else:
                return False
        return True

    def heading(self, table: str, field: str) -> Heading | None:
        heading = Heading(table, field, next(iter(self.units), None), next(iter(self.years), None))
        if self.years and (table != AnnualReport.id or field in PROVENANCE or field in ("uscc", "fiscal_year")):
            return None
        return Heading(table, field, heading.unit, heading.year, self._refusal(heading))

    def _refusal(self, heading: Heading) -> Refusal | None:
        if len(self.years) > 1:
            return Refusal(
                "ambiguous_year",
                "表头写了两个年份 / the header names two years",
                "一列只写一个年份 / name one year a column",
            )
        if heading.spec is None or not isinstance(heading.spec.kind, Scaled):
            return None
        if heading.is_money:
            if len(self.units) > 1:
                return unclear_unit("两个单位 / two units")
            return (
                unclear_unit("、".join(self.other) or "不是金额单位 / no unit of money")
                if self.other or self.neutral
                else None
            )
        if self.other or self.units:
            return unclear_unit("、".join(self.other) or "不是金额 / not an amount of money")
        return None


def unclear_unit(what: str) -> Refusal:
    """The refusal of a column whose unit or measure cannot be told."""
    return Refusal(
        "ambiguous_unit",
        f"表头的单位或口径不明确：{what} / the header's unit or measure is not clear",
        "表头只写一个单位：元、千元、万元或亿元 / state one unit in the header: 元, 千元, 万元 or 亿元",
    )


def _shorten(base: str, said: _Said, table: str) -> str | None:
    """The header with one part taken off, or None where nothing comes off."""
    known = names(table)
    if match := _BRACKET.match(base):
        # 营业收入(元/万元) names two units.
        parts = match[2].split("/") if all(part in UNITS for part in match[2].split("/")) else [match[2]]
        for part in parts:
            said.take(part, bracketed=True)
        return match[1]
    if (match := _SEPARATED.match(base)) and said.take(match[2], bracketed=False):
        return match[1].removesuffix("单位").rstrip("/_,;:、-") or None
    if match := _YEAR_FIRST.match(base):
        said.years.add(int(match[1]))
        of_year_end = "年末" + match[3]
        return of_year_end if "末" in (match[2] or "") and of_year_end in known else match[3]
    if match := _YEAR_LAST.match(base):
        said.years.add(int(match[2]))
        return match[1]
    for unit in sorted(UNITS, key=len, reverse=True):
        if base.endswith(unit) and base.removesuffix(unit) in known:
            said.units.add(UNITS[unit])
            return base.removesuffix(unit)
    return None


def _torch(code: str, rest: str, table: str) -> Heading:
    """A header of the Torch survey: its money is in 千元, whatever stands around it."""
    field = _torch_codes()[code]
    label = rest.lstrip("-_.:、")
    beside = understand(field + rest, table) or understand(label, table) if rest else None
    money = isinstance(AnnualReport.fields[field].kind, Money)
    refusal = beside.refusal if beside else None
    if beside and beside.field != field:
        refusal = Refusal(
            "ambiguous_header",
            f"代码 {code} 与后面的名称不是同一指标 / the code {code} and the name behind it differ",
            "只留一个 / keep one of them",
        )
    elif money and refusal is None and beside and beside.unit not in (None, _THOUSAND):
        refusal = unclear_unit(f"{code} 以千元计 / {code} is in thousand yuan")
    elif beside is None and re.match(r"[(\[/\d]", label):
        refusal = unclear_unit(label)
    return Heading(table, field, _THOUSAND if money else None, beside.year if beside else None, refusal, torch=True)


def unit_of_titles(texts: list[str]) -> Decimal | Refusal | None:
    """The unit that title lines set for a sheet's money: ``单位：万元``, ``（万元）``; a refusal where they name two."""
    found: set[Decimal] = set()
    for text in texts:
        title = unicodedata.normalize("NFKC", text).lower()
        for said in (*re.findall(r"单位\s*:?\s*([^()\s]*)", title), *re.findall(r"\(([^()]*)\)", title)):
            # 填报单位：… names a company, not a unit.
            parts = [part.strip() for part in re.split(r"[/、,;和及]", said)]
            if any(len(part) <= 6 and _FOREIGN.search(part) for part in parts):
                return unclear_unit(said)
            found |= {UNITS[part] for part in parts if part in UNITS}
    if len(found) > 1:
        return unclear_unit("标题里有两个单位 / the title names two units")
    return next(iter(found), None)
