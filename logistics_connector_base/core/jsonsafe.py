# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""JSON from strangers: read strictly, and made fit for PostgreSQL.

Python's own reader takes NaN, lets the last of two equal keys win and ends in RecursionError on
deep nesting; PostgreSQL's text and jsonb refuse NUL and lone surrogates. All of that was sent by
somebody (reliability.md 4).
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from .canonical import ParseError

MAX_DEPTH = 64
MAX_BYTES = 5 * 1024 * 1024
MAX_DIGITS = 4300  # what Python itself refuses to turn into an int, unless it was told otherwise

# A string, or one that is never closed: without that alternative the search would start again at
# each of its quotes and take quadratic time. ++ and *+ give up backtracking for the same reason.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
# C0 and C1 controls but tab and line feed, DEL, surrogates, and the two marks that reverse text:
# with them a "7" typed by a partner can be shown as another number.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202d\u202e]")


def check_depth(raw: bytes, max_depth: int) -> None:
    """Refuse JSON nested beyond ``max_depth`` without building anything. Linear in the size.

    Raises ParseError.
    """
    depth = 0
    for byte in _STRING.sub(b"", raw).translate(None, _NOT_BRACKETS):
        if byte in b"[{":
            depth += 1
            if depth > max_depth:
                raise ParseError(f"The JSON is nested deeper than {max_depth} levels.")
        else:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))
        raise ParseError(f"The JSON names {clean_text(twice, 40)!r} twice in one object.")
    return result


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ParseError(f"The JSON holds a number of more than {MAX_DIGITS} digits.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ParseError(f"The JSON holds a number that is too large: {digits[:40]}.")
    return value


def _constant(name: str) -> NoReturn:
    raise ParseError(f"The JSON holds {name}, which is no JSON number.")


def loads(raw: bytes, max_depth: int = MAX_DEPTH, max_bytes: int = MAX_BYTES) -> Any:
    """Read JSON text in UTF-8; a byte order mark in front is tolerated (RFC 8259 section 8.1).

    Raises ParseError, in plain words and without content beyond a short excerpt, for: more than
    ``max_bytes``, invalid UTF-8, nesting deeper than ``max_depth``, NaN and infinities (1e400 too),
    a key twice in one object (RFC 7493), integers of more than 4300 digits, anything that is not
    JSON. Strings may still hold what PostgreSQL refuses: see :func:`clean_text`.
    """
    if len(raw) > max_bytes:
        raise ParseError(f"The message is larger than {max_bytes} bytes.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"The message is not UTF-8 text (byte {error.start}).") from None
    if not text.strip():
        raise ParseError("The message is empty.")
    check_depth(raw, max_depth)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ParseError(f"The message is not JSON: {error.msg} ({where}).") from None
    except RecursionError:
        # Only with a max_depth beyond what the interpreter stands.
        raise ParseError("The JSON is nested too deeply.") from None


def clean_text(value: object, limit: int | None = None) -> str:
    """Text that PostgreSQL stores and a page shows: "" for None, ``str()`` of anything else.

    Drops NUL, control characters (but tab and line feed), lone surrogates and marks that reverse
    the direction of text; carriage returns become line feeds; blanks around are cut off. Text of
    more than ``limit`` characters is cut to it and ends in "…".
    """
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else str(value)
    if limit is not None:
        text = text[: 4 * limit + 1000]  # more can hardly be needed, and may be megabytes
    if not text.isprintable():  # printable text holds nothing of the following
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNSTORABLE.sub("", text)
    text = text.strip()
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…" if limit else ""
    return text


def _unique_key(key: object, taken: Iterable[str]) -> str:
    clean = clean_text(key)
    unique, number = clean, 2
    while unique in taken:
        unique, number = f"{clean} ({number})", number + 1
    return unique


def clean_value(value: Any) -> Any:
    """A copy of a JSON value that jsonb accepts: all strings and keys through :func:`clean_text`,
    numbers that are none as None. Keys that become equal get a number, so that nothing is lost."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        result: dict[str, Any] = {}
        for key, item in value.items():
            result[_unique_key(key, result)] = clean_value(item)
        return result
    if isinstance(value, list | tuple):
        return [clean_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
