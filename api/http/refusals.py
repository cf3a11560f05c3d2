"""Why a request is not answered: every code with its status, in one table that the documentation is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Status, title and remedy of a code."""

    status: int
    title: str
    remedy: str


REASONS = {
    "unauthenticated": Reason(
        401,
        "须先登录或出示令牌 / credentials are required",
        "POST /v1/oauth/token 或 /v1/session / get a token or log in",
    ),
    "wrong_credentials": Reason(401, "凭证有误 / the credentials are wrong", "核对后再试；多次失败即锁定 / check them"),
    "locked": Reason(
        429,
        "失败过多，暂时锁定 / locked after too many failures",
        "稍后再试，或请管理员重设 / wait, or ask an administrator",
    ),
    "forbidden": Reason(403, "此角色无权使用 / this role may not use it", "权限表见 docs/service.md / see its matrix"),
    "scope_missing": Reason(
        403, "令牌缺少权限范围 / the token lacks the scope", "为客户端加上该范围 / give the client that scope"
    ),
    "csrf": Reason(
        403,
        "缺少或不符的 X-CSRF-Token / the CSRF token is missing or wrong",
        "用登录时得到的值 / send the one of the login",
    ),
    "stopped": Reason(
        403,
        "该机构已停用 / the institution is stopped",
        "查明异常查询后由管理员解除 / an administrator releases it once its queries are explained",
    ),
    "consent_required": Reason(
        403,
        "未经企业授权，只提供公开事实 / without the enterprise's consent only public facts are given",
        "请企业授权，或登记书面授权 / have the enterprise consent, or register its written consent",
    ),
    "purpose_required": Reason(
        400,
        "须写明用途 / the purpose must be stated",
        "写请求头 / send the header Purpose: loan_application | loan_review | post_loan | pool_selection | statistics | own",
    ),
    "purpose_not_allowed": Reason(
        403, "此角色不得用于该用途 / not a purpose of this role", "改用本角色的用途 / use another"
    ),
    "second_person": Reason(
        403, "须由另一人批准 / another person must decide", "请第二人批准 / have a second person do it"
    ),
    "not_found": Reason(
        404, "没有，或不在可见范围内 / does not exist, or is outside your scope", "核对编号 / check the id"
    ),
    "method_not_allowed": Reason(405, "不支持该方法 / method not allowed", "见 /docs / see /docs"),
    "request_timeout": Reason(408, "请求体未及时到达 / the body did not arrive in time", "重试 / try again"),
    "conflict": Reason(409, "与现状冲突 / conflicts with the present state", "读取现状后再试 / read it and try again"),
    "request_too_large": Reason(413, "请求过大 / the request is too large", "拆分后再发 / send it in parts"),
    "unsupported_encoding": Reason(
        415, "不接受压缩的请求体 / compressed bodies are not accepted", "去掉 Content-Encoding / send it plain"
    ),
    "unsupported_media_type": Reason(
        415, "媒体类型有误 / wrong media type", "按 detail 改 Content-Type / send it as detail says"
    ),
    "invalid_json": Reason(400, "不是合法的 JSON / not valid JSON", "检查括号、引号与逗号 / check brackets and commas"),
    "invalid_form": Reason(400, "不是合法的表单 / not a valid form", "按 UTF-8 编码 / encode it as UTF-8"),
    "nested_too_deep": Reason(400, "嵌套过深 / nested too deeply", "减少层次 / flatten it"),
    "duplicated_header": Reason(400, "请求头重复 / a header stands twice", "只写一次 / send it once"),
    "invalid_header": Reason(400, "请求头有误 / a header is wrong", "见 /docs / see /docs"),
    "invalid_cursor": Reason(
        422, "游标有误 / the cursor is wrong", "用上一页给出的 next / use the next of the last page"
    ),
    "invalid_parameter": Reason(422, "参数有误 / a parameter is wrong", "见 /docs / see /docs"),
    "idempotency_key_reused": Reason(
        422, "同一 Idempotency-Key 已用于另一请求 / the key was used for another request", "换一个键 / use another key"
    ),
    "rate_limited": Reason(429, "请求过于频繁 / too many requests", "按 Retry-After 稍候 / wait as Retry-After says"),
    "unavailable": Reason(503, "暂不能提供 / cannot be served now", "稍后再试 / try again later"),
}


class Refused(Exception):
    """A request that is not answered; ``more`` are further members of the problem details."""

    def __init__(self, code: str, detail: str = "", headers: dict[str, str] | None = None, **more: Any) -> None:
        self.code, self.detail, self.headers, self.more = code, detail, headers or {}, more
        super().__init__(code, detail)

    @property
    def reason(self) -> Reason:
        """Status, title and remedy."""
        return REASONS[self.code]
