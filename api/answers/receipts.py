"""Receipts: a result with the rules that decided it, in core form, and a signature, so that others can verify it alone."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from api.answers.decision import reference_schemes, told_cards
from api.answers.forms import Json
from api.answers.scheme_figures import tables_of
from features.errors import ValueProblem
from scoring import core, verifier
from scoring.assembly import OUTSIDE
from scoring.core import Node
from scoring.program import Program
from scoring.release import digest

SIGNING_KEY = "DENGTI_SIGNING_KEY"
"""Environment variable: the file of the release key, an Ed25519 private key in PEM."""


@cache
def core_of(program: Program, *, reference: bool = False) -> tuple[Json, str]:
    """The rules of a program as a verifier reads them (`scoring.verifier`), and their hash: without schemes of reference, or
    those alone.
    """
    hidden = reference_schemes(program)
    told = hidden if reference else (program.cards.keys() | {card.id for card in told_cards(program)}) - hidden

    def of(roots: Mapping[str, Node]) -> dict[str, Node]:
        return {name: node for name, node in roots.items() if not told.isdisjoint(name.split("|"))}

    parts = {name: node for name, node in of(program.parts).items() if not name.startswith("flag|")}
    bands = {name: node for name, node in of(program.shown).items() if "|band|" in name}
    both = (f"{OUTSIDE}|{end}" for end in ("low", "high"))
    asked = {**parts, **bands, **{root: program.parts[root] for root in both}}
    made = {n: node for n, node in of(program.assembly_of_parts).items() if n.startswith(("verdict|", "score|"))}
    order = core.walk((*asked.values(), *made.values()))
    place = {id(node): number for number, node in enumerate(order)}
    found: Json = {
        "format": "dengti-core/2",
        "nodes": core.table((*asked.values(), *made.values())),
        "parts": {name: place[id(node)] for name, node in asked.items()},
        "assembly": {name: place[id(node)] for name, node in made.items()},
        "schemes": tables_of(one.card for name, one in program.cards.items() if name in told),
    }
    return found, digest(found)


def receipted(result: Json, program: Program) -> Json:
    """The result with its rules and, where this deployment has a key, its signature. Raises `ValueProblem` for a wrong key."""
    rules, of_rules = core_of(program)
    receipt, key = {**result["receipt"], "program": of_rules}, signing_key()
    out: Json = {**result, "program": rules, "receipt": receipt}
    if "decision_reference" in result:
        out["program_reference"], receipt["program_reference"] = core_of(program, reference=True)
        if key is not None:
            part = {**result["decision_reference"], "salt": _salt(key, receipt)}
            out["decision_reference"], receipt["reference"] = part, digest(part)
    if key is not None:
        receipt["key"] = key_id(key.public_key())
        receipt["signature"] = key.sign(verifier.signed(receipt)).hex()
    return out


def _salt(key: Ed25519PrivateKey, receipt: Json) -> str:
    """Keeps those who get the digest of a part but not the part from trying the few facts that it may hold; the same answer
    always has the same.
    """
    return hmac.new(key.private_bytes_raw(), verifier.canonical(receipt), "sha256").hexdigest()


def key_id(key: Ed25519PublicKey) -> str:
    """By what a receipt names its key: the first 16 digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def signing_key() -> Ed25519PrivateKey | None:
    """The release key, or None where the deployment has none. Raises `ValueProblem` where it cannot be read."""
    stated = os.environ.get(SIGNING_KEY)
    if not stated:
        return None
    try:
        key = load_pem_private_key(Path(stated).read_bytes(), password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    except (OSError, ValueError, TypeError):
        pass
    raise ValueProblem(
        field=SIGNING_KEY,
        value=stated,
        rule="应为 Ed25519 私钥（PEM，无口令） / must be an Ed25519 private key in PEM, without a passphrase",
        remedy="以 dengti keys new 生成，或取消这一环境变量 / make one with dengti keys new, or unset the variable",
    )
