# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a caller asks for: parameters of the query, read strictly. A name that is misspelt would
otherwise mean "everything"."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MAX_TEXT = 200
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class BadParameter(ValueError):
    """A parameter cannot be used. ``name`` is the parameter's, ``reason`` for the caller; neither
    repeats what was sent."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def read(
    pairs: Iterable[tuple[str, str]], readers: dict[str, Callable[[str], object]]
) -> dict[str, object]:
    """The values of a query by name.

    :param pairs: name and text as they came, repeated names included
    :param readers: by name, what makes a value of the text; raises ValueError with the reason
    :raises BadParameter: unknown, given twice, or not what the reader takes
    """
    found: dict[str, object] = {}
    for name, text in pairs:
        if name not in readers:
            # The name is theirs: only what could be one of ours is repeated.
            shown = name if re.fullmatch(r"[a-z_]{1,40}", name) else "a parameter"
            raise BadParameter(shown, "There is no such parameter here.")
        if name in found:
            raise BadParameter(name, "Give it once.")
        try:
            found[name] = readers[name](text)
        except ValueError as error:
            raise BadParameter(name, str(error)) from None
    return found


def limit(text: str) -> int:
    """Records on a page, 1 to 200."""
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise ValueError(f"A whole number from 1 to {MAX_LIMIT} is expected.")
    return int(text)


def instant(text: str) -> datetime:
    """A moment with offset (RFC 3339), as naive UTC."""
    expected = "A time with offset is expected, such as 2026-03-01T09:30:00Z."
    if not _INSTANT.fullmatch(text):
        raise ValueError(expected)
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ValueError(expected) from None


def text(value: str) -> str:
    """Some words: 1 to 200 characters that can be printed."""
    if not 1 <= len(value) <= MAX_TEXT or not value.isprintable() or not value.strip():
        raise ValueError(f"1 to {MAX_TEXT} printable characters are expected.")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader that takes one of some words."""

    def choose(value: str) -> str:
        if value not in choices:
            raise ValueError(f"One of {', '.join(choices)} is expected.")
        return value

    return choose
