"""What changed from one card to another, part by part; the order of keys, comments and ways of writing a number do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from api.authority import obligations
from api.authority.diff import rules
from api.authority.diff.effects import Effect, of_points, of_ranges
from api.authority.diff.sources import Side
from api.authority.show.description import asked, facts
from api.authority.show.lines import Line
from scoring.card import Gate, Group, Item, Label, Limits, Route

Part = Gate | Item | Group | Route
SECTIONS = {
    "card": Label("规则", "rulebook"),
    "documents": Label("文件", "documents"),
    "gates": Label("条件", "conditions"),
    "items": Label("计分", "points"),
    "groups": Label("分组", "groups"),
    "routes": Label("路径", "routes"),
    "held": Label("取得之后", "once held"),
}
_CONDITION, _AWARD = Label("要求", "condition"), Label("计分", "points")
_ROUTE, _DECIDES = Label("路径", "route"), Label("是否决定", "decides")
_GRADE = Label("来源等级", "source grade")
_ADDED, _REMOVED = Label("新增", "added"), Label("删除", "removed")


@dataclass(frozen=True)
class Change:
    """One change of one part: words before and after (None where there was or is nothing)."""

    section: str
    part: str
    """The part's id; empty for the card itself."""
    name: Label
    what: Label
    about: str
    """Which condition of the part, where it has several."""
    before: str | None
    after: str | None
    effect: Effect | None = None
    """None where nobody is measured by it."""

    @property
    def whole(self) -> bool:
        """Whether the part as a whole is new or gone."""
        return self.what in (_ADDED, _REMOVED)


def changes(before: Side, after: Side) -> list[Change]:
    """Every change, in the order of the card."""
    old, new = before.card, after.card
    return [
        *_facts(before, after),
        *_documents(before, after),
        *_parts("gates", old.gates, new.gates),
        *_parts("items", old.items, new.items),
        *_parts("groups", old.groups, new.groups),
        *_parts("routes", old.routes, new.routes),
        *_held(before, after),
    ]


def _facts(before: Side, after: Side) -> Iterator[Change]:
    olds, news = (dict(facts(side.card)) for side in (before, after))
    title = Label("名称", "title")
    titles = [f"{side.card.title.zh} / {side.card.title.en}" for side in (before, after)]
    yield from _attributes("card", "", after.card.title, {title: titles[0], **olds}, {title: titles[1], **news})


def _documents(before: Side, after: Side) -> Iterator[Change]:
    olds, news = ({d.number + d.title: d for d in side.card.documents.values()} for side in (before, after))
    for key in dict.fromkeys((*olds, *news)):
        if (key in olds) != (key in news):
            one = olds.get(key) or news[key]
            words = f"{one.number}《{one.title}》"
            yield _whole("documents", "", Label(words, ""), words, removed=key in olds)


def _held(before: Side, after: Side) -> Iterator[Change]:
    """Duties are told apart by what they say; of several that say the same those that are alike in all stayed."""
    olds, news = (list(_duties(side)) for side in (before, after))
    for one in list(olds):
        if one in news:
            olds.remove(one)
            news.remove(one)
    for name, said in olds:
        follower = next((one for one in news if one[0].zh == name.zh), None)
        if follower is None:
            yield _whole("held", "", name, "\n".join(filter(None, said.values())), removed=True)
        else:
            news.remove(follower)
            yield from _attributes("held", "", follower[0], said, follower[1])
    for name, said in news:
        yield _whole("held", "", name, "\n".join(filter(None, said.values())), removed=False)


def _duties(side: Side) -> Iterator[tuple[Label, dict[Label, str]]]:
    for duty in obligations.duties(side.edition.tree):
        due = "；".join(f"{one.zh} / {one.en}" for one in duty.due)
        yield duty.said, {Label("期限", "due"): due, **_standing(duty.clause, duty.grade)}


def _parts(section: str, olds: Mapping[str, Part], news: Mapping[str, Part]) -> Iterator[Change]:
    for name in dict.fromkeys((*olds, *news)):
        old, new = olds.get(name), news.get(name)
        if old is not None and new is not None:
            yield from _part(section, old, new)
        elif new is not None:
            change = _whole(section, name, new.label, _words(new), removed=False)
            yield replace(change, effect=_of_adding(new, among=olds))
        elif old is not None:
            change, effect = _whole(section, name, old.label, _words(old), removed=True), _of_adding(old, among=news)
            yield replace(change, effect=effect and effect.turned)


def _of_adding(part: Part, among: Mapping[str, Part]) -> Effect | None:
    """What one more condition or route does; the first route also ends passing by the conditions alone."""
    match part:
        case Gate(binding=True):
            return Effect.TIGHTENED
        case Route():
            return Effect.RELAXED if among else Effect.CHANGED
        case Item() | Group():
            return Effect.CHANGED
    return None


