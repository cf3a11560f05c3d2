"""``tech_sme`` in pandas and NumPy, vectorised."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.rivals.spec import (
    ANSWERS,
    GATES,
    ITEMS,
    LARGEST,
    ROWS,
    VERDICTS,
    firm_columns,
    parts,
    refuse_conflicts,
    rows_of,
)

Ends = tuple[np.ndarray, np.ndarray]
"""Of a truth whether it holds in every and in some completion, of an amount the least and the greatest."""


def main(spec_file: str, source: str, target: str) -> None:
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    Path(target).mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts(Path(source))):
        firms = pd.read_parquet(part, columns=firm_columns(spec))
        rows = {table: pd.read_parquet(rows_of(part, table), columns=["row", *names]) for table, names in ROWS.items()}
        _Part(firms, rows, spec).answers().to_parquet(f"{target}/answers-{number:05d}.parquet", compression="zstd")


def _column(frame: pd.DataFrame, name: str, low: int, high: int) -> Ends:
    given = frame[name]
    unknown = given.isna()
    if not unknown.any():
        found = given.to_numpy(np.int64)
        return found, found
    return given.fillna(low).to_numpy(np.int64), given.fillna(high).to_numpy(np.int64)


def _all(*truths: Ends) -> Ends:
    return np.logical_and.reduce([t[0] for t in truths]), np.logical_and.reduce([t[1] for t in truths])


def _any(*truths: Ends) -> Ends:
    return np.logical_or.reduce([t[0] for t in truths]), np.logical_or.reduce([t[1] for t in truths])


def _not(truth: Ends) -> Ends:
    return ~truth[1], ~truth[0]


class _Part:
    def __init__(self, firms: pd.DataFrame, rows: dict[str, pd.DataFrame], spec: dict[str, Any]) -> None:
        self.firms, self.rows, self.spec = firms, rows, spec
        refuse_conflicts(int(firms["said"].notna().sum()))

    def answers(self) -> pd.DataFrame:
        staff = self.first_known("tech_staff_6m", "tech_staff", "heads")
        employees = self.first_known("employees_quarterly_avg", "employees", "heads")
        spent = self.first_known("rd_expense_deduction", "rd_expense", "money")
        sales = self.first_known("sales_revenue", "revenue", "money")
        assets = _column(self.firms, self.annual("total_assets"), 0, LARGEST["money"])
        cost = _column(self.firms, self.annual("total_cost_expense"), 0, LARGEST["money"])
        gates = {
            "registered": self.days(self.firms, "enterprise/deregistered_on", after=self.spec["as_of"]),
            "employees": (employees[1] <= 500_0000, employees[0] <= 500_0000),
            "sales_revenue": (sales[1] <= 2_0000_0000_00, sales[0] <= 2_0000_0000_00),
            "total_assets": (assets[1] <= 2_0000_0000_00, assets[0] <= 2_0000_0000_00),
            "audit_based_tax": self.flag(self.firms, "enterprise/audit_based_tax"),
            "negative_list": _not(self.flag(self.firms, "enterprise/restricted_industry")),
            "compliance": self.compliance(),
            "tech_staff_nonzero": self.at_least(staff, employees, 10),
        }
        items = {
            "tech_staff": self.banded(staff, employees, [10, 15, 20, 25, 30], [0, 4, 8, 12, 16, 20]),
            "rd_input": self.best(
                self.banded(spent, sales, [2, 3, 4, 5, 6], [0, 10, 20, 30, 40, 50]),
                self.banded(spent, cost, [10, 15, 20, 25, 30], [0, 10, 20, 30, 40, 50]),
            ),
            "achievements": self.achievements(),
        }
        score = tuple(sum(item[end] for item in items.values()) for end in (0, 1))
        by_score = _all(gates["tech_staff_nonzero"], (score[0] >= 60, score[1] >= 60))
        whole = [gates[name] for name in GATES if name != "tech_staff_nonzero"]
        certain, possible = _all(*whole, _any(by_score, self.direct()))
        verdict = np.where(certain, 1, np.where(possible, 2, 0))
        verdict[self.firms["enterprise/out_of_scope"].to_numpy() == 1] = 3
        out: dict[str, Any] = {"uscc": self.firms["uscc"], "tech_sme.verdict": _words(verdict)}
        for name, item in (("score", score), *((f"items.{name}", items[name]) for name in ITEMS)):
            out |= {f"tech_sme.{name}.{end}": item[i].astype(float) for i, end in enumerate(("low", "high"))}
        for name in GATES:
            low, high = gates[name]
            out[f"tech_sme.gates.{name}.verdict"] = _words(2 * high.astype(np.int8) - low.astype(np.int8))
        return pd.DataFrame(out)[list(ANSWERS)]

    def annual(self, name: str) -> str:
        return f"annual_report/{self.spec['year']}/{name}"

    def first_known(self, preferred: str, plain: str, unit: str) -> Ends:
        found = self.firms[self.annual(preferred)].fillna(self.firms[self.annual(plain)])
        return _column(found.to_frame("found"), "found", 0, LARGEST[unit])

    @staticmethod
    def flag(frame: pd.DataFrame, name: str) -> Ends:
        given = frame[name]
        certain = (given == 1).to_numpy()
        return certain, certain | given.isna().to_numpy()

    @staticmethod
    def days(
        frame: pd.DataFrame, name: str, *, after: int | None = None, since: int | None = None, until: int | None = None
    ) -> Ends:
        given = frame[name]
        limits = [given > after] if after is not None else []
        limits += [given >= since] if since is not None else []
        limits += [given <= until] if until is not None else []
        certain = np.logical_and.reduce([limit.to_numpy() for limit in limits])
        return certain, certain | given.isna().to_numpy()

    @staticmethod
    def one_of(frame: pd.DataFrame, name: str, codes: list[int]) -> Ends:
        given = frame[name]
        certain = given.isin(codes).to_numpy()
        return certain, certain | given.isna().to_numpy()

    @staticmethod
    def at_least(numerator: Ends, denominator: Ends, percent: int) -> Ends:
        certain = (numerator[0] * 100 >= percent * np.maximum(denominator[1], 1)) & (denominator[0] >= 1)
        possible = (numerator[1] * 100 >= percent * np.maximum(denominator[0], 1)) & (denominator[1] >= 1)
        return certain, possible

    def banded(self, numerator: Ends, denominator: Ends, percents: list[int], points: list[int]) -> Ends:
        reached = [self.at_least(numerator, denominator, percent) for percent in percents]
        table = np.array(points)
        low, high = (table[np.add.reduce([r[end].astype(np.int8) for r in reached])] for end in (0, 1))
        return low, high

    @staticmethod
    def best(*options: Ends) -> Ends:
        return np.maximum.reduce([o[0] for o in options]), np.maximum.reduce([o[1] for o in options])

    def listed(self, table: str) -> np.ndarray:
        return self.firms[f"{table}/listed"].notna().to_numpy()

    def exists(self, table: str, where: Ends) -> Ends:
        row = self.rows[table]["row"].to_numpy()
        certain, possible = np.zeros(len(self.firms), bool), ~self.listed(table)
        certain[row[where[0]]] = True
        possible[row[where[1]]] = True
        return certain, possible

    def compliance(self) -> Ends:
        events, spec = self.rows["event"], self.spec
        lately = self.days(events, "occurred_on", since=spec["last_year"], until=spec["as_of"])
        accident = _all(
            self.one_of(events, "kind", spec["accident"]), self.one_of(events, "severity", spec["major"]), lately
        )
        finding = _all(self.one_of(events, "kind", spec["finding"]), lately)
        listing = _all(
            self.one_of(events, "kind", spec["listing"]),
            self.days(events, "occurred_on", until=spec["as_of"]),
            self.days(events, "ended_on", since=spec["last_year"]),
        )
        return _all(*(_not(self.exists("event", where)) for where in (accident, finding, listing)))

    def direct(self) -> Ends:
        events, certificates, spec = self.rows["event"], self.rows["certificate"], self.spec
        holds = _all(
            self.one_of(certificates, "kind", spec["high_tech"]),
            self.days(certificates, "valid_from", until=spec["as_of"]),
            self.days(certificates, "valid_to", since=spec["as_of"]),
            self.days(certificates, "revoked_on", after=spec["as_of"]),
        )
        recent = self.days(events, "occurred_on", since=spec["five_years"], until=spec["as_of"])
        award = _all(
            self.one_of(events, "kind", spec["award"]),
            self.one_of(events, "level", spec["award_levels"]),
            self.days(events, "rank", until=3),
            recent,
        )
        institution = _all(
            self.one_of(events, "kind", spec["institution"]),
            self.one_of(events, "level", spec["institution_levels"]),
            self.days(events, "occurred_on", until=spec["as_of"]),
            self.days(events, "ended_on", since=spec["as_of"]),
        )
        standard = _all(
            self.one_of(events, "kind", spec["standard"]), self.one_of(events, "level", spec["standard_levels"]), recent
        )
        return _any(
            self.exists("certificate", holds),
            *(self.exists("event", where) for where in (award, institution, standard)),
        )

    def achievements(self) -> Ends:
        rights = self.rows["intellectual_property"]
        row, count = rights["row"].to_numpy(), _column(rights, "count", 0, LARGEST["items"])
        counts = _all(
            self.flag(rights, "in_force"),
            self.flag(rights, "supports_main_product"),
            _not(self.flag(rights, "disputed")),
            self.days(rights, "granted_on", until=self.spec["as_of"]),
        )
        points = []
        for of, table in (("class_1", [0, 30, 30, 30, 30]), ("class_2", [0, 6, 12, 18, 24])):
            where = _all(self.one_of(rights, "kind", self.spec[of]), counts)
            low, high = (
                np.bincount(row[where[end]], count[end][where[end]], len(self.firms)).clip(0, 4).astype(np.int64)
                for end in (0, 1)
            )
            high[~self.listed("intellectual_property")] = 4
            points.append((np.array(table)[low], np.array(table)[high]))
        return self.best(*points)


def _words(codes: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, list(VERDICTS))


if __name__ == "__main__":
    main(*sys.argv[1:])
