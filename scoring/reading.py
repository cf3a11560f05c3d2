"""From a rulebook file to a `Card`: the grammar of ``docs/card-language.md``.

Everything wrong in a file is found in one reading, each with line, key, problem and mend.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from features.indicators.base import Unit
from scoring import card as cards
from scoring.made_under import fitted
from scoring.reading_parts import REQUIREMENTS, award, label, limits, most_points, optional_points, points, requirement
from scoring.scheme import UNSET, GradeWeighedError, effect, read_scheme, weighed, weights
from scoring.yaml_tree import Findings, Reader, Tree, load

STATUSES = ("in_force", "undated", "draft", "expected", "repealed")
KINDS = ("new", "renewal")

Part = TypeVar("Part")


def read_card(path: Path, rules_on: date | None = None, *, shown: str = "") -> cards.Card:
    """The card of a file with the versions in force on ``rules_on`` (default: the latest) for new applications.

    Raises `CardError` with every finding.
    """
    return read_tree(load(path, shown or path.name), rules_on, shown or path.name)


def read_tree(tree: Tree, rules_on: date | None, file: str, kind: str = KINDS[0]) -> cards.Card:
    """As `read_card`, for an application kind, from a tree at hand (a reform sets values in it first)."""
    findings = Findings(file)
    reader = _CardReader(Reader(tree, findings), rules_on or date.max, kind)
    card = reader.card()
    reader.check(card)
    findings.raise_if_any()
    return card


def laid_over(tree: Tree, version: Tree) -> Tree:
    """A provision as it reads in one of its versions."""
    laid = {k: v for k, v in version.mapping.items() if k not in ("from", "to", "application_kinds")}
    return Tree({**{k: v for k, v in tree.mapping.items() if k != "versions"}, **laid}, tree.line, tree.path)


def fingerprint(tree: Tree) -> str:
    """Hash of what the file says; comments and layout do not count."""
    text = json.dumps(tree.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class _CardReader:
    def __init__(self, reader: Reader, rules_on: date, kind: str) -> None:
        self.reader = reader
        self.findings = reader.findings
        self.rules_on, self.kind = rules_on, kind
        self.documents = {n: reader.whole(t, _described, "note") for n, t in reader.mapping("documents").items()}
        self.default = reader.within("source", self._default, ("", cards.GRADES[0]))
        self.scheme = reader.whole(reader.at("scheme"), read_scheme) if reader.has("scheme") else None

    def card(self) -> cards.Card:
        reader = self.reader
        stated = {part: reader.mapping(part) for part in ("gates", "items", "groups", "routes")}
        unset = {name: tree for name, tree in stated["items"].items() if _is_unset(tree)}
        items = self._provisions({n: tree for n, tree in stated["items"].items() if n not in unset}, self._item)
        begins, ends = reader.day("effective_from", required=True), reader.day("effective_to")
        whole = cards.Period(begins or date.min, ends or date.max)
        card = cards.Card(
            id=reader.text("card", required=True),
            edition=reader.text("edition", required=True),
            title=_label_of(reader, "title"),
            status=reader.one_of("status", STATUSES),
            effective_from=whole.begins,
            effective_to=None if whole.ends == date.max else whole.ends,
            published_on=reader.day("published_on", required=True) or date.min,
            region=reader.text("region") or None,
            kinds=self._kinds(whole),
            documents=self.documents,
            file=self.findings.file,
            sha256=fingerprint(reader.tree),
            gates=self._provisions(stated["gates"], self._gate),
            items=items,
            groups={name: self._group(name, tree, stated["items"], items) for name, tree in stated["groups"].items()},
            routes=self._provisions(stated["routes"], self._route),
            classes=tuple(reader.texts("classes")),
            scheme=self.scheme,
            unset=self._provisions(unset, self._unset),
        )
        return fitted(card)

    def _kinds(self, whole: cards.Period) -> dict[str, cards.Period]:
        """The kinds of a list, in force as the card is; of a mapping, each with its own first and last day."""
        reader = self.reader
        if not isinstance(reader.at("application_kinds").value, dict) or not reader.has("application_kinds"):
            return dict.fromkeys(reader.some_of("application_kinds", KINDS) or KINDS, whole)
        found = {}
        for kind, tree in reader.mapping("application_kinds", required=True).items():
            if kind not in KINDS:
                self.findings.add("not_a_choice", tree, value=kind, choices=", ".join(KINDS))
            found[kind] = period = reader.whole(tree, partial(_period, whole=whole))
            if not whole.begins <= period.begins <= period.ends <= whole.ends and whole.begins <= whole.ends:
                self.findings.add("kind_outside_period", tree, begins=period.begins, ends=period.ends)
        return found

    def check(self, card: cards.Card) -> None:
        """What only shows when the parts are seen together."""
        reader, findings = self.reader, self.findings
        if card.effective_to and card.effective_to < card.effective_from:
            findings.add("period_ends_before_it_begins", reader.at("effective_to"))
        for gate in card.gates.values():
            if gate.route and gate.route not in card.routes:
                place = reader.mapping("gates")[gate.id]
                findings.add("unknown_route", place, "route", name=gate.route, choices=", ".join(card.routes))
        if not (card.classes or card.routes or card.gates or card.items or card.unset):
            findings.add("empty_card", reader.tree)
        if card.items and not card.classes and card.routes and card.score_limits is None:
            findings.add("score_unused", reader.at("routes"))
        for stage in self.scheme.stages if self.scheme and not (card.unset or findings.found) else ():
            most = card.most({name: item.weights.get(stage.id, item.cap) for name, item in card.items.items()})
            if most != card.maximum:
                findings.add("weights_do_not_sum", reader.at("scheme"), stage=stage.id, sum=most / cards.MICRO)
        maximum = optional_points(reader, "maximum")
        if maximum is not None and not findings.found and maximum != card.maximum:
            findings.add("points_do_not_sum", reader.at("maximum"), sum=card.maximum / cards.MICRO)
        # What others read: `scoring.calendar`, the authority's tools, people.
        reader.stated(("note", "calendar", "validity", "duties", "texts", "cliffs"))
        reader.done()

    # --- what every provision has ---------------------------------------------------------------------------------

    def _default(self, reader: Reader) -> tuple[str, str]:
        return self._document(reader), reader.one_of("grade", cards.GRADES)

    def _document(self, reader: Reader, default: str | None = None) -> str:
        if default is not None and not reader.has("document"):
            return default
        name = reader.text("document", required=True)
        if name and name not in self.documents:
            choices = ", ".join(self.documents)
            self.findings.add("unknown_document", reader.tree, "document", name=name, choices=choices)
        return name

    def _source(self, reader: Reader) -> cards.Source:
        document, grade = self.default
        name = self._document(reader, document)
        number = self.documents[name].number if name in self.documents else name
        stated = reader.one_of("grade", cards.GRADES, grade)
        if stated == cards.REFERENCE and self.scheme is None:
            self.findings.add("reference_outside_scheme", reader.at("grade"))
        return cards.Source(number, reader.text("article", required=True), stated)

    def _provisions(self, stated: dict[str, Tree], read: Callable[[str, Reader], Part]) -> dict[str, Part]:
        """What ``read`` makes of each provision that is in force."""
        found = {}
        for name, tree in stated.items():
            reader = self._in_force(Reader(tree, self.findings))
            if reader is not None:
                found[name] = read(name, reader)
                reader.stated(("note", "versions", "quote"))
                reader.done()
        return found

    def _in_force(self, reader: Reader) -> Reader | None:
        """The provision with the version in force laid over it; None where it has versions and none is in force."""
        versions = [Reader(version, self.findings) for version in reader.items("versions")]
        if not versions:
            return reader
        # All dates and kinds first, so that a wrong one is found whichever version is in force.
        stated = [
            (v.day("from"), v.day("to"), v.some_of("application_kinds", KINDS) or KINDS, v.tree) for v in versions
        ]
        laid = (
            laid_over(reader.tree, version)
            for begins, ends, kinds, version in stated
            if (begins or date.min) <= self.rules_on <= (ends or date.max) and self.kind in kinds
        )
        return next((Reader(tree, self.findings) for tree in laid), None)

    # --- provisions -----------------------------------------------------------------------------------------------

    def _gate(self, name: str, reader: Reader) -> cards.Gate:
        score, asked = _asked(reader)
        if score and asked:
            reader.lacks("one_condition_expected", choices=", ".join(("score", *REQUIREMENTS)))
        binds, route = reader.one_of("binding", ("yes", "no"), "yes") == "yes", reader.text("route") or None
        done = effect(reader)
        binds = binds and done is None
        return cards.Gate(name, _label_of(reader), self._source(reader), asked, route, score, binds, done)

    def _item(self, name: str, reader: Reader) -> cards.Item:
        before = len(self.findings.found)
        item = cards.Item(
            id=name,
            label=_label_of(reader),
            source=self._source(reader),
            award=award(reader),
            cap=points(reader, "max")[1],
            rises=reader.one_of("rises", ("yes", "no"), "yes") == "yes",
        )
        best = most_points(item.award)
        if len(self.findings.found) == before and best != item.cap:
            self.findings.add(
                "item_cannot_reach_max" if best < item.cap else "item_exceeds_max",
                reader.at("max"),
                best=best / cards.MICRO,
            )
        stated = weights(reader, self.scheme)
        if isinstance(item.award, cards.Percentile) and self.scheme is None:
            reader.lacks("percentile_outside_scheme", "percentile")
        try:
            return weighed(item, stated, self.scheme) if self.scheme else item
        except GradeWeighedError:
            self.findings.add("grade_weighed", reader.at("weights"))
        except ValueError as error:
            self.findings.add("weight_not_whole", reader.at("weights"), reason=error)
        return item

    def _unset(self, name: str, reader: Reader) -> cards.Unset:
        reader.text("weights")
        return cards.Unset(_label_of(reader), self._source(reader))

    def _group(self, name: str, tree: Tree, known: Collection[str], in_force: Collection[str]) -> cards.Group:
        reader = Reader(tree, self.findings)
        members = reader.texts("items", required=True)
        for member in members:
            if member not in known:
                self.findings.add("unknown_item", tree, "items", name=member, choices=", ".join(known))
        caps = (optional_points(reader, key) for key in ("max", "min"))
        group = cards.Group(name, _label_of(reader), tuple(m for m in members if m in in_force), *caps)
        reader.done()
        return group

    def _route(self, name: str, reader: Reader) -> cards.Route:
        by_gates = reader.one_of("by_gates", ("yes", "no"), "no") == "yes"
        score, asked = (None, None) if by_gates else _asked(reader)
        return cards.Route(name, _label_of(reader), self._source(reader), score, asked)


def _is_unset(tree: Tree) -> bool:
    return tree.mapping.get("weights", tree).value == UNSET


def _period(reader: Reader, whole: cards.Period) -> cards.Period:
    return cards.Period(reader.day("from") or whole.begins, reader.day("to") or whole.ends)


def _asked(reader: Reader) -> tuple[cards.Limits | None, cards.Requirement | None]:
    """Limits on the score, a condition, or both."""
    by_score = reader.has("score")
    score = reader.whole(reader.at("score"), lambda inner: limits(inner, Unit.ITEMS)) if by_score else None
    return score, requirement(reader) if reader.stated(REQUIREMENTS) or not by_score else None


def _label_of(reader: Reader, key: str = "label") -> cards.Label:
    return reader.within(key, label, cards.Label("", ""))


def _described(reader: Reader) -> cards.Document:
    return cards.Document(
        reader.text("number", required=True), reader.text("title", required=True), reader.day("published_on")
    )
