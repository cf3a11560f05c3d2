"""What the columns of a statement hold, in words."""

from __future__ import annotations

from features.facts import INDUSTRY_SECTION, LAST_ROUND, LEFT_REGISTER, OUT_OF_SCOPE, QUOTED, SIZE_GROUP, is_note
from features.kinds import NEVER, Choice, Day, Flag, Heads, Kind, Money, Rate
from features.tables import TABLES

_DERIVED = {
    SIZE_GROUP.path: ("划型行业 / size group", SIZE_GROUP.kind),
    INDUSTRY_SECTION.path: ("行业门类 / section of the industry code", INDUSTRY_SECTION.kind),
    QUOTED.path: ("只在新三板、四板挂牌 / quoted, not listed", QUOTED.kind),
    LEFT_REGISTER.path: ("登记状态为注销或吊销 / has left the register", LEFT_REGISTER.kind),
    LAST_ROUND: ("基准日前最近一轮 / last round by as_of", Flag()),
    OUT_OF_SCOPE.path: ("个体工商户或合作社 / outside of every ladder", OUT_OF_SCOPE.kind),
}
_UNITS = ((Money, "分"), (Heads, "万分之一人"), (Rate, "百万分之一"), (Flag, "1 是 / 0 否"))


def told(name: str) -> str:
    """The Chinese name of an input and its unit; nothing where it has none."""
    if is_note(name):
        return "1 = 未填，视为否 / absent, read as not so"
    if name.endswith("/listed"):
        return "1 = 清单完整 / the list is complete, NULL = 未知 / unknown"
    if name in _DERIVED:
        zh, kind = _DERIVED[name]
        return f"{zh}{_unit(kind)}"
    table, _, rest = name.replace("/", ".").partition(".")
    offset, _, field = rest.rpartition(".")
    if table not in TABLES or field not in TABLES[table].fields:
        return "已记录的评分 / a recorded grade，百万分之一" if table == "expert_grade" else ""
    year = f"前{-int(offset)}年" if offset.startswith("-") else ""
    spec = TABLES[table].fields[field]
    return f"{year}{spec.zh}{_unit(spec.kind)}"


def _unit(kind: Kind) -> str:
    if isinstance(kind, Choice):
        return "：" + ", ".join(f"{place} {value}" for place, value in enumerate(kind.values))
    if isinstance(kind, Day):
        return f"，天数，{NEVER} = 无 / not at all" if kind.none else "，天数"
    return next((f"，{unit}" for of, unit in _UNITS if isinstance(kind, of)), "")
