"""Innovation credit in the result JSON: points under one scheme, with what backs them and what stands apart from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

import orjson

from api.answers.cards import ask_flags, ask_gates, ask_items, ask_points, head
from api.answers.decision import CONFIRMED, status_of
from api.answers.forms import ROOM, Json, Pieces, Written, members
from api.answers.kept import Kept, Key
from api.answers.numbers import points
from api.answers.parts import Add, More, clause, label
from api.answers.scheme_figures import (
    ALL,
    STALE,
    STALE_MONTHS,
    Figures,
    Share,
    Told,
    months_since,
    months_since_year,
)
from api.answers.state import Prepared, Reads
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


class Credit(NamedTuple):
    """What a scheme says of an enterprise."""

    pieces: Pieces
    gives_points: bool


Write = Callable[[Told, bool, Sequence[memoryview]], Credit]
"""The credit of an enterprise, told its figures, whether parts are united beyond what completions say, and the page's sections."""


class _Words(NamedTuple):
    """What is said around the sections of a page."""

    head: Written
    behind_points: Written
    tail: Written


def ask_credit(prepared: Prepared, card: Card, figures: Figures, flagged: list[str]) -> Write:
    """What a scheme says in sections of the page, and how the credit is written with them."""
    scheme = card.scheme
    assert scheme is not None
    fixed = {"scheme": card.id, **head(card), "status": status_of(card), "issuer": label(scheme.issuer)}
    decisions = [laid.decision for laid in card.overlays if laid.park and laid.document and laid.decision]
    if decisions and fixed["status"] == CONFIRMED:
        last = decisions[-1]
        fixed["confirmed"] = {"by": last.by, "on": last.on.isoformat(), "because": last.because}
    page, as_of = prepared.page, prepared.as_of
    gates = page.section()
    ask_gates(prepared, card)
    items = page.section()
    ask_items(prepared, card, partial(_more, card))
    flags = page.section()
    ask_flags(prepared, card, flagged)
    points_of = _ask_points(prepared, card) if figures.gives_points else None
    unset = {name: {"label": label(one.label), **clause(one.source)} for name, one in card.unset.items()}
    constraints = b",%b" % (members({"unset": unset}) + b"," if unset else b"") + b'"constraints":['

    def words(told: tuple[Told, bool]) -> _Words:
        of, safe = told
        out, behind, tail = {**fixed, **_stage(of.stages)}, Json(), Json()
        if of.accounts is not None:
            out["accounts"] = _accounts(of.accounts, scheme, as_of)
        coverage = round(float(of.coverage), 4)
        if not figures.gives_points:
            out["undetermined"] = UNSET
        elif of.refused:
            out |= {"undetermined": _refused(scheme), "coverage": coverage}
        else:
            out |= {"bounds": "safe" if safe else "exact", "scale": _scale(scheme)}
            behind["coverage"] = coverage
            if of.group:
                behind["percentile"] = _percentile(of.shares[of.group], of.group, out.get("stage"))
            elif scheme.peers_of_others:
                behind["percentile_unavailable"] = PEERS_OF_OTHERS
            if of.in_park:
                tail["percentile_in_park"] = {**of.shares[of.in_park].told(), "among": of.in_park}
        return _Words(b"{" + members(out), members(behind), (b"," + members(tail) if tail else b"") + b"}")

    kept = Kept(words, 1024)

    def write(told: Told, safe: bool, sections: Sequence[memoryview]) -> Credit:
        said = kept[told, safe]
        out: Pieces = [said.head]
        shown = None if told.refused else points_of
        if shown:
            score, groups = shown
            out += (b',"score":', sections[score], b',"groups":', sections[groups], b",", said.behind_points)
            out += (b',"items":{', sections[items], b"}")
        out += (constraints, sections[gates], b'],"flags":', sections[flags], said.tail)
        return Credit(out, shown is not None)

    return write


def _stages(card: Card) -> list[str]:
    return [stage.id for stage in card.scheme.stages] if card.scheme and card.scheme.by else []


def _stage(stages: Mapping[str, Sequence[int]]) -> Json:
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


def _scale(scheme: Scheme) -> Json:
    return {"base": points(scheme.base or 0), "bonus": points(scheme.bonus)}


def _ask_points(prepared: Prepared, card: Card) -> tuple[int, int]:
    """The points and those of each group, in sections of the page."""
    page = prepared.page
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
    return score, groups
