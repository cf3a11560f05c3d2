"""Where the public sets lie on machines that have them; tests on them are skipped elsewhere, with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("DENGTI_PUBLIC_DATA", "var/public"))
needs_public_data = pytest.mark.skipif(
    not (FOLDER / "sba_loans_dev.parquet").is_file(),
    reason="公开数据不在此机 / the public data sets are not here (set DENGTI_PUBLIC_DATA to their folder)",
)
