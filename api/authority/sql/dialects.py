"""What databases write differently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One database's SQL."""

    integer: str
    """A type of integers that holds 127 bits and a sign."""
    quotient: str
    """Quotient of two such integers, {0} not negative and {1} positive, without its remainder."""

    def wide(self, number: int) -> str:
        """A literal that this database would not read as an integer by itself is cast from its text."""
        return str(number) if abs(number) < 2**63 else f"CAST('{number}' AS {self.integer})"


DIALECTS = {
    "postgres": Dialect("NUMERIC", "DIV({0}, {1})"),
    "duckdb": Dialect("HUGEINT", "({0} // {1})"),
}
