"""Routes of banks alone."""

from __future__ import annotations

from api.auth.access import Rule, Tenant
from api.auth.roles import BANK
from api.bank import facts
from api.dossier_schema import dossier_schema
from api.http.endpoint import Endpoint
from api.http.schemas import DOSSIER

ROUTES = (
    Endpoint(
        "POST",
        "/v1/enterprises/{uscc}/facts",
        "facts.bring",
        "银行自有数据，仅本行可见 / a bank's own data on an enterprise, which it alone reads",
        Rule(BANK, "facts:write", Tenant.FIRM),
        facts.bring,
        answer=facts.Brought,
        tag="bank",
        refusals=("invalid_dossier", "invalid_value", "unsupported_media_type"),
        largest=2 * 2**20,
        alone=True,
        extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": dossier_schema(), "example": DOSSIER}},
            }
        },
    ),
)
