"""``dengti compare``: the same enterprise under every region's card."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api import rules
from api.answers.elsewhere import WORDS
from api.answers.elsewhere import compare as compared
from api.answers.forms import Json
from api.answers.vintage import in_words
from api.cli import console
from features import dossier
from scoring.engine import Question

FORMATS = ("text", "json")


def compare(
    source: Annotated[
        str, typer.Argument(metavar="DOSSIER.json", help="档案文件，- 为标准输入 / a dossier; - reads stdin")
    ],
    family: Annotated[str, typer.Option(help="规则族，如 gazelle、credit / family of rulebooks")] = "gazelle",
    as_of: Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation")] = None,
    known_at: Annotated[str | None, typer.Option(help="按该日已知的事实 / facts as known on this day")] = None,
    rules_on: Annotated[str | None, typer.Option(help="按该日施行的规则 / rules in force on this day")] = None,
    form: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = FORMATS[0],
) -> None:
    """同一企业在各地规则下的结果与逐条差异（视同注册在当地） / one firm under every region's card, clause by clause."""
    console.one_of("--format", form, FORMATS)
    question = Question(
        console.day_option(as_of, "as_of"),
        console.day_option(known_at, "known_at"),
        dossier.day(rules_on, "rules_on") if rules_on else None,
    )
    text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    found = compared(rules.engine(), dossier.parse(text), question, family)
    if form == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    console.out.print(_cards(found))
    for card in found["cards"]:
        told = [one for one in found["differences"] if one["card"] == card["card"]]
        if told:
            console.out.print(f"\n[bold]{card['title']['zh']} / {card['title']['en']}[/bold]", highlight=False)
        for one in told:
            console.out.print(f"  {one['zh']}", markup=False, highlight=False)


def _cards(found: Json) -> Table:
    table = Table(title=f"{found['uscc']} {found['as_of']}（{in_words(found)}）", title_justify="left")
    for name in ("规则 card", "版本 edition", "地区 region", "结果 answer"):
        table.add_column(name)
    for card in found["cards"]:
        region = f"{card['region']['zh']} {card['region']['code']}" if card["region"] else "全国 national"
        moved = "（视同注册在当地）" if card["moved"] else ""
        name = card["card"] + ("（本地 home）" if card["card"] == found["home"] else "")
        table.add_row(name, card["edition"], region + moved, _answer(card))
    return table


def _answer(card: Json) -> str:
    if "verdict" in card:
        zh, en = WORDS.get(card["verdict"], ("不适用", card["verdict"]))
        return f"{zh} {en}"
    if "score" in card:
        low, high, most = (card["score"][key] for key in ("low", "high", "max"))
        return f"{low if low == high else f'{low}–{high}'} / {most}（{card['status']}）"
    return f"{card['undetermined']['zh']} {card['undetermined']['en']}"
