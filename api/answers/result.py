"""The result JSON of one enterprise (contract §5): one schema for command line, HTTP and receipts."""

from __future__ import annotations

from typing import Any

from api.answers import explain
from api.answers.reasons import reasons
from features.facts import path_of_year
from features.tables import LIST_TABLES
from scoring.assembly import Verdict
from scoring.card import MICRO, Card
from scoring.decision import decision_part
from scoring.engine import Answer
from scoring.ladder import State
from scoring.release import ENGINE, digest

Json = dict[str, Any]
LISTED = {table.id for table in LIST_TABLES}
UNDETERMINED = Verdict.UNDETERMINED.value


def result(answer: Answer) -> Json:
    """The whole answer. A part that does not exist is absent."""
    question, rules = answer.question, answer.rules
    assessments = {name: _assessment(answer, picked.card) for name, picked in rules.picked.items()}
    for name, picked in rules.picked.items():
        if picked.outside:
            assessments[name]["flags"].append("edition_outside_period")
    decision = decision_part(answer)
    flags = [f"uscc:{warning}" for warning in answer.dossier.warnings]
    flags += [f"conflict:{path}" for path in answer.known.conflicts]
    if answer.known.duplicates:
        flags.append(f"duplicate_rows:{answer.known.duplicates}")
    return {
        "uscc": answer.dossier.uscc,
        "as_of": question.as_of.isoformat(),
        "known_at": question.known_at.isoformat(),
        "engine": ENGINE,
        "release": rules.release.as_dict(),
        "tier": _tier(answer, assessments),
        "assessments": assessments,
        "missing": _missing(answer),
        "flags": flags,
        "reasons": [r for name, picked in rules.picked.items() for r in reasons(picked.card, assessments[name])],
        "receipt": {"sha256": digest(decision)},
        "decision": decision,
    }


def _assessment(answer: Answer, card: Card) -> Json:
    made, compiled = answer.assembly, answer.rules.program.cards[card.id]
    out: Json = {
        "title": explain.label(card.title),
        "edition": card.edition,
        "verdict": Verdict(made[f"verdict|{card.id}"]).word if not card.classes else Verdict.NOT_APPLICABLE.word,
        "bounds": "safe" if card.id in answer.safe else "exact",
    }
    if card.classes:
        out.update(_class(answer, card))
    else:
        route = next((r for r in card.routes if made[f"route|{card.id}|{r}|certain"]), None)
        if route and out["verdict"] == Verdict.PASS.word:
            out["route"] = route
        if card.items:
            out["score"] = _score(answer, card)
    out["gates"] = {name: explain.gate(answer, card, gate) for name, gate in card.gates.items()}
    if not card.classes:
        out["items"] = {name: explain.item(answer, card, item) for name, item in card.items.items()}
        out["routes"] = {
            name: {
                "label": explain.label(route.label),
                "verdict": explain.verdict_of(
                    made[f"route|{card.id}|{name}|certain"], made[f"route|{card.id}|{name}|possible"]
                ),
                "clause": route.source.clause,
                "grade": route.source.grade,
            }
            for name, route in card.routes.items()
        }
        out["groups"] = {
            name: {
                "points": {
                    "low": explain.points(made[f"group|{card.id}|{name}|low"]),
                    "high": explain.points(made[f"group|{card.id}|{name}|high"]),
                }
            }
            for name in card.groups
        }
    parts = (*out["gates"].values(), *out.get("items", {}).values())
    out["flags"] = sorted({flag for part in parts for flag in part.get("flags", ())})
    if any(name.startswith("expert_grade/") for part in compiled.parts.values() for name in part.influences):
        out["review"] = _review(answer, card)
    return out


