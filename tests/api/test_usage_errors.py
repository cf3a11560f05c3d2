"""How a command was called wrongly is said in both languages, in the form of every other error."""

from __future__ import annotations

import re

import pytest
import typer
from in_process import dengti

from api.cli import main
from api.cli.usage import problem


@pytest.mark.parametrize(
    ("args", "named", "zh", "en"),
    [
        (("score", "-", "--as-off", "2026-11-22"), "--as-off", "没有这个选项", "no such option"),
        (("scores",), "scores", "没有这个命令", "no such command"),
        (("rulebook", "shwo"), "shwo", "没有这个命令", "no such command"),
        (("rescore", "only-one"), "OUTPUT", "必须给出", "is required"),
        (("population", "out", "--firms"), "--firms", "须有值", "needs a value"),
        (("population", "out", "--firms", "many"), "--firms", "须为整数", "valid integer"),
        (("population", "out", "--firms", "0"), "--firms", "不得小于 1", "greater than or equal to 1"),
        (("rescore", "in", "out", "--workers", "65"), "--workers", "不得大于 64", "less than or equal to 64"),
        (("score", "-", "extra"), "extra", "多余的参数", "unexpected"),
        (("score", "-", "--receipt=yes"), "--receipt", "不带值", "takes no value"),
        (("score", "-", "--kind", "old"), "--kind", "取值有误", "wrong value"),
        (("score", "-", "--for", "nobody"), "--for", "取值有误", "wrong value"),
        (("rescore", "in", "out", "--engine", "spark"), "--engine", "取值有误", "wrong value"),
    ],
)
def test_it_is_said_in_both_languages(args: tuple[str, ...], named: str, zh: str, en: str) -> None:
    done = dengti(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = dict(line.strip().split(": ", 1) for line in done.stderr.splitlines()[1:])
    assert done.stderr.startswith("错误 error wrong_usage")
    assert named in lines["字段 field"]
    assert zh in lines["规则 rule"]
    assert en in lines["规则 rule"]
    # Chinese stands first, in whatever a person reads.
    for name in ("规则 rule", "改法 remedy"):
        assert re.match(r"^[^A-Za-z]*[\u4e00-\u9fff]", lines[name]), lines[name]


@pytest.mark.parametrize(("args", "meant"), [(("score", "-", "--as-off", "x"), "--as-of"), (("rescor",), "rescore")])
def test_what_was_probably_meant_is_named(args: tuple[str, ...], meant: str) -> None:
    assert f"是否应为 {meant}" in dengti(*args).stderr


def test_help_is_as_it_was() -> None:
    assert dengti("score", "--help").returncode == 0
    assert "DOSSIER.json" in dengti("score", "--help").stdout
    assert dengti().returncode == 2
    assert "rescore" in dengti().stdout


def test_what_the_library_may_say_some_day_is_told_too() -> None:
    usage_error = typer.BadParameter.__mro__[1]
    told = problem(usage_error("A new complaint."))
    assert told is not None
    assert told["rule"] == "用法有误 / wrong usage: A new complaint."
    assert problem(ValueError("no usage")) is None


def test_who_breaks_off_at_a_question_sees_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise typer.Abort

    monkeypatch.setattr(main.Commands, "invoke", asked)
    done = dengti("score", "-")
    assert (done.returncode, done.stderr) == (1, "已中止 / aborted\n")


def test_the_help_names_its_parts_in_both_languages() -> None:
    said = dengti("rescore", "--help").stdout
    for words in ("参数 Arguments", "选项 Options", "默认 default: 1", "必填 required"):
        assert words in said
    assert "命令 Commands" in dengti("--help").stdout
