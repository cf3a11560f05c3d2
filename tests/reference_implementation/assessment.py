"""All cards that the naive reference knows, and the place on the ladder that follows from them."""

import datetime as dt
from typing import Any

from .naive import assess_size_class, assess_tech_sme, assess_tier
from .naive_high_tech import assess_high_tech


def assess(dossier: dict[str, Any], as_of: dt.date, others: dict[str, str] | None = None) -> dict[str, Any]:
    """Size class, cards and ladder place of one dossier (contract section 1) at a day.

    ``others`` are verdicts of cards that this reference does not know; they move the place on the ladder only.
    """
    cards = {"tech_sme": assess_tech_sme(dossier, as_of), "high_tech_enterprise": assess_high_tech(dossier, as_of)}
    verdicts = {**(others or {}), **{name: card["verdict"] for name, card in cards.items()}}
    return {
        "size_class": assess_size_class(dossier, as_of),
        **cards,
        "tier": assess_tier(dossier, as_of, verdicts),
    }
