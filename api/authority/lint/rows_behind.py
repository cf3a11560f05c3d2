"""A row of a list that satisfies a condition, as far as one can be read off it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from features import expression as ex
from features.kinds import Choice, Flag
from features.moments import value as moment_value
from features.schema import Reading
from features.tables import TABLES

Row = dict[str, int]


def row_like(table: str, where: ex.Condition, read: Iterable[str], as_of: date) -> Row | None:
    """Columns that satisfy the condition, and a plain value in those that the rules read beside; None where none was seen."""
    found: Row = {}
    upper: dict[str, int] = {}
    for condition, want in _parts(where, want=True):
        match condition:
            case ex.OneOf(ex.RowFact(_, name) as fact, codes):
                whole = range(fact.kind.hi + 1) if isinstance(fact.kind, (Choice, Flag)) else codes
                wanted = [code for code in whole if (code in codes) == want]
                if not wanted or found.get(name, wanted[0]) not in wanted:
                    return None
                found.setdefault(name, wanted[0])
            case ex.AtLeast(quantity):
                bound = _bound(quantity if want else quantity.times(-1) - 1, as_of)
                if bound is None:
                    return None
                name, rises, limit = bound
                if rises:
                    found[name] = max(found.get(name, limit), limit)
                else:
                    upper[name] = min(upper.get(name, limit), limit)
            case _:
                return None
    for name, limit in upper.items():
        if found.setdefault(name, limit) > limit:
            return None
    for name in set(read) - found.keys():
        spec = TABLES[table].fields.get(name)
        if spec is not None and spec.absent is Reading.UNKNOWN and isinstance(spec.kind, (Choice, Flag)):
            found[name] = 0 if isinstance(spec.kind, Flag) else spec.kind.hi
    return found


def _parts(condition: ex.Condition, *, want: bool) -> Iterator[tuple[ex.Condition, bool]]:
    """What must hold or must not; of several of which one is enough the first."""
    match condition:
        case ex.Negated(inner):
            yield from _parts(inner, want=not want)
        case ex.All(parts) | ex.Either(parts):
            every = isinstance(condition, ex.All) == want
            for part in parts if every else parts[:1]:
                yield from _parts(part, want=want)
        case _:
            yield condition, want


def _bound(quantity: ex.Linear, as_of: date) -> tuple[str, bool, int] | None:
    """A column, whether it must be at least the number (or at most), and the number."""
    name, factor, known = "", 0, quantity.constant
    for coefficient, one in quantity.terms:
        match one:
            case ex.RowFact(_, field) if not name:
                name, factor = field, coefficient
            case ex.Moment(moment):
                known += coefficient * moment_value(moment, as_of)
            case _:
                return None
    if abs(factor) != 1:
        return None
    return name, factor > 0, -known if factor > 0 else known
