"""Kinds of values: how a cell or key is read into an integer, within which domain, and how it is shown again.

Every fact that a rule can read is an integer inside: money in 分, head-counts in ten-thousandths of a person, dates in
days, choices by their place in the list, yes/no as 1/0. ``parse`` takes text, JSON numbers (as int or Decimal, never
binary floats) and None, and returns the integer, the text for texts, or None for unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from functools import cache, lru_cache
from typing import ClassVar, NamedTuple, cast

from features.errors import ValueProblem

UNKNOWN_WORDS = frozenset({"", "n/a", "na", "nan", "null", "none", "#n/a", "-", "--", "—", "——", "/", "\\"})
STATED_UNKNOWN = ("不详", "未知", "暂无数据", "无数据", "?")
"""Words that state "unknown" even where an empty cell or a null would state "not so"."""
_SAYS_NOTHING = UNKNOWN_WORDS.union(STATED_UNKNOWN)
NONE_WORDS = frozenset({"无", "否", "没有", "未上市", "零"})
EPOCH = date(1970, 1, 1)
NEVER = 99_999
"""Day number that stands for "not at all" (not listed, not ended, not revoked): in the year 2243, past every real date."""

Parsed = int | str | None
_NO_NUMBER = (int, 1, 0, 1)
"""The beginning of a `Plain` of what takes no number as it is."""


def clean(value: object) -> object:
    """Half-width, trimmed text; other values as they are."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


def is_unknown(value: object) -> bool:
    """Whether a cell says nothing: empty, N/A, 不详 …"""
    return value is None or (isinstance(value, str) and value.lower() in _SAYS_NOTHING)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


class Plain(NamedTuple):
    """Values that are read without `Kind.parse`: by far the most."""

    of: type[int]
    """int or bool: of these, those from ``least`` to ``most``, times ``scale``."""
    least: int
    most: int
    scale: int
    text: Callable[[str], Parsed]
    """A text in its plainest form; None where it needs `Kind.parse`."""


@dataclass(frozen=True)
class Kind:
    """What a field takes. ``lo`` and ``hi`` are the domain: the completions of an unknown value."""

    lo: int = 0
    hi: int = 0
    unit: str = ""
    readable: ClassVar[bool] = True
    """Whether rules can read it (texts they cannot)."""
    remedy: ClassVar[str] = "核对数值 / check the value"
    """What to do about a value outside the domain."""

    def parse(self, value: object, field: str, unit: Decimal = Decimal(1)) -> Parsed:
        """The integer inside, or None for unknown.

        ``unit`` multiplies amounts (10000 for a column in 万元). Raises `ValueProblem`.
        """
        cleaned = clean(value)
        return None if is_unknown(cleaned) else self._parse(cleaned, field, unit)

    def _parse(self, value: object, field: str, unit: Decimal) -> Parsed:
        raise NotImplementedError

    def plain(self) -> Plain:
        """How values in their plainest form are read, as `parse` would."""
        raise NotImplementedError

    def decimal(self, _: Decimal) -> int | None:
        """What `parse` gives for a decimal number in its plainest form; None where it needs `parse`."""
        return None

    def show(self, number: int) -> object:
        """The value as the JSON dossier writes it."""
        return number

    def shown_range(self) -> str:
        """The domain in words, for messages."""
        return f"{self.show(self.lo)} … {self.show(self.hi)}"

    def within(self, number: int, value: object, field: str) -> int:
        """``number``, or a `ValueProblem` where it is outside the domain."""
        if not self.lo <= number <= self.hi:
            raise ValueProblem(
                field=field,
                value=value,
                rule=f"应在 {self.shown_range()} {self.unit} 之内 / must lie within {self.shown_range()}",
                remedy=self.remedy,
            )
        return number


_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")


def decimal_of(value: object, field: str) -> Decimal:
    """A JSON number or the text of one, thousands commas allowed, as an exact Decimal. Raises `ValueProblem`."""
    if not isinstance(value, bool):
        text = str(value)
        if _THOUSANDS.match(text):
            text = text.replace(",", "")
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = None
        if (
            number is not None
            and number.is_finite()
            and "_" not in text
            and abs(number.adjusted()) < 40
            and len(text) <= 80
        ):
            return number
    raise ValueProblem(
        field=field,
        value=value,
        rule="应为数字 / must be a number",
        remedy="只填数字，单位写在表头，例如“营业收入（万元）” / give digits only; the unit belongs in the header",
    )


