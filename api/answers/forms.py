"""JSON in its written form: kept, put together, and forms with room for what differs from one enterprise to the next."""

from __future__ import annotations

from typing import Any

import orjson

Json = dict[str, Any]
Written = bytes
"""A JSON value in its written form, or members of an object without its braces."""
Pieces = list[Written | memoryview]
"""What is written so far, to be joined once: each joining would copy it all."""

ROOM = orjson.Fragment(b"\0")
"""Room for a written value."""
ROOM_IN_TEXT = "\0"
"""Room within a text, for words that need no escape."""


def members(json: Json) -> Written:
    """The members of an object, without its braces."""
    return orjson.dumps(json)[1:-1]


def roomy(text: Written) -> Written:
    """Written JSON with its rooms, also those in texts, as NUL bytes: no written JSON has one, and no text of ours that character."""
    return text.replace(b"\\u0000", b"\0")


def form(text: Written) -> bytes:
    """Written JSON with rooms as a form: ``form % (…)`` fills them in, in their order, with bytes."""
    return roomy(text).replace(b"%", b"%%").replace(b"\0", b"%b")
