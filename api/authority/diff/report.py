"""A comparison as an official reads it: what is said, in lines and tables, before it is text, Markdown or a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from api.authority.diff.cards import SECTIONS, Change, of_sections
from api.authority.diff.population import WORDS, Compared
from api.authority.diff.sources import Side
from scoring.errors import Finding


@dataclass(frozen=True)
class Heading:
    """The title, or that of a section."""

    text: str
    level: int


@dataclass(frozen=True)
class Said:
    """A line, and what stands below it."""

    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Element = Heading | Said | Grid


@dataclass(frozen=True)
class Report:
    """Two cards compared, and a population under both where one was given."""

    before: Side
    after: Side
    changes: Sequence[Change]
    population: Compared | None = None
    found: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    """What the lint says of each side that is a file, by the name of the side."""

    def elements(self, firms: int) -> Iterator[Element]:
        """All that is told, with so many of the enterprises whose answer differs."""
        yield Heading("规则比较 / rulebooks compared", 1)
        for sign, side in (("−", self.before), ("+", self.after)):
            card = side.card
            yield Said(f"{sign} {side.name} {card.title.zh} / {card.title.en} ({card.status})")
        yield from _of_lint(self.found)
        if not self.changes:
            yield Said("没有实质变化 / nothing of substance changed")
        for section, parts in of_sections(self.changes).items():
            label = SECTIONS[section]
            yield Heading(f"{label.zh} / {label.en}", 2)
            for (part, name), changes in parts.items():
                yield from _of_part(part, " / ".join(text for text in (name.zh, name.en) if text), changes)
        if self.population is not None:
            yield from _of_population(self.population, firms)


def _of_lint(found: Mapping[str, Sequence[Finding]]) -> Iterator[Element]:
    for name, findings in found.items():
        told = f"{len(findings)} 处问题，改正前不能制成发布版 / findings, to be mended before a release is built"
        yield Said(
            f"检查 / lint {name}: {told if findings else '没有发现问题 / no findings'}", tuple(map(str, findings))
        )


def _of_part(part: str, name: str, changes: Sequence[Change]) -> Iterator[Element]:
    whole = next((change for change in changes if change.whole), None)
    identified = name + (f" [{part}]" if part else "")
    if whole is not None:
        sign = "−" if whole.after is None else "+"
        told = f"{sign} {identified}: {whole.what.zh} / {whole.what.en}{_effect(whole)}"
        # A document is named in full by its name.
        yield Said(told, tuple(line for line in (whole.before or whole.after or "").splitlines() if line != name))
        return
    yield Said(identified, tuple(line for change in changes for line in told_of(change)))


def told_of(change: Change) -> Iterator[str]:
    """One change in a line, or in blocks where before and after have several."""
    about = f"{change.what.zh} / {change.what.en}" + (f" · {change.about}" if change.about else "")
    before, after = change.before or "", change.after or ""
    if "\n" not in before + after:
        yield f"{about}: {before or '—'} → {after or '—'}{_effect(change)}"
        return
    yield f"{about}:{_effect(change)}"
    yield from (f"  − {line}" for line in before.splitlines())
    yield from (f"  + {line}" for line in after.splitlines())


def _effect(change: Change) -> str:
    return f"（{change.effect.value.zh} / {change.effect.value.en}）" if change.effect else ""


def _of_population(found: Compared, firms: int) -> Iterator[Element]:
    yield Heading("企业 / enterprises", 2)
    yield Said(f"评价日 / as of {found.as_of}, 已知 / known at {found.known_at}: {found.firms:,} 家 / enterprises")
    yield Said(
        "两份规则均用于全部企业，不论地区与施行期 / both are put to all, whatever their region and the periods in force"
    )
    changed = found.changed.height
    yield Said(f"结论改变 / answer changed: {changed:,}; 不变 / unchanged: {found.firms - changed:,}")
    befores, afters = found.answers
    rows = ((WORDS.get(old, old), *(f"{found.matrix.get((old, new), 0):,}" for new in afters)) for old in befores)
    yield Grid(("原 before ↓ 新 after →", *(WORDS.get(new, new) for new in afters)), tuple(rows))
    for uscc, name, old, new, why in found.changed.head(firms).iter_rows():
        yield Said(f"{uscc} {name or ''}: {WORDS.get(old, old)} → {WORDS.get(new, new)}", tuple(why))
    if changed > firms:
        yield Said(f"其余 {changed - firms:,} 家见工作簿（--output） / the others are in the workbook (--output)")
