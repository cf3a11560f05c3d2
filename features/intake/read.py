"""Everything under one path: a file, or a folder of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from features.intake.assemble import Collector
from features.intake.columnar import parts, read_parquet
from features.intake.delimited import read_csv
from features.intake.dossiers import read_json
from features.intake.grids import file_problem
from features.intake.imported import Imported, Note
from features.intake.sheets import read_sheet
from features.intake.workbooks import read_workbook

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
DOSSIERS = frozenset({".json", ".jsonl", ".ndjson"})
SUFFIXES = WORKBOOKS | TEXTS | DOSSIERS | {".parquet"}
_OTHER_SHEETS = frozenset({".xls", ".xlsb", ".et", ".ods", ".numbers"})

Progress = Callable[[str, int, int], None]


def read_input(path: Path, progress: Progress | None = None, *, part: str = "") -> Imported:
    """Typed tables of a file or of the files in a folder.

    Parameters
    ----------
    path
        ``.xlsx``, ``.csv``, ``.parquet``, ``.json`` or ``.jsonl``, or a folder of them. A file or a sheet is one table, known by
        its name or by its headers; so is a folder of Parquet parts inside the folder.
    progress
        Called with what is being read, how many files are done, and how many there are.
    part
        Of tables kept as folders of parts only this one (`partitions`); all where empty.

    Raises
    ------
    FileProblem
        The path or one of its files cannot be read at all.
    """
    out = Collector()
    files = _files(path, out)
    for done, file in enumerate(files):
        if progress is not None:
            progress(file.name, done, len(files))
        try:
            _read_file(file, out, part)
        except PermissionError:
            raise file_problem(
                file.name, "没有读取权限 / no permission to read it", "检查权限或是否被占用 / check its permissions"
            ) from None
    if progress is not None:
        progress(path.name, len(files), len(files))
    imported = out.finish()
    if not imported.tables and imported.rejects.is_empty():
        raise file_problem(
            path.name,
            "没有认出任何一张表 / no table was recognised",
            "检查表头与编码；表头用 uscc、统一社会信用代码、营业收入等 / check headers and encoding",
        )
    return imported


def _files(path: Path, out: Collector) -> list[Path]:
    if not path.exists():
        raise file_problem(str(path), "找不到文件 / no such file", "核对路径 / check the path")
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise _unsupported(path)
        return [path]
    found = []
    for file in sorted(path.iterdir()):
        suffix = file.suffix.lower()
        if file.name.startswith((".", "~$")):
            continue
        if (file.is_file() and suffix in SUFFIXES) or parts(file):
            found.append(file)
        elif suffix in _OTHER_SHEETS:
            raise _unsupported(file)
        else:
            out.notes.append(Note(file.name, None, "不是数据文件，已跳过", "not a data file, skipped"))
    if not found:
        raise file_problem(str(path), "文件夹里没有可读的数据文件 / no data file in this folder", _REMEDY)
    return found


_REMEDY = "放入 .xlsx、.csv、.parquet 或 .json 文件 / give .xlsx, .csv, .parquet or .json files"


def _unsupported(path: Path) -> Exception:
    return file_problem(
        path.name, f"不支持 {path.suffix or '没有扩展名'} 文件 / files of this kind are not supported", _REMEDY
    )


def _read_file(file: Path, out: Collector, part: str) -> None:
    suffix = file.suffix.lower()
    if suffix in DOSSIERS:
        read_json(file, out)
    elif suffix in WORKBOOKS:
        for grid in read_workbook(file, out.notes):
            read_sheet(grid, out)
    else:
        columnar = suffix == ".parquet" or file.is_dir()
        read_sheet(read_parquet(file, part) if columnar else read_csv(file), out)
