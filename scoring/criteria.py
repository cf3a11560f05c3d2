"""Criteria of expert grades that some rule asks for.

A grade of any other is kept, not refused: an edition that comes later, or a park's overlay, may ask for it, and facts outlive rules.
But whoever mistyped one should hear of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Set
from functools import cache, lru_cache

from features.expression import Fact
from features.indicators import catalogue as indicators
from features.leaves import leaves
from features.tables import ExpertGrade
from scoring.catalogue import Catalogue
from scoring.yaml_tree import Tree

_KEYS = ("criterion", "graded_by")
"""Keys of the card language that name one."""


@lru_cache(maxsize=8)
def criteria(catalogue: Catalogue) -> frozenset[str]:
    """Those of every edition and version, in force or not, of every overlay and of the learned cards."""
    editions = (edition.tree for of in catalogue.editions.values() for edition in of)
    trees = (*editions, *(overlay.changes for overlay in catalogue.overlays))
    learned = (feature.settings.get("criterion") for card in catalogue.learned for feature in card.features)
    return frozenset(
        (
            *(name for tree in trees for name in _named(tree)),
            *(str(name) for name in learned if name),
            *_by_themselves(),
        )
    )


def nearest(criterion: str, known: Set[str]) -> str | None:
    """The one that was probably meant."""
    return next(iter(difflib.get_close_matches(criterion, sorted(known), n=1)), None)


def unasked(stated: Iterable[str], known: Set[str]) -> list[tuple[str, str | None]]:
    """Stated ones that are not known, each with the one that was probably meant."""
    return [(one, nearest(one, known)) for one in sorted(set(stated) - known)]


def _named(tree: Tree) -> Iterator[str]:
    if isinstance(tree.value, list):
        for one in tree.value:
            yield from _named(one)
    for key, one in tree.mapping.items():
        if key in _KEYS and isinstance(one.value, str):
            yield one.value
        else:
            yield from _named(one)


@cache
def _by_themselves() -> frozenset[str]:
    """Those that indicators read whatever a card sets."""
    found = set()
    for name in indicators.names():
        if all(one.default is not one.empty for one in indicators.parameters(name).values()):
            for leaf in leaves(indicators.make(name).expression):
                if isinstance(leaf, Fact) and leaf.path.startswith(f"{ExpertGrade.id}/"):
                    found.add(leaf.path.removeprefix(f"{ExpertGrade.id}/").partition("@")[0])
    return frozenset(found)
