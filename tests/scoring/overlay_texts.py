"""Overlays as files state them: the head that is the same in each, and what one of them changes."""

from __future__ import annotations

REFERENCE_SCHEME = "credit.guangxi_reference"
PARK_DOCUMENT = """\
documents: {park: {number: 柳高新〔2026〕3号, title: 柳州高新区企业创新积分办法}}
source: {document: park, grade: official}
"""


def overlay(
    name: str,
    changes: str,
    *,
    scope: str = "{park: liuzhou}",
    card: str = REFERENCE_SCHEME,
    edition: str = "2026",
    begins: str = "2026-06-01",
    title: str = "{zh: 测试, en: Test}",
    by: str = "测试",
    because: str = "测试",
) -> str:
    """In force from the day on which it is decided and published."""
    return f"""\
overlay: {name}
title: {title}
card: {card}
edition: "{edition}"
scope: {scope}
decision: {{by: {by}, on: {begins}, because: {because}}}
status: in_force
effective_from: {begins}
published_on: {begins}
{changes}"""


CONFIRMED = overlay(
    "liuzhou",
    PARK_DOCUMENT,
    title="{zh: 柳州高新区积分方案, en: Scheme of Liuzhou park}",
    by="柳州高新区管委会",
    because="管委会会议通过",
)
"""Liuzhou's park takes the reference scheme over as it is."""
