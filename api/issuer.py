"""Who issues an answer, and for what it may be used: said in every answer, before the result as it is kept."""

from __future__ import annotations

from typing import Any

import orjson

from api.settings import Issuer, Settings

REFERENCE = {
    "zh": "仅供参考。计算结果仅说明是否符合公布条件，不构成资格认定，也不承诺任何授信结果。",
    "en": "For reference. Computed answers say whether published conditions are met; no title is recognised and no credit is promised.",
}
NO_ONWARD = {
    "zh": "只可用于所述用途，不得向第三方提供。",
    "en": "To be used for the stated purpose only, and not passed on to any third party.",
}
DEVELOPMENT = "开发环境，无发布机构 / development, no issuer"


def issuer_of(settings: Settings) -> dict[str, str]:
    """Issuer, its ground and where the data are kept; parts that were not stated are absent."""
    issuer: Issuer = settings.issuer
    ground = "legal_basis" if issuer.mode == "public_body" else "filing_number"
    found = {
        "mode": issuer.mode,
        "name": issuer.name or DEVELOPMENT,
        ground: getattr(issuer, ground),
        "data_location": issuer.data_location,
        "objections": issuer.objections,
    }
    return {name: text for name, text in found.items() if text}


def notice(settings: Settings) -> dict[str, Any]:
    """What every answer says of itself."""
    return {"issuer": issuer_of(settings), "notice": REFERENCE}


def use(purpose: str, consent: str, scope: list[str]) -> dict[str, Any]:
    """For what a bank may use an answer."""
    return {"purpose": purpose, "consent": consent, "scope": scope, "onward_transfer": "forbidden", "terms": NO_ONWARD}


def said_first(members: dict[str, Any], result: bytes) -> bytes:
    """The result's bytes as they are kept, other members before them."""
    return b"".join((orjson.dumps(members)[:-1], b",", memoryview(result)[1:]))
