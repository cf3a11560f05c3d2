"""What each reader sees of a result: banks get the points of a scheme only where somebody answers for them."""

from __future__ import annotations

from api.answers.decision import USABLE
from api.answers.forms import Json
from api.answers.missing import LISTED

READERS = ("bank", "park", "authority", "enterprise")
UNCONFIRMED = {
    "code": "scheme_unconfirmed",
    "zh": "该方案的权重为参考值，未经发布方或园区确认，不向银行提供",
    "en": "the scheme's weights are a reference that no issuer or park has confirmed; banks do not get its points",
}
HEAD = ("scheme", "title", "edition", "status", "issuer", "overlays")


def seen_by(reader: str, result: Json) -> Json:
    """The result as a reader sees it; the original is not changed.

    What schemes of reference decided is a part of its own (``decision_reference``), which a bank does not get: the rest with its
    receipt is the same for every reader. Of a part that was not blinded (`api.answers.receipts`) the bank does not
    get the digest either, from which few possible facts could be tried.
    """
    schemes = [one for one in (result.get("credit"), *result.get("other_credit", ())) if one]
    hidden = [one for one in schemes if one["status"] not in USABLE]
    if reader != "bank" or not hidden:
        return result
    names = {one["scheme"] for one in hidden}
    titles = tuple(one["title"]["zh"] + "：" for one in hidden)
    told = [_head(one) if one in hidden else one for one in schemes]
    part = result["decision_reference"]
    only = set(part["only"])
    kept = "salt" in part
    seen = {
        **result,
        "credit": told[0],
        "receipt": {key: value for key, value in result["receipt"].items() if kept or key != "reference"},
        "reasons": [reason for reason in result["reasons"] if not reason["zh"].startswith(titles)],
        "missing": [_without(fact, names) for fact in result["missing"] if _fact(fact["fact"]) not in only],
        "flags": [flag for flag in result["flags"] if _fact(flag.removeprefix("conflict:")) not in only],
    }
    for name in ("decision_reference", "program_reference"):
        seen.pop(name, None)
    if told[1:]:
        seen["other_credit"] = told[1:]
    return seen


def _fact(path: str) -> str:
    """The fact's name without its row: ``events/3/amount`` is ``events.amount``."""
    table, _, rest = path.partition("/")
    number, _, field = rest.partition("/")
    return f"{table}.{field}" if number.isdecimal() and field and table in LISTED else path


def _head(scheme: Json) -> Json:
    return {**{key: scheme[key] for key in HEAD if key in scheme}, "unavailable": UNCONFIRMED}


def _without(fact: Json, names: set[str]) -> Json:
    return {**fact, "settles": [name for name in fact["settles"] if name not in names]}
