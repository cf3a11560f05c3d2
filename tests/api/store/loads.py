"""Files for the store: dossiers written as JSON, read by the intake, loaded."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from api.store.database import Store
from api.store.loading import File, Loaded, load
from features.durable import fingerprint
from features.intake import read_input

TODAY = date(2026, 11, 22)


def load_dossiers(store: Store, folder: Path, *raw: dict[str, Any], today: date = TODAY, **how: str) -> Loaded:
    """Load dossiers as one file; ``how`` as `File`."""
    path = folder / "dossiers.json"
    path.write_text(json.dumps(raw, ensure_ascii=False, default=str), encoding="utf-8")
    file = File(fingerprint(path), path.name, "p-1", **how)
    return load(store, file, read_input(path), today)
