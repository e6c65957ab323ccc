# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Log lines for people: names and values in one line."""

import json


def as_text(values: dict) -> str:
    """``name=value`` pairs, for the same line where people read the log. Nothing for None; quoted
    where a value has spaces or quotes."""
    return " ".join(
        f"{name}={_quoted(str(value))}" for name, value in values.items() if value is not None
    )


def _quoted(text: str) -> str:
    if text and not any(sign.isspace() or sign in "\"'=" for sign in text):
        return text
    return json.dumps(text, ensure_ascii=False)
