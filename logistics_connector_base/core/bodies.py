# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""From a value to the bytes of an outgoing message, and the media type that goes with them."""

import json
from urllib.parse import urlencode

JSON, XML, FORM, TEXT = "json", "xml", "form", "text"
CONTENT_TYPES = {
    JSON: "application/json",
    XML: "application/xml",
    FORM: "application/x-www-form-urlencoded",
    TEXT: "text/plain; charset=utf-8",
}


def pack(form: str, value: object) -> bytes:
    """The bytes of ``value``; made once, when the message is written, so that each try sends the
    same. Bytes are taken as they are, whatever the form.

    :param form: "json" (anything that JSON can say, but no NaN), "xml" (text or an lxml element),
        "form" (dict or pairs of texts) or "text"
    :raises ValueError: it cannot be written that way, in plain words
    """
    if isinstance(value, bytes):
        return value
    try:
        return _PACKERS[form](value)
    except (TypeError, UnicodeEncodeError, ValueError, RecursionError) as error:
        raise ValueError(f"The message cannot be written as {form}: {error}") from None


def _json(value: object) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _xml(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    from lxml import etree

    return etree.tostring(value, encoding="UTF-8", xml_declaration=True, with_tail=False)


def _form(value: object) -> bytes:
    pairs = value.items() if hasattr(value, "items") else value
    return urlencode([(name, "" if text is None else text) for name, text in pairs]).encode()


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError("a text is wanted")
    return value.encode()


_PACKERS = {JSON: _json, XML: _xml, FORM: _form, TEXT: _text}
