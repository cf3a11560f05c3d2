"""Verifies a result by itself: the decision part is whole, and its rules say of its facts what it says.

One file, nothing of the project imported: ``python verifier.py RESULT.json [PUBLIC_KEY.pem]``. It evaluates the core form of the
rules (see ``docs/card-language.md``) with `fractions`, so it is also the oracle of the tests; a signature needs ``cryptography``.
A program is ``{"nodes": [[operator, operand, …], …], "parts": {root: place}, "assembly": {root: place}, "schemes": {card: tables}}``.
Parts are asked of the facts, the assembly of the parts. What schemes of reference decided stands apart with its own rules.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import eq, floordiv, ge, mul, not_
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
Known = dict[int, Fraction]
WORDS, ENDS = ("fail", "pass", "undetermined", "not_applicable"), ("low", "high")
PARTS = ("decision", "program", "decision_reference", "program_reference")
KEYS = ("sha256", "program", "reference", "program_reference")
NAMES = ("决定部分 / the decision part", "规则 / the program", "参考方案 / reference scheme", "参考规则 / its rules")
CHANCES = ("p", *ENDS, "facts_low", "facts_high", "card", "sha256", "origin")
VERIFIED = "已核验：decision 部分，以及与之相符的企业、日期、发布版、各卡结论与总分、创新积分的阶段、覆盖度与百分位，各梯次模型卡的概率 p、low、high、facts_low、facts_high / verified: the decision part and, held against it, enterprise, days, release, verdicts, totals, of credit stage, coverage and percentiles, and probabilities by learned cards"
OUTSIDE = "未核验（不在收据之内）：tier，probability 中的 distress、placement.tiers、trained_on、valid_for、within_months 与 reasons，以及有无省略，missing、flags、reasons、engine，单项门槛与指标的取值、得分和结论，各处文字 / not verified, outside the receipt: tier, of probability distress, placement.tiers, trained_on, valid_for, within_months and reasons, and whether something was left out; missing, flags, reasons, engine, values, points and verdicts of single gates and items, texts"


def evaluate(nodes: Sequence[Any], place: int, facts: Json, tables: Json, known: Known) -> Fraction:
    """Value of one node on the facts of one enterprise; ``known`` keeps the values of nodes that were met before."""
    if place not in known:
        op, *args = nodes[place]
        found: Any = args[0]
        if op in ("fill", "known"):
            value = facts.get(args[0])
            found = value is not None if op == "known" else args[1] if value is None else value
        elif op == "rows":
            rows = ({**facts, **{f"{args[0]}.{k}": v for k, v in row.items()}} for row in tables.get(args[0], ()))
            found = sum(evaluate(nodes, args[1], row, tables, {}) for row in rows)
        elif op == "step":
            reached = evaluate(nodes, args[0], facts, tables, known)
            found = args[2][sum(edge < reached for edge in args[1])]
        elif op == "if":
            chosen = args[1] if evaluate(nodes, args[0], facts, tables, known) else args[2]
            found = evaluate(nodes, chosen, facts, tables, known)
        elif op != "const":
            values = [evaluate(nodes, arg, facts, tables, known) for arg in args]
            found = _OF_ALL[op](values) if op in _OF_ALL else _OF_EACH[op](*values)
        known[place] = Fraction(found)
    return known[place]


_OF_ALL: dict[str, Callable[[list[Fraction]], Any]] = {"add": sum, "and": all, "or": any, "min": min, "max": max}
_OF_EACH: dict[str, Callable[..., Any]] = {"mul": mul, "div": floordiv, "ge": ge, "eq": eq, "not": not_}


def canonical(value: object) -> bytes:
    """RFC 8785 form of objects, lists, texts, integers, booleans and null; a decision part holds no other numbers."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return b"{" + b",".join(canonical(str(key)) + b":" + canonical(value[key]) for key in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def signed(receipt: Json) -> bytes:
    """What a signature covers: the hashes of the decision part, of its rules and of the part that stands apart."""
    return canonical({"decision": receipt["sha256"], **{key: receipt[key] for key in KEYS[1:] if key in receipt}})


def verify(result: Json, public_key: bytes | None = None) -> tuple[list[str], str]:
    """What is wrong with a result (empty where nothing is), and what is left unchecked."""
    decision, receipt, apart = result["decision"], result["receipt"], result.get("decision_reference")
    wrong, unchecked = [], []
    for name, part, key in zip(NAMES, map(result.get, PARTS), KEYS, strict=True):
        if part is not None and digest(part) != receipt.get(key):
            wrong.append(f"{name}：与收据的指纹不符 / does not match its receipt")
        elif part is None and (key == "program" or key in receipt):
            unchecked.append(f"{name}：未提供，未重新计算 / not given, not recomputed")
    try:
        wrong += _shown(result, decision, {**decision["cards"], **(apart["cards"] if apart else {})})
        for rules, part in ((result.get("program"), decision), (result.get("program_reference"), apart)):
            wrong += _recomputed(rules, part, decision.get("park")) if rules and part else []
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        wrong.append("残缺，无法重新计算 / what is shown, the decision part or the program is malformed")
    if public_key is None:
        unchecked.append("未核对来源 / origin not checked")
    elif not _is_signed(receipt, public_key):
        wrong.append("签名无效 / the signature is not valid")
    return wrong, "；".join(unchecked)


def _shown(result: Json, decision: Json, cards: Json) -> list[str]:
    """What people read and the decision part does not say: days, release, verdicts, points, stages, coverage, percentiles, chances."""
    release, chances = result["release"], result.get("probability", {})
    named = {**result, "release": release["id"]}
    said = [(key, named.get(key), decision[key]) for key in ("uscc", "as_of", "known_at", "release")]
    credit = {one["scheme"]: one for one in (result.get("credit"), *result.get("other_credit", ())) if one}
    for name, shown in {**result.get("assessments", {}), **credit}.items():
        decided = cards.get(name, {})
        if "verdict" in shown and "class" not in shown:
            said.append((f"{name}.verdict", shown["verdict"], decided.get("verdict")))
        if "score" in shown:
            said.append((f"{name}.score", [round(shown["score"][e] * 10**6) for e in ENDS], decided.get("score")))
        if "stage" in shown:
            certain = [stage for stage, (low, _) in decided["stages"].items() if low]
            said.append((f"{name}.stage", shown["stage"], (certain or ["undetermined"])[0]))
        if "coverage" in shown:
            said.append((f"{name}.coverage", float(shown["coverage"]), round(float(Fraction(*decided["coverage"])), 4)))
        for one in (shown[key] for key in ("percentile", "percentile_in_park") if key in shown):
            low, high, firms = decided["percentile"][one["among"]]
            among = [round(low / firms, 4), round(high / firms, 4), firms]
            said.append((f"{name} {one['among']}", [float(one["low"]), float(one["high"]), one["firms"]], among))
    if {one.get("origin", "own") for one in (*cards.values(), *release["cards"].values())} != {"own"}:
        said.append(("release.demo", release.get("demo"), True))
    told = [(chances["climb"]["target"], chances["climb"])] if "climb" in chances else []
    told += [pair for name in ("climb_further", "climb_beside") for pair in chances.get(name, {}).items()]
    for tier, one in (*told, *chances.get("placement", {}).get("cards", {}).items()):
        name, parts = f"climb.{tier}", cards[f"climb.{tier}"]["parts"]
        low, high = parts["points"]
        ends = (*((low, *parts.get("range", (None, None))) if low == high else (None,) * 3), *parts["facts"])
        found: list[Any] = [x if x is None else round(1 / (1 + math.exp(min(-x / 10**14, 700))), 6) for x in ends]
        found += [name, cards[name]["sha256"], cards[name]["origin"], {key: cards[name][key] for key in CHANCES[6:]}]
        shown = [x if x is None or isinstance(x, str) else float(x) for x in map(one.get, CHANCES)]
        said.append((name, [*shown, release["cards"].get(name)], found))
    return [f"{where}：{shown} ≠ {decided}" for where, shown, decided in said if shown != decided]


def _recomputed(program: Json, decision: Json, park: str | None) -> list[str]:
    """Where the rules say otherwise of the facts: over their completions, parts united, the assembly made of the parts."""
    nodes, parts, each = program["nodes"], program["parts"].items(), []
    for one, memo in [(one, Known()) for one in decision["facts"]]:
        each.append({n: int(evaluate(nodes, at, one["scalars"], one["rows"], memo)) for n, at in parts})
    value = {name: (min if name.endswith("|low") else max)(one[name] for one in each) for name in program["parts"]}
    memo = {}
    value |= {name: int(evaluate(nodes, at, value, {}, memo)) for name, at in program["assembly"].items()}
    wrong = []
    for card, decided in decision["cards"].items():
        stated: dict[str, Any] = {f"{card}|{part}": ends for part, ends in decided["parts"].items()}
        stated |= {f"show|{card}|{part}|band": ends for part, ends in decided["bands"].items()}
        stated |= {f"score|{card}": decided["score"]} if "score" in decided else {}
        made: dict[str, Any] = {root: [value[f"{root}|{end}"] for end in ENDS] for root in stated}
        made |= {"verdict": WORDS[value[f"verdict|{card}"]]} if "verdict" in decided else {}
        made |= _figures(program["schemes"][card], card, decided, value, park) if card in program["schemes"] else {}
        stated = {**decided, **stated}
        wrong += [f"{card} {root}: {stated.get(root)} ≠ {v}" for root, v in made.items() if stated.get(root) != v]
    return wrong


def _figures(scheme: Json, card: str, decided: Json, value: Mapping[str, int], park: str | None) -> dict[str, Any]:
    """Stages, coverage (of possible stages the least) and percentiles (among the stage, else all; and in the park)."""
    stages = {s: [value[f"stage|{card}|{s}|{end}"] for end in ENDS] for s in scheme["stages"]}
    if not scheme["weights"]:
        return {"stages": stages}
    weights = [scheme["weights"][s] for s in ([s for s, (_, high) in stages.items() if high] or [""])]
    backed = {n for n in weights[0] if value[f"{card}|items/{n}|low"] == value[f"{card}|items/{n}|high"]}
    shares = (Fraction(sum(w for n, w in each.items() if n in backed), sum(each.values())) for each in weights)
    made = {"stages": stages, "coverage": [*min(shares).as_integer_ratio()]}
    if "refused" in decided:
        return made
    told = [g for g in [*(f"stage:{s}" for s, (low, _) in stages.items() if low), "all"] if g in scheme["peers"]]
    counts = {g: scheme["peers"][g] for g in (*told[:1], f"park:{park}") if g in scheme["peers"]}
    reached = [value[f"score|{card}|{end}"] // 10**5 for end in ENDS]
    below = {g: [*(sum(n for t, n in of if t < r) for r in reached), sum(n for _, n in of)] for g, of in counts.items()}
    return {**made, "percentile": below}


def _is_signed(receipt: Json, public_keys: bytes) -> bool:
    """Whether one of the keys, of which an issuer has several over the years, signed it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    found = re.findall(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", public_keys, re.DOTALL)
    for key in map(load_pem_public_key, found or [public_keys]):
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(bytes.fromhex(receipt.get("signature", "")), signed(receipt))
                return True
        except (InvalidSignature, ValueError):
            continue
    return False


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found, left = verify(given, Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else None)
    print("\n".join(found) or f"完好 / intact{'，' + left if left else ''}\n{VERIFIED}\n{OUTSIDE}")
    sys.exit(1 if found else 0)
