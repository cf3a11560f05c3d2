"""A batch made ready once: rules compiled, and what tells of them, kept on disk by the hash of all that they follow from.

A second batch under the same rules, of the same day and at the same places need not read a rulebook.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

import api
import features
import models
import scoring
from api import rules
from api.batch.frames import Framed
from features.durable import fingerprint
from features.snapshot import Place
from scoring.engine import Question
from scoring.machine import level_for, processor
from scoring.machine_kept import kept, sources

_PACKAGES = tuple(Path(str(package.__file__)).parent for package in (api, features, models, scoring))


def ready(question: Question, places: Sequence[Place], firms: int, release: str | None = None) -> Framed:
    """The rules of this deployment, or of a release of the store, made ready for a question, at some places, for about so many
    enterprises.

    Raises as `rules.engine`, and `UnknownName` for an unknown rulebook.
    """
    named = hashlib.sha256(sources(_PACKAGES))
    libraries = (sys.version, np.__version__, pl.__version__, processor())
    # A release is opened before it is known whether it was made ready: which one is live is known to the store alone.
    engine = rules.engine(release) if release else None
    own = engine.release_id if engine else [folder and fingerprint(folder) for folder in rules.own_folders()]
    named.update(repr((libraries, own, question, places, level_for(firms))).encode())
    made = kept(
        f"{named.hexdigest()}.batch", lambda: pickle.dumps(Framed(engine or rules.engine(), question, places, firms))
    )
    found: Framed = pickle.loads(made)
    return found
