from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from features.errors import ValueProblem
from features.identifiers.capital import Capital, parse_capital

REGISTER = Path(__file__).parents[3] / "../shared/data/cn_register_uscc_sample.csv.gz"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("3,008(万元人民币)", "30080000", "CNY"),
        ("4,813(万)", "48130000", "CNY"),
        ("20万人民币", "200000", "CNY"),
        ("10000（万元）", "100000000", "CNY"),
        ("3(万元)", "30000", "CNY"),
        ("282.4700(万人民币元)", "2824700", "CNY"),
        ("10万人民币元", "100000", "CNY"),
        ("2,000(万元(人民币))", "20000000", "CNY"),
        ("39万元人民币", "390000", "CNY"),
        ("6,380(万美元)", "63800000", "USD"),
        ("233.8000(万元美元)", "2338000", "USD"),
        ("350(万元(美元))", "3500000", "USD"),
        ("840(万香港元)", "8400000", "HKD"),
        ("800(万元香港元)", "8000000", "HKD"),
        ("0万港币", "0", "HKD"),
        ("16万港元", "160000", "HKD"),
        ("150(万元（港币）)", "1500000", "HKD"),
        ("85.3322(万英镑)", "853322", "GBP"),
        ("１，０００（万元）", "10000000", "CNY"),
        (" 500 万元 人民币 ", "5000000", "CNY"),
        ("人民币500万元", "5000000", "CNY"),
        ("1.2亿元", "120000000", "CNY"),
        ("5000000元", "5000000", "CNY"),
        ("100万日元", "1000000", "JPY"),
        ("2万欧元", "20000", "EUR"),
    ],
)
def test_spellings_of_registers_are_read_in_whole_currency_units(text: str, amount: str, currency: str) -> None:
    assert parse_capital(text) == Capital(Decimal(amount), currency)


@pytest.mark.parametrize("text", [None, "", "  ", "N/A", "n/a", "-", "无"])
def test_no_entry_is_none_and_never_zero(text: str | None) -> None:
    assert parse_capital(text) is None


@pytest.mark.parametrize("text", ["104()", "104", "1,000", "20人民币", "RMB20"])
def test_an_amount_without_a_unit_is_refused_as_ambiguous(text: str) -> None:
    with pytest.raises(ValueProblem, match="元与万元不明") as caught:
        parse_capital(text)
    assert (caught.value.field, caught.value.value) == ("registered_capital", text)


@pytest.mark.parametrize("text", ["10万两", "10万美元人民币", "美元10万人民币", "10万元以上"])
def test_an_unknown_or_doubled_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem, match="单位或币种"):
        parse_capital(text)


@pytest.mark.parametrize("text", ["万元", "-5万元", "10,00万元", "1.2.3万元", "10-20万元", "10万元20万元", 500, 1.5])
def test_what_is_not_one_amount_is_refused(text: object) -> None:
    with pytest.raises(ValueProblem):
        parse_capital(text)


@pytest.mark.skipif(not REGISTER.exists(), reason="the public register sample is not on this machine")
def test_on_the_real_register_all_but_one_entry_are_read_or_not_given() -> None:
    outcome: Counter[str] = Counter()
    for text in pl.read_csv(REGISTER, columns=["capital_raw"], infer_schema=False)["capital_raw"]:
        try:
            capital = parse_capital(text)
        except ValueProblem as problem:
            outcome[str(problem.value)] += 1
        else:
            outcome["not given" if capital is None else capital.currency] += 1
    assert outcome == {"CNY": 6_483, "USD": 70, "HKD": 57, "GBP": 1, "not given": 3_452, "104()": 1}
