"""What is answered of a firm, in one word: by the policy pages and by the product, over the conditions that some text states."""

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from .card_bounds import RULEBOOKS
from .naive_ladder import ATTESTED, Dossier, Firm
from .random_dossiers import AS_OF

UNSTATED = {"gazelle.sichuan": {"age", "unseen_items"}}
"""Gates that no text on file states: they are open for every firm."""


def newest(card: str) -> str:
    """The file of the newest edition, below the rulebooks."""
    folder = Path(*card.split("."))
    return str(folder / max(path.name for path in (RULEBOOKS / folder).glob("*.yaml")))


def wanted(meets: Callable[[Firm], bool], dossier: Dossier) -> str:
    """By the policy pages; of judgements that are not recorded each can be either."""
    given = dossier["expert_grades"]
    silent = [one for one in ATTESTED if one not in given]
    grades = [dict(zip(silent, values, strict=True)) for values in product((False, True), repeat=len(silent))]
    found = {meets(Firm({**dossier, "expert_grades": given | one}, AS_OF)) for one in grades}
    return "undetermined" if len(found) > 1 else "pass" if True in found else "fail"


def answered(card: str, assessment: Mapping[str, Any]) -> str:
    """By the product."""
    if card not in UNSTATED:
        return str(assessment["verdict"])
    words = {gate["verdict"] for name, gate in assessment["gates"].items() if name not in UNSTATED[card]}
    return next((word for word in ("fail", "undetermined") if word in words), "pass")
