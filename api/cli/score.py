"""``dengti score``: dossiers in, results out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api import rules
from api.answers.receipts import receipted
from api.answers.result import result
from api.answers.views import READERS, seen_by
from api.cli import console
from api.distress import asked_by_name
from api.settings import load
from features import dossier
from scoring.engine import Question


def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="DOSSIER.json", help="档案文件，- 为标准输入 / a dossier or an array of them; - reads stdin"
        ),
    ],
    as_of: Annotated[
        str | None, typer.Option(help="评价日，默认今天（北京时间）/ day of evaluation, default today")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(help="按该日已知的事实，默认现在 / facts as known on this day, default now")
    ] = None,
    rules_on: Annotated[
        str | None, typer.Option(help="按该日施行的规则，默认评价日 / rules in force on this day, default as-of")
    ] = None,
    rulebook: Annotated[
        list[str] | None, typer.Option(help="只用这些规则，可多次 / only these rulebooks; may be repeated")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="申请类型 new 或 renewal / application kind")] = None,
    assume_grades: Annotated[
        Path | None, typer.Option(metavar="FILE", help="假定的专家评分 JSON / expert grades to assume")
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(metavar="ID", help="用库中的发布版，live 为现用 / a release of the store; live: the one in use"),
    ] = None,
    reader: Annotated[
        str, typer.Option("--for", help="给谁看：bank | park | authority | enterprise / who reads it")
    ] = "authority",
    distress: Annotated[
        bool,
        typer.Option(
            "--distress", help="另问困境概率，须 serving.distress = true / ask for distress too, where served"
        ),
    ] = False,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="附规则与签名，可用 dengti verify 核验 / with rules and signature")
    ] = False,
) -> None:
    """给一家或多家企业评分，结果为 JSON / score one dossier or an array of them; prints result JSON."""
    if kind not in (None, "new", "renewal"):
        raise typer.BadParameter("new | renewal", param_hint="--kind")
    if reader not in READERS:
        raise typer.BadParameter(" | ".join(READERS), param_hint="--for")
    question = Question(
        console.day_option(as_of, "as_of"),
        console.day_option(known_at, "known_at"),
        dossier.day(rules_on, "rules_on") if rules_on else None,
        tuple(rulebook or ()),
        kind,
        asked_by_name(load(), distress, reader),
    )
    text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    raw = dossier.loads(text)
    grades = dossier.loads(assume_grades.read_bytes()) if assume_grades is not None else {}
    if not isinstance(grades, dict):
        raise typer.BadParameter(
            "应为 JSON 对象 / must be a JSON object: {criterion: points}", param_hint="--assume-grades"
        )
    engine = rules.engine(release)

    def answer(one: Any) -> dict[str, Any]:
        given = engine.answer(dossier.read(_assuming(one, grades) if grades else one), question)
        found = receipted(result(given), given.rules.program) if receipt else result(given)
        # Nobody gave these grades: the answer says on which it rests.
        found["flags"] += [f"assumed:expert_grade/{criterion}" for criterion in grades]
        return seen_by(reader, found)

    if not isinstance(raw, list):
        _print(answer(raw))
        return
    answers, failed = [], 0
    for number, one in enumerate(raw):
        try:
            answers.append(answer(one))
        except dossier.DossierProblems as error:
            failed += 1
            problems = console.problems_of(error)
            console.show_problems(problems, where=f"[{number}].")
            answers.append({"error": {"position": number, "uscc": _code(one), "problems": problems}})
    _print(answers)
    if failed:
        console.err.print(f"{failed} / {len(raw)} 份档案有误 / dossiers are wrong")
        raise typer.Exit(1)


def _assuming(raw: Any, grades: Any) -> Any:
    """A dossier with ``{criterion: points}`` laid over its expert grades."""
    if isinstance(raw, dict) and isinstance(grades, dict) and isinstance(raw.get("expert_grades") or {}, dict):
        return {**raw, "expert_grades": {**(raw.get("expert_grades") or {}), **grades}}
    return {**raw, "expert_grades": grades} if isinstance(raw, dict) else raw


def _code(raw: Any) -> str | None:
    enterprise = raw.get("enterprise") if isinstance(raw, dict) else None
    code = enterprise.get("uscc") if isinstance(enterprise, dict) else None
    return code if isinstance(code, str) else None


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
