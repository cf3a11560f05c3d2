"""Placement in the result JSON: on which tier the enterprise stands at the highest, or will within 24 months, as far as the rules allow.

The rules of the day come first: a tier is granted whose conditions are met or whose certificate is held, one whose conditions are
not met is excluded, and only what they leave open has the probability of its learned card: that the title is obtained within its
time. What a firm may yet grow into, against the rules of the day, is told by the card alone (``climb``). An open tier of which no
card speaks, and one of which it is not known whether the certificate is held, is left out and named: the placement is then that among
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from api.answers.forms import Json
from api.answers.state import Prepared, State
from models.placement import allowed, placed, spread
from scoring.assembly import Verdict
from scoring.card import Label
from scoring.ladder import Ladder
from scoring.learned import LearnedCard
from scoring.learned_points import UNASKED

DIGITS = 6
ENDS = (("low", "high"), ("facts_low", "facts_high"))
"""Ranges of a probability: how well it is known, and what the facts that are missing could make of it."""
Numbers = Callable[[State], Json]
"""``p`` and the `ENDS` as far as they can be told."""


def placement_writer(
    prepared: Prepared, ladder: Ladder, climbs: Mapping[str, tuple[LearnedCard, Numbers]]
) -> Callable[[State], Json]:
    """How a placement on one ladder is written, given by tier its learned card and what it says; empty where the rules leave
    no tier open of which a card speaks, or sources differ so that there is no number. Not asked of whom no learned card speaks.
    """
    at, labels = prepared.program.at, {rung.id: rung.label for rung in ladder.rungs}
    reads = {
        rung.id: (at.get(f"verdict|{rung.card}"), prepared.places(f"holds/{rung.id}", "low", "high"))
        for rung in ladder.rungs
    }

    def verdict(state: State, tier: str) -> Verdict | None:
        """None where the conditions are not met, but it is not known whether the title is held all the same."""
        says, (low, high) = reads[tier]
        told = Verdict.UNDETERMINED if says is None else Verdict(state[says])
        if state[low]:
            return Verdict.PASS
        return None if state[high] and told not in (Verdict.PASS, Verdict.UNDETERMINED) else told

    def write(state: State) -> Json:
        says = {tier: verdict(state, tier) for tier in labels}
        verdicts = {tier: one or Verdict.UNDETERMINED for tier, one in says.items()}
        open_ = [tier for tier, granted in allowed(list(labels), verdicts).items() if granted is None]
        unheld = [tier for tier in open_ if says[tier] is None]
        told = {tier: climbs[tier][1](state) for tier in open_ if tier in climbs and tier not in unheld}
        if not told or not all("p" in one for one in told.values()):
            return {}
        silent = [tier for tier in open_ if tier not in told and tier not in unheld]
        tiers = [tier for tier in labels if tier not in (*silent, *unheld)]
        found = placed(tiers, verdicts, {tier: one["p"] for tier, one in told.items()})
        assert found is not None
        granted = allowed(tiers, verdicts)
        out: Json = {tier: {"p": round(p, DIGITS)} for tier, p in found.items()}
        for low, high in ENDS:
            if all(low in one for one in told.values()):
                least, most = (
                    [told[tier][end] if tier in told else float(granted[tier] or 0) for tier in tiers]
                    for end in (low, high)
                )
                for end, values in ((low, spread(least, most)), (high, spread(most, least))):
                    for tier, value in zip(out, values, strict=True):
                        out[tier][end] = round(value, DIGITS)
        lists = {"open": list(told), "left_out": silent, "certificate_unknown": unheld}
        demo = any(climbs[tier][0].demo_only for tier in told)
        words = _words(prepared.as_of, demo, *([labels[tier] for tier in some] for some in lists.values()))
        cards = {tier: {**whose(climbs[tier][0]), **one} for tier, one in told.items()}
        return {"placement": {"tiers": out, **{n: some for n, some in lists.items() if some}, **words, "cards": cards}}

    return write


def asked(prepared: Prepared) -> Callable[[State], bool]:
    """Whether learned cards speak of the enterprise at all."""
    unasked = prepared.program.at[UNASKED]
    return lambda state: not state[unasked]


def whose(card: LearnedCard) -> Json:
    """What goes with every number of a learned card."""
    return {
        "card": card.id,
        "sha256": card.sha256,
        "origin": card.origin,
        "trained_on": card.trained_on,
        "valid_for": card.valid_for,
    }


def _words(day: date, demo: bool, open_: Sequence[Label], silent: Sequence[Label], unheld: Sequence[Label]) -> Json:
    """In words, in both languages; the labels of the tiers that are open, of those left out, and of those perhaps held.

    ``demo``: whether a card was trained on other than the office's own facts.
    """
    zh, en = _listed(open_)
    told = {
        "zh": f"按 {day} 的规则和已知事实未能确定：{zh}。所列为该日已达到、或其后 24 个月内取得称号的最高梯次的概率，只分给该日规则允许的"
        "梯次；该日条件不符的不分，其日后晋级的概率见 climb。概率用于排序，不是认定，不改变规则的结论。",
        "en": f"The rules and the facts known on {day} leave open: {en}. Told is the highest tier that is reached on that day or whose "
        "title is obtained within 24 months after it, over the tiers that the rules of that day allow; one whose conditions are not "
        "met has none here, and its chance of a later climb is told by climb. It ranks, it is no recognition, and it moves no verdict.",
    }
    for some, why_zh, why_en in (
        (silent, "没有评分卡、未计入", "Left out, for no learned card speaks of"),
        (
            unheld,
            "条件不符但证书情况不明、未计入",
            "Left out, for the conditions are not met but certificates are not known, of",
        ),
    ):
        if some:
            zh, en = _listed(some)
            told["zh"] += f"{why_zh}：{zh}。"
            told["en"] += f" {why_en}: {en}."
    if demo:
        told["zh"] += "所用评分卡以合成或外部数据训练，仅供演示。"
        told["en"] += " The cards were trained on synthetic or foreign data: for demonstration only."
    return told


def _listed(labels: Sequence[Label]) -> tuple[str, str]:
    return "、".join(one.zh for one in labels), ", ".join(one.en for one in labels)
