"""``tech_sme`` as one SQL statement a part. NULL is SQL's own third truth value, so gates need no pair of bounds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.rivals.spec import ANSWERS, GATES, LARGEST, firm_columns, parts, refuse_conflicts, rows_of

HEADS, MONEY, ITEMS = LARGEST["heads"], LARGEST["money"], LARGEST["items"]
BY_SALES, BY_COST, STAFF = (2, 3, 4, 5, 6), (10, 15, 20, 25, 30), (10, 15, 20, 25, 30)


def main(spec_file: str, source: str, target: str) -> None:
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    Path(target).mkdir(parents=True, exist_ok=True)
    base = duckdb.connect()
    for number, part in enumerate(parts(Path(source))):
        (differing,) = base.execute(f"SELECT count(said) FROM read_parquet('{part}')").fetchone() or (0,)
        refuse_conflicts(differing)
        out = f"{target}/answers-{number:05d}.parquet"
        base.execute(f"COPY ({statement(part, spec)}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


def statement(part: Path, spec: dict[str, Any]) -> str:
    def among(codes: list[int]) -> str:
        return "(" + ", ".join(map(str, codes)) + ")"

    def annual(name: str) -> str:
        return f'"annual_report/{spec["year"]}/{name}"'

    def truth(certain: str, possible: str) -> str:
        return f"CASE WHEN {certain} THEN true WHEN {possible} THEN NULL ELSE false END"

    def exists(table: str, name: str) -> str:
        """Third value where a row may do, or where further rows may be missing."""
        return truth(f"coalesce({name}_some, false)", f'coalesce({name}_maybe, false) OR "{table}/listed" IS NULL')

    def found(name: str, condition: str) -> str:
        return f"bool_or({condition}) AS {name}_some, bool_or(({condition}) IS NOT FALSE) AS {name}_maybe"

    def reached(numerator: str, denominator: str, percents: tuple[int, ...], end: str) -> str:
        """How many thresholds the ratio reaches: at its least (lo) or at its greatest (hi)."""
        other = "hi" if end == "lo" else "lo"
        tests = (
            f"({numerator}_{end} * 100 >= {percent} * greatest({denominator}_{other}, 1))::INT" for percent in percents
        )
        return f"CASE WHEN {denominator}_{end} >= 1 THEN {' + '.join(tests)} ELSE 0 END"

    def ends(name: str, value: str, largest: int) -> str:
        return f"coalesce({value}, 0) AS {name}_lo, coalesce({value}, {largest}) AS {name}_hi"

    def rights(name: str, codes: list[int]) -> str:
        where = f"kind IN {among(codes)} AND sound"
        return (
            f"sum(coalesce(count, 0)) FILTER (WHERE {where}) AS {name}_lo, "
            f"sum(coalesce(count, {ITEMS})) FILTER (WHERE ({where}) IS NOT FALSE) AS {name}_hi"
        )

    day, last_year, five = spec["as_of"], spec["last_year"], spec["five_years"]
    lately = f"occurred_on BETWEEN {last_year} AND {day}"
    recent = f"occurred_on BETWEEN {five} AND {day}"
    firm_names = ", ".join(f'"{name}"' for name in firm_columns(spec))
    word = "CASE WHEN {0} IS NULL THEN 'undetermined' WHEN {0} THEN 'pass' ELSE 'fail' END"
    gates = ", ".join(f'{word.format(f"gate_{gate}")} AS "tech_sme.gates.{gate}.verdict"' for gate in GATES)
    whole = " AND ".join(f"gate_{gate}" for gate in GATES if gate != "tech_staff_nonzero")
    points = {
        "tech_staff": ("4 * staff_{0}", "4 * staff_{0}"),
        "rd_input": ("10 * greatest(by_sales_{0}, by_cost_{0})",) * 2,
        "achievements": ("greatest(30 * least(first_{0}, 1), 6 * least(second_{0}, 4))",) * 2,
    }
    items = ", ".join(
        f"{given[i].format(end)} AS {item}_{end}"
        for item, given in points.items()
        for i, end in enumerate(("lo", "hi"))
    )
    score = {end: "(" + " + ".join(f"{item}_{end}" for item in points) + ")" for end in ("lo", "hi")}
    shown = ", ".join(
        f'{item}_{end}::DOUBLE AS "tech_sme.items.{item}.{name}"'
        for item in points
        for end, name in (("lo", "low"), ("hi", "high"))
    )
    return f"""
