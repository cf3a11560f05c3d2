"""Registered capital (注册资本) as business registers write it: ``3,008(万元人民币)``, ``20万人民币``, ``N/A``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from features.errors import ValueProblem
from features.identifiers.uscc import half_width


@dataclass(frozen=True, slots=True)
class Capital:
    """Amount in whole units of the currency (元, not 万元) and the currency's ISO 4217 code."""

    amount: Decimal
    currency: str


def parse_capital(text: object, field: str = "registered_capital") -> Capital | None:
    """Capital, or None where the register gives none (empty, ``N/A``, 无).

    A unit without a currency (``4,813(万)``, ``3(万元)``) is in CNY, in which registered capital is stated
    unless the entry names another currency.

    Raises
    ------
    ValueProblem
        No unit (``104()``: 元 or 万元?), an unknown unit or currency, or no readable number.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueProblem(
            field=field,
            value=text,
            rule="注册资本应为带单位的文本 / registered capital is text with its unit",
            remedy="请填写金额和单位，如 500万元人民币 / give amount and unit, for example 500万元人民币",
        )
    plain = re.sub(r"\s+", "", half_width(text)).upper()
    if plain in _NOT_GIVEN:
        return None
    match = _ENTRY.fullmatch(plain)
    number = match["number"] if match else ""
    if match is None or not _NUMBER.fullmatch(number):
        raise ValueProblem(
            field=field,
            value=text,
            rule="注册资本应为金额加单位 / registered capital is an amount and its unit",
            remedy="请填写如 500万元人民币 或 3,008(万美元) / write for example 500万元人民币 or 3,008(万美元)",
        )
    factor, currency = _unit(_BRACKETS.sub("", match["unit"]), _BRACKETS.sub("", match["before"]), text, field)
    return Capital(Decimal(number.replace(",", "")) * factor, currency)


_NOT_GIVEN = {"", "N/A", "NA", "NULL", "NONE", "NAN", "-", "--", "—", "——", "/", "无", "暂无", "()"}
_ENTRY = re.compile("(?P<before>[^0-9.,+-]*)(?P<number>[0-9.,]+)(?P<unit>[^0-9]*)")
_NUMBER = re.compile(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
_BRACKETS = re.compile(r"[()\[\]〔〕【】]")
_UNIT = re.compile("(?P<factor>亿|千万|百万|万|千|)(?P<yuan>元|圆|)(?P<currency>.*)")
_FACTORS = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, "": 1}
_CURRENCIES = {
    "人民币": "CNY",
    "人民币元": "CNY",
    "RMB": "CNY",
    "CNY": "CNY",
    "¥": "CNY",
    "￥": "CNY",
    "美元": "USD",
    "美金": "USD",
    "USD": "USD",
    "港元": "HKD",
    "港币": "HKD",
    "香港元": "HKD",
    "HKD": "HKD",
    "澳门元": "MOP",
    "新台币": "TWD",
    "台币": "TWD",
    "新台币元": "TWD",
    "英镑": "GBP",
    "GBP": "GBP",
    "欧元": "EUR",
    "EUR": "EUR",
    "日元": "JPY",
    "日本元": "JPY",
    "JPY": "JPY",
    "韩元": "KRW",
    "韩国元": "KRW",
    "加元": "CAD",
    "加拿大元": "CAD",
    "澳元": "AUD",
    "澳大利亚元": "AUD",
    "新加坡元": "SGD",
    "瑞士法郎": "CHF",
    "德国马克": "DEM",
    "法国法郎": "FRF",
}


def _unit(unit: str, before: str, given: str, field: str) -> tuple[int, str]:
    match = _UNIT.fullmatch(unit)
    assert match is not None  # every part of the pattern may be empty
    names = [name for name in (match["currency"], before) if name]
    unknown = [name for name in names if name not in _CURRENCIES]
    if unknown or len({_CURRENCIES[name] for name in names}) > 1:
        raise ValueProblem(
            field=field,
            value=given,
            rule=f"无法识别注册资本的单位或币种 {'、'.join(names)} / unknown unit or currency {', '.join(names)}",
            remedy="请写明一种币种和单位，如 万元人民币、万美元 / name one currency and unit, for example 万元人民币",
        )
    # A currency named without 万 or 元 ("20人民币") leaves the same doubt as no unit at all.
    if not match["factor"] and not match["yuan"] and not match["currency"].endswith(("元", "镑", "马克", "法郎")):
        raise ValueProblem(
            field=field,
            value=given,
            rule="注册资本未写明单位，元与万元不明 / registered capital has no unit: yuan or ten thousand yuan",
            remedy="请补写单位，如 104万元人民币 / add the unit, for example 104万元人民币",
        )
    return _FACTORS[match["factor"]], _CURRENCIES[names[0]] if names else "CNY"
