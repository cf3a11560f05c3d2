"""Receipts: a result with the rules that decided it, in core form, and a signature, so that others can verify it alone."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from api.answers.reasons import Json
from features.errors import ValueProblem
from features.facts import OUT_OF_SCOPE
from scoring import core, verifier
from scoring.program import Program

SIGNING_KEY = "DENGTI_SIGNING_KEY"
"""Environment variable: the file of the release key, an Ed25519 private key in PEM."""


@cache
def core_of(program: Program) -> tuple[Json, str]:
    """The rules of a program as a verifier reads them (`scoring.verifier`), and their hash."""
    parts = {name: node for name, node in program.parts.items() if "|" in name and not name.startswith("flag|")}
    bands = {name: node for name, node in program.shown.items() if "|band|" in name}
    asked = {**parts, **bands, OUT_OF_SCOPE.path: program.parts[OUT_OF_SCOPE.path]}
    made = {name: node for name, node in program.assembly_of_parts.items() if name.startswith(("verdict|", "score|"))}
    order = core.walk((*asked.values(), *made.values()))
    place = {id(node): number for number, node in enumerate(order)}
    found: Json = {
        "format": "dengti-core/1",
        "nodes": core.table((*asked.values(), *made.values())),
        "parts": {name: place[id(node)] for name, node in asked.items()},
        "assembly": {name: place[id(node)] for name, node in made.items()},
    }
    return found, verifier.digest(found)


def receipted(result: Json, program: Program) -> Json:
    """The result with its rules and, where this deployment has a key, its signature. Raises `ValueProblem` for a wrong key."""
    rules, digest = core_of(program)
    receipt = {**result["receipt"], "program": digest}
    key = signing_key()
    if key is not None:
        receipt["key"] = key_id(key.public_key())
        receipt["signature"] = key.sign(verifier.signed(receipt)).hex()
    return {**result, "program": rules, "receipt": receipt}


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
