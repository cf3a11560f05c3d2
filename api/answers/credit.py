"""Innovation credit in the result JSON: points under one scheme, with what backs them and what stands apart from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import orjson
from orjson import Fragment

from api.answers.cards import ask_flags, ask_gates, ask_items, ask_points, head
from api.answers.decision import CONFIRMED, status_of
from api.answers.forms import ROOM, Json, members
from api.answers.kept import Key
from api.answers.numbers import points
from api.answers.parts import Add, More, clause, label
from api.answers.scheme_figures import (
    ALL,
    STALE,
    STALE_MONTHS,
    Figures,
    Share,
    months_since,
    months_since_year,
)
from api.answers.state import Prepared, Reads, State
from scoring.card import Card, Item, Percentile, Scheme

PEERS_OF_OTHERS = {
    "code": "peers_under_other_weights",
    "zh": "参考分布是按其他指标、权重或阶段冻结的，不给出分位；请重新冻结：dengti release build --peers",
    "en": "the reference table was frozen under other items, weights or stages, so no percentile is told; freeze it again: "
    "dengti release build --peers",
}
UNSET = {"zh": "权重未公布", "en": "weights not published"}
STAGE_OPEN = {"code": "stage_open", "zh": "阶段待定，按全部企业", "en": "the stage is open: told among all"}
SMALL_CELL = {
    "code": "small_cell",
    "zh": "同阶段企业太少，按全部企业",
    "en": "too few enterprises in the stage: told among all",
}

Write = Callable[[State, str | None, bool, Sequence[memoryview]], Json]
"""The credit of an enterprise, told its values, its park, whether united parts are wider than the completions, and the page's sections."""


def ask_credit(prepared: Prepared, card: Card, flagged: list[str]) -> Write:
    """What a scheme says in sections of the page, and how the credit is written with them."""
    scheme = card.scheme
    assert scheme is not None
    fixed = {"scheme": card.id, **head(card), "status": status_of(card), "issuer": label(scheme.issuer)}
    decisions = [laid.decision for laid in card.overlays if laid.park and laid.document and laid.decision]
    if decisions and fixed["status"] == CONFIRMED:
        last = decisions[-1]
        fixed["confirmed"] = {"by": last.by, "on": last.on.isoformat(), "because": last.because}
    figures, page = Figures(prepared.program, prepared.program.cards[card.id]), prepared.page
    gates = page.section()
    ask_gates(prepared, card)
    items = page.section()
    ask_items(prepared, card, partial(_more, card))
    flags = page.section()
    ask_flags(prepared, card, flagged)
    score = _ask_score(prepared, card, scheme) if figures.gives_points else None
    unsafe = prepared.program.at[f"{card.id}|unsafe"]
    unset = {name: {"label": label(one.label), **clause(one.source)} for name, one in card.unset.items()}
    as_of = prepared.as_of

    def write(state: State, park: str | None, wider: bool, sections: Sequence[memoryview]) -> Json:
        out = {**fixed, **_stage(figures.stages(state.told))}
        if (year := figures.accounts(state.told)) is not None:
            out["accounts"] = _accounts(year, scheme, as_of)
        if score is None:
            out["undetermined"] = UNSET
        elif figures.refuses(state.told, as_of):
            out |= {"undetermined": _refused(scheme), "coverage": _coverage(figures, state)}
        else:
            out["bounds"] = "safe" if wider or state[unsafe] else "exact"
            out |= {**score(sections), "coverage": _coverage(figures, state)}
            if group := figures.group(state.told):
                out["percentile"] = _percentile(figures.share(state.told, group), group, out.get("stage"))
            elif scheme.peers_of_others:
                out["percentile_unavailable"] = PEERS_OF_OTHERS
            out["items"] = Fragment(b"".join((b"{", sections[items], b"}")))
        if unset:
            out["unset"] = unset
        out["constraints"] = Fragment(b"".join((b"[", sections[gates], b"]")))
        out["flags"] = Fragment(bytes(sections[flags]))
        if "score" in out and (own := f"park:{park}") in figures.groups:
            out["percentile_in_park"] = {**figures.share(state.told, own).told(), "among": own}
        return out

    return write


