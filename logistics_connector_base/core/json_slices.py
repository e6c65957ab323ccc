# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The bytes of each element of a list inside a JSON text, exactly as they stand there."""

import json
import re
from collections.abc import Iterator

from .canonical import ParseError
from .jsonsafe import MAX_DEPTH, check_depth

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def elements(raw: bytes, path: tuple[str, ...] = ()) -> list[bytes]:
    """The elements of the list under ``path`` (keys from the root; none: the root is the list).

    :return: each as bytes of UTF-8; nothing where the list is missing or null
    :raises ParseError: it is not JSON, or no list stands there
    """
    check_depth(raw, MAX_DEPTH)
    try:
        text = raw.decode("utf-8-sig")
        start = _after_blanks(text, 0)
        for key in path:
            start = _member(text, start, key)
            if start is None or text.startswith("null", start):
                return []
        if text[start : start + 1] != "[":
            raise ParseError(f"/{'/'.join(path)}: a list expected, found something else.")
        return [text[first:last].encode() for first, last in _items(text, start)]
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, IndexError) as error:
        raise ParseError(f"The answer is not JSON: {type(error).__name__}.") from None


def _after_blanks(text: str, position: int) -> int:
    return _BLANK.match(text, position).end()


def _member(text: str, start: int, key: str) -> int | None:
    """Where the value of a key begins, of the object at ``start``; None where it is missing."""
    if text[start : start + 1] != "{":
        raise ParseError("An object expected, found something else.")
    position, found = _after_blanks(text, start + 1), None
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = _after_blanks(text, position)
        if not isinstance(name, str) or text[position] != ":":
            raise ParseError("The answer is not JSON.")
        position = _after_blanks(text, position + 1)
        if name == key:
            found = position
        _value, position = _DECODER.raw_decode(text, position)
        position = _separator(text, position, "}")
    return found


def _items(text: str, start: int) -> Iterator[tuple[int, int]]:
    position = _after_blanks(text, start + 1)
    while text[position] != "]":
        _value, end = _DECODER.raw_decode(text, position)
        yield position, end
        position = _separator(text, end, "]")


def _separator(text: str, position: int, closing: str) -> int:
    """Behind a value: a comma, which is stepped over, or the end."""
    position = _after_blanks(text, position)
    if text[position] == ",":
        position = _after_blanks(text, position + 1)
        if text[position] == closing:
            raise ParseError("The answer is not JSON.")
    elif text[position] != closing:
        raise ParseError("The answer is not JSON.")
    return position
