"""Innovation credit in the result JSON: points under one scheme, with what backs them and what stands apart from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from api.answers.cards import PartsWriter, head
from api.answers.numbers import points
from api.answers.parts import clause, label
from api.answers.reasons import Json
from api.answers.state import Prepared, State
from scoring.card import MICRO, REFERENCE, Card, Scheme

OFFICIAL, CONFIRMED = "official", "confirmed_by_park"
USABLE = (OFFICIAL, CONFIRMED)
"""Statuses under which a bank gets points; under `REFERENCE` park, authority and the firm itself see them."""
TENTH = MICRO // 10
STALE_MONTHS = 21
"""Accounts older than this are stale."""
UNSET = {"zh": "权重未公布", "en": "weights not published"}

Write = Callable[[State, bool], tuple[Json, list[Json]]]


def status_of(card: Card) -> str:
    """Who stands behind a scheme's numbers: its issuer, a park that confirmed them, or nobody (reference)."""
    if any(source.grade == REFERENCE for source in card.sources):
        return REFERENCE
    return CONFIRMED if any(laid.park for laid in card.overlays) else OFFICIAL


def credit_writer(prepared: Prepared, card: Card, flagged: list[str]) -> Write:
    """How the credit of an enterprise under a scheme is written, and the reasons."""
    scheme = card.scheme
    assert scheme is not None
    fixed = {"scheme": card.id, **head(card), "status": status_of(card), "issuer": label(scheme.issuer)}
    if confirmed := [laid.decision for laid in card.overlays if laid.park and laid.decision]:
        last = confirmed[-1]
        fixed["confirmed"] = {"by": last.by, "on": last.on.isoformat(), "because": last.because}
    parts, stage = PartsWriter(prepared, card), _stage(prepared, card, scheme)
    low, high = prepared.places(f"score|{card.id}", "low", "high") if card.items else (0, 0)
    score = _score(prepared, card, scheme) if card.items and not card.unset else None
    unsafe = prepared.program.at[f"{card.id}|unsafe"]
    unset = {name: {"label": label(one.label), **clause(one.source)} for name, one in card.unset.items()}

    def write(state: State, wider: bool) -> tuple[Json, list[Json]]:
        gates, items, raised, why = parts.of(state)
        out = {**fixed, **stage(state)}
        if score is not None:
            out["bounds"] = "safe" if wider or state[unsafe] else "exact"
            out |= score(state)
            if among := _group(scheme, out.get("stage", "")):
                out["percentile"] = percentile(scheme, among, state[low] or 0, state[high] or 0)
            out["items"] = {name: _aged(item, prepared.as_of) for name, item in items.items()}
        else:
            out["undetermined"] = UNSET
        if unset:
            out["unset"] = unset
        out["constraints"] = [_constraint(card, name, gate) for name, gate in gates.items()]
        out["flags"] = [*raised, *flagged]
        return out, why if score is not None else []

    return write


def percentile(scheme: Scheme, among: str, low: int, high: int) -> Json:
    """Share of the enterprises of a frozen distribution that have fewer points; by micro-points, least and most."""
    counts = scheme.peers[among]
    firms = sum(count for _, count in counts)

    def below(micro: int) -> float:
        return round(sum(count for tenths, count in counts if tenths < micro // TENTH) / firms, 4)

    return {"low": below(low), "high": below(high), "among": among, "firms": firms}


def in_park(scheme: Scheme, credit: Json, park: str | None) -> Json:
    """The percentile within the enterprise's park, where the distribution has one."""
    group = f"park:{park}"
    if group not in scheme.peers or "score" not in credit:
        return {}
    ends = (round(credit["score"][end] * MICRO) for end in ("low", "high"))
    return {"percentile_in_park": percentile(scheme, group, *ends)}


def _group(scheme: Scheme, stage: str) -> str | None:
    """Those of the same stage; all, where a stage has too few to tell or is open."""
    return next((group for group in (f"stage:{stage}", "all") if group in scheme.peers), None)


def _stage(prepared: Prepared, card: Card, scheme: Scheme) -> Callable[[State], Json]:
    """The stage, or those in which the enterprise may be."""
    ends = {s.id: prepared.places(f"stage|{card.id}|{s.id}", "low", "high") for s in scheme.stages if scheme.by}

    def of(state: State) -> Json:
        certain = [stage for stage, (low, _) in ends.items() if state[low]]
        if certain:
            return {"stage": certain[0]}
        possible = [stage for stage, (_, high) in ends.items() if state[high]]
        return {"stage": "undetermined", "stages": possible} if ends else {}

    return of


def _score(prepared: Prepared, card: Card, scheme: Scheme) -> Callable[[State], Json]:
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    groups = {name: prepared.places(f"group|{card.id}|{name}", "low", "high") for name in card.groups}
    settled = {name: prepared.places(f"{card.id}|items/{name}", "low", "high") for name in card.items}
    stages = {s.id: prepared.places(f"stage|{card.id}|{s.id}", "high")[0] for s in scheme.stages if scheme.by}
    scale = {"base": points(scheme.base or 0), "bonus": points(scheme.bonus)}

    def ends(state: State, places: list[int]) -> Json:
        one, other = (state[place] or 0 for place in places)
        return {"low": points(one), "high": points(other)}

    def coverage(state: State) -> float:
        """Share of the weight whose points the data settle; of several possible stages the least."""
        possible = [stage for stage, place in stages.items() if state[place]] or [""]
        shares = []
        for stage in possible:
            weights = {name: item.weights.get(stage, item.cap) for name, item in card.items.items()}
            backed = sum(weights[name] for name, (one, other) in settled.items() if state[one] == state[other])
            shares.append(backed / sum(weights.values()))
        return min(shares)

    def write(state: State) -> Json:
        return {
            "scale": scale,
            "score": {**ends(state, [low, high]), "max": points(card.maximum)},
            "coverage": round(coverage(state), 4),
            "groups": {
                name: {"label": label(card.groups[name].label), "points": ends(state, at)}
                for name, at in groups.items()
            },
        }

    return write


def _constraint(card: Card, name: str, gate: Json) -> Json:
    effect = card.gates[name].effect
    assert effect is not None
    told = {"id": name, **gate, "effect": effect.kind}
    told.pop("binding", None)
    return told | ({"points": points(effect.points)} if effect.points is not None else {})


def _aged(item: Json, as_of: date) -> Json:
    """The item with the age of its datum in months; accounts too old are stale."""
    if "data_date" not in item:
        return item
    day = date.fromisoformat(item["data_date"])
    months = (as_of.year - day.year) * 12 + as_of.month - day.month - (as_of.day < day.day)
    return {**item, "age_months": months, **({"stale": True} if months > STALE_MONTHS else {})}
