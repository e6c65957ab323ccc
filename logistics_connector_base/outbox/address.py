"""Addresses with places to fill in."""

from urllib.parse import quote


def fill(url, key, message_id):
    """``url`` with ``{key}`` and ``{id}`` replaced; what is put in cannot change its structure."""
    for place, text in (("{key}", key), ("{id}", message_id)):
        url = url.replace(place, quote(text or "", safe=""))
    return url