def _class(answer: Answer, card: Card) -> Json:
    low, high = (answer.assembly[f"score|{card.id}|{end}"] // MICRO for end in ("low", "high"))
    part = next(iter(card.items))
    out: Json = {"class": card.classes[low] if low == high else "undetermined"}
    if low != high:
        out["class_range"] = [card.classes[low], card.classes[high]]
    source = card.items[part].source
    out.update(clause=source.clause, grade=source.grade)
    return out


def _score(answer: Answer, card: Card) -> Json:
    made = answer.assembly
    limits = card.score_limits
    out = {
        "low": explain.points(made[f"score|{card.id}|low"]),
        "high": explain.points(made[f"score|{card.id}|high"]),
        "max": explain.points(card.maximum),
    }
    return {**out, "pass": explain.threshold(limits)} if limits else out


def _review(answer: Answer, card: Card) -> Json:
    made = answer.assembly
    hard = [name for name, gate in card.gates.items() if gate.requirement]
    gates, possible = (
        [answer.parts[f"{card.id}|gates/{name}|{end}"] for name in hard] for end in ("certain", "possible")
    )
    limits = card.score_limits
    return {
        "hard_gates": explain.verdict_of(int(all(gates)), int(all(possible))),
        "points_certain": explain.points(made[f"score|{card.id}|low"]),
        "points_possible": explain.points(made[f"score|{card.id}|high"]),
        **({"points_needed": explain.least_whole(limits)} if limits else {}),
    }


def _tier(answer: Answer, assessments: Json) -> Json:
    ladder, made = answer.ladder, answer.assembly

    def rung(place: int) -> str | None:
        return ladder.rungs[place].id if place >= 0 else None

    out: Json = {
        "held": [r.id for r in ladder.rungs if answer.parts[f"holds/{r.id}|certain"]],
        "recognised": rung(made[f"tier|{ladder.id}|recognised"]),
        "qualified": rung(made[f"tier|{ladder.id}|qualified"]),
        "undetermined": [r.id for r in ladder.rungs if made[f"tier|{ladder.id}|undetermined/{r.id}"]],
        "subject_to_review": [
            r.id
            for r in ladder.rungs
            if (found := assessments.get(r.card or "", {})).get("verdict") == Verdict.UNDETERMINED.word
            and found.get("review", {}).get("hard_gates") == Verdict.PASS.word
        ],
        "next": rung(made[f"tier|{ladder.id}|next"]),
        "ladder": [r.id for r in ladder.rungs],
        "ladder_id": ladder.id,
        "ladder_status": ladder.status,
        "parallel": [r.id for r in ladder.rungs if r.parallel],
        "unset": [r.id for r in ladder.rungs if r.card is None or r.card not in assessments],
    }
    open_certificates = [
        r.id for r in ladder.rungs if answer.parts[f"holds/{r.id}|possible"] > answer.parts[f"holds/{r.id}|certain"]
    ]
    if open_certificates:
        out["certificate_undetermined"] = open_certificates
    states = {r.id: State(made[f"tier|{ladder.id}|state/{r.id}"]) for r in ladder.rungs}
    out["states"] = {rung: state.name.lower() for rung, state in states.items() if state is not State.NONE}
    return out


def _missing(answer: Answer) -> list[Json]:
    program, as_of = answer.rules.program, answer.question.as_of
    open_cards = {
        name
        for name, compiled in program.cards.items()
        if (answer.assembly.get(f"verdict|{name}", UNDETERMINED) == UNDETERMINED and not compiled.card.classes)
        or (compiled.card.classes and answer.assembly[f"score|{name}|low"] != answer.assembly[f"score|{name}|high"])
    }
    conflicting = set(answer.known.conflicts)
    out = []
    for fact in program.unknown_facts:
        settles = [
            name
            for name in sorted(open_cards)
            if any(fact in part.influences for part in program.cards[name].parts.values())
        ]
        path = path_of_year(fact, as_of)
        if path in conflicting:
            out.append({"fact": path, "state": "conflict", "settles": settles})
        elif answer.parts[f"unknown|{fact}"]:
            out += [{"fact": place, "state": "absent", "settles": settles} for place in _places(answer, fact, path)]
        if fact in LISTED:
            rows = sorted(place for place in conflicting if place.startswith(f"{fact}/"))
            out += [{"fact": place, "state": "conflict", "settles": settles} for place in rows]
    return out


def _places(answer: Answer, fact: str, path: str) -> list[str]:
    """Where to supply the fact: itself (a list as a whole too), or a column in each row that lacks it."""
    table, dot, field = fact.partition(".")
    if not dot or table not in LISTED:
        return [path]
    rows = answer.facts[0].rows[table]
    return [f"{table}/{position}/{field}" for position, row in enumerate(rows) if row[field] is None]
