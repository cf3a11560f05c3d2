"""The rules of this deployment: those that come with the product, and its own overlays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from weakref import finalize

from api.authority.bundle import unpack
from features.errors import ValueProblem
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine

if TYPE_CHECKING:
    from api.store.database import Store

LIVE = "live"
"""Names the release that is live."""
OVERLAYS, LEARNED = "DENGTI_OVERLAYS", "DENGTI_LEARNED"
"""Environment variables: the folders of a deployment's own overlays and learned cards."""


def catalogue() -> Catalogue:
    """Every rulebook, overlay and learned card. Raises `ValueProblem` where a folder named does not exist, `CardError` for a
    wrong file.
    """
    return Catalogue(FOLDER, *own_folders())


def own_folders() -> tuple[Path | None, Path | None]:
    """The folders of this deployment's own overlays and learned cards. Raises as `catalogue`."""
    return own_overlays(), _folder(LEARNED)


def own_overlays() -> Path | None:
    """The folder of this deployment's own overlays, where it has one. Raises `ValueProblem` where it does not exist."""
    return _folder(OVERLAYS)


def _folder(variable: str) -> Path | None:
    stated = os.environ.get(variable)
    if stated and not Path(stated).is_dir():
        raise ValueProblem(
            field=variable,
            value=stated,
            rule="应为文件夹 / must be a folder",
            remedy="建立该文件夹，或取消这一环境变量 / make the folder, or unset the variable",
        )
    return Path(stated) if stated else None


def engine(release: str | None = None, store: Store | None = None) -> Engine:
    """An engine over them, or over a release that a store keeps (the beginning of its id, or `LIVE`); by default the store
    that the environment names.

    Raises as `catalogue`, and `ValueProblem` where no such release is kept.
    """
    if release is None:
        return Engine(catalogue())
    # Only here: the database's packages take most of a second that no other call needs to wait for.
    from api.store.database import Store
    from api.store.releases import Releases

    with ExitStack() as opened, (store or opened.enter_context(Store())).session() as session:
        releases = Releases(session)
        found = releases.live_at() if release == LIVE else releases.known(release)
        if found is None:
            raise ValueProblem(
                field="release",
                value=release,
                rule="还没有启用的发布版 / no release is live yet",
                remedy="dengti release build、approve、activate",
            )
        packed = releases.files(found)
    folder = TemporaryDirectory()
    made = Engine(unpack(packed, Path(folder.name)), found)
    # A file is read again under every overlay that lies on it: the files are there as long as the engine.
    finalize(made, folder.cleanup)
    return made