WITH events AS (
    SELECT row,
        {found("accident", f"kind IN {among(spec['accident'])} AND severity IN {among(spec['major'])} AND {lately}")},
        {found("finding", f"kind IN {among(spec['finding'])} AND {lately}")},
        {found("listing", f"kind IN {among(spec['listing'])} AND occurred_on <= {day} AND ended_on >= {last_year}")},
        {found("award", f"kind IN {among(spec['award'])} AND level IN {among(spec['award_levels'])} AND rank <= 3 AND {recent}")},
        {found("institution", f"kind IN {among(spec['institution'])} AND level IN {among(spec['institution_levels'])} AND occurred_on <= {day} AND ended_on >= {day}")},
        {found("standard", f"kind IN {among(spec['standard'])} AND level IN {among(spec['standard_levels'])} AND {recent}")}
    FROM read_parquet('{rows_of(part, "event")}') GROUP BY row
), certificates AS (
    SELECT row,
        {found("holds", f"kind IN {among(spec['high_tech'])} AND valid_from <= {day} AND valid_to >= {day} AND revoked_on > {day}")}
    FROM read_parquet('{rows_of(part, "certificate")}') GROUP BY row
), rights AS (
    SELECT row, {rights("first", spec["class_1"])}, {rights("second", spec["class_2"])}
    FROM (
        SELECT row, kind, count,
            in_force = 1 AND supports_main_product = 1 AND disputed = 0 AND granted_on <= {day} AS sound
        FROM read_parquet('{rows_of(part, "intellectual_property")}')
    ) GROUP BY row
), firms AS (
    SELECT file_row_number AS row, {firm_names},
        {ends("staff", f"coalesce({annual('tech_staff_6m')}, {annual('tech_staff')})", HEADS)},
        {ends("employees", f"coalesce({annual('employees_quarterly_avg')}, {annual('employees')})", HEADS)},
        {ends("spent", f"coalesce({annual('rd_expense_deduction')}, {annual('rd_expense')})", MONEY)},
        {ends("sales", f"coalesce({annual('sales_revenue')}, {annual('revenue')})", MONEY)},
        {ends("cost", annual("total_cost_expense"), MONEY)}
    FROM read_parquet('{part}', file_row_number = true)
), parts AS (
    SELECT firms.row, uscc, "enterprise/out_of_scope" AS outside,
        "enterprise/deregistered_on" > {day} AS gate_registered,
        {truth("employees_hi <= 5000000", "employees_lo <= 5000000")} AS gate_employees,
        {truth("sales_hi <= 20000000000", "sales_lo <= 20000000000")} AS gate_sales_revenue,
        {annual("total_assets")} <= 20000000000 AS gate_total_assets,
        "enterprise/audit_based_tax" = 1 AS gate_audit_based_tax,
        "enterprise/restricted_industry" = 0 AS gate_negative_list,
        NOT {exists("event", "accident")} AND NOT {exists("event", "finding")} AND NOT {exists("event", "listing")} AS gate_compliance,
        {", ".join(f"{reached('staff', 'employees', STAFF, end)} AS staff_{end}" for end in ("lo", "hi"))},
        {", ".join(f"{reached('spent', 'sales', BY_SALES, end)} AS by_sales_{end}" for end in ("lo", "hi"))},
        {", ".join(f"{reached('spent', 'cost', BY_COST, end)} AS by_cost_{end}" for end in ("lo", "hi"))},
        coalesce(first_lo, 0) AS first_lo, coalesce(second_lo, 0) AS second_lo,
        CASE WHEN "intellectual_property/listed" IS NULL THEN 4 ELSE coalesce(first_hi, 0) END AS first_hi,
        CASE WHEN "intellectual_property/listed" IS NULL THEN 4 ELSE coalesce(second_hi, 0) END AS second_hi,
        ({exists("certificate", "holds")}) OR ({exists("event", "award")}) OR ({exists("event", "institution")})
            OR ({exists("event", "standard")}) AS direct
    FROM firms LEFT JOIN events USING (row) LEFT JOIN certificates USING (row) LEFT JOIN rights USING (row)
), scored AS (
    SELECT *, {items},
        {truth("staff_lo >= 1", "staff_hi >= 1")} AS gate_tech_staff_nonzero
    FROM parts
), judged AS (
    SELECT *, {score["lo"]} AS score_lo, {score["hi"]} AS score_hi,
        {whole} AND ((gate_tech_staff_nonzero AND {truth(score["lo"] + " >= 60", score["hi"] + " >= 60")}) OR direct) AS passed
    FROM scored
), answers AS (
    SELECT row, uscc,
        CASE WHEN outside = 1 THEN 'not_applicable' ELSE {word.format("passed")} END AS "tech_sme.verdict",
        score_lo::DOUBLE AS "tech_sme.score.low", score_hi::DOUBLE AS "tech_sme.score.high", {shown}, {gates}
    FROM judged
)
SELECT {", ".join(f'"{name}"' for name in ANSWERS)} FROM answers ORDER BY row
"""


if __name__ == "__main__":
    main(*sys.argv[1:])
