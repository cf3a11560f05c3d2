"""What one load adds to the facts of one firm, beside what its sources said before. Pure: no database, no clock.

* A row that the same source said before with the same ``known_from`` is not added again; one that it says otherwise is, and
  counts from then on in place of the former.
* A list that is complete withdraws what the same source listed before and lists no more.
* A row without a date of its own, of which the same file has dated versions, was known before the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from api.store.facts import LISTED, Fact
from features.dossier import Dossier, TypedRow
from features.kinds import day_of
from features.statutory import assumed_known
from features.tables import LIST_TABLES, TABLES, Enterprise
from features.written import key_of, written_row

IMPORT, STATUTORY, DATE, STATED = "import", "statutory", "date", "stated"


@dataclass(frozen=True)
class KnownFrom:
    """Since when rows are known that do not say it themselves: ``import``, ``statutory``, or ``date``, and the day."""

    rule: str
    day: date

    def of(self, table: str, row: TypedRow) -> date:
        """The day for a row."""
        if self.rule == STATUTORY:
            return min(assumed_known(table, row) or self.day, self.day)
        return self.day


class Said(NamedTuple):
    """A new row of the store."""

    table: str
    key: str
    source: str
    known_from: date
    known_by: str
    retracted: bool
    content: Mapping[str, Any]


class Added(NamedTuple):
    """What is new, and how it came about."""

    rows: list[Said]
    unchanged: int
    corrected: int
    """Rows that stand in place of what the same source said of the same thing and day."""
    withdrawn: int
    """Rows that their source lists no more."""


def added(dossier: Dossier, before: Iterable[Fact], known_from: KnownFrom, source: str) -> Added:
    """What a firm's dossier adds to the statements that stand; ``source`` is who says what names no source."""
    said = _said(dossier, known_from, source)
    stood: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in before:
        stood[_thing(fact), fact.known_from].append(fact)
    grouped: dict[tuple[object, ...], list[Said]] = defaultdict(list)
    for row in said:
        grouped[_thing(row), row.known_from].append(row)
    rows: list[Said] = []
    unchanged = corrected = 0
    for statement, group in grouped.items():
        former = stood.get(statement, [])
        if [(fact.retracted, fact.content) for fact in former] == [(row.retracted, row.content) for row in group]:
            unchanged += len(group)
            continue
        rows += group
        corrected += len(group) if former else 0
    gone = list(_withdrawn(dossier, said, stood, known_from, source))
    return Added([*rows, *gone], unchanged, corrected, len(gone))


def _thing(row: Said | Fact) -> tuple[str, str, str]:
    return row.table, row.key, row.source


def _said(dossier: Dossier, known_from: KnownFrom, source: str) -> list[Said]:
    found: list[Said] = []
    for name, given in dossier.tables.items():
        rows = [_row(name, row, known_from, source) for row in given or ()]
        rows = list(_before_their_versions(rows))
        if given is not None and TABLES[name] in LIST_TABLES:
            since = min((row.known_from for row in rows), default=known_from.day)
            content = {"complete": name not in dossier.partial}
            found.append(Said(LISTED, name, source, since, known_from.rule, False, content))
        found += rows
    return found


def _row(name: str, row: TypedRow, known_from: KnownFrom, source: str) -> Said:
    table, stated = TABLES[name], row["known_from"]
    since = day_of(stated) if isinstance(stated, int) else known_from.of(name, row)
    content = written_row(table, row)
    if row["row_id"]:
        content["row_id"] = row["row_id"]
    by = STATED if isinstance(stated, int) else known_from.rule
    return Said(name, key_of(table, row), str(row["source"] or source), since, by, bool(row["retracted"]), content)


def _before_their_versions(rows: list[Said]) -> Iterable[Said]:
    first: dict[tuple[object, ...], date] = {}
    for row in rows:
        if row.known_by == STATED:
            first[_thing(row)] = min(first.get(_thing(row), row.known_from), row.known_from)
    for row in rows:
        since = first.get(_thing(row))
        if row.known_by == STATED or since is None:
            yield row
        else:
            yield row._replace(known_from=min(row.known_from, since - timedelta(days=1)))


def _withdrawn(
    dossier: Dossier,
    said: list[Said],
    stood: Mapping[tuple[object, ...], list[Fact]],
    known_from: KnownFrom,
    source: str,
) -> Iterable[Said]:
    """What sources of this load listed before of lists that are complete now, and do not list any more."""
    things = {_thing(row) for row in said}
    complete = {t.id for t in LIST_TABLES if dossier.tables[t.id] is not None and t.id not in dossier.partial}
    speaking = {(row.table, row.source) for row in said} | {(name, source) for name in complete}
    latest: dict[tuple[object, ...], date] = {}
    for facts in stood.values():
        thing = _thing(facts[0])
        latest[thing] = max(latest.get(thing, facts[0].known_from), facts[0].known_from)
    for facts in stood.values():
        fact, thing = facts[0], _thing(facts[0])
        standing = [one for one in facts if not one.retracted]
        if not standing or fact.table not in complete or thing in things or (fact.table, fact.source) not in speaking:
            continue
        if known_from.rule == STATUTORY:
            # Its date was assumed from the row itself: a file without the row says that it was never so.
            since = fact.known_from
        elif fact.known_from == latest[thing] <= known_from.day:
            since = known_from.day
        else:
            continue
        for one in standing:
            yield Said(fact.table, fact.key, fact.source, since, known_from.rule, True, one.content)


def found_by(rows: Iterable[Said]) -> Said | None:
    """The newest row by which a firm is found."""
    stated = [row for row in rows if row.table == Enterprise.id and not row.retracted]
    return max(stated, key=lambda row: row.known_from, default=None)
