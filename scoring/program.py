"""All core expressions of one release: what is asked of the facts (parts), and what is made of the parts (assembly).

Names of roots
    <card>|gates/<id>    <card>|items/<id>    <card>|routes/<id>    <card>|unsafe
    flag|<card>|<part>|<flag>    unknown|<fact>    holds/<rung> (and lapsed, lapsed_last_year …)    accounts    outside
    show|<card>|<part>|<path>|…      (single firm only)
    <learned card>|points    <learned card>|facts    accounts|<scheme>|<year counted from as_of's>
    verdict|<card>    score|<card>    group|<card>|<id>    gate|<card>|<id> (gates on the score)    route|<card>|<id>
    tier|<ladder>|recognised, qualified, next, undetermined/<rung>, state/<rung>
Points and truths end in ``|low`` and ``|high``: of a truth, whether it holds in every and in some completion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from features.expression import Fact, FirstKnown, RowFact
from features.facts import FirmFacts, assumed, columns_of
from features.schema import Reading
from features.tables import TABLES
from scoring import core, learned_points
from scoring.assembly import Read, Verdict, assemble, out_of_scope
from scoring.bounds import Bounds, ends
from scoring.card import Expert
from scoring.compile import CompiledCard, Part, stage_truths
from scoring.core import Node, all_of, any_of, eq, fill, ge, known, negate, walk
from scoring.ladder import TITLE_TRUTHS, Ladder, standing, title_truth
from scoring.learned import LearnedCard
from scoring.lower import Lowering
from scoring.one_backend import Values, compile_one
from scoring.one_machine import UNKNOWN

LOWER, MEASURED = "|low", "|measured"
"""Ending of roots that take the least over completions, and of those that say whether a value has been measured; all others take the
greatest.
"""


@dataclass(frozen=True, eq=False)
class Program:
    """Compiled cards and ladders of one release at one set of versions."""

    cards: dict[str, CompiledCard]
    ladders: dict[str, Ladder]
    learned: tuple[LearnedCard, ...] = ()

    @cached_property
    def parts(self) -> dict[str, Node]:
        """Roots over facts."""
        roots: dict[str, Node] = {}
        for name, compiled in self.cards.items():
            for part_name, part in compiled.parts.items():
                roots.update(ends(f"{name}|{part_name}", part.bounds))
                for flag, node in _flags(part):
                    roots[f"flag|{name}|{part_name}|{flag}"] = node
            for item in compiled.card.items.values():
                if isinstance(item.award, Expert):
                    outside = _outside(item.award)
                    roots[f"flag|{name}|items/{item.id}|grade_outside:{item.award.criterion}"] = outside
            for gate in (gate for gate in compiled.card.gates.values() if gate.requirement and not gate.binding):
                failed = negate(compiled.parts[f"gates/{gate.id}"].bounds.hi)
                roots[f"flag|{name}|gates/{gate.id}|not_met:{gate.id}"] = failed
            roots[f"{name}|unsafe"] = compiled.unsafe
            for stage, truth in stage_truths(compiled.card).items():
                roots.update(ends(f"stage|{name}|{stage}", truth))
            for year, facts in accounts_read(compiled).items() if compiled.card.scheme else ():
                roots[f"accounts|{name}|{year}"] = any_of(map(known, sorted(facts)))
        for learned in self.learned:
            roots.update(learned_points.roots(learned))
        rungs = {rung.id: rung for ladder in self.ladders.values() for rung in ladder.rungs}
        for rung in rungs.values():
            for indicator in TITLE_TRUTHS:
                roots.update(ends(f"{indicator}/{rung.id}", title_truth(indicator, rung)))
        last_year = [node for node in walk(roots.values()) if _is_of_last_year(node)]
        roots["accounts"] = any_of(known(str(node.args[0])) for node in last_year)
        roots.update(out_of_scope())
        return roots

    @cached_property
    def flags(self) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """(root, flag) by card and part."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for root in self.parts:
            if root.startswith("flag|"):
                _, card, part, flag = root.split("|")
                found.setdefault((card, part), []).append((root, flag))
        return {key: tuple(roots) for key, roots in found.items()}

    @cached_property
    def unknown(self) -> dict[str, Node]:
        """Whether each fact that some part reads is unknown."""
        found: dict[str, Node] = {}
        for compiled in self.cards.values():
            for part in compiled.parts.values():
                for fact, influence in part.bounds.influences.items():
                    old = found.get(f"unknown|{fact}")
                    found[f"unknown|{fact}"] = any_of((old, influence.unknown)) if old else influence.unknown
        return found

    @cached_property
    def shown(self) -> dict[str, Node]:
        """Values, bands and the inner answers of each part: what is explained of one firm."""
        roots: dict[str, Node] = {}
        for name, compiled in self.cards.items():
            for part_name, part in compiled.parts.items():
                for detail in part.details:
                    prefix = f"show|{name}|{part_name}|{detail.path}"
                    # A class is told by its name; of several conditions only whether each holds is told.
                    told = part_name.startswith("items/") and not compiled.card.classes
                    if detail.value is not None and (told or len(part.details) == 1):
                        low, high, least, most = detail.value
                        roots.update(ends(f"{prefix}|numerator", Bounds(low, high)))
                        roots.update(ends(f"{prefix}|denominator", Bounds(least, most)))
                        roots[f"{prefix}{MEASURED}"] = all_of((ge(low, high), ge(least, most), ge(least, 1)))
                    if detail.band_low is not None and detail.band_high is not None:
                        roots.update(ends(f"{prefix}|band", Bounds(detail.band_low, detail.band_high)))
                    if not compiled.card.classes:
                        roots.update({**ends(prefix, detail.bounds), f"{prefix}|reached": detail.reached})
        for learned in self.learned:
            roots.update(learned_points.shown(learned))
        return roots

    @cached_property
    def assembly(self) -> dict[str, Node]:
        """Roots over the facts: what is made of the parts."""
        return self._assembled(lambda name: self.parts[name] if name in self.parts else fill(name, 0, 0, 1))

    @cached_property
    def assembly_of_parts(self) -> dict[str, Node]:
        """The same roots over united parts, given as inputs by name."""

        def read(name: str) -> Node:
            lo, hi = (self.parts[name].lo, self.parts[name].hi) if name in self.parts else (0, 1)
            return fill(name, lo, lo, hi)

        return self._assembled(read)

    def _assembled(self, read: Read) -> dict[str, Node]:
        roots: dict[str, Node] = {}
        for compiled in self.cards.values():
            roots.update(assemble(compiled.card, read))
        for ladder in self.ladders.values():
            roots.update(standing(ladder, roots, read))
        return roots

    @cached_property
    def calendars(self) -> tuple[str, ...]:
        """Rulebooks whose publicity calendar the assembly reads."""
        rungs = (rung for ladder in self.ladders.values() for rung in ladder.rungs)
        return tuple(dict.fromkeys(rung.card for rung in rungs if rung.yearly and rung.card))

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """Scalar inputs that the parts read."""
        return tuple(sorted(name for name in self._inputs if "." not in name.split("/", 1)[0]))

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Scalar inputs that only the assembly reads: dates of a calendar, no facts."""
        read = {str(node.args[0]) for node in walk(self.assembly.values()) if node.op in ("fill", "known")}
        return tuple(sorted(name for name in read - self._inputs))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """All scalar inputs of an answer."""
        return (*self.scalars, *self.beside)

    @cached_property
    def row_fields(self) -> dict[str, tuple[str, ...]]:
        """Columns of the list tables that the parts read."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._inputs):
            table, dot, field = name.partition(".")
            if dot and "/" not in table:
                found.setdefault(table, []).append(field)
        return {table: tuple(fields) for table, fields in found.items()}

    @cached_property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Columns of an enterprise's rows, table by table as the rows of `Values` stand."""
        return columns_of(self.row_fields)

    @cached_property
    def _inputs(self) -> set[str]:
        roots = (*self.parts.values(), *self.unknown.values(), *self.shown.values())
        return {str(node.args[0]) for node in walk(roots) if node.op in ("fill", "known")}

    @cached_property
    def whole(self) -> dict[str, Node]:
        """Every root that an answer to one enterprise has."""
        return {**self.parts, **self.unknown, **self.shown, **self.assembly}

    @cached_property
    def at(self) -> dict[str, int]:
        """Place of each root among the values of an answer."""
        return {name: place for place, name in enumerate(self.whole)}

    @cached_property
    def evaluate(self) -> Callable[[FirmFacts], Values]:
        """The values of one enterprise whose facts do not conflict: of every root; then of every scalar fact whether it is known; then
        the scalar facts themselves, `UNKNOWN` where they are not; then of every card whether it is open.
        """
        stated = [fill(name, UNKNOWN, UNKNOWN, -UNKNOWN - 1) for name in self.scalars]
        roots = (*self.whole.values(), *map(known, self.scalars), *stated, *self._open(self.assembly))
        return compile_one(roots, self.inputs, self.columns)

    def stated_at(self, scalar: str) -> int:
        """Where among the values of an answer a scalar fact stands itself."""
        return self.known_at(scalar) + len(self.scalars)

    def known_at(self, scalar: str) -> int:
        """Where among the values of an answer it stands whether a scalar fact is known."""
        return len(self.at) + self._place[scalar]

    def open_at(self, card: str) -> int:
        """Where among the values of an answer it stands whether facts that are missing may change what a card says: verdict, class or
        credit.
        """
        return len(self.at) + len(self.scalars) + self._place[card]

    def _open(self, assembly: Mapping[str, Node]) -> Iterator[Node]:
        for name, compiled in self.cards.items():
            card = compiled.card
            if card.classes or (card.scheme and card.items):
                yield negate(ge(assembly[f"score|{name}|low"], assembly[f"score|{name}|high"]))
            else:
                yield eq(assembly[f"verdict|{name}"], Verdict.UNDETERMINED.value)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: place for place, name in enumerate((*self.scalars, *self.cards))}

    def unite(self, each: Sequence[Sequence[int]], calendar: Mapping[str, int]) -> tuple[list[int], frozenset[str]]:
        """Values of an answer over several completions, and the cards of which the united answer is wider than theirs.

        Parts are united, the least of the lower ends and the greatest of all else; the assembly is made of them. The facts are those
        of the first completion.
        """
        names, first = list(self.whole), each[0]
        found = [(min if name.endswith(LOWER) else max)(ends) for name, *ends in zip(names, *each, strict=False)]
        given, at = dict(zip(names, found, strict=True)), {name: place for place, name in enumerate(names)}
        for name in names:
            if name.endswith(MEASURED):
                # A value that each completion has is still none where they differ.
                own = name.removesuffix(MEASURED)
                apart = any(
                    given[f"{own}|{of}|low"] != given[f"{own}|{of}|high"] for of in ("numerator", "denominator")
                )
                found[at[name]] = int(bool(given[name]) and not apart)
        made = self._evaluate_assembly_of_parts(FirmFacts({**given, **calendar}))
        roots, opened = made[: len(self.assembly)], made[len(self.assembly) :]
        wider = set()
        for name, value in zip(self.assembly, roots, strict=True):
            stated = given[name]
            if name.startswith("verdict|") and len({one[at[name]] for one in each}) > 1:
                stated = Verdict.UNDETERMINED.value
            if name.startswith(("score|", "verdict|")) and value != stated:
                wider.add(name.split("|")[1])
        parts, facts = found[: len(found) - len(roots)], first[len(names) : len(first) - len(opened)]
        return [*parts, *roots, *facts, *opened], frozenset(wider)

    @cached_property
    def _evaluate_assembly_of_parts(self) -> Callable[[FirmFacts], Values]:
        """Of the assembly, and of every card whether it is open."""
        assembly = self.assembly_of_parts
        return compile_one((*assembly.values(), *self._open(assembly)))


