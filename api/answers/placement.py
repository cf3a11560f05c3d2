"""Placement in the result JSON: on which tier the enterprise may stand at the highest, where the rules leave one open.

The rules come first: a tier is granted whose conditions are met or whose certificate is held, one whose conditions are not met
is excluded, and only what they leave open has the probability of its learned card. An open tier of which no card speaks is
left out and named: the placement is then that among the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from api.answers.forms import Json
from api.answers.state import Prepared, State
from models.placement import allowed, placed, spread
from scoring.assembly import OUTSIDE, Verdict
from scoring.ladder import Ladder, Rung
from scoring.learned import LearnedCard

DIGITS = 6
Numbers = Callable[[State], Json]
"""``p``, ``low`` and ``high`` as far as they can be told."""


def placement_writer(
    prepared: Prepared, ladder: Ladder, climbs: Mapping[str, tuple[LearnedCard, Numbers]]
) -> Callable[[State], Json]:
    """How a placement on one ladder is written, given by tier its learned card and what it says; empty where the rules leave
    no tier open of which a card speaks, sources differ so that there is no number, or the enterprise stands on no ladder.
    """
    at, outside = prepared.program.at, prepared.program.at[f"{OUTSIDE}|high"]
    rungs = {rung.id: rung for rung in ladder.rungs}
    reads = {
        rung.id: (at.get(f"verdict|{rung.card}"), prepared.places(f"holds/{rung.id}", "low", "high"))
        for rung in ladder.rungs
    }

    def verdict(state: State, tier: str) -> Verdict:
        says, (low, high) = reads[tier]
        told = Verdict.UNDETERMINED if says is None else Verdict(state[says])
        if state[low]:
            return Verdict.PASS
        # Where it is not known which certificates are held the title may be among them.
        return Verdict.UNDETERMINED if state[high] and told is not Verdict.PASS else told

    def write(state: State) -> Json:
        if state[outside]:
            return {}
        verdicts = {tier: verdict(state, tier) for tier in rungs}
        open_ = [tier for tier, granted in allowed(list(rungs), verdicts).items() if granted is None]
        told = {tier: climbs[tier][1](state) for tier in open_ if tier in climbs}
        if not told or not all("p" in one for one in told.values()):
            return {}
        left_out = [tier for tier in open_ if tier not in told]
        tiers = [tier for tier in rungs if tier not in left_out]
        found = placed(tiers, verdicts, {tier: one["p"] for tier, one in told.items()})
        assert found is not None
        out: Json = {tier: {"p": round(p, DIGITS)} for tier, p in found.items()}
        if all("low" in one for one in told.values()):
            granted = allowed(tiers, verdicts)
            low, high = (
                [told[tier][end] if tier in told else float(granted[tier] or 0) for tier in tiers]
                for end in ("low", "high")
            )
            for end, values in (("low", spread(low, high)), ("high", spread(high, low))):
                for tier, value in zip(out, values, strict=True):
                    out[tier][end] = round(value, DIGITS)
        cards = {tier: {**whose(climbs[tier][0]), **one} for tier, one in told.items()}
        return {
            "placement": {
                "tiers": out,
                "open": list(told),
                **({"left_out": left_out} if left_out else {}),
                **_words([rungs[tier] for tier in told], [rungs[tier] for tier in left_out]),
                "cards": cards,
            }
        }

    return write


def whose(card: LearnedCard) -> Json:
    """What goes with every number of a learned card."""
    return {
        "card": card.id,
        "sha256": card.sha256,
        "origin": card.origin,
        "trained_on": card.trained_on,
        "valid_for": card.valid_for,
    }


def _words(open_: Sequence[Rung], left_out: Sequence[Rung]) -> Json:
    """In words, in both languages."""
    zh, en = ("、".join(one.label.zh for one in open_), ", ".join(one.label.en for one in open_))
    told = {
        "zh": f"规则未能确定：{zh}。概率只分给规则允许的梯次；它用于排序，不是认定，不改变规则的结论。",
        "en": f"The rules leave open: {en}. Probability is spread only over tiers that the rules allow; it ranks, it is no "
        "recognition, and it moves no verdict.",
    }
    if left_out:
        zh, en = ("、".join(one.label.zh for one in left_out), ", ".join(one.label.en for one in left_out))
        told["zh"] += f"没有评分卡、未计入：{zh}。"
        told["en"] += f" Left out, for no learned card speaks of it: {en}."
    return told
