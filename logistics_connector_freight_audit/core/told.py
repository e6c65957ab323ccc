# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A bill that a carrier told us in a message, whatever its format."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ToldBill:
    """One bill of a message (``ParsedMessage.statements``). ``content`` is what it said, always the
    same bytes for the same words: filed as they are, and read again by the provider's reader."""

    desk: ClassVar[str] = "logistics.freight.file"

    carrier: str
    number: str
    content: bytes
