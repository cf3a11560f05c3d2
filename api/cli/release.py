"""``dengti release build|approve|activate|rollback|list|at``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api import rules
from api.authority import soundness
from api.authority.bundle import pack, unpack
from api.authority.peers import freeze
from api.cli import console
from api.cli import population_option as population
from api.cli.console import out
from api.cli.model import RUNS, Runs, registry
from api.clock import SHANGHAI
from features.errors import ValueProblem
from scoring.catalogue import Catalogue
from scoring.engine import Engine
from scoring.errors import CardError
from scoring.release import content_of

if TYPE_CHECKING:
    from api.store.releases import Releases

release = typer.Typer(help="发布版 / releases", no_args_is_help=True)
By = Annotated[str, typer.Option(help="何人（姓名或工号） / who does it")]
Reason = Annotated[str, typer.Option(help="事由 / why")]
Named = Annotated[str, typer.Argument(metavar="ID", help="发布版编号，可只写开头 / the id or its beginning")]
KINDS = {"built": "制作", "approved": "批准", "activated": "启用", "rolled_back": "回退"}


@contextmanager
def _releases() -> Iterator[Releases]:
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.store.database import Store
    from api.store.releases import Releases

    with Store() as store, store.session() as session:
        yield Releases(session)


@release.command()
def build(
    by: By,
    reason: Reason = "",
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="仅供演示：含以合成或外部数据训练的模型卡 / demonstration only")
    ] = False,
    peers: Annotated[
        Path | None,
        typer.Option(
            metavar="POPULATION", help="按这批企业冻结百分位的参考表 / freeze reference tables over these firms"
        ),
    ] = None,
    name: population.Name = None,
    as_of: population.AsOf = None,
    runs: Runs = RUNS,
) -> None:
    """把现有规则制成发布版草案；检查有问题的规则不收 / make a draft release of the present rules, in which the lint finds nothing."""
    with TemporaryDirectory() as folder:
        engine = rules.engine()
        _refuse_unmarked(engine.catalogue, demo=demo)
        registered = _registered(engine.catalogue, runs)
        _refuse_unsound(engine.catalogue)
        if peers is not None:
            catalogue = unpack(pack(engine.catalogue), Path(folder))
            with population.frozen(peers, name, as_of, by, reason or KINDS["built"]) as (tables, done):
                freeze(catalogue.folder, tables, done)
            engine = Engine(Catalogue(catalogue.folder))
        content = {**content_of(engine.catalogue), **({"registry": registered} if registered else {})}
        with _releases() as releases:
            releases.built(engine.release_id, content, pack(engine.catalogue), by, reason)
        out.print(engine.release_id, highlight=False)


def _refuse_unsound(catalogue: Catalogue) -> None:
    """Before anything long: what is frozen later is made by the product itself. Raises `UnsoundRules`."""
    track = console.tracked("检查规则 checking rules")
    found = soundness.of_rules(catalogue.folder, catalogue.own_overlays, track)
    if found:
        console.show_problems(console.problems_of(CardError.from_findings(found)))
        raise soundness.UnsoundRules.of(found)


def _refuse_unmarked(catalogue: Catalogue, *, demo: bool) -> None:
    if catalogue.demo and not demo:
        raise ValueProblem(
            field="--demo",
            value=", ".join(f"{card.id} ({card.origin})" for card in catalogue.learned if card.demo_only),
            rule="以合成或外部数据训练的模型卡只能用于演示发布版 / a card trained on synthetic or foreign data needs a release "
            "marked demo",
            remedy="加 --demo，或移去这些模型卡 / add --demo, or take these cards out",
        )


def _registered(catalogue: Catalogue, runs: Path) -> dict[str, dict[str, str]]:
    """What the registry says of each card that is not for demonstration only. Raises `ValueProblem` where it was not promoted:
    what a file says of its origin anyone can write.
    """
    own = [card for card in catalogue.learned if not card.demo_only]
    if not own:
        return {}
    tracking = registry(runs)
    # Only here: as `registry`.
    from models.promotion import promoted

    found = {card.id: promoted(tracking, card) for card in own}
    return {
        name: {
            "version": one.number,
            "trained_by": one.tags["by"],
            "promoted_by": one.tags["promoted_by"],
            "promoted_at": one.tags["promoted_at"],
        }
        for name, one in found.items()
    }


@release.command()
def approve(named: Named, by: By, reason: Reason = "") -> None:
    """由第二人批准 / a second person approves it."""
    with _releases() as releases:
        _drift(releases, named)
        releases.approve(named, by, reason)
    out.print(f"已批准 approved: {named}", highlight=False)


@release.command()
def activate(named: Named, by: By, reason: Reason = "") -> None:
    """启用 / let it answer from now on."""
    with _releases() as releases:
        _drift(releases, named)
        releases.activate(named, by, reason)
    out.print(f"已启用 live: {named}", highlight=False)


def _drift(releases: Releases, named: str) -> None:
    """What whoever decides should know; a release that cannot be opened is refused by the decision itself."""
    # Only here: as the store.
    from api.authority.release_drift import since_live
    from api.settings import load
    from models.limits import drift_told

    limits = load().learning.drift
    for one in (one for one in since_live(releases, named, limits) if one.level):
        title = f"漂移 drift: {one.card} — {one.level.told}\n与现用发布版的评分卡所用训练数据相比 / against what the live card was fitted on"
        table = Table(title=title, title_justify="left")
        for column in ("基率，或缺失的字段 base rate, or feature missing", "现用 live", "本版 this one", "级别 level"):
            table.add_column(column)
        for check in (check for check in one.checks if check.level):
            table.add_row(check.name, f"{check.reference:.3f}", f"{check.batch:.3f}", check.told)
        out.print(table)
        out.print(drift_told(limits), highlight=False)


@release.command()
def rollback(by: By, reason: Annotated[str, typer.Option(help="事由 / why")]) -> None:
    """回退到之前启用的发布版 / the release that was live before answers again."""
    with _releases() as releases:
        out.print(releases.roll_back(by, reason), highlight=False)


@release.command("list")
def list_() -> None:
    """列出发布版及其经过 / every release with what was done, by whom, when and why."""
    table = Table(title="发布版 releases", title_justify="left")
    for name in ("编号 id", "事项 event", "何人 by", "何时 at", "事由 reason"):
        table.add_column(name)
    with _releases() as releases:
        live = releases.live_at()
        for event in releases.events():
            mark = "（现用 live）" if event.release == live else ""
            at = event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            table.add_row(event.release[7:19] + mark, f"{KINDS[event.kind]} {event.kind}", event.by, at, event.reason)
    out.print(table)


@release.command()
def at(
    moment: Annotated[str, typer.Argument(metavar="TIME", help="如 2026-11-22T09:00（北京时间） / Asia/Shanghai")],
) -> None:
    """某一时刻现用的发布版 / the release that was live at a moment."""
    try:
        asked = datetime.fromisoformat(moment)
    except ValueError:
        raise ValueProblem(
            field="TIME",
            value=moment,
            rule="应为日期或时刻（ISO 8601） / must be a date or a time in ISO 8601",
            remedy="例如 / for example: 2026-11-22T09:00",
        ) from None
    with _releases() as releases:
        found = releases.live_at(asked if asked.tzinfo else asked.replace(tzinfo=SHANGHAI))
    if found is None:
        out.print("那时没有启用的发布版 / none was live then")
        raise typer.Exit(1)
    out.print(found, highlight=False)
