"""What a told table is of: which facts, known when, under which release. Every table of answers names it."""

from __future__ import annotations

from datetime import date

from api.answers.forms import Json
from features.dossier import Dossier
from features.resolve import resolve
from scoring.engine import Engine
from scoring.release import digest


def vintage(dossier: Dossier, known_at: date, engine: Engine) -> Json:
    """Day of knowledge, release, and the fingerprint of the facts as they were known then: later ones do not move it."""
    data = digest({"tables": resolve(dossier, known_at).facts(), "evaluation": dict(dossier.evaluation)})
    return {"known_at": known_at.isoformat(), "release": engine.release_id, "data": data}


def in_words(found: Json) -> str:
    """The vintage in one line."""
    release, data = found["release"][7:19], found["data"][7:19]
    return f"事实 known at {found['known_at']}，数据 data {data}，发布版 release {release}"
