# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What is signed, written as a template such as "{timestamp}.{body}"."""

import re
from functools import lru_cache

from .call import Call

PLACEHOLDERS = ("timestamp", "method", "path", "body", "key")
_PART = re.compile(r"\{([a-z]*)\}")


@lru_cache(maxsize=256)
def _parts(template: str) -> tuple[tuple[bool, str], ...]:
    pieces = _PART.split(template)
    return tuple((number % 2 == 1, piece) for number, piece in enumerate(pieces) if piece)


def check(template: str, needed: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Raise ValueError unless each of ``needed`` stands once and nothing but ``allowed`` stands."""
    names = [piece for is_name, piece in _parts(template) if is_name]
    rest = "".join(piece for is_name, piece in _parts(template) if not is_name)
    for name in names:
        if name not in allowed:
            raise ValueError(f"“{{{name}}}” is not known; there are {_listed(allowed)}.")
    if "{" in rest or "}" in rest or not rest.isascii():
        raise ValueError("The template holds a brace or a letter that no partner signs.")
    for name in needed:
        if names.count(name) != 1:
            raise ValueError(f"What is signed must hold {{{name}}} exactly once.")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def render(template: str, call: Call, timestamp: str = "", key: bytes = b"") -> bytes | None:
    """The bytes that are signed; None where a text in them cannot have come over HTTP.

    {path} is path and query as they stand in the request line.
    """
    values = {"timestamp": timestamp, "method": call.method, "path": call.target}
    signed = []
    for is_name, piece in _parts(template):
        if is_name and piece == "body":
            signed.append(call.body)
        elif is_name and piece == "key":
            signed.append(key)
        else:
            try:
                signed.append((values[piece] if is_name else piece).encode("latin-1"))
            except (UnicodeEncodeError, KeyError):
                return None
    return b"".join(signed)
