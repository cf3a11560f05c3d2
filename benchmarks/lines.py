"""What a benchmark reports: figures, held against a target where there is one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.measure import Spread


@dataclass(frozen=True)
class Line:
    """One figure. ``target`` is the most that it should be, or the least where ``at_least``."""

    what: str
    figure: Spread
    unit: str = ""
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.figure.median >= self.target if self.at_least else self.figure.median <= self.target

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "reached": self.reached}

    def row(self) -> str:
        target = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:g}"
        verdict = {None: "", True: "reached", False: "**missed**"}[self.reached]
        return f"| {self.what} | {self.figure} | {self.unit} | {target} | {verdict} | {self.note} |"


@dataclass(frozen=True)
class Section:
    """A benchmark's figures under one heading, with what was done."""

    id: str
    title: str
    text: str
    lines: list[Line]

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, "text": self.text, "lines": [one.as_dict() for one in self.lines]}