def accounts_read(compiled: CompiledCard) -> dict[int, Collection[str]]:
    """Facts of annual reports that a card reads, by year counted from as_of's."""
    found: dict[int, set[str]] = {}
    for part in compiled.parts.values():
        for name in part.influences:
            table, _, rest = name.partition("/")
            if table == "annual_report" and "/" in rest:
                found.setdefault(int(rest.partition("/")[0]), set()).add(name)
    return dict(found)


def _is_of_last_year(node: Node) -> bool:
    return node.op in ("fill", "known") and str(node.args[0]).startswith("annual_report/-1/")


def _outside(award: Expert) -> Node:
    """Whether a grade is recorded that the text does not provide for; the nearest that it does counts."""
    grade = fill(f"expert_grade/{award.criterion}", award.low, 0, 10**12)
    return any_of((negate(ge(grade, award.low)), ge(grade, award.high + 1)))


def _flags(part: Part) -> Iterator[tuple[str, Node]]:
    """What the part took for granted: a plain measure for the legal one, an exclusion that nobody stated, a reading on
    which the text is silent.
    """
    seen: set[str] = set()
    for detail in part.details:
        review = detail.indicator.review
        silent = [("manual_review", Lowering().truth(review).lo)] if review is not None else []
        for flag, node in (*(f for leaf in detail.leaves for f in _flags_of(leaf)), *silent):
            if flag not in seen:
                seen.add(flag)
                yield flag, node


def _flags_of(leaf: object) -> Iterator[tuple[str, Node]]:
    match leaf:
        case FirstKnown((preferred, *others)):
            fallen = all_of((negate(known(preferred.path)), any_of(known(o.path) for o in others)))
            yield f"calibre_assumed:{preferred.path.rsplit('/', 1)[1]}", fallen
        case Fact(path, _):
            table, _, field = path.partition("/")
            spec = TABLES[table].fields.get(field) if table in TABLES else None
            if spec is not None and spec.absent is Reading.ASSUMED_NOT:
                yield f"assumed:{field}", core.eq(fill(assumed(path), 0, 0, 1), 1)
        case RowFact(table, field):
            stated_as = TABLES[table].fields.get(field)
            if stated_as and stated_as.absent is Reading.ASSUMED_NOT:
                each = core.eq(fill(assumed(f"{table}.{field}"), 0, 0, 1), 1)
                yield f"assumed:{field}", ge(core.rows(table, each), 1)
