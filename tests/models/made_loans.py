"""Made-up loans in the form of the public file of the SBA."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import polars as pl


def loans(rows: int, seed: int, guaranteed: float = 0.5, day: date = date(2005, 3, 1)) -> pl.DataFrame:
    """A random half is charged off; ``guaranteed`` is the share of each loan that is."""
    random = np.random.default_rng(seed)
    amount = random.integers(10, 300, rows) * 1000
    return pl.DataFrame(
        {
            "ApprovalFY": [2005] * rows,
            "approval_date": [datetime(day.year, day.month, day.day)] * rows,
            "State": ["IN"] * rows,
            "same_state_bank": random.integers(0, 2, rows),
            "NAICS": random.choice([0, 451120, 722410], rows),
            "NoEmp": random.integers(1, 60, rows),
            "NewExist": random.integers(1, 3, rows),
            "CreateJob": random.integers(0, 5, rows),
            "RetainedJob": random.integers(0, 5, rows),
            "FranchiseCode": random.choice([0, 1, 10528], rows),
            "UrbanRural": random.integers(0, 3, rows),
            "RevLineCr": random.choice(["Y", "N", "0"], rows),
            "LowDoc": random.choice(["Y", "N"], rows),
            "GrAppv": amount,
            "SBA_Appv": (amount * guaranteed).astype(np.int64),
            "default": random.integers(0, 2, rows),
        }
    )
