# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Values that all kinds of advices have: moments and revisions."""

from odoo.addons.logistics_connector_base.core.canonical import Instant
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import Node


def instant(node: Node, zone: str) -> Instant | None:
    """A moment or a day; None where nothing is said.

    :param zone: IANA name, for what is written without offset
    :raises ParseError: there is no such moment
    """
    text = node.text()
    if not text:
        return None
    try:
        return parse_iso(text, zone)
    except ValueError as error:
        raise node.fail(f"{error}.") from None


def revision(node: Node) -> str:
    """The revision of a message or an advice: JSON writes one as "3", 3 and 3.0."""
    value = node.get("revision").value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return node.get("revision").text()
