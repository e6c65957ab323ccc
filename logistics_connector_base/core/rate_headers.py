# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How long a partner's RateLimit header asks us to wait.

draft-ietf-httpapi-ratelimit-headers-11: ``RateLimit: "policy";r=0;t=7``: a list of items, each with
what remains (``r``) and the seconds until it is filled again (``t``). Whatever is malformed says
nothing (section 6). Retry-After wins where both are there; the caller sees to it.
"""

import re

MAX_LENGTH = 1000
# An item is a string or a token with parameters; strings may hold commas.
_ITEM = re.compile(
    r"""(?:"(?:[ !#-\[\]-~]|\\["\\])*"|[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*)"""
    r"""((?:\s*;\s*[a-z*][a-z0-9_\-.*]*(?:=(?:"(?:[ !#-\[\]-~]|\\["\\])*"|[\w.:*/+=\-?]+))?)*)""",
    re.ASCII,
)
_PARAMETER = re.compile(
    r""";\s*([a-z*][a-z0-9_\-.*]*)(?:=("(?:[ !#-\[\]-~]|\\["\\])*"|[\w.:*/+=\-?]+))?""", re.ASCII
)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def pause_asked(header: str | None, cap: float) -> float | None:
    """Seconds until something may be sent again, at most ``cap``; None where something remains, or
    the header is missing or malformed. Of several limits the longest pause counts."""
    text = (header or "").strip()
    if not text or len(text) > MAX_LENGTH:
        return None
    pauses, position = [], 0
    while True:
        item = _ITEM.match(text, position)
        if item is None:
            return None
        values = dict(_PARAMETER.findall(item.group(1)))
        remaining, until = values.get("r", ""), values.get("t", "")
        if _NUMBER.fullmatch(remaining) and int(remaining) == 0 and _NUMBER.fullmatch(until):
            pauses.append(min(float(until), cap))
        position = item.end()
        if position == len(text):
            return max(pauses, default=None)
        separator = re.compile(r"\s*,\s*").match(text, position)
        if separator is None:
            return None
        position = separator.end()
