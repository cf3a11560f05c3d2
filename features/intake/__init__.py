"""Reading what offices send: Excel, CSV, Parquet and JSON into typed tables, with a reason for everything not taken."""

from features.intake.imported import Imported, Note
from features.intake.read import read_input
from features.intake.rejects import write_rejects

__all__ = ["Imported", "Note", "read_input", "write_rejects"]