def _stages(card: Card) -> list[str]:
    return [stage.id for stage in card.scheme.stages] if card.scheme and card.scheme.by else []


def _stage(stages: dict[str, list[int]]) -> Json:
    """The stage, or those in which the enterprise may be."""
    certain = [stage for stage, (low, _) in stages.items() if low]
    if certain:
        return {"stage": certain[0]}
    return {"stage": "undetermined", "stages": [s for s, (_, high) in stages.items() if high]} if stages else {}


def _percentile(share: Share, group: str, stage: str | None) -> Json:
    """The share, among whom, and why among all where not of the stage."""
    out = {**share.told(), "among": group}
    if group == ALL and stage is not None:
        out["fallback"] = _why(stage)
    return out


def _more(card: Card, item: Item) -> More:
    """What a scheme says besides of an item: told from a frozen table, of which group the table is; the age of its datum."""

    def prepared(reads: Reads) -> Add:
        tables = item.unweighed.cuts if isinstance(item.unweighed, Percentile) else None
        stages = {s: reads.ends(f"stage|{card.id}|{s}", "low", "high") for s in _stages(card) if tables is not None}
        as_of = reads.prepared.as_of

        def add(key: Key, out: Json) -> None:
            if tables is not None:
                stage = _stage({name: [key[end] for end in ends] for name, ends in stages.items()}).get("stage")
                own = stage in tables
                out["among"] = f"stage:{stage}" if own else ALL
                if not own and stage is not None:
                    out["fallback"] = _why(stage)
            if "data_date" in out:
                out["age_months"] = months = months_since(date.fromisoformat(out["data_date"]), as_of)
                if months > STALE_MONTHS:
                    out["stale"] = True

        return add

    return prepared


def _why(stage: str) -> Json:
    return STAGE_OPEN if stage == "undetermined" else SMALL_CELL


def _coverage(figures: Figures, state: State) -> float:
    return round(float(figures.coverage(state.told)), 4)


def _accounts(year: int, scheme: Scheme, as_of: date) -> Json:
    """The newest accounting year that the scheme has facts of, its age, and whether that is too old."""
    months, limit = months_since_year(year, as_of), scheme.refuse_accounts_older_than
    stale = months > (STALE_MONTHS if limit is None else limit)
    return {"year": as_of.year + year, "age_months": months, **({"stale": True} if stale else {})}


def _refused(scheme: Scheme) -> Json:
    limit = scheme.refuse_accounts_older_than
    return {
        "code": STALE,
        "zh": f"本方案设置：财务数据超过 {limit} 个月不予评分",
        "en": f"by a setting of the scheme no points are given on accounts older than {limit} months",
    }


def _ask_score(prepared: Prepared, card: Card, scheme: Scheme) -> Callable[[Sequence[memoryview]], Json]:
    """The points and those of each group in sections of the page, and how they are written."""
    page, scale = prepared.page, {"base": points(scheme.base or 0), "bonus": points(scheme.bonus)}
    score = page.section()
    ask_points(prepared, orjson.dumps({"low": ROOM, "high": ROOM, "max": points(card.maximum)}), [f"score|{card.id}"])
    groups = page.section()
    page.say(b"{")
    for number, (name, group) in enumerate(card.groups.items()):
        if number:
            page.say(b",")
        ask_points(
            prepared,
            members({name: {"label": label(group.label), "points": {"low": ROOM, "high": ROOM}}}),
            [f"group|{card.id}|{name}"],
        )
    page.say(b"}")

    def write(sections: Sequence[memoryview]) -> Json:
        return {
            "scale": scale,
            "score": Fragment(bytes(sections[score])),
            "groups": Fragment(bytes(sections[groups])),
        }

    return write
