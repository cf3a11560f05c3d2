"""What a card says, in an order to be read in: one walk over it, whatever it is rendered as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api.answers.decision import status_of
from api.authority import obligations, quotes
from api.authority.notes import WHOLE, Note, notes
from api.authority.show.lines import Line, of_rule
from scoring.card import MICRO, REFERENCE, Card, Document, Gate, Group, Item, Label, Limits, Period, Route
from scoring.catalogue import UNDATED
from scoring.yaml_tree import Findings, Tree

KINDS = {"new": Label("新申报", "new applications"), "renewal": Label("复核", "renewals")}
EFFECTS = {
    "veto": Label("约束：不符合即否决", "constraint, a veto"),
    "deduct": Label("约束：不符合即扣分", "constraint, takes points off"),
    "flag": Label("约束：不符合时提示，不扣分", "constraint, told and not taken off"),
    "unset": Label("约束：扣分多少未公布", "constraint, its size not published"),
}
_BY_GATES = Label("符合全部条件", "by the conditions alone")


@dataclass(frozen=True)
class Row:
    """One provision: what it asks or gives, and where that stands."""

    id: str
    label: Label
    lines: tuple[Line, ...]
    clause: str = ""
    grade: str = ""
    most: int | None = None
    """Most micro-points that it can give."""
    remark: Label | None = None
    note: Note | None = None
    """How it is read where the text leaves it open."""


@dataclass(frozen=True)
class Section:
    """Provisions of one sort."""

    id: str
    title: Label
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Description:
    """A card with all that its file says."""

    title: Label
    edition: str
    facts: tuple[tuple[Label, str], ...]
    """When, for whom and how it is in force."""
    documents: tuple[Document, ...]
    sections: tuple[Section, ...]


def describe(card: Card, tree: Tree) -> Description:
    """The card, with what its file says beyond it."""
    told = (
        Section("gates", Label("条件", "conditions"), tuple(map(_gate, card.gates.values()))),
        Section("items", Label("计分", "points"), tuple(_item(card, item) for item in card.items.values())),
        Section("unset", Label("只公布名称、未公布分值的指标", "indicators without points"), tuple(_unset(card))),
        Section("groups", Label("分组", "groups"), tuple(_group(group, card) for group in card.groups.values())),
        Section("routes", Label("路径（满足其一）", "routes (any one)"), tuple(map(_route, card.routes.values()))),
        Section("held", Label("取得之后", "once held"), tuple(_held(tree))),
    )
    found = notes(tree, Findings(""))
    sections = tuple(
        replace(section, rows=tuple(replace(row, note=found.get((section.id, row.id))) for row in section.rows))
        for section in told
    )
    return Description(
        card.title,
        card.edition,
        (
            *facts(card),
            *_lists(tree),
            *((Label("说明", "remark"), _remark(note)) for place, note in found.items() if place == WHOLE),
            (Label("政策原文", "texts"), _texts(tree) or quotes.NOT_HELD),
        ),
        tuple(card.documents.values()),
        tuple(section for section in sections if section.rows),
    )


def facts(card: Card) -> Iterator[tuple[Label, str]]:
    """When, for whom and how a card is in force."""
    whole = Period(card.effective_from, card.effective_to or date.max)
    dated = card.status != UNDATED
    yield (
        Label("施行", "in force"),
        _days(whole) if dated else "未见，只在点名时作答 / not on file, answers by name only",
    )
    for kind, period in card.kinds.items():
        if period != whole:
            yield KINDS[kind], _days(period)
    if len(card.kinds) < len(KINDS):
        yield Label("申请类型", "application kinds"), "、".join(f"{KINDS[k].zh} / {KINDS[k].en}" for k in card.kinds)
    yield Label("发布", "published") if dated else Label("查阅", "read"), str(card.published_on)
    yield Label("状态", "status"), card.status
    if card.region:
        yield Label("适用地区", "region"), card.region
    for laid in card.overlays:
        said = f"{laid.title.zh} / {laid.title.en}（{laid.id}）"
        if laid.decision:
            said += f"：{laid.decision.by}，{laid.decision.on}，{laid.decision.because}"
        yield Label("覆盖规则", "overlay"), said
    if card.items and not card.classes:
        yield Label("满分", "maximum"), str(Line(points=(card.maximum, card.maximum)).worth)
    yield from _scheme(card)
    if card.classes:
        yield Label("类别", "classes"), ", ".join(f"{place} = {name}" for place, name in enumerate(card.classes))


def _days(period: Period) -> str:
    return f"{period.begins} " + ("起 / onwards" if period.ends == date.max else f"– {period.ends}")


def _gate(gate: Gate) -> Row:
    remark = None
    if gate.route:
        remark = Label(f"仅 {gate.route} 路径", f"on route {gate.route} only")
    if not gate.binding:
        remark = Label("不决定，不符合时提示", "flags, does not decide")
    if gate.effect:
        remark = EFFECTS[gate.effect.kind]
    return Row(gate.id, gate.label, asked(gate), gate.source.clause, gate.source.grade, remark=remark)


def _scheme(card: Card) -> Iterator[tuple[Label, str]]:
    """Who stands behind a scheme of credit, and its stages."""
    scheme = card.scheme
    if scheme is None:
        return
    yield Label("发布方", "issuer"), f"{scheme.issuer.zh} / {scheme.issuer.en}"
    if status_of(card) == REFERENCE:
        yield Label("权重", "weights"), "参考，无人发布或确认 / a reference that nobody issued or confirmed"
    if scheme.base is not None:
        bonus = f" + {scheme.bonus / MICRO:g}（加分 / bonus）" if scheme.bonus else ""
        yield Label("分制", "scale"), f"{scheme.base / MICRO:g}{bonus}"
    if scheme.stages and scheme.by:
        # The order in the file says nothing: stages are told apart by their ranges.
        ordered = sorted(scheme.stages, key=lambda stage: (isinstance(stage.range, Limits) and stage.range.least) or 0)
        stages = (f"{stage.label.zh} {stage.label.en} {stage.range.text}" for stage in ordered)
        yield Label("阶段", "stages"), f"{scheme.by.zh} / {scheme.by.en}：" + "；".join(stages)


def _lists(tree: Tree) -> Iterator[tuple[Label, str]]:
    """The lists that a scheme makes of the ranks within a stage, best first."""
    scheme: Any = tree.mapping["scheme"].plain() if "scheme" in tree.mapping else {}
    if stated := scheme.get("lists"):
        told = (f"{one['zh']} {one['en']} ≤ {one['top']}" for one in stated)
        yield Label("榜单（同阶段内排名）", "lists (by rank within a stage)"), "；".join(told)


def _remark(note: Note) -> str:
    return f"{note.said.zh} / {note.said.en} [{note.grade}]"


def _unset(card: Card) -> Iterator[Row]:
    for name, one in card.unset.items():
        yield Row(name, one.label, (), one.source.clause, one.source.grade)


def _texts(tree: Tree) -> str:
    return "、".join(text.file for text in quotes.texts(tree, Findings("")).values())


def _item(card: Card, item: Item) -> Row:
    labels = {stage.id: stage.label for stage in card.scheme.stages} if card.scheme else {}
    weights = (
        Line(zh=f"权重：{labels[stage].zh}", en=f"weight, {labels[stage].en}", points=(points, points))
        for stage, points in item.weights.items()
    )
    lines = (*of_rule(item.stated), *weights)
    return Row(item.id, item.label, lines, item.source.clause, item.source.grade, most=item.cap)


def _group(group: Group, card: Card) -> Row:
    ends = ((Label("最高", "at most"), group.cap), (Label("最低", "at least"), group.floor))
    limits = (Line(zh=label.zh, en=label.en, points=(points, points)) for label, points in ends if points is not None)
    # A group has no grade of its own: it is the card's, where that is not anybody's.
    grade = REFERENCE if status_of(card) == REFERENCE else ""
    return Row(group.id, group.label, (Line(zh=" + ".join(group.items)), *limits), grade=grade)


def _route(route: Route) -> Row:
    return Row(route.id, route.label, asked(route), route.source.clause, route.source.grade)


def asked(part: Gate | Route) -> tuple[Line, ...]:
    """What a gate or route asks: limits on the score, a condition, or both; or the gates alone."""
    score = (Line(zh="分数", en="score", range=part.score.text),) if part.score else ()
    lines = (*score, *(of_rule(part.requirement) if part.requirement is not None else ()))
    return lines or (Line(zh=_BY_GATES.zh, en=_BY_GATES.en),)


def _held(tree: Tree) -> Iterator[Row]:
    for duty in obligations.duties(tree):
        yield Row("", duty.said, tuple(Line(zh=due.zh, en=due.en) for due in duty.due), duty.clause, duty.grade)
