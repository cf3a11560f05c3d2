"""``dengti party``: institutions, branches, people and programs, as an administrator makes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api.auth.roles import SCOPES
from api.cli.console import err, out

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.store.parties import Parties

party = typer.Typer(help="机构、人员与客户端 / institutions, people and programs", no_args_is_help=True)
Institution = Annotated[str, typer.Argument(metavar="INSTITUTION", help="机构编号 / id of the institution")]
Name = Annotated[str, typer.Option(help="名称 / name")]
By = Annotated[str, typer.Option(help="办理人的编号，进入审计 / opaque id of who does it, for the audit")]
OPERATOR = "cli"


@contextmanager
def _session(action: str, by: str) -> Iterator[Session]:
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.settings import load
    from api.store.audit import Access, Audit, opaque
    from api.store.database import Store

    actor = opaque("--by", by)
    with Store(load().store.url) as store, store.session() as session:
        yield session
        Audit(session).record(Access(datetime.now(UTC), actor, "", "cli", action))


@contextmanager
def _parties(action: str, by: str = OPERATOR) -> Iterator[Parties]:
    from api.store.parties import Parties

    with _session(action, by) as session:
        yield Parties(session)


@party.command()
def institution(
    name: Name,
    kind: Annotated[str, typer.Option(help="bank | park | authority | finance_regulator | operator")],
    park: Annotated[str | None, typer.Option(help="高新区编号 / id of the park")] = None,
    region: Annotated[str | None, typer.Option(help="主管部门的辖区 / region of an authority")] = None,
    zone_type: Annotated[str | None, typer.Option(help="htz | etz")] = None,
    zone_level: Annotated[str | None, typer.Option(help="national | provincial")] = None,
    runs_distress: Annotated[
        bool, typer.Option(help="银行自行运行风险模型 / a bank that runs distress itself")
    ] = False,
    by: By = OPERATOR,
) -> None:
    """建立机构，输出其编号 / make an institution; prints its id."""
    with _parties("institution.make", by) as parties:
        made = parties.institution(
            name,
            kind,
            park=park,
            region=region,
            zone_type=zone_type,
            zone_level=zone_level,
            runs_distress=runs_distress,
        )
    out.print(made, highlight=False)


@party.command()
def branch(of: Institution, name: Name, by: By = OPERATOR) -> None:
    """建立支行，输出其编号 / make a branch of a bank; prints its id."""
    with _parties("branch.make", by) as parties:
        made = parties.branch(of, name)
    out.print(made, highlight=False)


@party.command()
def person(
    of: Institution,
    role: Annotated[str, typer.Option(help="角色 / role")],
    login: Annotated[str, typer.Option(help="登录名 / login")],
    name: Name,
    in_branch: Annotated[str | None, typer.Option("--branch", help="支行编号 / id of the branch")] = None,
    by: By = OPERATOR,
) -> None:
    """建立人员；口令从标准输入读取 / make a person; the password is read from stdin."""
    password = typer.prompt("口令 password", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    with _parties("person.make", by) as parties:
        made = parties.person(of, role, login, name, password.rstrip("\n"), branch=in_branch)
    out.print(made, highlight=False)


@party.command()
def client(
    of: Institution,
    role: Annotated[str, typer.Option(help="角色 / role")],
    scope: Annotated[list[str] | None, typer.Option(help="权限范围，可多次；默认全部 / scopes; default all")] = None,
    sandbox: Annotated[bool, typer.Option(help="沙箱 / sees sandbox enterprises only")] = False,
    by: By = OPERATOR,
) -> None:
    """建立客户端，输出编号与密钥（只此一次） / make a program; prints id and secret, which is shown once."""
    with _parties("client.make", by) as parties:
        made, secret = parties.new_client(of, role, scope or SCOPES, sandbox=sandbox)
    out.print(f"CLIENT_ID={made}\nCLIENT_SECRET={secret}", highlight=False)
    err.print("密钥只显示一次 / the secret is shown once")


@party.command("close-client")
def close_client(named: Annotated[str, typer.Argument(metavar="CLIENT")], by: By = OPERATOR) -> None:
    """停用客户端，立即生效 / a program is answered no more, at once."""
    with _parties("client.close", by) as parties:
        parties.close_client(named)


@party.command()
def sandbox(codes: Annotated[list[str], typer.Argument(metavar="USCC")], by: By = OPERATOR) -> None:
    """把企业列为沙箱企业（合成） / these enterprises, which do not exist, are for the sandbox."""
    with _parties("sandbox.make", by) as parties:
        for code in codes:
            parties.sandbox_firm(code)


@party.command()
def erase(named: Annotated[str, typer.Argument(metavar="PERSON")], by: By = OPERATOR) -> None:
    """删除姓名、登录名与口令，编号留在审计中 / erase name, login and password; the id stays in the audit."""
    with _parties("person.erase", by) as parties:
        parties.erase(named)


@party.command()
def overlays(
    into: Annotated[
        Path, typer.Option(help="存放覆盖规则的文件夹，即 DENGTI_OVERLAYS / folder of the deployment's overlays")
    ],
    by: By = OPERATOR,
) -> None:
    """把两人批准的覆盖规则写入文件夹，供制作发布版 / approved overlays into a folder, for the next release."""
    from api.store.approvals import Approvals

    into.mkdir(parents=True, exist_ok=True)
    with _session("overlay.export", by) as session:
        found = Approvals(session).overlays()
    for name, text in found.items():
        path = into / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        out.print(str(path), highlight=False)


@party.command("list")
def list_() -> None:
    """列出机构 / every institution."""
    table = Table(title="机构 institutions", title_justify="left")
    for name in ("编号 id", "类别 kind", "名称 name", "范围 scope", "停用 stopped"):
        table.add_column(name)
    with _parties("institution.list") as parties:
        for one in parties.institutions():
            scope = " ".join(str(one[name]) for name in ("park", "region", "zone_type", "zone_level") if one[name])
            table.add_row(one["id"], one["kind"], one["name"], scope, one["stopped"] or "")
    out.print(table)
