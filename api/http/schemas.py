"""Parts of the OpenAPI description that no model gives: headers, answers that are kept as bytes, problems, credentials."""

from __future__ import annotations

from typing import Any

from api.auth.access import PURPOSES
from api.auth.roles import SCOPES

Json = dict[str, Any]
USCC = "91450200MA00000151"
DOSSIER: Json = {
    "enterprise": {"uscc": USCC, "established_on": "2016-05-01", "region_code": "450200", "industry_code": "C3612"},
    "annual_reports": [{"fiscal_year": 2025, "revenue": 42000000, "rd_expense": 3000000, "employees": 80}],
    "intellectual_property": [],
    "certificates": [],
    "events": [],
}
"""Of an enterprise that does not exist."""
CONSENT_ID: Json = {
    "name": "Consent-Id",
    "in": "header",
    "required": False,
    "description": "银行必填：企业的授权 / of a bank: the consent of the enterprise",
    "schema": {"type": "string", "maxLength": 32, "pattern": "^[\\x21-\\x7e]*$"},
}
PURPOSE: Json = {
    "name": "Purpose",
    "in": "header",
    "required": True,
    "description": "用途 / purpose",
    "schema": {"type": "string", "enum": list(PURPOSES)},
    "example": "loan_review",
}
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "重发同一写入时不变 / the same when a write is repeated",
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[\\x21-\\x7e]+$"},
}
ISSUER: Json = {
    "type": "object",
    "properties": {"mode": {"enum": ["public_body", "filed_bureau"]}, "name": {"type": "string"}},
    "required": ["mode", "name"],
}
TEXT: Json = {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}}
ISSUED: Json = {
    "type": "object",
    "properties": {"issuer": ISSUER, "notice": TEXT, "public_facts": {"type": "object"}},
    "required": ["issuer", "notice", "public_facts"],
    "example": {
        "issuer": {"mode": "public_body", "name": "某高新区管理委员会（示例）"},
        "notice": {"zh": "仅供参考。", "en": "For reference."},
        "public_facts": {"enterprise": {"uscc": USCC, "name": "柳州某某科技有限公司（合成）"}},
    },
}
RESULT: Json = {
    "type": "object",
    "description": "结果（接口约定 §5）；前有发布机构、用途与声明 / the result, who issues it and for what before it",
    "properties": {
        "issuer": ISSUER,
        "notice": TEXT,
        "use": {"type": "object"},
        "overrides": {"type": "array", "items": {"type": "object"}},
        "uscc": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "known_at": {"type": "string", "format": "date"},
        "engine": {"type": "string"},
        "release": {"type": "object"},
        "tier": {"type": "object"},
        "assessments": {"type": "object"},
        "credit": {"type": "object"},
        "missing": {"type": "array", "items": {"type": "object"}},
        "flags": {"type": "array", "items": {"type": "string"}},
        "reasons": {"type": "array", "items": {"type": "object"}},
        "receipt": {"type": "object"},
        "decision": {"type": "object"},
        "decision_reference": {
            "type": "object",
            "description": "参考方案的决定部分，银行不得 / what schemes of reference decided; banks do not get it",
        },
    },
    "required": ["issuer", "notice", "uscc", "as_of", "known_at", "engine", "release", "tier", "assessments"],
    "example": {
        "issuer": {"mode": "public_body", "name": "某高新区管理委员会（示例）"},
        "notice": {"zh": "仅供参考。", "en": "For reference."},
        "use": {"purpose": "loan_review", "consent": "…", "scope": ["all"], "onward_transfer": "forbidden"},
        "uscc": USCC,
        "as_of": "2026-11-22",
        "known_at": "2026-11-22",
        "engine": "0.1.0",
        "release": {"id": "sha256:…", "cards": {}},
        "tier": {"held": [], "recognised": None, "qualified": "tech_sme"},
        "assessments": {"tech_sme": {"verdict": "pass"}},
    },
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "code"],
}
SECURITY: Json = {
    "client": {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {"tokenUrl": "/v1/oauth/token", "scopes": dict.fromkeys(SCOPES, "")},
        },
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "dengti_session"},
}
