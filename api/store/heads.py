"""The chain's head, exported every day into a folder that is only added to: what shows a cut tail and a chain written anew."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from api.clock import SHANGHAI
from api.store.audit import Head, moment
from features.errors import FileProblem


def export(folder: Path, head: Head, at: datetime) -> Path | None:
    """Write the head as the file of its day (Asia/Shanghai); None where the day has one, which is never replaced.

    The file appears whole, for two processes only one, and read-only. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"audit-head-{at.astimezone(SHANGHAI).date().isoformat()}.json"
    if path.exists():
        return None
    beside = folder / f".{path.name}.{os.getpid()}"
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(head_line(head, at) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    beside.chmod(0o444)
    try:
        # Unlike a rename it fails where the file is there.
        os.link(beside, path)
    except FileExistsError:
        return None
    finally:
        beside.unlink()
    return path


def head_line(head: Head, at: datetime) -> str:
    """An exported head: one line of JSON."""
    return json.dumps({"place": head.place, "digest": head.digest, "at": moment(at)})


def heads(path: Path) -> list[Head]:
    """The heads of a file of such lines, or of all exported files of a folder. Raises `FileProblem`."""
    if path.is_dir():
        return [head for file in sorted(path.glob("audit-head-*.json")) for head in heads(file)]
    return list(_read(path, path.read_text(encoding="utf-8").splitlines()))


def _read(path: Path, lines: Iterable[str]) -> Iterable[Head]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            yield Head(int(told["place"]), str(told["digest"]))
        except (ValueError, KeyError, TypeError):
            raise FileProblem(
                field=f"{path}:{number}",
                value=line[:60],
                rule="应为导出的链头，每行一个 / must be an exported head, one a line",
                remedy="用 dengti audit head 的输出 / give the output of dengti audit head",
            ) from None
