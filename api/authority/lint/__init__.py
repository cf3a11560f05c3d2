"""Checks of rulebook files: every finding names file, line, key, problem and mend."""

from api.authority.lint.folder import Track, lint_any, lint_file, lint_folder
from api.authority.lint.overlays import lint_overlay

__all__ = ["Track", "lint_any", "lint_file", "lint_folder", "lint_overlay"]
