"""Several of what something holds, by place or name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any


def picker(keys: Sequence[object]) -> Callable[[Any], tuple[Any, ...]]:
    """An `itemgetter` that gives a tuple also of one item, or of none."""
    if len(keys) > 1:
        return itemgetter(*keys)
    only = tuple(keys)
    return lambda items: tuple([items[key] for key in only])
