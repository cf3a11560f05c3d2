"""The rules of this deployment: those that come with the product, and its own overlays."""

from __future__ import annotations

import os
from pathlib import Path

from features.errors import ValueProblem
from scoring.catalogue import Catalogue
from scoring.engine import Engine

OVERLAYS = "DENGTI_OVERLAYS"
"""Environment variable: the folder of a deployment's own overlays."""


def catalogue() -> Catalogue:
    """Every rulebook and overlay. Raises `ValueProblem` where the folder named does not exist, `CardError` for a wrong file."""
    stated = os.environ.get(OVERLAYS)
    if stated and not Path(stated).is_dir():
        raise ValueProblem(
            field=OVERLAYS,
            value=stated,
            rule="应为存放覆盖规则的文件夹 / must be a folder of overlays",
            remedy="建立该文件夹，或取消这一环境变量 / make the folder, or unset the variable",
        )
    return Catalogue(own_overlays=Path(stated) if stated else None)


def engine() -> Engine:
    """An engine over them. Raises as `catalogue`."""
    return Engine(catalogue())