@dataclass(frozen=True)
class Scaled(Kind):
    """A decimal number kept as an integer of ``1/scale``, with at most ``places`` decimals as given."""

    scale: int = 1
    places: int = 0
    multiplied: ClassVar[bool] = False
    """Whether a header's unit (万元) multiplies it."""

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, str) and value in NONE_WORDS:
            return self.within(0, value, field)
        # ``decimal_of`` bounds the digits; the default precision of 28 would round or fail on what it lets through.
        with localcontext(prec=200):
            number = decimal_of(value, field) * (unit if self.multiplied else 1)
            whole = number == round(number, self.places)
        if not whole:
            raise ValueProblem(
                field=field,
                value=value,
                rule=f"最多 {self.places} 位小数 / at most {self.places} decimals"
                if self.places
                else "应为整数 / must be a whole number",
                remedy="按账面数四舍五入后填报 / round as in the books and send again",
            )
        return self.within(int(number * self.scale), value, field)

    def decimal(self, value: Decimal) -> int | None:
        """One of few digits: its product is exact in the default precision."""
        _, digits, exponent = value.as_tuple()
        if isinstance(exponent, int) and -self.places <= exponent <= 0 and len(digits) <= 20:
            number = int(value * self.scale)
            return number if self.lo <= number <= self.hi else None
        return None

    def plain(self) -> Plain:
        """Whole numbers, also as up to 15 digits."""
        return Plain(int, -(-self.lo // self.scale), self.hi // self.scale, self.scale, self._digits)

    def _digits(self, text: str) -> int | None:
        if text.isdigit() and text.isascii() and len(text) <= 15 and self.lo <= int(text) * self.scale <= self.hi:
            return int(text) * self.scale
        return None

    def show(self, number: int) -> object:
        """An int where whole, else a Decimal."""
        whole, rest = divmod(number, self.scale)
        return whole if rest == 0 else Decimal(number) / self.scale


_WAN_YI = re.compile(r"^(?P<number>[+-]?[\d,.]+)\s*(?P<unit>亿|千万|百万|万|千)?\s*元?$")
_MULTIPLES = {None: 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}


@dataclass(frozen=True)
class Money(Scaled):
    """Yuan with at most two decimals, kept in 分; |x| ≤ 10¹² yuan."""

    lo: int = 0
    hi: int = 10**14
    unit: str = "元"
    scale: int = 100
    places: int = 2
    multiplied: ClassVar[bool] = True
    remedy: ClassVar[str] = "核对数值与单位（元、万元） / check the number and its unit (yuan, 10,000 yuan)"

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, str) and (match := _WAN_YI.match(value)) and not value[-1].isdigit():
            # A unit inside the cell overrides the header's.
            with localcontext(prec=200):
                number = decimal_of(match["number"], field) * _MULTIPLES[match["unit"]]
            return super()._parse(number, field, Decimal(1))
        return super()._parse(value, field, unit)


@dataclass(frozen=True)
class Heads(Scaled):
    """Persons; averages keep up to four decimals, plain counts are whole."""

    lo: int = 0
    hi: int = 10**12
    unit: str = "人"
    scale: int = 10_000
    places: int = 4


@dataclass(frozen=True)
class Number(Scaled):
    """Whole number of things, ranks, years in service."""

    lo: int = 0
    hi: int = 10**6


@dataclass(frozen=True)
class Rate(Scaled):
    """A fraction or an index value, kept in millionths."""

    lo: int = 0
    hi: int = 10**12
    scale: int = 10**6
    places: int = 6


@dataclass(frozen=True)
class Grade(Rate):
    """Points or a level; of what is judged by yes or no, 1 or 0."""

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, bool):
            return super()._parse(int(value), field, unit)
        word = value.lower() if isinstance(value, str) else ""
        if word in _TRUE | _FALSE:
            return super()._parse(int(word in _TRUE), field, unit)
        return super()._parse(value, field, unit)


_DATE_FORMS = (
    re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$"),
    re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?: [\d:.]+)?$"),
    re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日?$"),
    re.compile(r"^(\d{4})(\d{2})(\d{2})$"),
)
_EXCEL_EPOCH = date(1899, 12, 30)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@cache
def _iso_days(least: int, most: int) -> Callable[[str], int | None]:
    @lru_cache(maxsize=50_000)
    def read(text: str) -> int | None:
        try:
            number = day_number(date.fromisoformat(text)) if _ISO.fullmatch(text) else None
        except ValueError:
            return None
        return number if number is not None and least <= number <= most else None

    return read


