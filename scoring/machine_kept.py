"""What was made of rules before, kept on disk for another process: their code, and what it was compiled to."""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import tempfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import features
from scoring.core import Node, walk
from scoring.machine_code import Code, write
from scoring.machine_types import Result

CACHE = "DENGTI_CACHE"
"""Environment variable: the folder of what is kept; empty for none."""
_KEPT = 100
"""Files that are kept at most."""


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What this user made before under a name that says all of what it follows from, else what is made now."""
    folder = _folder()
    if folder is None:
        return make()
    path = folder / name
    try:
        found = path.read_bytes()
    except OSError:
        found = b""
    # The hash of what was made stands before it: half a file is none.
    if hashlib.sha256(found[32:]).digest() == found[:32]:
        return found[32:]
    made = make()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(hashlib.sha256(made).digest() + made)
        Path(file.name).replace(path)
        # Whatever else stands in a folder that was named is not ours.
        ours = [path for kind in ("o", "code", "batch") for path in folder.glob(f"*.{kind}")]
        for old in sorted(ours, key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            old.unlink()
    except OSError:
        pass  # A full or read-only disk costs time, not an answer.
    return made


def _folder() -> Path | None:
    """The folder of what is kept. None where it cannot be made, or where others could write what would be run here."""
    told = os.environ.get(CACHE)
    if told == "":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(told) if told else Path(home).expanduser() / "dengti"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = folder.stat()
    except (OSError, RuntimeError):
        return None
    private = held.st_uid == os.getuid() and not held.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder if private else None


def code_of(roots: Mapping[str, Result], further: Mapping[str, Result]) -> Code:
    """As `write`; what was written before of the same by the same sources is read instead."""
    named = hashlib.sha256(sources(_WRITING))
    place: dict[int, int] = {}
    for node in walk(one.node for one in (*roots.values(), *further.values())):
        args = (place[id(arg)] if isinstance(arg, Node) else arg for arg in node.args)
        named.update(repr((node.op, node.lo, node.hi, *args)).encode())
        place[id(node)] = len(place)
    asked = [(name, place[id(one.node)], one.kind, one.per) for some in (roots, further) for name, one in some.items()]
    named.update(repr((len(roots), asked)).encode())
    made = kept(f"{named.hexdigest()}.code", lambda: zlib.compress(pickle.dumps(write(roots, further)), 1))
    found: Code = pickle.loads(zlib.decompress(made))
    return found


_WRITING = Path(__file__).parent, Path(features.__file__).parent
"""Where the sources of all that writes code are."""


@cache
def sources(folders: tuple[Path, ...]) -> bytes:
    """Hash of the sources in some folders, and of the tables that they read."""
    whole = hashlib.sha256()
    for here, _, names in (found for folder in folders for found in sorted(os.walk(folder))):
        for name in (name for name in sorted(names) if name.endswith((".py", ".csv", ".yaml"))):
            with open(os.path.join(here, name), "rb") as file:
                whole.update(name.encode() + b"\0" + file.read())
    return whole.digest()