def _whole(section: str, part: str, name: Label, words: str, *, removed: bool) -> Change:
    what, ends = (_REMOVED, (words, None)) if removed else (_ADDED, (None, words))
    return Change(section, part, name, what, "", *ends)


def _part(section: str, old: Part, new: Part) -> Iterator[Change]:
    yield from (
        Change(section, new.id, new.label, what, change.about, change.before, change.after, effect)
        for what, change, effect in _asked(old, new)
    )
    effects = {_ROUTE: _reach(old, new), _DECIDES: _reach(old, new), _GRADE: _weight(old, new)}
    for change in _attributes(section, new.id, new.label, _said(old), _said(new)):
        yield replace(change, effect=effects.get(change.what))


def _reach(old: Part, new: Part) -> Effect | None:
    """What it does that a condition holds on one route only, or decides nothing."""
    bound = [part.binding + (part.binding and part.route is None) for part in (old, new) if isinstance(part, Gate)]
    return of_points([((-bound[0],), (-bound[1],))]) if len(bound) == 2 else None


def _weight(old: Part, new: Part) -> Effect | None:
    """Whether a part begins or ceases to decide by its source's grade."""
    decides = {part.source.decides for part in (old, new) if not isinstance(part, Group)}
    return Effect.CHANGED if len(decides) == 2 else None


def _asked(old: Part, new: Part) -> Iterator[tuple[Label, rules.RuleChange, Effect | None]]:
    """How what is asked or given changed."""
    match old, new:
        case Item(), Item():
            for change in rules.changes(old.award, new.award):
                yield _AWARD, change, change.effect
        case (Gate() as before, Gate() as after) | (Route() as before, Route() as after):
            # Between a condition that decides and one that does not, only that it does so is a change for anybody.
            binding = all(not isinstance(part, Gate) or part.binding for part in (before, after))
            for change in (*_scores(before.score, after.score), *_conditions(before, after)):
                yield _CONDITION, change, change.effect if binding else None


def _scores(old: Limits | None, new: Limits | None) -> Iterator[rules.RuleChange]:
    effect = of_ranges(old or Limits(), new or Limits())
    if effect:
        before, after = (limits.text if limits else None for limits in (old, new))
        yield rules.RuleChange("分数 / score", before, after, effect)


def _conditions(old: Gate | Route, new: Gate | Route) -> Iterator[rules.RuleChange]:
    match old.requirement, new.requirement:
        case None, None:
            return
        case None, asked if asked is not None:
            yield rules.RuleChange("", None, rules.words(asked), Effect.TIGHTENED)
        case asked, None if asked is not None:
            yield rules.RuleChange("", rules.words(asked), None, Effect.RELAXED)
        case before, after if before is not None and after is not None:
            yield from rules.changes(before, after)


def _words(part: Part) -> str:
    """A part that stands on one side only."""
    match part:
        case Item(award=award):
            return rules.words(award)
        case Group(items=items):
            return " + ".join(items)
        case Gate() | Route():
            return rules.said(asked(part))


def _said(part: Part) -> dict[Label, str]:
    """All of a part but what it asks or gives."""
    found = {Label("名称", "name"): f"{part.label.zh} / {part.label.en}"}
    match part:
        case Gate(source=source, route=route, binding=binding):
            found |= {
                Label("路径", "route"): route or "",
                Label("是否决定", "decides"): "是 yes" if binding else "否 no",
            }
            return found | _standing(source.clause, source.grade)
        case Item(source=source, cap=cap):
            return found | {Label("满分", "maximum"): _points(cap)} | _standing(source.clause, source.grade)
        case Route(source=source):
            return found | _standing(source.clause, source.grade)
        case Group(items=items, cap=cap, floor=floor):
            ends = {Label("最高", "at most"): _points(cap), Label("最低", "at least"): _points(floor)}
            return found | {Label("成员", "items"): " + ".join(items)} | ends


def _standing(clause: str, grade: str) -> dict[Label, str]:
    return {Label("条款", "clause"): clause, _GRADE: grade}


def _points(micro: int | None) -> str:
    return "" if micro is None else Line(points=(micro, micro)).worth


def _attributes(
    section: str, part: str, name: Label, olds: Mapping[Label, str], news: Mapping[Label, str]
) -> Iterator[Change]:
    for what in dict.fromkeys((*olds, *news)):
        old, new = olds.get(what) or None, news.get(what) or None
        if old != new:
            yield Change(section, part, name, what, "", old, new)


def of_sections(found: Iterable[Change]) -> dict[str, dict[tuple[str, Label], list[Change]]]:
    """Changes by section and part, in their order."""
    sections: dict[str, dict[tuple[str, Label], list[Change]]] = {}
    for change in found:
        sections.setdefault(change.section, {}).setdefault((change.part, change.name), []).append(change)
    return sections
