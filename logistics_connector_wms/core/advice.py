# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a warehouse tells us, whatever its format: immutable values without Odoo.

The words are those of X12: a warehouse shipping advice (945), a receipt advice (944), an inventory
adjustment advice (947), an inventory advice (846, :class:`Snapshot`). A provider's parser makes
them, in :attr:`ParsedMessage.statements`; what is done with them knows no format.

Quantities are Decimal, as the partner wrote them, in the unit that stands beside them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from odoo.addons.logistics_connector_base.core.canonical import Instant

# ship: goods of an order have left. receipt: goods have come in. adjustment: stock has changed by
# itself. count: what was asked to be counted was. release: an answer to what we released.
# progress: how far an order is, without a stock move.
KINDS = ("ship", "receipt", "adjustment", "count", "release", "progress")
# Of an answer to a release.
ANSWERS = ("accepted", "rejected", "cancelled", "too_late")
# In which state goods are. Where they lie in Odoo is said by the connection.
CONDITIONS = ("available", "damaged", "quarantine", "held")
# What the warehouse did with goods that a customer sent back.
DISPOSITIONS = ("restock", "quarantine", "scrap", "refurbish")
# Of a progress, and the event of the taxonomy that it is.
STAGES = {
    "started": "WHS_PICK_STARTED",
    "picked": "WHS_PICK_DONE",
    "short": "WHS_PICK_SHORT",
    "packed": "WHS_PACKED",
    "held": "ORD_HELD",
    "continued": "ORD_HOLD_REL",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Goods that an advice speaks of.

    ``line`` is our number of the line, as the release named it. ``product`` is our number of the
    product, or theirs (an alias); ``barcode`` its GTIN. ``quantity`` is signed in an adjustment,
    and the quantity found in a count. ``substitutes`` names the product in whose place this one
    was sent. ``condition`` is one of :data:`CONDITIONS`; in an adjustment ``moved_to`` makes it a
    change of condition. ``disposition`` is one of :data:`DISPOSITIONS`.
    """

    product: str
    quantity: Decimal
    barcode: str = ""
    line: int | None = None
    unit: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()
    expires_on: date | None = None
    package: str = ""
    substitutes: str = ""
    condition: str = "available"
    moved_to: str = ""
    disposition: str = ""
    reason: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A handling unit that left. ``key`` is what lines call it. Weight in kg, sides in cm."""

    key: str
    sscc: str = ""
    tracking: str = ""
    carrier: str = ""
    packaging: str = ""
    weight: float | None = None
    length: float | None = None
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that a warehouse tells us.

    ``id`` and ``revision`` are its identity on the connection, with the kind. ``order`` is the
    number of the transfer that we released, of a count that of our request, "" for what nobody
    ordered. ``occurred`` is the
    partner's own time of the deed. ``is_final``: nothing more comes of this order (None: the
    partner does not say). ``number``: which of the advices of this order it is, from 1, where the
    partner counts them. ``exceptions_only``: what is not listed left in full (945, element 514 X).
    ``is_total``: the lines say how much has come of the order so far, all of its advices (one id,
    a revision that grows) included. ``essence``: where a partner's channels tell one deed in
    different words, what they have in common; "" where equal deeds are told in equal words.
    """

    desk: ClassVar[str] = "logistics.advice"

    kind: str
    id: str
    occurred: Instant | None
    revision: str = ""
    order: str = ""
    warehouse: str = ""
    is_final: bool | None = None
    number: int | None = None
    exceptions_only: bool | None = None
    answer: str = ""
    stage: str = ""
    release_revision: int | None = None
    text: str = ""
    lines: tuple[Line, ...] = ()
    packages: tuple[Package, ...] = ()
    is_total: bool = False
    essence: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which of the partner's messages it was: ``number`` of its counter ``stream``, from 1."""

    desk: ClassVar[str] = "logistics.message.stream"

    stream: str
    number: int


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """The stock of one product (and lot) in a warehouse, by condition, in ``unit``.

    ``on_hand`` is all of it, whatever its condition, without what is being received.
    """

    product: str
    on_hand: Decimal
    barcode: str = ""
    unit: str = ""
    lot: str = ""
    damaged: Decimal = Decimal(0)
    quarantine: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    allocated: Decimal = Decimal(0)
    receiving: Decimal = Decimal(0)
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The stock of a warehouse as of a moment.

    ``as_of`` is the partner's time at which it was true. ``is_complete``: what is not listed is
    zero. ``part``/``parts``: one of several messages that make it up, 1 of 1 usually; ``parts`` is
    0 where only the last of them knows how many there are. It never writes stock (law 8).
    """

    desk: ClassVar[str] = "logistics.snapshot"

    id: str
    as_of: Instant
    lines: tuple[SnapshotLine, ...]
    revision: str = ""
    warehouse: str = ""
    is_complete: bool = True
    part: int = 1
    parts: int = 1
    pointer: str = ""
