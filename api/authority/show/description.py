"""What a card says, in an order to be read in: one walk over it, whatever it is rendered as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from api.authority import obligations
from api.authority.show.lines import Line, of_rule
from scoring.card import Card, Document, Gate, Group, Item, Label, Period, Route
from scoring.yaml_tree import Tree

KINDS = {"new": Label("新申报", "new applications"), "renewal": Label("复核", "renewals")}
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
    sections = (
        Section("gates", Label("条件", "conditions"), tuple(map(_gate, card.gates.values()))),
        Section("items", Label("计分", "points"), tuple(map(_item, card.items.values()))),
        Section("groups", Label("分组", "groups"), tuple(map(_group, card.groups.values()))),
        Section("routes", Label("路径（满足其一）", "routes (any one)"), tuple(map(_route, card.routes.values()))),
        Section("held", Label("取得之后", "once held"), tuple(_held(tree))),
    )
    return Description(
        card.title,
        card.edition,
        tuple(facts(card)),
        tuple(card.documents.values()),
        tuple(section for section in sections if section.rows),
    )


def facts(card: Card) -> Iterator[tuple[Label, str]]:
    """When, for whom and how a card is in force."""
    whole = Period(card.effective_from, card.effective_to or date.max)
    yield Label("施行", "in force"), _days(whole)
    for kind, period in card.kinds.items():
        if period != whole:
            yield KINDS[kind], _days(period)
    if len(card.kinds) < len(KINDS):
        yield Label("申请类型", "application kinds"), "、".join(f"{KINDS[k].zh} / {KINDS[k].en}" for k in card.kinds)
    yield Label("发布", "published"), str(card.published_on)
    yield Label("状态", "status"), card.status
    if card.region:
        yield Label("适用地区", "region"), card.region
    if card.items and not card.classes:
        yield Label("满分", "maximum"), str(Line(points=(card.maximum, card.maximum)).worth)
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
    return Row(gate.id, gate.label, asked(gate), gate.source.clause, gate.source.grade, remark=remark)


def _item(item: Item) -> Row:
    lines = tuple(of_rule(item.award))
    return Row(item.id, item.label, lines, item.source.clause, item.source.grade, most=item.cap)


def _group(group: Group) -> Row:
    ends = ((Label("最高", "at most"), group.cap), (Label("最低", "at least"), group.floor))
    limits = (Line(zh=label.zh, en=label.en, points=(points, points)) for label, points in ends if points is not None)
    return Row(group.id, group.label, (Line(zh=" + ".join(group.items)), *limits))


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
