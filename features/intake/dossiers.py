"""JSON files: one dossier, an array of dossiers, or one a line; read by `features.dossier` and turned into long tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from features import dossier
from features.dossier import DossierProblems, TypedRow
from features.errors import DossierProblem, FactError
from features.identifiers import uscc
from features.intake.assemble import LINE, ORIGIN, Collector, Part
from features.intake.grids import file_problem
from features.intake.imported import Note, reject, rejects_frame, schema_of
from features.tables import TABLES, Enterprise


def read_json(path: Path, out: Collector) -> None:
    """Add the dossiers of a ``.json`` or ``.jsonl`` file. A dossier with any problem is refused whole. Raises `FileProblem`."""
    origin = out.origin(path.name, None)
    rows: dict[str, list[TypedRow]] = {table: [] for table in TABLES}
    rejects: list[dict[str, object]] = []
    evaluations = 0
    for place, raw in _documents(path):
        try:
            if isinstance(raw, FactError):
                raise DossierProblems([raw])
            read = dossier.read(raw)
        except DossierProblems as problems:
            code = _code(raw)
            rejects += [reject(p, file=path.name, sheet=None, row=place, uscc=code) for p in problems.problems]
            if code is not None and isinstance(raw, Mapping):
                out.lost(pl.Series([code]), [t.id for t in TABLES.values() if raw.get(t.key)])
            continue
        evaluations += bool(read.evaluation)
        _append(rows, read, {"uscc": read.uscc, LINE: place, ORIGIN: origin})
    out.rejects.append(rejects_frame(rejects))
    if evaluations:
        zh = f"{evaluations} 份档案的 evaluation 只用于单户评估，批量导入不采用"
        out.notes.append(Note(path.name, None, zh, f"evaluation of {evaluations} dossiers is not used in bulk"))
    helpers = {LINE: pl.Int64(), ORIGIN: pl.Int64()}
    for table, found in rows.items():
        if found:
            listed = (
                {f"{t.id}_listed": pl.Int64() for t in TABLES.values() if t is not Enterprise}
                if table == Enterprise.id
                else {}
            )
            schema = schema_of(TABLES[table]) | listed | helpers
            out.parts.append(
                Part(table, pl.DataFrame({name: [row.get(name) for row in found] for name in schema}, schema=schema))
            )


def _append(rows: dict[str, list[TypedRow]], read: dossier.Dossier, base: TypedRow) -> None:
    for table, given in read.tables.items():
        for row in given or ():
            rows[table].append(row | base)
    for table, given in read.tables.items():
        if table != Enterprise.id:
            rows[Enterprise.id][-1][f"{table}_listed"] = None if given is None else 1


def _documents(path: Path) -> Iterator[tuple[int, Any]]:
    """Place (from 1) and content of every dossier; a line that is no JSON comes as its problem."""
    raw = path.read_bytes()
    if not raw.strip():
        raise file_problem(
            path.name, "文件是空的 / the file is empty", "检查是否传错文件 / check that this is the right file"
        )
    if path.suffix.lower() == ".json":
        try:
            whole = dossier.loads(raw)
        except DossierProblem as problem:
            raise file_problem(path.name, problem.rule, problem.remedy) from None
        yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)
        return
    for place, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                yield place, dossier.loads(line)
            except DossierProblem as problem:
                yield place, problem


def _code(raw: Any) -> str | None:
    enterprise = raw.get("enterprise") if isinstance(raw, Mapping) else None
    given = enterprise.get("uscc") if isinstance(enterprise, Mapping) else None
    try:
        return uscc.check(given)[0]
    except FactError:
        return str(given) if isinstance(given, str) else None
