#!/usr/bin/env python3
"""Verifies a result by itself: the decision part is whole, and its rules say of its facts what it says.

One file, nothing of the project imported: ``python verifier.py RESULT.json [PUBLIC_KEY.pem]``. It evaluates the core form of the
rules with `fractions`, so it is also the oracle to which the tests hold both back ends. A signature needs the package
``cryptography``.

A program is ``{"nodes": [[operator, …], …], "parts": {root: place}, "assembly": {root: place}}``; operands are places of nodes
(see ``docs/card-language.md``, core form). Parts are asked of the facts, the assembly of the parts.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

Facts = Mapping[str, int | None]
Tables = Mapping[str, Sequence[Facts]]
WORDS = ("fail", "pass", "undetermined", "not_applicable")


def evaluate(nodes: Sequence[Sequence[Any]], place: int, facts: Facts, tables: Tables) -> Fraction:
    """Value of one node on the facts of one enterprise."""
    return _value(nodes, place, facts, tables, {})


def _value(
    nodes: Sequence[Sequence[Any]], place: int, facts: Facts, tables: Tables, known: dict[int, Fraction]
) -> Fraction:
    if place not in known:
        op, *args = nodes[place]
        if op in ("const", "fill", "known"):
            known[place] = _leaf(op, args, facts)
        elif op == "rows":
            named = ({**facts, **{f"{args[0]}.{k}": v for k, v in row.items()}} for row in tables.get(args[0], ()))
            known[place] = sum((_value(nodes, args[1], row, tables, {}) for row in named), Fraction(0))
        elif op == "step":
            reached = _value(nodes, args[0], facts, tables, known)
            known[place] = Fraction(args[2][sum(edge < reached for edge in args[1])])
        elif op == "if":
            chosen = args[1] if _value(nodes, args[0], facts, tables, known) else args[2]
            known[place] = _value(nodes, chosen, facts, tables, known)
        else:
            known[place] = _combined(op, [_value(nodes, arg, facts, tables, known) for arg in args])
    return known[place]


def _leaf(op: str, args: Sequence[Any], facts: Facts) -> Fraction:
    if op == "const":
        return Fraction(args[0])
    found = facts.get(args[0])
    if op == "known":
        return Fraction(found is not None)
    return Fraction(args[1] if found is None else found)


def _combined(op: str, values: list[Fraction]) -> Fraction:
    match op:
        case "add":
            return sum(values, Fraction(0))
        case "mul":
            return values[0] * values[1]
        case "div":
            return Fraction(values[0] // values[1])
        case "ge":
            return Fraction(values[0] >= values[1])
        case "eq":
            return Fraction(values[0] == values[1])
        case "not":
            return 1 - values[0]
        case "and":
            return Fraction(all(values))
        case "or":
            return Fraction(any(values))
        case "min":
            return min(values)
        case "max":
            return max(values)
    raise ValueError(f"no such operator: {op}")


def canonical(value: object) -> bytes:
    """RFC 8785 form of objects, lists, texts, integers, booleans and null."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return b"{" + b",".join(canonical(str(key)) + b":" + canonical(value[key]) for key in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, float):
        raise ValueError("a decision part holds no floats")
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def signed(receipt: Mapping[str, Any]) -> bytes:
    """What a signature covers: the hashes of the decision part and of the program."""
    return canonical({"decision": receipt["sha256"], "program": receipt.get("program", "")})


def verify(result: Mapping[str, Any], public_key: bytes | None = None) -> tuple[list[str], str]:
    """What is wrong with a result (empty where nothing is), and what is left unchecked."""
    decision, receipt = result["decision"], result["receipt"]
    wrong = []
    if digest(decision) != receipt["sha256"]:
        wrong.append("决定部分与收据的指纹不符 / the decision part does not match its receipt")
    wrong += [
        f"{key}：结果与决定部分不符 / {key} differs from the decision part"
        for key in ("uscc", "as_of", "known_at")
        if result.get(key) != decision[key]
    ]
    if result["release"]["id"] != decision["release"]:
        wrong.append("release：结果与决定部分不符 / the release differs from the decision part")
    wrong += _shown(result, decision)
    program, unchecked = result.get("program"), []
    if program is None:
        unchecked.append("未附规则，未重新计算 / no program, values not recomputed")
    elif digest(program) != receipt.get("program"):
        wrong.append("规则与收据的指纹不符 / the program does not match its receipt")
    else:
        try:
            wrong += _recomputed(program, decision)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError):
            wrong.append("决定部分或规则残缺，无法重新计算 / the decision part or the program is malformed")
    if public_key is None:
        unchecked.append("未核对来源 / origin not checked")
    elif not _is_signed(receipt, public_key):
        wrong.append("签名无效 / the signature is not valid")
    return wrong, "；".join(unchecked)


def _shown(result: Mapping[str, Any], decision: Mapping[str, Any]) -> list[str]:
    """Verdicts that people read and that the decision part does not say."""
    wrong = []
    credit = {one["scheme"]: one for one in (result.get("credit"), *result.get("other_credit", ())) if one}
    for name, shown in {**result.get("assessments", {}), **credit}.items():
        decided = decision["cards"].get(name, {})
        if "verdict" in shown and "class" not in shown and shown["verdict"] != decided.get("verdict"):
            wrong.append(f"{name}.verdict：{shown.get('verdict')} ≠ {decided.get('verdict')}")
        if "score" in shown and [round(shown["score"][e] * 10**6) for e in ("low", "high")] != decided.get("score"):
            wrong.append(f"{name}.score：{shown['score']} ≠ {decided.get('score')}")
    return wrong


def _recomputed(program: Mapping[str, Any], decision: Mapping[str, Any]) -> list[str]:
    """Where the rules say otherwise of the facts: over their completions, parts united, the assembly made of the parts."""
    nodes, each = program["nodes"], []
    for one in decision["facts"]:
        memo: dict[int, Fraction] = {}
        facts, tables = one["scalars"], one["rows"]
        each.append({name: int(_value(nodes, at, facts, tables, memo)) for name, at in program["parts"].items()})
    unite = {True: min, False: max}
    parts = {name: unite[name.endswith("|low")](one[name] for one in each) for name in program["parts"]}
    memo = {}
    made = {name: int(_value(nodes, at, parts, {}, memo)) for name, at in program["assembly"].items()}
    wrong = []
    for card, decided in decision["cards"].items():
        stated: dict[str, Any] = {f"{card}|{part}": ends for part, ends in decided["parts"].items()}
        stated |= {f"show|{card}|{part}|band": ends for part, ends in decided["bands"].items()}
        found: dict[str, Any] = {root: [parts[f"{root}|{end}"] for end in ("low", "high")] for root in stated}
        if "score" in decided:
            stated["score"], found["score"] = decided["score"], [made[f"score|{card}|{end}"] for end in ("low", "high")]
        if "verdict" in decided:
            stated["verdict"], found["verdict"] = decided["verdict"], WORDS[made[f"verdict|{card}"]]
        wrong += [f"{card} {root}: {stated[root]} ≠ {found[root]}" for root in stated if stated[root] != found[root]]
    return wrong


def _is_signed(receipt: Mapping[str, Any], public_keys: bytes) -> bool:
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
    print("\n".join(found) or f"完好 / intact{'，' + left if left else ''}")
    sys.exit(1 if found else 0)
