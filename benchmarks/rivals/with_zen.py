"""``tech_sme`` as a ZEN decision: one graph of expressions, evaluated firm by firm over JSON-like input.

Only a few thousand firms; what is told is CPU a firm, the engine's own and that of making its input from the columns.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zen

from benchmarks.rivals.spec import (
    ANNUAL,
    ANSWERS,
    GATES,
    ITEMS,
    LARGEST,
    ROWS,
    firm_columns,
    parts,
    refuse_conflicts,
    rows_of,
)

HEADS, MONEY = LARGEST["heads"], LARGEST["money"]


def main(spec_file: str, source: str, target: str, firms: str) -> None:
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    begun = time.process_time()
    inputs = _inputs(parts(Path(source))[0], spec, int(firms))
    made = time.process_time() - begun
    engine = zen.ZenEngine()
    decision = engine.create_decision(zen.ZenDecisionContent(json.dumps(model(spec))))
    begun = time.process_time()
    answers = [decision.evaluate(one)["result"] for one in inputs]
    used = time.process_time() - begun
    rows = [{"uscc": one["uscc"], **_answer(answer)} for one, answer in zip(inputs, answers, strict=True)]
    Path(target).mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows).select(list(ANSWERS)), f"{target}/answers-00000.parquet")
    print(json.dumps({"evaluate": used / len(inputs), "input": made / len(inputs), "firms": len(inputs)}))


def _inputs(part: Path, spec: dict[str, Any], firms: int) -> list[dict[str, Any]]:
    frame = pq.read_table(part, columns=firm_columns(spec)).slice(0, firms)
    refuse_conflicts(frame.num_rows - frame["said"].null_count)
    found = [
        {
            "uscc": row["uscc"],
            **{name: row[f"annual_report/{spec['year']}/{name}"] for name in ANNUAL},
            **{name.rpartition("/")[2]: row[name] for name in row if name.startswith("enterprise/")},
            **{f"{table}_listed": row[f"{table}/listed"] for table in ROWS},
            **{table: [] for table in ROWS},
        }
        for row in frame.to_pylist()
    ]
    for table, names in ROWS.items():
        for row in pq.read_table(rows_of(part, table), columns=["row", *names]).to_pylist():
            if row["row"] < len(found):
                found[row["row"]][table].append(row)
    return found


def model(spec: dict[str, Any]) -> dict[str, Any]:
    """Input → expressions → output; truths as pairs ``_lo``, ``_hi``."""
    expressions: dict[str, str] = {}
    day, last_year, five = spec["as_of"], spec["last_year"], spec["five_years"]

    def amount(name: str, fields: tuple[str, ...], largest: int) -> None:
        for end, beyond in (("lo", 0), ("hi", largest)):
            expressions[f"{name}_{end}"] = " ?? ".join((*fields, str(beyond)))

    def truth(name: str, certain: str, possible: str) -> None:
        expressions[f"{name}_lo"], expressions[f"{name}_hi"] = certain, possible

    def reached(name: str, numerator: str, denominator: str, percents: tuple[int, ...]) -> None:
        for end, other in (("lo", "hi"), ("hi", "lo")):
            against = f"max([$.{denominator}_{other}, 1])"
            bands = " : ".join(
                f"$.{numerator}_{end} * 100 >= {percent} * {against} ? {len(percents) - place}"
                for place, percent in enumerate(reversed(percents))
            )
            expressions[f"{name}_{end}"] = f"$.{denominator}_{end} < 1 ? 0 : {bands} : 0"

    def rows(tests: list[tuple[str, str]]) -> tuple[str, str]:
        """A row for certain, and perhaps: what is unknown of it fails the one and meets the other."""
        certain = " and ".join(f"#.{field} != null and #.{field} {test}" for field, test in tests)
        return certain, " and ".join(f"(#.{field} == null or #.{field} {test})" for field, test in tests)

    def exists(name: str, table: str, tests: list[tuple[str, str]]) -> None:
        certain, possible = rows(tests)
        truth(name, f"some({table}, {certain})", f"{table}_listed == null or some({table}, {possible})")

    def count(name: str, codes: list[int]) -> None:
        sound = [("kind", f"in {codes}"), ("in_force", "== 1"), ("supports_main_product", "== 1"), ("disputed", "== 0")]
        certain, possible = rows([*sound, ("granted_on", f"<= {day}")])
        rights = "intellectual_property"
        expressions[f"{name}_lo"] = f"sum(map(filter({rights}, {certain}), #.count ?? 0))"
        expressions[f"{name}_hi"] = (
            f"{rights}_listed == null ? 4 : sum(map(filter({rights}, {possible}), #.count ?? {LARGEST['items']}))"
        )

    amount("staff", ("tech_staff_6m", "tech_staff"), HEADS)
    amount("people", ("employees_quarterly_avg", "employees"), HEADS)
    amount("spent", ("rd_expense_deduction", "rd_expense"), MONEY)
    amount("sales", ("sales_revenue", "revenue"), MONEY)
    amount("cost", ("total_cost_expense",), MONEY)
    amount("assets", ("total_assets",), MONEY)
    alive = f"deregistered_on > {day}"
    truth("registered", f"deregistered_on != null and {alive}", f"deregistered_on == null or {alive}")
    for gate, measure, most in (
        ("employees", "people", 500_0000),
        ("sales_revenue", "sales", 2_0000_0000_00),
        ("total_assets", "assets", 2_0000_0000_00),
    ):
        truth(f"gate_{gate}", f"$.{measure}_hi <= {most}", f"$.{measure}_lo <= {most}")
    truth("audit_based_tax", "audit_based_tax == 1", "audit_based_tax == null or audit_based_tax == 1")
    truth("negative_list", "restricted_industry == 0", "restricted_industry == null or restricted_industry == 0")
    lately = [("occurred_on", f">= {last_year}"), ("occurred_on", f"<= {day}")]
    recent = [("occurred_on", f">= {five}"), ("occurred_on", f"<= {day}")]
    exists("accident", "event", [("kind", f"in {spec['accident']}"), ("severity", f"in {spec['major']}"), *lately])
    exists("finding", "event", [("kind", f"in {spec['finding']}"), *lately])
    listing = [("kind", f"in {spec['listing']}"), ("occurred_on", f"<= {day}"), ("ended_on", f">= {last_year}")]
    exists("listing", "event", listing)
    bad = ("accident", "finding", "listing")
    truth("compliance", *(" and ".join(f"not $.{name}_{end}" for name in bad) for end in ("hi", "lo")))
    reached("staff_points", "staff", "people", (10, 15, 20, 25, 30))
    truth("tech_staff_nonzero", "$.staff_points_lo >= 1", "$.staff_points_hi >= 1")
    reached("by_sales", "spent", "sales", (2, 3, 4, 5, 6))
    reached("by_cost", "spent", "cost", (10, 15, 20, 25, 30))
    count("first", spec["class_1"])
    count("second", spec["class_2"])
    for end in ("lo", "hi"):
        expressions[f"tech_staff_points_{end}"] = f"4 * $.staff_points_{end}"
        expressions[f"rd_input_points_{end}"] = f"10 * max([$.by_sales_{end}, $.by_cost_{end}])"
        first, second = f"$.first_{end} >= 1 ? 30 : 0", f"6 * min([$.second_{end}, 4])"
        expressions[f"achievements_points_{end}"] = f"max([{first}, {second}])"
        expressions[f"score_points_{end}"] = " + ".join(f"$.{item}_points_{end}" for item in ITEMS)
    certificate = [("valid_from", f"<= {day}"), ("valid_to", f">= {day}"), ("revoked_on", f"> {day}")]
    exists("holds", "certificate", [("kind", f"in {spec['high_tech']}"), *certificate])
    levels = {name: ("level", f"in {spec[f'{name}_levels']}") for name in ("award", "institution", "standard")}
    exists("award", "event", [("kind", f"in {spec['award']}"), levels["award"], ("rank", "<= 3"), *recent])
    standing = [("occurred_on", f"<= {day}"), ("ended_on", f">= {day}")]
    exists("institution", "event", [("kind", f"in {spec['institution']}"), levels["institution"], *standing])
    exists("standard", "event", [("kind", f"in {spec['standard']}"), levels["standard"], *recent])
    for end in ("lo", "hi"):
        whole = " and ".join(f"$.{_gate(gate)}_{end}" for gate in GATES if gate != "tech_staff_nonzero")
        direct = " or ".join(f"$.{name}_{end}" for name in ("holds", "award", "institution", "standard"))
        by_score = f"$.tech_staff_nonzero_{end} and $.score_points_{end} >= 60"
        expressions[f"passed_{end}"] = f"{whole} and (({by_score}) or {direct})"
    expressions["verdict"] = (
        "out_of_scope == 1 ? 'not_applicable' : $.passed_lo ? 'pass' : $.passed_hi ? 'undetermined' : 'fail'"
    )
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "content": {}},
        {
            "id": "card",
            "type": "expressionNode",
            "name": "card",
            "content": {
                "expressions": [{"id": key, "key": key, "value": value} for key, value in expressions.items()],
            },
        },
        {"id": "out", "type": "outputNode", "name": "out", "content": {}},
    ]
    edges = [
        {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in (("in", "card"), ("card", "out"))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _gate(gate: str) -> str:
    return f"gate_{gate}" if gate in ("employees", "sales_revenue", "total_assets") else gate


def _answer(told: dict[str, Any]) -> dict[str, Any]:
    out = {"tech_sme.verdict": told["verdict"]}
    for name, place in (("score", "score"), *((f"items.{item}", item) for item in ITEMS)):
        out |= {
            f"tech_sme.{name}.{word}": float(told[f"{place}_points_{end}"])
            for end, word in (("lo", "low"), ("hi", "high"))
        }
    for gate in GATES:
        low, high = told[f"{_gate(gate)}_lo"], told[f"{_gate(gate)}_hi"]
        out[f"tech_sme.gates.{gate}.verdict"] = "pass" if low else "undetermined" if high else "fail"
    return out


if __name__ == "__main__":
    main(*sys.argv[1:])
