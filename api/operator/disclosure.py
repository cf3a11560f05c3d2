"""What is published of the service (征信业务管理办法 29、31、42 条): issuer, data categories, format, method, dimensions, objections."""

from __future__ import annotations

from html import escape
from typing import Any

from api.clock import today
from api.enterprise.public import PUBLIC
from api.http.endpoint import Answer, Call
from api.issuer import NO_ONWARD, REFERENCE, issuer_of
from api.service import Service
from features.tables import TABLES
from scoring.catalogue import NOWHERE

OBJECTION = {
    "zh": "企业认为信息有误或遗漏的，可向发布机构或信息提供者提出异议；自收到之日起 20 日内核查并书面答复（征信业管理条例第二十五条）。",
    "en": "An enterprise that finds an error or omission objects to the issuer or the provider; it is verified and answered in writing within 20 days of receipt.",
}
METHOD = {
    "zh": "按公开、注明日期与条款的规则逐项计算；事实不明时给出区间，不以零代替；模型为单调可加的公开分值表；每一结果附回执，可独立核验。",
    "en": "Dated, cited rules item by item; unknown facts give ranges, never zeros; models are published monotone tables of points; every result carries a receipt that others can verify.",
}
FORMAT = {
    "zh": "JSON：层级、各规则判定与得分区间、创新积分、缺失事实、理由、决定部分与回执；格式见 /docs。",
    "en": "JSON: tier, verdicts and points as ranges, innovation credit, missing facts, reasons, decision part, receipt; see /docs.",
}


def disclosed(service: Service) -> dict[str, Any]:
    """All of it."""
    picked = service.engine.rules(today(), NOWHERE, "new", ()).picked
    return {
        "issuer": issuer_of(service.settings),
        "notice": REFERENCE,
        "terms": NO_ONWARD,
        "release": service.engine.release_id,
        "data_categories": [
            {"table": name, "zh": table.zh, "access": "public" if name in PUBLIC else "consent"}
            for name, table in TABLES.items()
        ],
        "report_format": FORMAT,
        "method": METHOD,
        "dimensions": [
            {"rulebook": name, "edition": one.card.edition, "zh": one.card.title.zh, "en": one.card.title.en}
            for name, one in sorted(picked.items())
        ],
        "distress": {"served": service.settings.serving.distress},
        "objection": {**OBJECTION, "to": service.settings.issuer.objections},
    }


def as_json(call: Call) -> dict[str, Any]:
    """For programs."""
    return disclosed(call.service)


def as_page(call: Call) -> Answer:
    """For people."""
    found = disclosed(call.service)
    issuer = found["issuer"]
    ground = issuer.get("legal_basis") or issuer.get("filing_number", "")
    rows = "".join(
        f"<tr><td>{escape(one['zh'])}</td><td>{'公开 public' if one['access'] == 'public' else '须授权 by consent'}</td></tr>"
        for one in found["data_categories"]
    )
    rules = "".join(
        f"<tr><td>{escape(one['zh'])} {escape(one['en'])}</td><td>{escape(one['edition'])}</td></tr>"
        for one in found["dimensions"]
    )
    parts = [
        f"<h1>信息公示 Disclosure</h1><p>{_both(found['notice'])}</p>",
        f"<h2>发布机构 Issuer</h2><p>{escape(issuer['name'])}<br>{escape(ground)}<br>{escape(issuer.get('data_location', ''))}</p>",
        f"<h2>数据类别 Data categories</h2><table>{rows}</table>",
        f"<h2>报告格式 Report format</h2><p>{_both(found['report_format'])}</p>",
        f"<h2>方法 Method</h2><p>{_both(found['method'])}</p>",
        f"<h2>主要维度 Main dimensions</h2><table>{rules}</table>",
        f"<h2>异议程序 Objections</h2><p>{_both(found['objection'])}<br>{escape(found['objection']['to'])}</p>",
    ]
    page = '<!doctype html><html lang="zh"><meta charset="utf-8"><title>信息公示</title>' + "".join(parts) + "</html>"
    return Answer(page.encode(), media_type="text/html; charset=utf-8")


def _both(text: dict[str, str]) -> str:
    return f"{escape(text['zh'])}<br>{escape(text['en'])}"
