# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipBob: its webhooks, and the entries of the lists that it is asked for (poll.py).

The topic of a webhook stands in a header alone, and a thing is told in the same words by each
topic that speaks of it: it is known by its shape. README.md beside this file says what each
becomes, and where its shape was looked up.
"""

from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParsedMessage
from odoo.addons.logistics_connector_base.core.reading import Node, read

from . import inbound, shipping, words

CODE = words.CODE
CHARGE = "Charge"


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """What a webhook, or an entry of a list, tells. Raises ParseError for what it cannot
    understand."""
    root = read(raw)
    if not root.is_object:
        raise root.fail("an object expected.")
    return _reader(root)(root)


def _reader(root: Node):
    if root.get("inventory_quantities").is_list:
        return inbound.received
    if root.get("inventory").is_list:
        return inbound.returned
    if root.get("shipments").is_list:
        return shipping.ordered
    if root.get("event_time").value and root.get("tracking").is_object:
        return shipping.tracked
    if root.get("order_id").value and root.get("products").is_list:
        return shipping.told
    if root.get("charge_id").value or root.get("transaction_id").value:
        return _noted
    raise root.fail("neither a shipment, an order, a receiving order nor a return of ShipBob's.")


def _noted(root: Node) -> ParsedMessage:
    """A charge: kept, for whoever checks the bill."""
    return ParsedMessage(events=(), message_type=CHARGE)
