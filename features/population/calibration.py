"""The cited figures that the population is compared with (``calibration.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Figure:
    """A figure of a policy or data page.

    ``tolerance`` is the largest distance that still counts as met, in the figure's own unit; None for a figure that is
    only shown.
    """

    id: str
    zh: str
    en: str
    value: float
    tolerance: float | None
    grade: str
    source: str

    def met(self, generated: float) -> bool | None:
        """Whether the generated value is near enough; None where the figure is only shown."""
        return None if self.tolerance is None else abs(generated - self.value) <= self.tolerance


@cache
def figures() -> tuple[Figure, ...]:
    """All figures in the file's order."""
    return tuple(_figure(entry) for entry in _file()["figures"])


@cache
def prefectures() -> Mapping[str, int]:
    """Firms of the register sample by prefecture (six digits)."""
    return {str(code): int(count) for code, count in _file()["prefectures"].items()}


def _figure(entry: Mapping[str, Any]) -> Figure:
    value = float(entry["value"])
    tolerance = None
    if entry["use"] == "calibrated":
        spread = dict(entry["tolerance"])
        tolerance = float(spread["absolute"]) if "absolute" in spread else float(spread["relative"]) * abs(value)
    return Figure(entry["id"], entry["zh"], entry["en"], value, tolerance, entry["grade"], entry["source"])


@cache
def _file() -> dict[str, Any]:
    text = files("features.population").joinpath("calibration.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
