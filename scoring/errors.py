"""Errors of the rule layer.

RuleError
├── CardError      a card or a rulebook file is wrong
└── UnknownName    a rulebook, edition or tier that was asked for does not exist
    └── NotInForce    all that there is of a rulebook are drafts and expected editions
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

MESSAGES = Path(__file__).parent / "messages.yaml"


@cache
def messages() -> dict[str, dict[str, str]]:
    """Code of a finding → ``problem`` and ``mend``, each Chinese / English with {placeholders}."""
    found: dict[str, dict[str, str]] = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a rulebook file: where it stands and how to mend it."""

    code: str
    file: str
    line: int
    key: str
    problem: str
    mend: str

    @classmethod
    def of(cls, code: str, file: str, line: int, key: str, /, **values: object) -> Finding:
        """The finding with the catalogue's texts for ``code``, their placeholders filled."""
        texts = messages()[code]
        return cls(code, file, line, key, texts["problem"].format(**values), texts["mend"].format(**values))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.problem} → {self.mend} [{self.code}]"


class RuleError(Exception):
    """A problem of rules or of names of rules."""

    code = "rule_error"


class CardError(RuleError):
    """A card is wrong; ``findings`` lists every place when several were found at once."""

    def __init__(self, *, code: str, where: str, problem: str, mend: str, findings: tuple[Finding, ...] = ()) -> None:
        self.code = code
        self.where = where
        self.problem = problem
        self.mend = mend
        self.findings = findings
        super().__init__(f"{where}: {problem} → {mend} [{code}]")

    @classmethod
    def of(cls, code: str, where: str, **values: object) -> CardError:
        """The error with the catalogue's texts for ``code``, their placeholders filled."""
        problem, mend = (messages()[code][text].format(**values) for text in ("problem", "mend"))
        return cls(code=code, where=where, problem=problem, mend=mend)

    @classmethod
    def from_findings(cls, findings: tuple[Finding, ...]) -> CardError:
        """One error that carries every finding of a file."""
        first = findings[0]
        where = f"{first.file}:{first.line}: {first.key}"
        return cls(code=first.code, where=where, problem=first.problem, mend=first.mend, findings=findings)


class UnknownName(RuleError):
    """A rulebook, edition or tier that was asked for does not exist."""

    code = "unknown_name"
    rule = "名称须在目录中 / the name must be in the catalogue"

    def __init__(self, *, field: str, value: str, known: tuple[str, ...]) -> None:
        self.field = field
        self.value = value
        self.known = known
        self.remedy = "可用 / available: " + ", ".join(known)
        super().__init__(f"{field}: {value!r} — {self.rule}; {self.remedy}")


class NotInForce(UnknownName):
    """A rulebook was to be evaluated of which there are drafts and expected editions only."""

    code = "not_in_force"
    rule = "只有草案或预期版本，不作评价 / there are drafts and expected editions only, which are not evaluated"
