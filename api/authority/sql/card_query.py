"""A card as one statement: verdict, gates, routes and points of every enterprise of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from api.answers.decision import status_of
from api.authority.sql import inputs
from api.authority.sql.dialects import Dialect
from api.authority.sql.expressions import quoted
from api.authority.sql.statement import ANSWER, KEY, statement
from features import moments
from features.kinds import day_of
from scoring.assembly import Verdict
from scoring.card import MICRO, REFERENCE, Card
from scoring.compile import compile_card
from scoring.core import Node, read
from scoring.program import Program

_ENDS = ("low", "high")
_HEAD = """\
-- {title_zh} / {title_en}（{edition}），评价日 / as of {as_of}
-- 宽表 firm 每企业一行，列名为事实名；清单表每行一条，以 uscc 相连 / table firm: a row an enterprise, columns named by fact;
-- a table a list, joined by uscc. 缺失即 NULL / unknown is NULL. annual_report/-1 = {year} 年度 / fiscal year.
-- 取值均为整数：金额为分，人数为万分之一人，日期为 1970-01-01 起的天数，比率与评分为百万分之一，选项为序号，是否为 1/0。
-- Integers: money in 分, persons in ten-thousandths, dates in days since 1970-01-01, rates and grades in millionths, choices by
-- position, yes and no as 1 and 0.
-- 结果：得分为百万分之一分的上下限；来源冲突须先择一，重复行须先去除 / points are bounds in micro-points.
-- Of sources that differ one must be chosen first, and rows that stand twice taken out.
"""
_REFERENCE = """\
-- 权重为参考，无人发布或确认，不得作为官方得分使用 / weights are a reference that nobody issued or confirmed, never an official score.
"""


def roots_of(card: Card) -> dict[str, Node]:
    """What the statement computes, by column: ``verdict``, ``score.low``, ``gates.<id>.low``, ``items.<id>.high`` …

    Of a truth the ends say whether it holds in every and in some completion.
    """
    program = Program({card.id: compile_card(card)}, {})
    parts = {f"{part.replace('/', '.')}": f"{card.id}|{part}" for part in program.cards[card.id].parts}
    found = {
        f"{name}.{end}": program.parts[f"{root}|{end}"]
        for name, root in parts.items()
        # A route's condition is a part of what the route asks.
        if not name.startswith("routes.")
        for end in _ENDS
    }
    for root, node in program.assembly.items():
        kind, _, *rest = root.split("|")
        found[".".join((kind if kind in ("verdict", "score") else f"{kind}s", *rest))] = node
    return found


def card_query(card: Card, as_of: date, dialect: Dialect) -> str:
    """The statement; a row an enterprise, in order of uscc."""
    roots = roots_of(card)
    days = {n: moments.value(n, as_of) for n in read(roots.values()) if n.startswith(moments.PREFIX)}
    head = _HEAD.format(
        title_zh=card.title.zh, title_en=card.title.en, edition=card.edition, as_of=as_of, year=as_of.year - 1
    )
    if status_of(card) == REFERENCE:
        head += _REFERENCE
    select = f"SELECT\n  {KEY},\n" + ",\n".join(_columns(card, roots)) + f"\nFROM {ANSWER}\nORDER BY {KEY}"
    dates = {name: str(day_of(day)) for name, day in days.items()}
    return head + statement(roots, days, dialect, lambda name: dates.get(name) or inputs.told(name), select)


def _columns(card: Card, roots: Mapping[str, Node]) -> Iterator[str]:
    for name in roots:
        stem, _, end = name.rpartition(".")
        if name == "verdict":
            words = " ".join(f"WHEN {one.value} THEN '{one.word}'" for one in Verdict)
            yield f"  CASE {quoted(name)} {words} END AS verdict"
        elif name.startswith(("gates.", "routes.")) and end == "low":
            low, high = (quoted(f"{stem}.{end}") for end in _ENDS)
            yield f"  CASE WHEN {low} = 1 THEN 'pass' WHEN {high} = 0 THEN 'fail' ELSE 'undetermined' END AS {quoted(stem)}"
        elif not name.startswith(("gates.", "routes.")):
            yield f"  {quoted(name)}"
    if card.classes:
        words = " ".join(f"WHEN {place * MICRO} THEN '{name}'" for place, name in enumerate(card.classes))
        low, high = (quoted(f"score.{end}") for end in _ENDS)
        yield f"  CASE WHEN {low} < {high} THEN 'undetermined' ELSE CASE {low} {words} END END AS class"
