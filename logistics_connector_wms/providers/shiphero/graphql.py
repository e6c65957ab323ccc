# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""GraphQL as ShipHero speaks it, where something is to be changed there."""

import base64
import json
from collections.abc import Generator

from odoo.addons.logistics_connector_base.core.reading import Node, read

from ...core.act import Exchange, Step, Trouble, Wait
from . import poll

HEADERS = {"Content-Type": "application/json"}
# In its words for an access that does not hold.
NO_ACCESS = ("unauthorized", "not authorized", "unauthenticated", "token")
UNKNOWN = ("not found", "does not exist", "doesn't exist", "no such")


class Refusal(Exception):
    """ShipHero does not want this; its own words."""

    @property
    def is_unknown(self) -> bool:
        """Whether it says that there is no such thing."""
        text = str(self).lower()
        return any(word in text for word in UNKNOWN)


def ask(query: str, changes: bool = False, **variables) -> Generator[Step, Exchange, Node]:
    """A call, and its ``data``.

    :param changes: it is a mutation
    :raises Refusal: an error of this call
    :raises Wait: no credits are left
    :raises Trouble: an error of our access
    :raises ParseError: an answer that is none
    """
    body = json.dumps({"query": query, "variables": variables}).encode()
    exchange = yield Step("POST", headers=HEADERS, body=body, changes=changes)
    seconds = poll.wait(exchange.body)
    if seconds is not None:
        raise Wait(seconds)
    root = read(exchange.body)
    errors = root.get("errors").items()
    if errors:
        words = "; ".join(dict.fromkeys(one.get("message").text() for one in errors))[:500]
        if any(word in words.lower() for word in NO_ACCESS):
            raise Trouble(f"ShipHero: {words}")
        raise Refusal(f"ShipHero: {words or exchange.status}")
    if not 200 <= exchange.status < 300:
        raise Refusal(f"ShipHero: {exchange.status}")
    data = root.get("data")
    if not data.is_object:
        raise data.fail("an answer without data.")
    return data


def identifier(kind: str, number: str) -> str:
    """ShipHero's id of a thing by its number: "76733" → base64 of "Warehouse:76733". What is an id
    already stays."""
    if not number.isdigit():
        return number
    return base64.b64encode(f"{kind}:{number}".encode()).decode()
