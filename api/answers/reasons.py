"""Why an enterprise stands where it stands, worst first, in plain Chinese and English."""

from __future__ import annotations

from api.answers.forms import Json
from features.tables import ExpertGrade
from scoring.assembly import Verdict
from scoring.card import Card

FAIL, PASS, OPEN = Verdict.FAIL.word, Verdict.PASS.word, Verdict.UNDETERMINED.word
Order = tuple[int, float, str]
"""Rank, points (lost ones are below 0), English text."""
Reason = tuple[Order, Json]
FAILED, UNSETTLED, LOST = range(3)
FOUNDED_LATER: Json = {
    "zh": "成立日期晚于评价日：评价日当日企业尚未成立，各项认定条件均不适用",
    "en": "founded after as_of: the enterprise did not exist yet on that day, and no card is for it",
}
PERHAPS_LATER: Json = {
    "zh": "各来源的成立日期不一，按其中之一，评价日当日企业尚未成立：各项结论待定",
    "en": "sources differ on the founding day, and by one the enterprise did not exist yet at as_of: every verdict is open",
}
"""Why no verdict is told, or none is certain, whatever the cards say."""
NO_LEARNED_CARD: Json = {
    "zh": "模型评分卡不适用于该企业，不给概率：个体工商户或合作社、尚未成立，或已注销、吊销",
    "en": "no learned card speaks of the enterprise: an individual business or a cooperative, not founded yet, or it has left the register",
}


def unknown_criterion(given: str, meant: str | None) -> Json:
    """That a grade was not counted, for no rule asks for it."""
    zh, en = (f"；是否应为 {meant}？", f"; did you mean {meant}?") if meant else ("", "")
    return {
        "zh": f"{ExpertGrade.zh} {given}：没有规则采用这一评分项，未计入{zh}",
        "en": f"expert grade {given}: no rule asks for this criterion, it was not counted{en}",
    }


class Reasons:
    """The reasons that parts of one card give."""

    def __init__(self, card: Card) -> None:
        self._zh, self._en = card.title.zh, card.title.en

    def of_gate(self, gate: Json, measured: str = "") -> Reason | None:
        """A gate that fails, with what is said of its measured value, or one that is open."""
        zh, en = gate["label"]["zh"], gate["label"]["en"]
        if gate["verdict"] == FAIL:
            return self._reason(FAILED, f"不满足“{zh}”{measured}", f"not met: {en}")
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
        return (rank, lost, reason["en"]), reason
