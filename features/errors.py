"""Errors of the fact layer.

FactError
├── ValueProblem        one cell or key holds what its field cannot take
├── DossierProblem      a dossier's shape is wrong (unknown key, missing uscc, list expected …)
└── FileProblem         a file or a sheet as a whole cannot be read

Each carries what a person needs to mend it: field, value as given, the rule that it breaks and the remedy.
"""

from __future__ import annotations

from typing import Any


class FactError(Exception):
    """A problem in what a user sent; never a fault of the program."""

    code = "fact_error"

    def __init__(self, *, field: str, value: Any, rule: str, remedy: str) -> None:
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy
        super().__init__(f"{field}: {value!r} — {rule}; {remedy}")

    def at(self, prefix: str) -> FactError:
        """The same problem, its field seen from further out (``annual_reports[2].`` + field)."""
        return type(self)(field=prefix + self.field, value=self.value, rule=self.rule, remedy=self.remedy)

    def as_dict(self) -> dict[str, Any]:
        """Code, field, value, rule and remedy, for JSON."""
        shown = self.value if isinstance(self.value, (str, int, bool, type(None))) else str(self.value)
        return {"code": self.code, "field": self.field, "value": shown, "rule": self.rule, "remedy": self.remedy}


class ValueProblem(FactError):
    """One cell or key holds what its field cannot take."""

    code = "invalid_value"


class DossierProblem(FactError):
    """A dossier's shape is wrong."""

    code = "invalid_dossier"


class FileProblem(FactError):
    """A file or a sheet as a whole cannot be read."""

    code = "unreadable_file"


def damaged(folder: object, zh: str, en: str, reason: str) -> FileProblem:
    """What was kept in a folder cannot be read any more."""
    return FileProblem(
        field=str(folder),
        value="",
        rule=f"{zh}已损坏 / {en} is damaged: {reason}",
        remedy="重新导入 / import again",
    )
