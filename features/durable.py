"""Files that are either whole or not there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make the file beside its place, see it onto the disk, then move it there."""
    beside = path.with_name(path.name + ".tmp")
    write(beside)
    with beside.open("rb+") as stream:
        os.fsync(stream.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_text(path: Path, text: str) -> None:
    """A text file, whole or not there."""
    write_whole(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of the files of a folder with their names."""
    whole = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if path.is_dir():
            whole.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                whole.update(chunk)
    return "sha256:" + whole.hexdigest()
