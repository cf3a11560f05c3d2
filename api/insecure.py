"""What a deployment must say or change before it may serve outside development; each with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.errors import FactError, ValueProblem

if TYPE_CHECKING:
    from api.settings import Issuer, Settings

SHORTEST_SECRET = 32
"""Bytes of a secret that signs tokens."""


def insecure(settings: Settings) -> list[FactError]:
    """Everything that is refused; nothing in development."""
    if settings.dev:
        return []
    return [*_insecure(settings), *(_issuer(settings.issuer) if settings.serving.bank else ())]


def _insecure(settings: Settings) -> list[FactError]:
    keys, serving = settings.keys, settings.serving
    found: list[FactError] = []
    if not keys.token_secret_file:
        found.append(
            _needed(
                "keys.token_secret_file",
                "须有签发令牌的密钥 / tokens need a secret",
                "openssl rand -hex 32 > token.secret",
            )
        )
    else:
        try:
            secret = settings.token_secret()
        except FactError as problem:
            found.append(problem)
        else:
            if len(secret) < SHORTEST_SECRET or len(set(secret)) < 8:
                found.append(
                    _needed(
                        "keys.token_secret_file",
                        f"密钥至少 {SHORTEST_SECRET} 字节且为随机 / at least {SHORTEST_SECRET} random bytes",
                        "openssl rand -hex 32 > token.secret",
                    )
                )
    if not keys.signing_key:
        found.append(_needed("keys.signing_key", "回执须签名 / receipts must be signed", "dengti keys new release.pem"))
    if serving.release != "live":
        found.append(
            _needed(
                "serving.release",
                "只用经批准启用的发布版 / only a release that was approved and is live",
                'release = "live"; dengti release build, approve, activate',
            )
        )
    if serving.anonymous_assess:
        found.append(
            _needed(
                "serving.anonymous_assess",
                "不得匿名评价 / no assessment without credentials",
                "anonymous_assess = false",
            )
        )
    if not serving.secure_cookies:
        found.append(
            _needed("serving.secure_cookies", "会话只走 HTTPS / sessions over HTTPS only", "secure_cookies = true")
        )
    if not settings.audit.heads_folder:
        found.append(
            _needed(
                "audit.heads_folder",
                "链头须每日导出，否则截尾无从发现 / the chain's head is exported daily, or a cut tail is not seen",
                'heads_folder = "/mnt/audit-heads"',
            )
        )
    if serving.distress and settings.issuer.mode != "filed_bureau" and not serving.bank:
        found.append(
            _needed(
                "serving.distress",
                "风险概率只向运行它的银行提供，或由备案征信机构提供 / distress goes to the bank that runs it, or comes from a filed bureau",
                "distress = false",
            )
        )
    return found


def _issuer(issuer: Issuer) -> list[FactError]:
    """What a deployment that serves banks must say of its issuer."""
    wanted = {
        "name": "须写明发布机构 / the issuer must be named",
        "data_location": "须写明数据存放地（征信业务管理办法 39 条） / where the data are kept must be said",
    }
    if issuer.mode == "public_body":
        wanted["legal_basis"] = "公共机构须写明履职依据（征信业管理条例 2 条） / a public body states its legal basis"
    else:
        wanted["filing_number"] = (
            "备案征信机构须写明备案号（征信业务管理办法 4 条） / a bureau states its filing number"
        )
    remedy = "填写，或 serving.bank = false / state it, or serve no banks"
    return [
        _needed(f"issuer.{name}", rule, remedy) for name, rule in wanted.items() if not getattr(issuer, name).strip()
    ]


def _needed(field: str, rule: str, remedy: str) -> FactError:
    return ValueProblem(field=field, value="", rule=rule, remedy=remedy)
