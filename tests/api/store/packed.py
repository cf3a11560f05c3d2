"""Releases of few rules, which opens at once."""

from __future__ import annotations

import gzip
import json

from scoring.catalogue import FOLDER


def packed(**more: str) -> bytes:
    """As `api.authority.bundle.pack` packs a folder with one rulebook and ``more`` files by their paths."""
    texts = {"tech_sme/2017.yaml": (FOLDER / "tech_sme/2017.yaml").read_text(encoding="utf-8"), **more}
    return gzip.compress(json.dumps(texts, ensure_ascii=False).encode("utf-8"), mtime=0)


RULES = packed()
