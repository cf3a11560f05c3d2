"""From a rulebook file to a `Card`: the grammar of ``docs/card-language.md``.

Everything wrong in a file is found in one reading, each with line, key, problem and mend.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from features.expression import Condition, Fact
from features.indicators import catalogue as indicators
from features.indicators.base import Indicator, Unit
from features.kinds import Choice
from scoring import amounts
from scoring.card import (
    GRADES,
    MICRO,
    AllOf,
    AnyOf,
    Award,
    Band,
    Bands,
    BestOf,
    Card,
    Case,
    Choose,
    Document,
    Expert,
    Fixed,
    Gate,
    Group,
    Item,
    Label,
    LeastOf,
    Limits,
    LinearToCap,
    NotOf,
    Range,
    Requirement,
    Route,
    Source,
    Test,
    Values,
)
from scoring.yaml_tree import Findings, Reader, Tree, load

STATUSES = ("in_force", "draft", "expected", "repealed")
KINDS = ("new", "renewal")
_LIMIT_KEYS = ("min", "min_exclusive", "max", "max_exclusive")
_RANGE_KEYS = (*_LIMIT_KEYS, "is", "one_of")
_AWARD_KEYS = ("bands", "best_of", "least_of", "choose", "linear", "expert", "points")
_REQUIREMENT_KEYS = ("indicator", "all", "any", "not", "choose")
_PROVISION_KEYS = ("label", "document", "article", "grade", "versions", "note")

_POINTS = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,6})?")

Body = TypeVar("Body")


def read_card(path: Path, rules_on: date | None = None, *, shown: str = "") -> Card:
    """The card of a file with the versions in force on ``rules_on`` (default: the latest).

    Raises `CardError` with every finding.
    """
    return read_tree(load(path, shown or path.name), rules_on, shown or path.name)


def read_tree(tree: Tree, rules_on: date | None, file: str) -> Card:
    """As `read_card`, from a tree at hand (a reform sets values in it first)."""
    findings = Findings(file)
    card = _CardReader(findings, rules_on or date.max).card(tree)
    findings.raise_if_any()
    return card


def laid_over(tree: Tree, version: Tree) -> Tree:
    """A provision as it reads in one of its versions."""
    laid = {k: v for k, v in _mapping(version).items() if k not in ("from", "to")}
    return Tree({**{k: v for k, v in _mapping(tree).items() if k != "versions"}, **laid}, tree.line, tree.path)


def fingerprint(tree: Tree) -> str:
    """Hash of what the file says; comments and layout do not count."""
    text = json.dumps(tree.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class _CardReader:
    def __init__(self, findings: Findings, rules_on: date) -> None:
        self.findings = findings
        self.rules_on = rules_on
        self.documents: dict[str, Document] = {}
        self.default = ("", GRADES[0])

    def card(self, tree: Tree) -> Card:
        reader = Reader(tree, self.findings)
        self.documents = {name: self._document(child) for name, child in reader.mapping("documents").items()}
        source = reader.take("source", required=True)
        if source is not None:
            inner = Reader(source, self.findings)
            self.default = (inner.text("document", required=True), inner.one_of("grade", GRADES))
            self._known_document(self.default[0], source)
            inner.done()
        effective_from = self._date(reader, "effective_from", required=True) or date.min
        effective_to = self._date(reader, "effective_to")
        if effective_to and effective_to < effective_from:
            self.findings.add(
                "period_ends_before_it_begins",
                reader.take("effective_to") or tree,
                "施行期止于施行之前 / effective_to lies before effective_from",
                "更正日期 / correct the dates",
            )
        gates = {name: self._gate(name, child) for name, child in reader.mapping("gates").items()}
        items = {name: self._item(name, child) for name, child in reader.mapping("items").items()}
        card = Card(
            id=reader.text("card", required=True),
            edition=reader.text("edition", required=True),
            title=self._label(reader, "title"),
            status=reader.one_of("status", STATUSES),
            effective_from=effective_from,
            effective_to=effective_to,
            published_on=self._date(reader, "published_on", required=True) or date.min,
            region=reader.text("region", "") or None,
            kinds=self._kinds(reader),
            documents=self.documents,
            file=self.findings.file,
            sha256=fingerprint(tree),
            gates={name: gate for name, gate in gates.items() if gate},
            items={name: item for name, item in items.items() if item},
            groups={name: self._group(name, child, items) for name, child in reader.mapping("groups").items()},
            routes={
                name: route for name, child in reader.mapping("routes").items() if (route := self._route(name, child))
            },
            classes=tuple(self._texts(reader, "classes")),
        )
        for ours in ("note", "calendar", "validity"):
            reader.has(ours)
        self._whole(card, reader, tree)
        reader.done()
        return card

    def _whole(self, card: Card, reader: Reader, tree: Tree) -> None:
        """What only shows when the parts are seen together."""
        for gate in card.gates.values():
            if gate.route and gate.route not in card.routes:
                self.findings.add(
                    "unknown_route",
                    reader.mapping("gates")[gate.id],
                    f"没有 {gate.route} 这条路径 / there is no such route",
                    "可用 / use: " + ", ".join(card.routes),
                    "route",
                )
        if not card.classes and not card.routes and not card.gates and not card.items:
            self.findings.add("empty_card", tree, "卡片没有任何条件 / the card has no condition", "补上 gates、items 或 routes / add gates, items or routes")
        if card.items and not card.classes and not any(r.score for r in card.routes.values()) and card.routes:
            self.findings.add(
                "score_unused",
                reader.take("routes") or tree,
                "有得分项但没有以分数通过的路径 / there are items but no route by score",
                "补上 score 路径或删去 items / add a route with score, or remove the items",
            )
        maximum = reader.take("maximum")
        if maximum is not None and not self.findings.found:
            stated = self._points(maximum)
            if stated is not None and stated[1] != card.maximum:
                self.findings.add(
                    "points_do_not_sum",
                    maximum,
                    f"各项满分之和为 {card.maximum / MICRO:g} / the items sum to {card.maximum / MICRO:g}",
                    "更正 maximum 或各项 max / correct maximum or the items' max",
                )

    # --- provisions -----------------------------------------------------------------------------------------------

    def _document(self, tree: Tree) -> Document:
        reader = Reader(tree, self.findings)
        found = Document(
            reader.text("number", required=True), reader.text("title", required=True), self._date(reader, "published_on")
        )
        reader.text("note")
        reader.done()
        return found

    def _known_document(self, name: str, tree: Tree) -> None:
        if name and name not in self.documents:
            self.findings.add(
                "unknown_document",
                tree,
                f"documents 中没有 {name} / is not among the documents",
                "可用 / use: " + ", ".join(self.documents),
                "document",
            )

    def _source(self, reader: Reader) -> Source:
        document = reader.text("document", self.default[0], required=True)
        if reader.has("document"):
            self._known_document(document, reader.tree)
        article = reader.text("article", required=True)
        grade = reader.one_of("grade", GRADES, self.default[1])
        number = self.documents[document].number if document in self.documents else document
        return Source(number, article, grade)

    def _kinds(self, reader: Reader) -> tuple[str, ...]:
        trees = reader.items("application_kinds")
        for tree in trees:
            if tree.value not in KINDS:
                self.findings.add("not_a_choice", tree, f"没有申请类型 {tree.value} / no such application kind", "可填 / use one of: " + ", ".join(KINDS))
        return tuple(str(tree.value) for tree in trees) or KINDS

    def _label(self, reader: Reader, key: str = "label") -> Label:
        tree = reader.take(key, required=True)
        if tree is None:
            return Label("", "")
        inner = Reader(tree, self.findings)
        label = Label(inner.text("zh", required=True), inner.text("en", required=True))
        inner.done()
        return label

    def _provision(self, tree: Tree) -> Reader | None:
        """The mapping with the version in force laid over it; None where no version is in force."""
        reader = Reader(tree, self.findings)
        versions = reader.items("versions")
        if not versions:
            return reader
        # All dates first, so that a wrong one is found whichever version is in force.
        dated = []
        for version in versions:
            inner = Reader(version, self.findings)
            dated.append((self._date(inner, "from") or date.min, self._date(inner, "to") or date.max, version))
        for begins, ends, version in dated:
            if begins <= self.rules_on <= ends:
                return Reader(laid_over(tree, version), self.findings)
        return None

    def _gate(self, name: str, tree: Tree) -> Gate | None:
        reader = self._provision(tree)
        if reader is None:
            return None
        gate = Gate(
            name, self._label(reader), self._source(reader), self._requirement(reader), reader.text("route", "") or None
        )
        self._done(reader)
        return gate

    def _item(self, name: str, tree: Tree) -> Item | None:
        already = len(self.findings.found)
        reader = self._provision(tree)
        if reader is None:
            return None
        ceiling = reader.take("max", required=True)
        cap = self._points(ceiling) if ceiling else None
        item = Item(
            id=name,
            label=self._label(reader),
            source=self._source(reader),
            award=self._award(reader),
            cap=cap[1] if cap else 0,
            rises=reader.one_of("rises", ("yes", "no"), "yes") == "yes",
        )
        self._done(reader)
        best = most_points(item.award)
        if len(self.findings.found) == already and best != item.cap:
            self.findings.add(
                "item_cannot_reach_max" if best < item.cap else "item_exceeds_max",
                ceiling or tree,
                f"各档最高 {best / MICRO:g} 分，与 max 不符 / the bands reach {best / MICRO:g}, not max",
                "更正 max 或各档分值 / correct max or the points",
            )
        return item

    def _group(self, name: str, tree: Tree, items: dict[str, Item | None]) -> Group:
        reader = Reader(tree, self.findings)
        members = tuple(self._texts(reader, "items", required=True))
        for member in members:
            if member not in items:
                self.findings.add(
                    "unknown_item", tree, f"没有得分项 {member} / there is no such item", "可用 / use: " + ", ".join(items), "items"
                )
        in_force = tuple(member for member in members if items.get(member))
        found = Group(name, self._label(reader), in_force, *(self._optional_points(reader, k) for k in ("max", "min")))
        reader.done()
        return found

    def _route(self, name: str, tree: Tree) -> Route | None:
        reader = self._provision(tree)
        if reader is None:
            return None
        score = reader.take("score")
        limits = self._limits(Reader(score, self.findings), Unit.ITEMS) if score else None
        wanted = [k for k in _REQUIREMENT_KEYS if reader.has(k)]
        requirement = self._requirement(reader) if wanted or score is None else None
        found = Route(name, self._label(reader), self._source(reader), limits, requirement)
        self._done(reader)
        return found

    def _done(self, reader: Reader) -> None:
        for key in _PROVISION_KEYS:
            reader.has(key)
        reader.done()

    # --- requirements and awards ----------------------------------------------------------------------------------

    def _requirement(self, reader: Reader) -> Requirement:
        stated = [key for key in _REQUIREMENT_KEYS if reader.has(key)]
        if not isinstance(reader.tree.value, dict):
            return AllOf(())
        if len(stated) != 1:
            self.findings.add(
                "one_condition_expected",
                reader.tree,
                "应恰有一个条件 / exactly one condition belongs here",
                "用其中一个 / use one of: " + ", ".join(_REQUIREMENT_KEYS),
            )
            return AllOf(())
        key = stated[0]
        if key == "indicator":
            indicator = self._indicator(reader)
            if indicator is None:
                # Its range cannot be judged; the keys are not unknown for that.
                _ = [reader.has(k) for k in _RANGE_KEYS]
                return AllOf(())
            return Test(indicator, self._range(reader, indicator))
        if key == "not":
            return NotOf(self._inner_requirement(reader.take("not") or reader.tree))
        if key == "choose":
            return self._choose(reader.take("choose") or reader.tree, self._requirement)
        parts = tuple(self._inner_requirement(part) for part in reader.items(key))
        if not parts:
            self.findings.add("empty_list", reader.tree, f"{key} 之下没有条件 / nothing below {key}", "补上条件 / add conditions", key)
        return AllOf(parts) if key == "all" else AnyOf(parts)

    def _inner_requirement(self, tree: Tree) -> Requirement:
        reader = Reader(tree, self.findings)
        found = self._requirement(reader)
        reader.text("note")
        reader.done()
        return found

    def _award(self, reader: Reader) -> Award:
        stated = [key for key in _AWARD_KEYS if reader.has(key)]
        if not isinstance(reader.tree.value, dict):
            return Fixed(0)
        if len(stated) != 1:
            self.findings.add(
                "one_award_expected",
                reader.tree,
                "应恰有一种计分方式 / exactly one way of scoring belongs here",
                "用其中一个 / use one of: " + ", ".join(_AWARD_KEYS),
            )
            return Fixed(0)
        key = stated[0]
        tree = reader.take(key) or reader.tree
        if key == "bands":
            return self._bands(reader)
        if key in ("best_of", "least_of"):
            options = {name: self._inner_award(child) for name, child in reader.mapping(key).items()}
            if not options and isinstance(tree.value, dict):
                self.findings.add("empty_list", tree, f"{key} 之下没有计分方式 / nothing below {key}", "补上至少一种 / add at least one")
            return BestOf(options) if key == "best_of" else LeastOf(options)
        if key == "choose":
            return self._choose(tree, self._award)
        if key == "linear":
            return self._linear(tree)
        points = self._points(tree) or (0, 0)
        if key == "expert":
            inner = Reader(tree, self.findings)
            given = inner.take("points", required=True)
            points = (self._points(given) if given else None) or (0, 0)
            found = Expert(inner.text("criterion", required=True), *points)
            inner.done()
            return found
        return Fixed(points[0])

    def _inner_award(self, tree: Tree) -> Award:
        reader = Reader(tree, self.findings)
        found = self._award(reader)
        reader.text("note")
        reader.done()
        return found

    def _bands(self, reader: Reader) -> Award:
        indicator = self._indicator(reader)
        bands = []
        for tree in reader.items("bands"):
            inner = Reader(tree, self.findings)
            points_tree = inner.take("points", required=True)
            points = self._points(points_tree) if points_tree else None
            if indicator:
                bands.append(Band(self._range(inner, indicator), *(points or (0, 0))))
            inner.text("note")
            if indicator:
                inner.done()
        table = reader.take("bands")
        if table is not None and table.value == []:
            self.findings.add("empty_list", table, "没有分档 / there are no bands", "补上 bands / add bands")
        return Bands(indicator, tuple(bands)) if indicator and bands else Fixed(0)

    def _linear(self, tree: Tree) -> Award:
        reader = Reader(tree, self.findings)
        indicator = self._indicator(reader)
        given = reader.take("points", required=True)
        points = (self._points(given) if given else None) or (0, 0)
        full_tree = reader.take("full", required=True)
        full = self._amount(full_tree, indicator) if full_tree and indicator else None
        step = self._optional_points(reader, "step") or 1
        reader.done()
        if indicator is None or full is None:
            return Fixed(0)
        if full <= 0:
            self.findings.add("full_mark_not_positive", full_tree or tree, "满分值必须大于 0 / the full mark must be above 0", "更正 full / correct full")
        return LinearToCap(indicator, full, points[1], step)

    def _choose(self, tree: Tree, body: Callable[[Reader], Body]) -> Choose[Body]:
        reader = Reader(tree, self.findings)
        indicator = self._indicator(reader, "by")
        cases = []
        for child in reader.items("cases"):
            inner = Reader(child, self.findings)
            if indicator:
                cases.append(Case(self._range(inner, indicator), body(inner)))
                inner.text("note")
                inner.done()
        if not cases:
            self.findings.add("empty_list", tree, "没有分档 / there are no cases", "补上 cases / add cases", "cases")
        reader.done()
        assert indicator or self.findings.found
        return Choose(indicator or indicators.make("sales_revenue"), tuple(cases))

    def _indicator(self, reader: Reader, key: str = "indicator") -> Indicator | None:
        name = reader.text(key, required=True)
        settings_tree = reader.take("with")
        settings: dict[str, Any] = {}
        if settings_tree is not None:
            inner = Reader(settings_tree, self.findings)
            settings = {k: _setting(inner.take(k)) for k in inner.names()}
        if not name:
            return None
        if name not in indicators.names():
            near = _nearest(name, indicators.names())
            self.findings.add(
                "unknown_indicator", reader.take(key) or reader.tree, f"没有指标 {name} / there is no such indicator",
                f"是否应为 {near} / did you mean {near}?",
            )
            return None
        wanted = indicators.parameters(name)
        missing = [p for p, spec in wanted.items() if p not in settings and spec.default is inspect.Parameter.empty]
        surplus = [p for p in settings if p not in wanted]
        misfit = [p for p, value in settings.items() if p in wanted and not _fits(value, str(wanted[p].annotation))]
        if missing or surplus:
            self.findings.add(
                "indicator_settings", reader.take(key) or reader.tree,
                f"指标 {name} 的参数不符 / settings do not fit: " + ", ".join([f"-{p}" for p in missing] + [f"+{p}" for p in surplus]),
                "with 之下应有 / below with: " + (", ".join(wanted) or "—"), "with",
            )
            return None
        try:
            if misfit:
                raise ValueError(", ".join(f"{p}: {wanted[p].annotation}" for p in misfit))
            return indicators.make(name, **settings)
        except (KeyError, ValueError, TypeError) as error:
            self.findings.add(
                "indicator_settings", settings_tree or reader.tree, f"指标 {name} 不接受该参数 / does not take: {error}",
                "核对参数的取值 / check the setting's value",
            )
            return None

    # --- ranges, amounts, points ----------------------------------------------------------------------------------

    def _range(self, reader: Reader, indicator: Indicator) -> Range:
        stated = [key for key in _RANGE_KEYS if reader.has(key)]
        if any(key in _LIMIT_KEYS for key in stated) and not {"is", "one_of"} & set(stated):
            return self._limits(reader, indicator.unit)
        if stated == ["is"] and isinstance(indicator.expression, Condition):
            word = reader.one_of("is", ("true", "false"))
            return Values((int(word == "true"),), "是" if word == "true" else "否")
        if stated == ["one_of"] and isinstance(indicator.expression, Fact) and isinstance(indicator.expression.kind, Choice):
            return self._choices(reader, indicator.expression.kind)
        self.findings.add(
            "range_expected",
            reader.tree,
            f"应给出指标 {indicator.id} 的范围 / a range of the indicator belongs here",
            {Unit.TRUTH: "用 is: true 或 is: false / use is", Unit.CHOICE: "用 one_of: [...] / use one_of"}.get(
                indicator.unit, "用 / use one or two of: " + ", ".join(_LIMIT_KEYS)
            ),
        )
        return Limits()

    def _choices(self, reader: Reader, kind: Choice) -> Range:
        names = self._texts(reader, "one_of")
        unknown = [n for n in names if n not in kind.values]
        if unknown:
            self.findings.add(
                "not_a_choice", reader.take("one_of") or reader.tree, f"没有取值 {', '.join(unknown)} / no such value",
                "可用 / use: " + ", ".join(kind.values),
            )
        return Values(tuple(sorted(kind.code(n) for n in names if n in kind.values)), " / ".join(names))

    def _limits(self, reader: Reader, unit: Unit) -> Limits:
        for one, other in (("min", "min_exclusive"), ("max", "max_exclusive")):
            if reader.has(one) and reader.has(other):
                self.findings.add("two_limits", reader.tree, f"{one} 与 {other} 不能并存 / both stand there", "删去一个 / remove one", other)
        amounts_found: dict[str, Fraction] = {}
        shown = []
        for key, sign in zip(_LIMIT_KEYS, ("≥", ">", "≤", "<"), strict=True):
            tree = reader.take(key)
            if tree is not None and (amount := self._amount_of(tree, unit)) is not None:
                amounts_found[key] = amount
                shown.append(f"{sign} {tree.value}")
        if not amounts_found and not self.findings.found:
            self.findings.add("range_expected", reader.tree, "没有界限 / there is no limit", "用 / use: " + ", ".join(_LIMIT_KEYS))
        least = amounts_found.get("min", amounts_found.get("min_exclusive"))
        most = amounts_found.get("max", amounts_found.get("max_exclusive"))
        strict = "min_exclusive" in amounts_found, "max_exclusive" in amounts_found
        if least is not None and most is not None and (least > most or (least == most and any(strict))):
            self.findings.add("empty_range", reader.tree, "下限不小于上限，范围为空 / the range is empty", "更正界限 / correct the limits")
        return Limits(least, strict[0], most, strict[1], ", ".join(shown))

    def _amount(self, tree: Tree, indicator: Indicator) -> Fraction | None:
        return self._amount_of(tree, indicator.unit)

    def _amount_of(self, tree: Tree, unit: Unit) -> Fraction | None:
        try:
            return amounts.read(str(tree.value), unit)
        except amounts.AmountError as error:
            self.findings.add(error.code, tree, error.problem, error.mend)
            return None

    def _points(self, tree: Tree) -> tuple[int, int] | None:
        """Micro-points: one number, or ``[low, high]`` where a person chooses within."""
        texts = [str(t.value) for t in tree.value] if isinstance(tree.value, list) else [str(tree.value)]
        found = [Fraction(text) * MICRO for text in texts if _POINTS.fullmatch(text)]
        if len(found) != len(texts) or len(found) not in (1, 2) or any(f.denominator != 1 for f in found) or found[0] > found[-1]:
            self.findings.add(
                "not_points", tree, f"不是分值：{texts} / not points", "写成 20 或 [7, 8]，最多六位小数 / write 20 or [7, 8], at most six decimals"
            )
            return None
        return int(found[0]), int(found[-1])

    def _optional_points(self, reader: Reader, key: str) -> int | None:
        tree = reader.take(key)
        found = self._points(tree) if tree else None
        return found[0] if found else None

    def _texts(self, reader: Reader, key: str, *, required: bool = False) -> list[str]:
        if required:
            reader.take(key, required=True)
        return [str(t.value) for t in reader.items(key)]

    def _date(self, reader: Reader, key: str, *, required: bool = False) -> date | None:
        tree = reader.take(key, required=required)
        if tree is None or tree.value == "":
            return None
        try:
            return date.fromisoformat(str(tree.value))
        except ValueError:
            self.findings.add("not_a_date", tree, f"不是日期：{tree.value} / not a date", "写成 2026-04-01 / write 2026-04-01")
            return None


def _mapping(tree: Tree) -> dict[str, Tree]:
    return tree.value if isinstance(tree.value, dict) else {}


def _nearest(name: str, names: tuple[str, ...]) -> str:
    import difflib

    return (difflib.get_close_matches(name, names, n=1, cutoff=0.0) or ["—"])[0]


def _setting(tree: Tree | None) -> Any:
    if tree is None:
        return None
    if isinstance(tree.value, list):
        return [str(t.value) for t in tree.value]
    text = str(tree.value)
    return int(text) if re.fullmatch("-?[0-9]+", text) else text


def _fits(value: Any, annotation: str) -> bool:
    # Texts are not checked: a text of digits has been read as a number by now.
    return isinstance(value, {"int": int, "list[str]": list}.get(annotation, object))


def most_points(award: Award) -> int:
    """Most micro-points that an award can give."""
    match award:
        case Bands(_, bands):
            return max((band.high for band in bands), default=0)
        case BestOf(options):
            return max((most_points(a) for a in options.values()), default=0)
        case LeastOf(options):
            return min((most_points(a) for a in options.values()), default=0)
        case Choose(_, cases):
            return max((most_points(case.body) for case in cases), default=0)
        case LinearToCap(_, _, points, _) | Fixed(points):
            return points
        case Expert(_, _, high):
            return high
    raise TypeError(award)
