"""Pictures of an evaluation as SVG texts that a page holds within itself: no file beside it, no network."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from models.evaluation.curves import Served, Tenth
from models.evaluation.metrics import Estimate
from scoring.learned import UNITS, Feature

# Ids of the same picture are the same in every run, and letters stay text: the reader's own font has the Chinese.
_STYLE: Any = {
    "svg.hashsalt": "dengti",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_COLOURS = ("#b3282d", "#3b6ea5", "#7a7a7a", "#c98b1b", "#4d8c57")


def reliability(curves: Mapping[str, Sequence[Tenth]]) -> str:
    """Frequency against forecast, a line a model; on the diagonal they agree."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(4.2, 3.6)
        most = max(max(t.forecast, t.high) for curve in curves.values() for t in curve)
        axes.plot([0, most], [0, most], color="#bbbbbb", linewidth=1)
        for (name, curve), colour in zip(curves.items(), _COLOURS, strict=False):
            x, y = [t.forecast for t in curve], [t.frequency for t in curve]
            axes.plot(x, y, marker="o", markersize=3, color=colour, label=name, linewidth=1)
            if name == next(iter(curves)):
                axes.vlines(x, [t.low for t in curve], [t.high for t in curve], color=colour, linewidth=1)
        axes.set_xlabel("forecast")
        axes.set_ylabel("observed")
        axes.legend(frameon=False)
        return _svg(figure, "reliability")


def skill(results: Mapping[str, Estimate], label: str) -> str:
    """One measure with its interval, a row a model."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(4.2, 0.6 + 0.35 * len(results))
        names = list(results)[::-1]
        for row, one in enumerate(results[name] for name in names):
            axes.plot([one.low, one.high], [row, row], color=_COLOURS[1], linewidth=1.5)
            axes.plot(one.value, row, "o", color=_COLOURS[0], markersize=4)
            axes.annotate(
                f"{one.value:.3f}", (one.value, row), (0, 5), textcoords="offset points", ha="center", fontsize=8
            )
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(-0.5, len(results) - 0.3)
        axes.set_xlabel(label)
        return _svg(figure, "skill")


def gains(counts: Sequence[Served]) -> str:
    """Events among the first k firms beside those among k firms drawn by lot."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(4.2, 2.6)
        for place, one in enumerate(counts):
            axes.bar(
                place - 0.2,
                one.k * one.found.value,
                0.38,
                color=_COLOURS[0],
                label="by forecast" if not place else None,
            )
            axes.bar(place + 0.2, one.k * one.chance, 0.38, color=_COLOURS[2], label="by lot" if not place else None)
            axes.vlines(place - 0.2, one.k * one.found.low, one.k * one.found.high, color="black", linewidth=1)
        axes.set_xticks(range(len(counts)), [f"k = {one.k}" for one in counts])
        axes.set_ylabel("events found")
        axes.legend(frameon=False, loc="upper left")
        return _svg(figure, "gains")


def shapes(features: Sequence[Feature]) -> str:
    """Points by band of features, as log-odds; the dashed line is missing."""
    with mpl.rc_context(_STYLE):
        columns = 3
        rows = -(-len(features) // columns)
        figure = Figure(figsize=(8.4, 1.9 * rows), layout="constrained")
        for place, one in enumerate(features):
            axes = figure.add_subplot(rows, columns, place + 1)
            axes.stairs(
                [points / UNITS for points in one.points], range(len(one.points) + 1), baseline=None, color=_COLOURS[0]
            )
            axes.axhline(one.missing / UNITS, color=_COLOURS[1], linestyle="--", linewidth=0.8)
            inner = range(0, len(one.edges), max(1, len(one.edges) // 3))
            axes.set_xticks([edge + 1 for edge in inner], [f"{one.edges[edge]:.3g}" for edge in inner], fontsize=7)
            axes.set_title(one.name if len(one.name) < 34 else one.name[:31] + "...", fontsize=8)
        return _svg(figure, "shapes")


def _figure(width: float, height: float) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Figure, name: str) -> str:
    """Every id begins with ``name``: pictures inside one page share its ids."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text[text.index("<svg") :])
