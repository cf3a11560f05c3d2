"""A card as an official would read it: conditions, points and clauses in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from api.authority import obligations
from scoring.card import (
    MICRO,
    AllOf,
    AnyOf,
    Award,
    Bands,
    BestOf,
    Card,
    Choose,
    Expert,
    Fixed,
    LeastOf,
    LinearToCap,
    NotOf,
    Period,
    Requirement,
    Test,
)
from scoring.yaml_tree import Tree

KINDS = {"new": "新申报 / new applications", "renewal": "复核 / renewals"}


def markdown(card: Card, tree: Tree) -> str:
    """The card in Markdown, Chinese first, with what its file says beyond it."""
    after = list(obligations.lines(tree))
    return "\n".join((*_lines(card), *(("", "## 取得之后 / once held", "", *after) if after else ())))


def _lines(card: Card) -> Iterator[str]:
    until = f" – {card.effective_to}" if card.effective_to else " 起 / onwards"
    yield f"# {card.title.zh} / {card.title.en}（{card.edition}）"
    yield ""
    yield f"施行 / in force: {card.effective_from}{until} · 状态 / status: {card.status}"
    for kind, period in card.kinds.items():
        if period != Period(card.effective_from, card.effective_to or date.max):
            ends = "起 / onwards" if period.ends == date.max else f"– {period.ends}"
            yield f"- {KINDS[kind]}: {period.begins} {ends}"
    for document in card.documents.values():
        yield f"- {document.number}《{document.title}》"
    if card.gates:
        yield from ("", "## 条件 / conditions", "")
    for gate in card.gates.values():
        only = f"（仅 {gate.route} 路径 / on route {gate.route} only）" if gate.route else ""
        only += "" if gate.binding else "（不决定，不符合时提示 / flags, does not decide）"
        yield f"- **{gate.label.zh}** / {gate.label.en} `{gate.id}`{only}: {requirement(gate.requirement) if gate.requirement else ''}{'分数 / score ' + gate.score.text if gate.score else ''} — {gate.source.clause} [{gate.source.grade}]"
    if card.items:
        yield from ("", f"## 计分 / points（满分 / maximum {card.maximum / MICRO:g}）")
    for item in card.items.values():
        yield from (
            "",
            f"### {item.label.zh} / {item.label.en} `{item.id}`（{item.cap / MICRO:g}）— {item.source.clause} [{item.source.grade}]",
            "",
        )
        yield from award(item.award, "")
    if card.routes:
        yield from ("", "## 路径（满足其一）/ routes (any one)", "")
    for route in card.routes.values():
        score = f"分数 / score {route.score.text}" if route.score else ""
        needed = requirement(route.requirement) if route.requirement else ""
        both = "；".join(part for part in (score, needed) if part)
        yield f"- **{route.label.zh}** / {route.label.en} `{route.id}`: {both} — {route.source.clause} [{route.source.grade}]"


def requirement(given: Requirement) -> str:
    """A requirement in one line."""
    match given:
        case Test(indicator, range_):
            return f"{indicator.zh} {range_.text}"
        case AllOf(parts):
            return "，且 ".join(map(requirement, parts))
        case AnyOf(parts):
            return "，或 ".join(map(requirement, parts))
        case NotOf(part):
            return f"非（{requirement(part)}）"
        case Choose(by, cases):
            return "；".join(f"{by.zh} {case.range.text}: {requirement(case.body)}" for case in cases)
    raise TypeError(given)


def award(given: Award, indent: str) -> Iterator[str]:
    """A way of scoring, a line a band."""
    match given:
        case Bands(indicator, bands):
            yield f"{indent}- {indicator.zh} / {indicator.en}"
            for band in bands:
                points = (
                    f"{band.low / MICRO:g}" if band.low == band.high else f"{band.low / MICRO:g}–{band.high / MICRO:g}"
                )
                yield f"{indent}  - {band.range.text} → {points}"
        case BestOf(options) | LeastOf(options):
            yield f"{indent}- {'取高 / best of' if isinstance(given, BestOf) else '取低 / least of'}"
            for option in options.values():
                yield from award(option, indent + "  ")
        case Choose(by, cases):
            for case in cases:
                yield f"{indent}- {by.zh} {case.range.text}"
                yield from award(case.body, indent + "  ")
        case LinearToCap(indicator, full, points, _):
            yield f"{indent}- {points / MICRO:g} × {indicator.zh} / {float(full):g}，封顶 / capped"
        case Expert(criterion, low, high):
            yield f"{indent}- 专家评分 / expert `{criterion}` {low / MICRO:g}–{high / MICRO:g}"
        case Fixed(points):
            yield f"{indent}- {points / MICRO:g}"
