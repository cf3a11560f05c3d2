"""Checks of rulebook files: every finding names file, line, key, problem and mend."""

from api.authority.lint.folder import lint_file, lint_folder

__all__ = ["lint_file", "lint_folder"]
