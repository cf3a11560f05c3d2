"""The columns of an enterprise's rows: the inputs that rules read, and behind them what these follow from."""

from __future__ import annotations

from datetime import date

from features.dossier import read
from features.facts import columns_of
from features.resolve import Wanted, resolve

DAY = date(2026, 11, 22)


def test_which_round_is_the_last_is_found_though_no_rule_reads_its_day() -> None:
    rows = {"financing_round": ("amount", "last")}
    assert columns_of(rows) == {"financing_round": ("amount", "last", "closed_on")}
    rounds = [{"closed_on": day, "amount": amount} for day, amount in (("2024-01-01", 1), ("2025-01-01", 2))]
    dossier = read({"enterprise": {"uscc": "91450200MA00000151"}, "financing_rounds": rounds})
    (facts,) = Wanted((), rows, DAY).completions(resolve(dossier, DAY))
    assert [(row["amount"], row["last"]) for row in facts.rows["financing_round"]] == [(100, 0), (200, 1)]
    assert facts.cells("financing_round", ("last",)) == [(0,), (1,)]
