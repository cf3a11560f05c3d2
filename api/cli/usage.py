"""What is wrong with how a command was called, as field, value, rule and remedy in both languages.

The library that reads command lines says it in English alone, and here is the one place where that is put into words of ours.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from api.http.wrong import entry

_SAID: tuple[tuple[str, str], ...] = (
    (r"No such option: (?P<field>\S+)", "没有这个选项 / there is no such option"),
    (r"No such command '(?P<field>.*?)'", "没有这个命令 / there is no such command"),
    (r"Missing command", "须写明命令 / a command is required"),
    (r"Option '(?P<field>.*?)' requires", "选项之后须有值 / the option needs a value"),
    (r"Option '(?P<field>.*?)' does not take a value", "选项不带值 / the option takes no value"),
    (r"Got unexpected extra arguments? ?(?:\(s\) )?\((?P<field>.*)\)", "多余的参数 / unexpected arguments"),
)
"""What the library says, and the rule that it means."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


_HELP = {
    "ARGUMENTS_PANEL_TITLE": "参数 Arguments",
    "OPTIONS_PANEL_TITLE": "选项 Options",
    "COMMANDS_PANEL_TITLE": "命令 Commands",
    "DEFAULT_STRING": "[默认 default: {}]",
    "REQUIRED_LONG_STRING": "[必填 required]",
}
"""What stands around the texts of a help, by the library's name for it."""


def help_in_both_languages() -> None:
    """Have the library say in both languages what stands around the texts of a help."""
    # Only here: no command that does its work needs what lays out a help.
    from typer import rich_utils

    for name, words in _HELP.items():
        setattr(rich_utils, name, words)


def problem(error: Exception) -> dict[str, Any] | None:
    """The problem that a usage error is; None for any other error."""
    if not (hasattr(error, "format_message") and hasattr(error, "ctx")):
        return None
    told = {"code": "wrong_usage", "field": "", "value": "", **_told(error)}
    return {"remedy": _remedy(error, told["field"]), **told}


def _told(error: Any) -> dict[str, Any]:
    if hasattr(error, "param_hint"):
        field = error.param_hint or _name(error.param)
        return {"field": field, **(_missing(error) if hasattr(error, "param_type") else _wrong(error))}
    for pattern, rule in _SAID:
        if found := re.match(pattern, error.message):
            return {**found.groupdict(), "rule": rule}
    return {"rule": f"用法有误 / wrong usage: {error.message}"}


def _name(param: Any) -> str:
    """An option as it is written; an argument as the help names it."""
    if param is None:
        return ""
    return max(param.opts, key=len) if param.param_type_name == "option" else str(param.metavar or param.name)


def _missing(error: Any) -> dict[str, Any]:
    option = error.param is not None and error.param.param_type_name == "option"
    return {
        "rule": "必须给出这个选项 / the option is required" if option else "必须给出这个参数 / the argument is required"
    }


def _wrong(error: Any) -> dict[str, Any]:
    """A value that its option or argument does not take."""
    reasons = getattr(error.__cause__, "errors", None)
    if reasons is not None:
        found = entry(reasons()[0])
        return {"value": found["value"], "rule": found["rule"]}
    rule = "取值有误 / wrong value"
    if _CHINESE.search(error.message):
        return {"rule": f"{rule}：{error.message}"}
    # Where the values are listed: nothing to be said in two languages.
    return {"rule": rule, "remedy": f"可用 / available: {error.message}"}


def _remedy(error: Any, given: str) -> str:
    if error.ctx is None:
        return "见 / see: dengti --help"
    command = error.ctx.command
    names = [option for one in command.params for option in (*one.opts, *one.secondary_opts)]
    names = [one for one in names if one.startswith("-")]
    if not given.startswith("-") and hasattr(command, "list_commands"):
        names = command.list_commands(error.ctx)
    meant = [] if given in names else difflib.get_close_matches(given, names, n=1)
    see = f"见 / see: {error.ctx.command_path} --help"
    return f"是否应为 {meant[0]} / did you mean {meant[0]}? {see}" if meant else see
