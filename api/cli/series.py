"""A linked series as text: a table that names its edition and vintage, and its breaks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from api.answers.forms import Json
from api.answers.vintage import in_words

STATUS = {
    "reference": "参考，非官方 a reference, not official",
    "official": "官方 official",
    "confirmed_by_park": "园区确认 confirmed by a park",
}


def series_table(found: Json) -> Table:
    """Years by the card then in force and under the one card."""
    card = found["linked_under"]
    title = (
        f"{found['uscc']} 链接到 linked to {_card(card)}（{STATUS[card['status']]}）\n"
        f"{in_words(found)}，规则 rules on {found['rules_on']}"
    )
    table = Table(title=title, title_justify="left")
    for name in ("年 year", "当时的版本 card then", "当时 then", "链接 linked", "误差 error"):
        table.add_column(name)
    marked = {one["between"][1] for one in found["breaks"]}
    for year in found["years"]:
        mark = "┄ 断点 break " if year["year"] in marked else ""
        then, linked = year["then"], year["linked"]
        outside = "（非施行期 outside its period）" if "flags" in then else ""
        row = (f"{mark}{year['as_of']}", _card(then["card"]) + outside, _points(then), _points(linked))
        table.add_row(*row, error(year["error"]))
    return table


def breaks(found: Json) -> Iterator[str]:
    """One line for each break."""
    for one in found["breaks"]:
        first, last = one["between"]
        yield (
            f"断点 break {first}–{last}: {_card(one['from'])} → {_card(one['to'])}；"
            f"版本所致 due to the card: {error(one['error'])}"
        )


def error(found: Json) -> str:
    """The error in points, or why it is not known."""
    if "code" in found:
        return f"{found['zh']} {found['en']}"
    low, high = (f"{found[end]:+g}" for end in ("low", "high"))
    return low if low == high else f"{low} … {high}"


def _card(card: Json) -> str:
    return "+".join((f"{card['id']} {card['edition']}", *card.get("overlays", ())))


def _points(told: Json) -> str:
    if "score" not in told:
        why = told.get("undetermined") or told["unavailable"]
        return f"{why['zh']} {why['en']}"
    score = told["score"]
    low, high = score["low"], score["high"]
    return f"{low}/{score['max']}" if low == high else f"{low}–{high}/{score['max']}"
