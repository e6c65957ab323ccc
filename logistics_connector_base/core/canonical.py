# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The canonical shapes that every provider parses into.

Plain immutable values without Odoo. A provider's parser turns the raw bytes of one message into
a :class:`ParsedMessage`; everything behind it (identity, mapping, fold, effects) knows only these.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

CLASSIFIERS = ("planned", "estimated", "actual")
PRECISIONS = ("second", "minute", "day")


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment as its source knew it.

    ``utc`` is aware and in UTC. ``offset_minutes`` is the source's own offset east of UTC, or None
    when the source gave none. ``assumed`` says that the zone was taken from the connection's
    default because the source was silent. ``precision`` "day" means that the time of day is not
    known; ``utc`` is then noon of that day in the zone used, so that no zone moves it to a
    neighbouring day.
    """

    utc: datetime
    offset_minutes: int | None = None
    precision: str = "second"
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened; every part may be empty. ``country`` is ISO 3166-1 alpha-2."""

    name: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Reference:
    """An identifier of a shipment or package: what kind, which value, who issued it.

    ``type`` is one of :data:`REFERENCE_TYPES`. ``issuer`` is the namespace of the number: a carrier
    code such as "ups", a partner's code, "" when the source does not say (own order numbers).
    """

    type: str
    value: str
    issuer: str = ""


# Strongest first: the order in which a shipment is looked up. domain.md 1.2 rule 12: a tracking
# number alone is recycled, a carrier's unique id is not.
REFERENCE_TYPES = (
    "shipment",  # our own shipment number
    "carrier_uid",  # the carrier's unique id of one shipment (FedEx trackingNumberUniqueId)
    "sscc",
    "tracking",
    "master_tracking",
    "waybill",
    "bol",
    "picking",  # our delivery order's name
    "order",  # our sale order's name
    "customer",  # the customer's own reference
)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that came inside an event, such as a proof of delivery."""

    kind: str  # "pod", "signature", "photo", "customs", "other"
    filename: str
    mimetype: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """One fact as the partner stated it: raw codes, not yet mapped to the taxonomy.

    ``issuer`` is the namespace of the raw codes and of the fingerprint: the carrier whose scan this
    is ("ups"), or the aggregator ("sendcloud") where the aggregator has codes of its own.
    ``shipment_key`` is the partner's strongest identity of the shipment (unique id, else tracking
    number): a part of the event's fingerprint. ``references`` are all identifiers found.
    ``occurred`` is None where the source gave no usable time: the event is kept, quarantined.
    ``code`` may name a canonical code directly where the partner speaks our taxonomy (canonical
    JSON, EPCIS); it is "" otherwise and the mapping decides.
    ``source_id``/``revision`` are the partner's own identity of the event, where it has one.
    ``retracts``/``corrects`` hold the source_id of the event that this one withdraws or replaces.
    ``estimated_delivery`` is what the event says of the expected delivery, if it does: the end of
    the window, where a window is told; ``estimated_from`` is its beginning then.
    """

    issuer: str
    shipment_key: str
    references: tuple[Reference, ...]
    raw_code: str
    occurred: Instant | None
    raw_sub_code: str = ""
    raw_text: str = ""
    code: str = ""
    reason: str = ""
    classifier: str = "actual"
    recorded: Instant | None = None
    place: Place = NOWHERE
    source_id: str = ""
    revision: str = ""
    retracts: str = ""
    corrects: str = ""
    stop_sequence: int | None = None
    signed_by: str = ""
    ship_date: date | None = None
    estimated_delivery: Instant | None = None
    estimated_from: Instant | None = None
    documents: tuple[Document, ...] = ()
    pointer: str = ""  # JSON pointer (or segment number) of this event inside the message
    # The state as it is, without the moment at which it came about: nothing new where the last that
    # is known of the shipment is the same.
    is_snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a partner says, in a message of its own, of one that we sent: taken, or not and why.

    ``message_id`` is our id, the same that each try carried.
    """

    message_id: str
    accepted: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """What a message says. ``external_id``/``revision``: its identity where the body carries it.

    ``statements``: what it says beside events, such as a warehouse's stock. Each names as ``desk``
    the model that takes it: ``_take_statements([(message, statement), …])`` files it in the
    message's own transaction and returns troubles to report. It touches no exception itself: these
    are locked last.
    """

    events: tuple[ParsedEvent, ...]
    external_id: str = ""
    revision: str = ""
    message_type: str = ""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    statements: tuple[object, ...] = ()


class ParseError(ValueError):
    """The message cannot be understood. The text is for the person in the workbench: plain words,
    the JSON pointer of the trouble, no payload content beyond a short excerpt."""


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a pure parser may know of its surroundings.

    ``default_zone`` is the IANA zone of the connection, used where the source gives none; "" reads
    such an instant as UTC, and marks it as assumed as well. ``received_at`` is aware UTC.
    """

    default_zone: str = ""
    received_at: datetime | None = None
