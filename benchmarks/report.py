"""The report file: machine, versions, every section's figures; Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.lines import Section

PACKAGES = ("polars", "orjson", "fastapi", "starlette", "uvicorn", "pandas", "numpy", "pyarrow", "duckdb", "zen-engine")


def machine() -> dict[str, str]:
    return {
        "cpu": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"Linux {platform.release().split('-')[0]}" if platform.system() == "Linux" else platform.system(),
        "python": platform.python_version(),
    }


def _first(path: str, key: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), None)


def versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write(folder: Path, sections: Iterable[Section], settings: dict[str, Any]) -> None:
    """``report.json`` keeps the sections that were not run this time, ``report.md`` shows all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.json"
    old = json.loads(path.read_text(encoding="utf-8"))["sections"] if path.is_file() else []
    made = {"machine": machine(), "versions": versions(), "settings": settings}
    new = {one.id: {**one.as_dict(), **made, "rows": [line.row() for line in one.lines]} for one in sections}
    kept = {one["id"]: one for one in old} | new
    order = sorted(kept.values(), key=lambda one: _place(one["id"]))
    path.write_text(json.dumps({"sections": order}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(_markdown(order), encoding="utf-8")


def _place(name: str) -> tuple[int, int]:
    kind, _, firms = name.partition("-")
    return ("batch", "growth", "pivot", "rivals", "firm", "assess", "score_get", "learned").index(kind), int(firms or 0)


def _markdown(sections: list[dict[str, Any]]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Made by `python -m benchmarks`; see [README.md](README.md). Medians, with the least and the greatest in brackets. "
        "CPU is user and system time of all threads. Ratios are taken turn by turn. Targets are the project's own, none is "
        "asserted by a test.",
    ]
    for one in sections:
        lines += ["", f"## {one['title']}", "", one["text"], ""]
        lines += ["| what | measured | unit | target | | note |", "|---|---|---|---|---|---|", *one["rows"]]
        named = ", ".join(f"{name} {value}" for name, value in one["machine"].items())
        used = ", ".join(f"{name} {value}" for name, value in one["versions"].items())
        asked = ", ".join(f"{name} {value}" for name, value in one["settings"].items())
        lines += ["", f"{named}; {used}; {asked}."]
    return "\n".join(lines) + "\n"
