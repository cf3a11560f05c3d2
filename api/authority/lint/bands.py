"""Whether the ranges of a table fit together: every value that an indicator can take lies in exactly one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise

from features.expression import MeanGrowth, Quantity, Ratio
from features.indicators.base import Indicator, Unit
from scoring.card import Band, Limits, Range, Values
from scoring.lower import Lowering
from scoring.spans import HIGHEST, LOWEST, Cut, Span, span, values, written
from scoring.yaml_tree import Findings, Tree

Row = tuple[Range, Tree]


@dataclass(frozen=True)
class _Piece:
    limits: Limits
    lower: Cut
    upper: Cut
    tree: Tree

    @property
    def text(self) -> str:
        return self.limits.text

    @property
    def line(self) -> int:
        return self.tree.line


def check_table(indicator: Indicator, rows: Sequence[Row], table: Tree, findings: Findings) -> None:
    """Note gaps, overlaps, ranges out of reach, values missing or twice in the ranges of one table."""
    if any(isinstance(range_, Values) for range_, _ in rows):
        _check_values(indicator, rows, table, findings)
    else:
        _check_limits(indicator, rows, findings)


def check_monotone(indicator: Indicator, bands: Sequence[tuple[Band, Tree]], findings: Findings) -> None:
    """Note where more of the indicator gives fewer points."""
    limited = [(span(b.range, indicator), b, tree) for b, tree in bands if isinstance(b.range, Limits)]
    ordered = [(band, tree) for _, band, tree in sorted(limited, key=lambda found: found[0])]
    drops = [(a, b) for a, b in pairwise(ordered) if b[0].low < a[0].low or b[0].high < a[0].high]
    rises = [(a, b) for a, b in pairwise(ordered) if b[0].low > a[0].low or b[0].high > a[0].high]
    if not drops:
        return
    (below, _), (above, tree) = drops[0]
    findings.add(
        "points_not_monotone" if rises else "points_fall", tree, below=below.range.text, above=above.range.text
    )


@cache
def domain(indicator: Indicator) -> Span:
    """The numbers that the indicator can take, where it is defined."""
    expression = indicator.expression
    if isinstance(expression, MeanGrowth):
        return (Fraction(-1), 0), HIGHEST
    if isinstance(expression, Ratio):
        # The denominator is positive: the sign is the numerator's, the size has no limit of its own.
        signed = Lowering().quantity(expression.numerator).lo.lo < 0
        return (LOWEST if signed else (Fraction(-expression.minus), 0)), HIGHEST
    assert isinstance(expression, Quantity)
    bounds = Lowering().quantity(expression)
    scale = indicator.unit.scale
    return (Fraction(bounds.lo.lo, scale), 0), (Fraction(bounds.hi.hi + 1, scale), 0)


def _check_values(indicator: Indicator, rows: Sequence[Row], table: Tree, findings: Findings) -> None:
    names = values(indicator)
    seen: set[int] = set()
    for range_, tree in rows:
        assert isinstance(range_, Values)
        codes = list(range_.codes)
        twice = [c for c in names if codes.count(c) > 1 or (c in codes and c in seen)]
        if twice:
            findings.add("value_twice", tree, values=", ".join(names[c] for c in twice))
        seen.update(codes)
    missing = [name for code, name in names.items() if code not in seen]
    if missing:
        findings.add("value_missing", table, values=", ".join(missing))


def _check_limits(indicator: Indicator, rows: Sequence[Row], findings: Findings) -> None:
    pieces = [_Piece(range_, *span(range_, indicator), tree) for range_, tree in rows if isinstance(range_, Limits)]
    least, most = domain(indicator)
    reachable = []
    for piece in pieces:
        if max(piece.lower, least) < min(piece.upper, most):
            reachable.append(piece)
        else:
            findings.add("band_unreachable", piece.tree, indicator=indicator.id, text=piece.text)
    kept = _without_covered(reachable, findings)
    _check_neighbours(kept, least, indicator.unit, findings)


def _without_covered(pieces: list[_Piece], findings: Findings) -> list[_Piece]:
    kept = list(pieces)
    for piece in reversed(pieces):
        others = [other for other in kept if other is not piece]
        if _covers(others, piece):
            kept = others
            findings.add("band_within_others", piece.tree, text=piece.text)
    return kept


def _covers(pieces: list[_Piece], wanted: _Piece) -> bool:
    reach = wanted.lower
    for piece in sorted(pieces, key=lambda p: p.lower):
        if piece.lower <= reach:
            reach = max(reach, piece.upper)
    return reach >= wanted.upper


def _check_neighbours(pieces: list[_Piece], least: Cut, unit: Unit, findings: Findings) -> None:
    ordered = sorted(pieces, key=lambda p: p.lower)
    if not ordered:
        return
    if ordered[0].lower > least:
        values = _shown((least, written(ordered[0].limits)[0]), unit)
        findings.add("bands_start_too_high", ordered[0].tree, values=values)
    for below, above in pairwise(ordered):
        later = max(below, above, key=lambda p: (p.tree.line, p.tree.path))
        if above.lower > below.upper:
            _note_hole(below, above, unit, findings)
        elif above.lower < below.upper:
            _note_overlap(below, above, later, unit, findings)
    if ordered[-1].upper < HIGHEST:
        values = _shown((written(ordered[-1].limits)[1], HIGHEST), unit)
        findings.add("bands_end_too_low", ordered[-1].tree, values=values)


def _note_hole(below: _Piece, above: _Piece, unit: Unit, findings: Findings) -> None:
    if below.limits.most == above.limits.least:
        findings.add("limit_in_no_band", above.tree, below=below, above=above, values=_cut_amount(above, unit))
    else:
        values = _shown((written(below.limits)[1], written(above.limits)[0]), unit)
        findings.add("gap_between_bands", above.tree, below=below, above=above, values=values)


def _note_overlap(below: _Piece, above: _Piece, later: _Piece, unit: Unit, findings: Findings) -> None:
    if above.limits.least is not None and above.limits.least == below.limits.most:
        findings.add("limit_in_two_bands", later.tree, below=below, above=above, values=_cut_amount(above, unit))
    else:
        ends = min(written(piece.limits)[1] for piece in (below, above))
        values = _shown((written(above.limits)[0], ends), unit)
        findings.add("bands_overlap", later.tree, below=below, above=above, values=values)


def _cut_amount(above: _Piece, unit: Unit) -> str:
    return amount(written(above.limits)[0][0], unit)


def _shown(between: Span, unit: Unit) -> str:
    (low, above), (high, beyond) = between
    parts = [f"{'>' if above else '≥'} {amount(low, unit)}"] if (low, above) != LOWEST else []
    if (high, beyond) != HIGHEST:
        parts.append(f"{'≤' if beyond else '<'} {amount(high, unit)}")
    return ", ".join(parts)


def amount(value: Fraction, unit: Unit) -> str:
    """A value as people write it: 2亿元, 4.5%."""
    if unit is Unit.SHARE:
        return f"{_decimal(value * 100)}%"
    if unit is Unit.YUAN:
        for size, name in ((10**8, "亿"), (10**4, "万")):
            if value and (value / size).denominator == 1:
                return f"{value / size}{name}元"
    return f"{_decimal(value)}{unit.symbol}"


def _decimal(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
