"""Who is told of distress (困境概率): nobody unless the deployment serves it, then a bank that runs it, or all of a filed bureau."""

from __future__ import annotations

from api.auth.roles import Principal
from api.settings import Settings
from features.errors import ValueProblem


def sees_distress(settings: Settings, who: Principal) -> bool:
    """Whether somebody's question asks for distress too."""
    return settings.serving.distress and (settings.issuer.mode == "filed_bureau" or who.runs_distress)


def asked_by_name(settings: Settings, asked: bool, reader: str = "bank") -> bool:
    """Whether the command line asks for it, for a reader. Raises `ValueProblem` where the deployment does not serve it, or to
    banks alone.
    """
    if asked and reader != "bank" and settings.issuer.mode != "filed_bureau":
        raise ValueProblem(
            field="--for",
            value=reader,
            rule="困境概率只给运行它的银行 / distress is told to a bank that runs it, and to nobody else",
            remedy="--for bank，或去掉 --distress / or leave --distress out",
        )
    if asked and not settings.serving.distress:
        raise ValueProblem(
            field="--distress",
            value="serving.distress = false",
            rule="本部署不提供困境概率 / this deployment does not serve distress",
            remedy="经有权者决定后设 serving.distress = true；否则去掉 --distress / set it after whoever may decide has decided, or "
            "leave --distress out",
        )
    return asked
