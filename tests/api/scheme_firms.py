"""Enterprises, distributions and keys for the tests of schemes and receipts. Synthetic."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dossiers import strong
from overlay_texts import REFERENCE_SCHEME as SCHEME
from overlay_texts import overlay

from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Question
from scoring.made_under import made_under
from scoring.overlay import Place

Json = dict[str, Any]
QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
PEERS = overlay(
    "peers",
    """\
scheme:
  peers_of: {population: 合成人口, firms: 20, as_of: 2026-11-01, snapshot: "sha256:0", made_under: "MADE_UNDER"}
  peers:
    all: {"0": 10, "100": 5, "999": 5}
    stage:expansion: {"0": 4, "122": 4, "124": 2}
    park:liuzhou: {"124": 1, "500": 4}
""",
    scope='{region: "450000"}',
    begins="2026-11-01",
)


def lay(path: Path, text: str) -> None:
    """Writes an overlay; of a distribution, that it was made under the scheme as the folder's overlays make it in Liuzhou."""
    path.write_text(text, encoding="utf-8")
    if "MADE_UNDER" in text:
        card = (
            Catalogue(FOLDER, path.parent).pick_by_name(SCHEME, QUESTION.as_of, place=Place("450200", "liuzhou")).card
        )
        path.write_text(text.replace("MADE_UNDER", made_under(card)), encoding="utf-8")


def firm(**enterprise: Any) -> Json:
    """12.21 certain points of the reference scheme, in the stage of expansion."""
    raw = strong(intellectual_property=[], events=[], certificates=[])
    raw["enterprise"] |= enterprise
    raw["annual_reports"] = [
        {"fiscal_year": 2025, "revenue": 4000_0000, "rd_expense": 200_0000, "employees": 100, "rd_staff": 4, "hitech_income": 0,
         "total_income": 4000_0000, "net_profit": 0, "total_assets": 100, "total_liabilities": 100, "main_business_revenue": 0},
        {"fiscal_year": 2024, "revenue": 1, "main_business_revenue": 0},
        {"fiscal_year": 2023, "revenue": 1, "main_business_revenue": 0},
    ]  # fmt: skip
    return raw


def keys(folder: Path, name: str) -> tuple[Path, bytes]:
    """A new private key in a file, and its public key."""
    key = Ed25519PrivateKey.generate()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values without values below them."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = False
    for key, child in children:
        found = True
        yield from leaves(child, (*path, key))
    if not found:
        yield path


def changed(node: Json, path: tuple[Any, ...]) -> Json:
    """A copy with the value at a path changed."""
    made = copy.deepcopy(node)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else f"{old}x" if isinstance(old, str) else 7
    return made
