"""Boards on which shares are quoted without being listed: 挂牌, not 上市."""

from __future__ import annotations

import re

from features.identifiers.uscc import half_width

_QUOTED = re.compile("NEEQ|新三板|三板|股转|股份转让系统|OTC|四板|区域性?股权|股权交易|股权托管", re.IGNORECASE)


def quoted_only(board: str) -> bool:
    """Whether a board (上市板块) is the national one for quotations (新三板, NEEQ) or a regional equity market (四板)."""
    return _QUOTED.search(half_width(board)) is not None