@dataclass(frozen=True)
class Day(Kind):
    """A date as a day number; ``none`` where "not at all" is a possible answer."""

    lo: int = day_number(date(1900, 1, 1))
    hi: int = day_number(date(2199, 12, 31))
    none: bool = False
    unit: str = "日期"

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, date):
            return self.within(day_number(date(value.year, value.month, value.day)), value, field)
        if isinstance(value, str):
            if self.none and value in NONE_WORDS:
                return NEVER
            for form in _DATE_FORMS:
                if match := form.match(value):
                    try:
                        return self.within(day_number(date(*map(int, match.groups()))), value, field)
                    except ValueError:
                        break
            if re.fullmatch(r"\d{5}", value):
                # Excel's serial day: an unformatted date cell arrives as this number.
                return self.within(day_number(_EXCEL_EPOCH + timedelta(days=int(value))), value, field)
        raise ValueProblem(
            field=field,
            value=value,
            rule="应为日期 / must be a date",
            remedy="写成 2026-05-01 / write it as 2026-05-01",
        )

    def plain(self) -> Plain:
        """A date as 2026-05-01."""
        return Plain(*_NO_NUMBER, _iso_days(self.lo, self.hi))

    def show(self, number: int) -> object:
        """ISO text, or None for "not at all"."""
        return None if number >= NEVER else day_of(number).isoformat()


_TRUE = frozenset({"true", "yes", "y", "1", "是", "有", "√", "✓", "对"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "无", "×", "x", "没有", "不是"})


@dataclass(frozen=True)
class Flag(Kind):
    """Yes or no."""

    hi: int = 1

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, str):
            word = value.lower()
            if word in _TRUE or word in _FALSE:
                return int(word in _TRUE)
        raise ValueProblem(
            field=field,
            value=value,
            rule="应为是或否 / must be true or false",
            remedy="填“是”或“否” / write true or false (是 or 否 in a sheet)",
        )

    def plain(self) -> Plain:
        """True or false."""
        return Plain(bool, 0, 1, 1, lambda _: None)

    def show(self, number: int) -> object:
        """A bool."""
        return bool(number)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a closed list; kept as its place in the list."""

    values: tuple[str, ...] = ()
    zh: dict[str, str] = field(default_factory=dict, hash=False, compare=False)
    """Chinese spellings, each naming a value."""
    none: bool = False
    """Whether 无 and null mean the first value, which is "none"."""

    _places: dict[str, int] = field(default_factory=dict, init=False, hash=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hi", len(self.values) - 1)
        self._places.update((value, place) for place, value in enumerate(self.values))

    def code(self, value: str) -> int:
        """The integer of a value. Raises KeyError."""
        return self._places[value]

    def _parse(self, value: object, field: str, unit: Decimal) -> int:
        if isinstance(value, str):
            if self.none and value in NONE_WORDS:
                return 0
            plain = value.lower()
            named = self.zh.get(value, plain)
            if named in self._places:
                return self._places[named]
        raise ValueProblem(
            field=field,
            value=value,
            rule="不在取值表内 / not one of the listed values",
            remedy="可填 / use one of: " + ", ".join(self._named(v) for v in self.values),
        )

    def _named(self, value: str) -> str:
        """The value with its usual Chinese spelling."""
        zh = next((spelling for spelling, named in self.zh.items() if named == value), None)
        return f"{zh} {value}" if zh else value

    def plain(self) -> Plain:
        """A value by its own name."""
        return Plain(*_NO_NUMBER, self._places.get)

    def show(self, number: int) -> object:
        """The value's name; None for "none"."""
        return None if self.none and number == 0 else self.values[number]


@dataclass(frozen=True)
class Text(Kind):
    """Text that no rule reads."""

    readable: ClassVar[bool] = False
    longest: int = 500

    def _parse(self, value: object, field: str, unit: Decimal) -> str:
        if isinstance(value, (dict, list, bool)):
            raise ValueProblem(field=field, value=value, rule="应为文字 / must be text", remedy="改为文字 / send text")
        text = str(value)
        if "\0" in text:
            raise ValueProblem(
                field=field,
                value=text.replace("\0", "\\0")[:40],
                rule="含有空字符 NUL / holds the character NUL",
                remedy="删除该字符 / remove it",
            )
        if len(text) > self.longest:
            raise ValueProblem(
                field=field,
                value=text[:40] + "…",
                rule=f"最多 {self.longest} 个字 / at most {self.longest} characters",
                remedy="缩短 / shorten it",
            )
        return text

    def plain(self) -> Plain:
        """A text that says something and needs no cleaning."""
        return Plain(*_NO_NUMBER, self._clean)

    def _clean(self, text: str) -> str | None:
        normal = len(text) <= self.longest and unicodedata.is_normalized("NFKC", text) and text.strip() == text
        return text if normal and text.lower() not in _SAYS_NOTHING and "\0" not in text else None

    def show(self, number: int) -> object:
        """Texts are kept as they are."""
        return cast(object, number)
