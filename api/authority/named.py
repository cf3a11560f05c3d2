"""An edition as people name it: ``RULEBOOK[@EDITION][+PLACE…]``, a place being a division or a park whose overlays apply."""

from __future__ import annotations

from datetime import date

from features.errors import ValueProblem
from features.identifiers import regions
from scoring.catalogue import Catalogue, Edition
from scoring.errors import UnknownName
from scoring.overlay import Place


def named(given: str, catalogue: Catalogue, rules_on: date) -> Edition:
    """The edition, the newest where none is named, with the overlays of the places.

    Raises `UnknownName` for a rulebook, edition, division or park that does not exist, `ValueProblem` where nothing is laid
    over the edition there on that day.
    """
    whole, *places = given.split("+")
    rulebook, _, edition = whole.partition("@")
    found = catalogue.edition(rulebook, edition or None)
    if not places:
        return found
    under = catalogue.under(found, _place(places, catalogue), rules_on)
    if under.overlays:
        return under
    lying = [f"{o.id} ({o.scope.park or o.scope.region})" for o in catalogue.overlays if o.lies_on(found.latest)]
    raise ValueProblem(
        field="+PLACE",
        value=given,
        rule=f"{rules_on} 在此处没有覆盖规则 / no overlay lies on this edition there on that day",
        remedy=f"可用 / available: {', '.join(lying) or '无 none'}；或换一天 / or another day: --rules-on",
    )


def _place(given: list[str], catalogue: Catalogue) -> Place:
    region = park = None
    for one in given:
        if one.isdigit():
            if regions.find(one) is None:
                raise UnknownName(field="place", value=one, known=("450200", "liuzhou"))
            region = one
        else:
            zone = regions.find_zone(one)
            parks = {overlay.scope.park for overlay in catalogue.overlays if overlay.scope.park}
            if zone is None and one not in parks:
                raise UnknownName(field="place", value=one, known=tuple(sorted({*parks, *regions.zones()})))
            park = zone.id if zone else one
            region = region or (zone.province if zone else None)
    return Place(region, park)
