"""The whole store as one file that SQLite and PostgreSQL both restore from: a zip of JSON lines, a member a table.

``manifest.json`` has the schema's revision and, for each table, its rows and SHA-256; ``contents`` is the fingerprint of all
of it. Private keys are not in the store and so not in a backup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    select,
    text,
)

from api.store.audit import Access, Audit, opaque
from api.store.database import Store
from features.durable import write_whole
from features.errors import FileProblem, ValueProblem

FORMAT = "dengti-backup/1"
MANIFEST = "manifest.json"
ROWS = 1_000
"""Rows written in one statement."""
_REVISION = "alembic_version"
_AS_THEY_ARE = (String, Integer, Boolean, JSON)


@dataclass(frozen=True)
class Contents:
    """What a store or a backup holds."""

    revision: str
    tables: dict[str, dict[str, Any]]
    """By name: ``rows`` and ``sha256``."""

    @property
    def fingerprint(self) -> str:
        """Equal for stores that hold the same, whatever the database."""
        told = json.dumps([self.revision, self.tables], sort_keys=True)
        return "sha256:" + hashlib.sha256(told.encode()).hexdigest()

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table["rows"] for table in self.tables.values())


def backup(store: Store, path: Path, by: str) -> Contents:
    """Write the store as it is at one moment. ``by`` is the opaque id of who asks. Raises `FactError`, `OSError`."""
    if path.exists():
        raise FileProblem(
            field="FILE",
            value=str(path),
            rule="文件已存在，不覆盖 / the file exists and is not replaced",
            remedy="换一个文件名 / give another name",
        )
    with store.session() as session:
        Audit(session).record(Access(datetime.now(UTC), opaque("--by", by), "", "cli", "store.backup"))
    found: list[Contents] = []
    write_whole(path, lambda beside: found.append(_write(store, beside)))
    return found[0]


def restore(store: Store, path: Path, by: str) -> Contents:
    """Fill an empty store with a backup, and bring it to the newest schema.

    Raises `FileProblem` where the backup is damaged, `ValueProblem` where the store is not empty; it stays as it was.
    """
    opaque("--by", by)
    with _opened(path) as (packed, contents):
        _check(packed, contents, path)
        _check_empty(store)
        try:
            store.migrate(contents.revision)
        except CommandError:
            raise FileProblem(
                field=str(path),
                value=contents.revision,
                rule="备份出自更新的程序版本 / the backup was made by a later version of the program",
                remedy="用同一或更新的版本恢复 / restore with that version or a later one",
            ) from None
        try:
            with store.engine.begin() as connection:
                _fill(connection, packed)
                if _contents(connection).fingerprint != contents.fingerprint:
                    raise _damaged(path, "恢复后内容不符 / what was restored differs")
        finally:
            store.migrate()
    with store.session() as session:
        Audit(session).record(Access(datetime.now(UTC), by, "", "cli", "store.restore", fields=[contents.fingerprint]))
    return contents


def _write(store: Store, path: Path) -> Contents:
    path.touch(mode=0o600)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed, _snapshot(store) as connection:
        kept: dict[str, Any] = {}

        def member(name: str) -> Callable[[bytes], object]:
            if kept:
                kept.popitem()[1].close()
            # Any one may be large; its size is not known before it is written.
            kept[name] = packed.open(f"{name}.jsonl", "w", force_zip64=True)
            return kept[name].write  # type: ignore[no-any-return]

        contents = _contents(connection, member)
        if kept:
            kept.popitem()[1].close()
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(),
            "revision": contents.revision,
            "tables": contents.tables,
            "contents": contents.fingerprint,
        }
        packed.writestr(MANIFEST, json.dumps(manifest, indent=2))
    return contents


@contextmanager
def _snapshot(store: Store) -> Iterator[Connection]:
    """A connection to which the store stands still."""
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
    else:
        with store.engine.connect() as connection:
            connection.execute(text("BEGIN"))
            yield connection


def _contents(
    connection: Connection, member: Callable[[str], Callable[[bytes], object]] = lambda _: lambda _: None
) -> Contents:
    """Read every table in the order of its key, and hand its lines on."""
    tables: dict[str, dict[str, Any]] = {}
    for table in _tables(connection):
        write, digest, rows = member(table.name), hashlib.sha256(), 0
        asked = select(table).order_by(*table.primary_key.columns)
        for row in connection.execution_options(yield_per=ROWS).execute(asked).mappings():
            told = {c.name: _told(c.type, row[c.name]) for c in table.columns}
            line = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            write(line)
            rows += 1
        tables[table.name] = {"rows": rows, "sha256": digest.hexdigest()}
    return Contents(str(connection.scalar(text(f"SELECT version_num FROM {_REVISION}"))), tables)


def _tables(connection: Connection) -> list[Table]:
    """The tables as the database has them, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _REVISION]


def _told(kind: Any, value: Any) -> Any:
    if value is None or isinstance(kind, _AS_THEY_ARE):
        return value
    if isinstance(kind, LargeBinary):
        return base64.b64encode(value).decode()
    if isinstance(kind, Date):
        return value.isoformat()
    raise TypeError(f"a backup has no form for columns of type {kind!r}")


def _read(kind: Any, told: Any) -> Any:
    if told is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(told)
    return date.fromisoformat(told) if isinstance(kind, Date) else told


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = json.loads(packed.read(MANIFEST))
            contents = Contents(manifest["revision"], manifest["tables"])
            if manifest["format"] != FORMAT or manifest["contents"] != contents.fingerprint:
                raise _damaged(
                    path, f"格式应为 {FORMAT}，指纹应相符 / the format must be {FORMAT}, the fingerprint match"
                )
            yield packed, contents
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"无法读取 / cannot be read: {str(error)[:100]}") from None


def _check(packed: zipfile.ZipFile, contents: Contents, path: Path) -> None:
    """Every member is what the manifest says, before anything is written."""
    for name, told in contents.tables.items():
        digest = hashlib.sha256()
        with packed.open(f"{name}.jsonl") as lines:
            while chunk := lines.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != told["sha256"]:
            raise _damaged(path, f"{name} 与指纹不符 / {name} does not match its fingerprint")


def _check_empty(store: Store) -> None:
    with store.engine.connect() as connection:
        full = [t.name for t in _tables(connection) if connection.scalar(select(func.count()).select_from(t))]
    if full:
        raise ValueProblem(
            field="DENGTI_STORE",
            value=", ".join(full),
            rule="库中已有数据，不恢复 / the store is not empty, nothing is restored into it",
            remedy="指定一个空库 / name an empty store",
        )


def _fill(connection: Connection, packed: zipfile.ZipFile) -> None:
    tables = _tables(connection)
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
        with packed.open(f"{table.name}.jsonl") as lines:
            rows = (json.loads(line) for line in lines)
            while some := list(islice(rows, ROWS)):
                kept = [{c.name: _read(c.type, row[c.name]) for c in table.columns} for row in some]
                connection.execute(table.insert(), kept)
    if connection.dialect.name == "postgresql":
        _renumber(connection, tables)


def _renumber(connection: Connection, tables: list[Table]) -> None:
    """Let the database's numbers go on after those that were restored."""
    for table in tables:
        for column in table.primary_key.columns:
            named = {"table": f'"{table.name}"', "column": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
            last = connection.scalar(select(func.max(column)))
            if sequence and last:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _damaged(path: Path, rule: str) -> FileProblem:
    return FileProblem(
        field=str(path),
        value="",
        rule=f"备份已损坏或不是备份 / damaged, or no backup: {rule}",
        remedy="用 dengti backup 写出的文件 / give a file that dengti backup wrote",
    )
