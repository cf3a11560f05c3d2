"""What each reader sees of a result: banks get the points of a scheme only where somebody answers for them."""

from __future__ import annotations

from api.answers.credit import USABLE
from api.answers.reasons import Json

READERS = ("bank", "park", "authority", "enterprise")
UNCONFIRMED = {
    "code": "scheme_unconfirmed",
    "zh": "该方案的权重为参考值，未经发布方或园区确认，不向银行提供",
    "en": "the scheme's weights are a reference that no issuer or park has confirmed; banks do not get its points",
}
HEAD = ("scheme", "title", "edition", "status", "issuer", "overlays")


def seen_by(reader: str, result: Json) -> Json:
    """The result as a reader sees it; the original is not changed. What is hidden from a bank is hidden in the decision part
    and in the reasons too, so it has no receipt of the whole.
    """
    schemes = [one for one in (result.get("credit"), *result.get("other_credit", ())) if one]
    hidden = [one for one in schemes if one["status"] not in USABLE]
    if reader != "bank" or not hidden:
        return result
    names = {one["scheme"] for one in hidden}
    titles = tuple(one["title"]["zh"] + "：" for one in hidden)
    told = [_head(one) if one in hidden else one for one in schemes]
    seen = {
        **result,
        "credit": told[0],
        "decision": {
            **result["decision"],
            "cards": {name: card for name, card in result["decision"]["cards"].items() if name not in names},
        },
        "reasons": [reason for reason in result["reasons"] if not reason["zh"].startswith(titles)],
        "missing": [_without(fact, names) for fact in result["missing"]],
    }
    for part in ("receipt", "program"):
        seen.pop(part, None)
    if told[1:]:
        seen["other_credit"] = told[1:]
    return seen


def _head(scheme: Json) -> Json:
    return {**{key: scheme[key] for key in HEAD if key in scheme}, "unavailable": UNCONFIRMED}


def _without(fact: Json, names: set[str]) -> Json:
    return {**fact, "settles": [name for name in fact["settles"] if name not in names]}
