"""``dengti bank grade|backtest``: a bank's own matrix, and how its grades have held."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.bank.backtest import Held
from api.bank.backtest import backtest as held_up
from api.bank.matrix import read_matrix
from api.cli.console import err, out
from features import dossier
from features.durable import fingerprint
from features.errors import FileProblem, ValueProblem

bank = typer.Typer(help="银行自有矩阵 / a bank's own matrix", no_args_is_help=True)


@bank.command()
def grade(
    source: Annotated[Path, typer.Argument(metavar="RESULT.json", help="一家企业的结果 / a result")],
    matrix: Annotated[Path, typer.Option(metavar="MATRIX.yaml", help="本行的矩阵 / the bank's matrix")],
    distress: Annotated[
        list[str], typer.Option(help="风险概率，可给上下限两次 / probability of distress; twice for a range")
    ],
) -> None:
    """用本行矩阵由积分与风险得出等级，两个数字分开列示 / the bank's grade of points and distress, both shown apart."""
    result = dossier.loads(source.read_bytes())
    credit = result.get("credit") if isinstance(result, dict) else None
    if not isinstance(credit, dict) or not {"scheme", "status"} <= credit.keys():
        raise FileProblem(
            field=str(source),
            value="credit",
            rule="结果中没有创新积分 / the result has no credit",
            remedy="用 dengti score 的输出 / give the output of dengti score",
        )
    ends = sorted(map(_probability, distress))
    view = read_matrix(matrix).view(credit, (ends[0], ends[-1]))
    sys.stdout.write(json.dumps({"bank_view": view}, ensure_ascii=False, indent=2) + "\n")


@bank.command()
def backtest(
    source: Annotated[Path, typer.Argument(metavar="GRADES.csv", help="grade,firms,bad，由好到差 / best first")],
    matrix: Annotated[
        Path | None, typer.Option(metavar="MATRIX.yaml", help="给出等级的矩阵 / the matrix of the grades")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="积分所依方案的版本 / edition of the scheme of the points")
    ] = None,
    release: Annotated[str | None, typer.Option(help="评分的发布版 / release that scored")] = None,
    as_of: Annotated[str | None, typer.Option(help="评级日 / day of the grades")] = None,
    known_at: Annotated[str | None, typer.Option(help="不良按该日已知 / the bad as known on this day")] = None,
) -> None:
    """检验相邻等级的不良率是否逐级升高 / whether each grade has fewer bad than the next, with bounds."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        found = held_up({row["grade"]: Held(int(row["firms"]), int(row["bad"])) for row in rows})
    except (KeyError, TypeError, ValueError) as error:
        raise FileProblem(
            field=str(source),
            value=str(error)[:80],
            rule="应有 grade、firms、bad 三列，0 ≤ bad ≤ firms / must have grade, firms, bad with 0 ≤ bad ≤ firms",
            remedy="每级一行，由好到差 / a row a grade, best first",
        ) from None
    stated = read_matrix(matrix) if matrix else None
    vintage = {
        "矩阵 matrix": stated and f"{stated.id}（{stated.owner}）",
        "方案 scheme": stated and stated.scheme,
        "版本 edition": edition,
        "发布版 release": release,
        "评级日 as of": as_of and dossier.day(as_of, "as_of").isoformat(),
        "事实 known at": known_at and dossier.day(known_at, "known_at").isoformat(),
        "数据 data": fingerprint(source),
    }
    told = "\n".join(f"{name}：{value or '未注明 not stated'}" for name, value in vintage.items())
    table = Table(title=f"等级与不良率 grades and bad rates\n{told}", title_justify="left")
    for name in ("等级 grade", "企业 firms", "不良 bad", "不良率 rate", "95% 区间 interval"):
        table.add_column(name, justify="right")
    for name, one in found["grades"].items():
        ends = f"{one['low']:.2%} – {one['high']:.2%}"
        table.add_row(name, f"{one['firms']:,}", f"{one['bad']:,}", f"{one['rate']:.2%}", ends)
    out.print(table)
    for one in found["neighbours"]:
        out.print(f"{one['zh']} / {one['en']}", markup=False, highlight=False)
    if not found["monotone"]:
        err.print("等级次序没有得到验证 / the order of the grades did not hold")
        raise typer.Exit(1)


def _probability(text: str) -> Fraction:
    try:
        found = Fraction(Decimal(text))
        if 0 <= found <= 1:
            return found
    except (ArithmeticError, ValueError, OverflowError):
        pass
    raise ValueProblem(
        field="--distress",
        value=text,
        rule="应为 0 至 1 的概率 / must be a probability between 0 and 1",
        remedy="例如 / for example: 0.02",
    )
