"""What a frozen distribution of scores was made under: it says nothing of points that a scheme gives by other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction

from features.indicators.base import Indicator
from scoring.card import Card
from scoring.release import digest


def made_under(card: Card) -> str:
    """Hash of all that a scheme's points follow from: scale, stages, items with awards and weights, groups; no text, no source."""
    scheme = card.scheme
    assert scheme is not None
    stages = [[stage.id, stage.range] for stage in scheme.stages]
    items = {name: [item.stated, item.cap, item.weights] for name, item in card.items.items()}
    groups = {name: [group.items, group.cap] for name, group in card.groups.items()}
    return digest(_plain([scheme.base, scheme.bonus, scheme.by, stages, items, groups]))


def fitted(card: Card) -> Card:
    """The card, without a distribution that was not made under it."""
    scheme = card.scheme
    if scheme is None or not scheme.peers or scheme.frozen_under == made_under(card):
        return card
    return replace(card, scheme=replace(scheme, peers={}, peers_of_others=True))


def _plain(value: object) -> object:
    """What is hashed: of an indicator its id, which names its settings; of a range its ends, not how they are written."""
    match value:
        case Indicator(id=name):
            return name
        case Fraction():
            return str(value)
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case tuple() | list():
            return [_plain(inner) for inner in value]
    if is_dataclass(value):
        stated = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name != "text"}
        return {type(value).__name__: stated}
    return value
