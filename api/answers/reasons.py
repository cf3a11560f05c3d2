"""Why an enterprise stands where it stands, worst first, in plain Chinese and English."""

from __future__ import annotations

import struct
from operator import itemgetter
from typing import Any

from api.answers.numbers import amount
from scoring.assembly import Verdict
from scoring.card import Card

Json = dict[str, Any]
FAIL, PASS, OPEN = Verdict.FAIL.word, Verdict.PASS.word, Verdict.UNDETERMINED.word
Reason = tuple[str, Json]
"""What orders it (rank, points lost, English text), and the reason."""
FAILED, UNSETTLED, LOST = range(3)


def in_order(found: list[Reason]) -> list[Json]:
    """The reasons of one card: gates that fail, what is open, then items by the points they lose."""
    return [reason for _, reason in sorted(found, key=itemgetter(0))]


def with_measure(reason: Reason, gate: Json) -> Reason:
    """The reason that a gate gives, with its measured value where it fails."""
    if gate["verdict"] != FAIL:
        return reason
    order, told = reason
    beside = f"（现为 {amount(gate['value'], gate['unit'])}，相差 {amount(gate['gap'], gate['unit'])}）"
    return order, {**told, "zh": told["zh"] + beside}


class Reasons:
    """The reasons that parts of one card give."""

    def __init__(self, card: Card) -> None:
        self._zh, self._en = card.title.zh, card.title.en

    def of_gate(self, gate: Json) -> Reason | None:
        """A gate that fails or is open; one that does not bind is no reason."""
        if not gate.get("binding", True):
            return None
        zh, en = gate["label"]["zh"], gate["label"]["en"]
        if gate["verdict"] == FAIL:
            reason = self._reason(FAILED, f"不满足“{zh}”", f"not met: {en}")
            # Words that are kept leave room for what is measured.
            return reason if gate.get("gap") is None else with_measure(reason, gate)
        if gate["verdict"] == OPEN:
            return self._reason(UNSETTLED, f"“{zh}”缺数据，待定", f"open for lack of data: {en}")
        return None

    def of_item(self, item: Json) -> Reason | None:
        """An item whose points are open, or which loses some."""
        zh, en, got = item["label"]["zh"], item["label"]["en"], item["points"]
        if got["low"] != got["high"]:
            text = f"{got['low']}–{got['high']}/{got['max']}"
            return self._reason(UNSETTLED, f"“{zh}”得分待定（{text} 分）", f"{en}: {text} points, open")
        if got["high"] < got["max"]:
            band = item.get("band", "")
            zh, en = f"“{zh}”得 {got['high']}/{got['max']} 分（{band}）", f"{en}: {got['high']} of {got['max']} points"
            return self._reason(LOST, zh, en, got["high"] - got["max"])
        return None

    def _reason(self, rank: int, zh: str, en: str, lost: float = 0) -> Reason:
        reason: Json = {"zh": f"{self._zh}：{zh}", "en": f"{self._en}: {en}"}
        if lost:
            reason["points"] = lost
        # One text that orders like the three: of numbers up to 0 the lesser has the greater bits.
        bits = int.from_bytes(struct.pack(">d", lost))
        return f"{rank}{2**64 - 1 - bits:016x}{reason['en']}", reason
