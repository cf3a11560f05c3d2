"""Why an enterprise stands where it stands, worst first, in plain Chinese and English."""

from __future__ import annotations

from typing import Any

from api.answers.numbers import amount
from api.answers.parts import FAIL, OPEN
from scoring.card import Card

Json = dict[str, Any]


def reasons(card: Card, assessment: Json) -> list[Json]:
    """Gates that fail or are open, then items by the points they lose."""
    title_zh, title_en = card.title.zh, card.title.en
    found: list[tuple[int, float, Json]] = []
    for gate in assessment.get("gates", {}).values():
        zh, en = gate["label"]["zh"], gate["label"]["en"]
        if gate["verdict"] == FAIL:
            found.append((0, 0, _reason(f"{title_zh}：不满足“{zh}”{_beside(gate)}", f"{title_en}: not met: {en}")))
        elif gate["verdict"] == OPEN:
            found.append((1, 0, _reason(f"{title_zh}：“{zh}”缺数据，待定", f"{title_en}: open for lack of data: {en}")))
    for item in assessment.get("items", {}).values() if "class" not in assessment else ():
        zh, en = item["label"]["zh"], item["label"]["en"]
        got = item["points"]
        if got["low"] != got["high"]:
            text = f"{got['low']}–{got['high']}/{got['max']}"
            found.append(
                (1, 0, _reason(f"{title_zh}：“{zh}”得分待定（{text} 分）", f"{title_en}: {en}: {text} points, open"))
            )
        elif got["high"] < got["max"]:
            lost = got["high"] - got["max"]
            found.append(
                (
                    2,
                    lost,
                    _reason(
                        f"{title_zh}：“{zh}”得 {got['high']}/{got['max']} 分（{item.get('band', '')}）",
                        f"{title_en}: {en}: {got['high']} of {got['max']} points",
                        lost,
                    ),
                )
            )
    return [reason for _, _, reason in sorted(found, key=lambda entry: (entry[0], entry[1], entry[2]["en"]))]


def _reason(zh: str, en: str, lost: float | None = None) -> Json:
    return {"zh": zh, "en": en} if lost is None else {"zh": zh, "en": en, "points": lost}


def _beside(gate: Json) -> str:
    if "value" not in gate or "gap" not in gate:
        return ""
    return f"（现为 {amount(gate['value'], gate['unit'])}，相差 {amount(gate['gap'], gate['unit'])}）"
