"""What is wrong with a query or a body, in Chinese beside the words of Pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET = frozenset({"password", "client_secret", "code"})
"""Fields whose value no answer repeats."""
DATE, MOMENT, OBJECT, WHOLE, YES_NO = "须为日期", "须为日期或时刻", "须为 JSON 对象", "须为整数", "须为 true 或 false"
RULES: Mapping[str, str] = {
    "missing": "必须给出",
    "extra_forbidden": "没有这个字段",
    "literal_error": "须为 {expected}",
    "string_pattern_mismatch": "须符合 {pattern}",
    "string_type": "须为一个字符串",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "list_type": "须为列表",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "bool_type": YES_NO,
    "bool_parsing": YES_NO,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "date_type": DATE,
    "date_parsing": DATE,
    "date_from_datetime_parsing": DATE,
    "date_from_datetime_inexact": DATE,
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
}
"""Rule by Pydantic's type of an error."""
REMEDIES: Mapping[str, str] = {
    "missing": "补上该字段 / give it",
    "extra_forbidden": "删除它，或按 /docs 更正名称 / remove it, or correct its name as in /docs",
}


def entry(error: Mapping[str, Any]) -> dict[str, Any]:
    """Field, value, rule and remedy of one of Pydantic's errors; its place begins with where it was read."""
    kind, place = error["type"], [str(part) for part in error["loc"][1:]]
    rule = RULES.get(kind, "参数有误").format(**error.get("ctx", {})).replace(" or ", ", ")
    return {
        "field": ".".join(place) or "$",
        "value": _told(kind, place, error.get("input")),
        "rule": f"{rule} / {error['msg']}",
        "remedy": REMEDIES.get(kind, "按 /docs 中该字段的说明填写 / give it as /docs describes it"),
    }


def _told(kind: str, place: list[str], given: Any) -> str | None:
    if kind == "extra_forbidden":
        # Under a mistyped name there may stand a password.
        return place[-1]
    # What lacks a field, or is no object at all, is the whole of what was sent.
    return None if kind == "missing" or not place or place[0] in SECRET else str(given)
