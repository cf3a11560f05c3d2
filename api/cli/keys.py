"""``dengti keys list|new|retire``: the keys that sign receipts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.table import Table

from api.cli.console import out
from api.clock import SHANGHAI
from features.errors import FileProblem

if TYPE_CHECKING:
    from api.store.keys import Keys

keys = typer.Typer(help="收据签名密钥 / keys that sign receipts", no_args_is_help=True)
By = Annotated[str, typer.Option(help="何人（姓名或工号） / who does it")]


@contextmanager
def _keys() -> Iterator[Keys]:
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.store.database import Store
    from api.store.keys import Keys

    with Store() as store, store.session() as session:
        yield Keys(session)


@keys.command("list")
def list_(
    pem: Annotated[
        bool, typer.Option("--pem", help="输出可供核验的公钥 / print the public keys for dengti verify --public-key")
    ] = False,
) -> None:
    """列出密钥与起止时间 / every key with its period."""
    with _keys() as kept:
        found, published = kept.all(), kept.published()
    if pem:
        sys.stdout.write(published)
        return
    table = Table(title="签名密钥 signing keys", title_justify="left")
    for name in ("编号 id", "启用 from", "停用 retired", "何人 by", "事由 reason"):
        table.add_column(name)
    for key in found:
        mark = "（已泄露 compromised）" if key.compromised else ""
        ended = _local(key.retired_at) if key.retired_at else ""
        table.add_row(key.id, _local(key.valid_from), ended + mark, key.by, key.reason or "")
    out.print(table)


@keys.command()
def new(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="私钥文件，不入库 / the private key, never in the store")
    ],
    by: By,
) -> None:
    """生成密钥：私钥写入文件，公钥入库 / make a key: the private one into a file, the public one into the store."""
    if path.exists():
        raise FileProblem(
            field="FILE",
            value=str(path),
            rule="文件已存在，不覆盖 / the file exists and is not replaced",
            remedy="换一个文件名 / give another name",
        )
    made = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with _keys() as kept:
        out.print(kept.add(made.public_key(), by), highlight=False)


@keys.command()
def retire(
    key: Annotated[str, typer.Argument(metavar="ID", help="密钥编号 / the key's id")],
    by: By,
    reason: Annotated[str, typer.Option(help="事由 / why")],
    compromised: Annotated[
        bool, typer.Option("--compromised", help="已泄露：其签名一概不再有效 / what it signed verifies no more")
    ] = False,
) -> None:
    """停用密钥；已签的收据仍可核验 / end a key's use; what it signed still verifies."""
    with _keys() as kept:
        kept.retire(key, by, reason, compromised=compromised)


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
