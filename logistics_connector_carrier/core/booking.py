# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier is asked to carry, and what it answered: plain values, the same for all carriers.

They travel through the outbox as JSON (:func:`as_json`, :func:`request_from`,
:func:`answer_from`), so a booking that is sent again sends what was asked for, whatever changed in
Odoo meanwhile. Weights are kilograms, lengths centimetres, amounts decimals as text, days ISO 8601.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from decimal import Decimal

from .accessorials import NONE, Accessorials, Location

# Between the identifiers of a booking whose parcels are shipments of their own.
JOINT = ","


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives. ``lines``: street and what belongs to it, in their order. ``country``:
    ISO 3166-1 alpha-2. ``state``: the code within the country (ISO 3166-2 without the country)."""

    name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    zip: str = ""
    state: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    tax_id: str = ""
    eori: str = ""
    is_residential: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of what is inside. ``quantity``: whole units, as customs and carriers count;
    ``weight``: of all of them, ``value``: of one of them."""

    description: str
    quantity: int
    weight: float
    value: str
    currency: str
    sku: str = ""
    hs_code: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One piece. ``key``: ours, to find it again in the answer (``PACK0000012``). ``packaging``:
    the carrier's code; empty: the shipper's own."""

    key: str
    weight: float
    length: float = 0.0
    width: float = 0.0
    height: float = 0.0
    packaging: str = ""
    description: str = ""
    goods: tuple[Goods, ...] = ()


@dataclass(frozen=True, slots=True)
class Customs:
    """Of shipments that leave a customs territory. ``content``: merchandise, sample, gift,
    documents, return_merchandise or other; ``incoterm``: of Incoterms 2020, three letters."""

    content: str = "merchandise"
    incoterm: str = ""
    invoice: str = ""
    invoice_date: str = ""
    ioss: str = ""
    signer: str = ""
    duties_paid_by: str = "recipient"


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """``reference``: ours, unique for each booking and printed on the label: by it a booking whose
    answer got lost is found. ``options``: of the carrier, by karrio's names, such as
    {"saturday_delivery": True}; what people ask for stands in ``accessorials``. ``label``: PDF, ZPL
    or PNG."""

    reference: str
    service: str
    ship_date: str
    shipper: Party
    recipient: Party
    parcels: tuple[Parcel, ...]
    customs: Customs | None = None
    options: dict = field(default_factory=dict)
    label: str = "PDF"
    order: str = ""
    is_return: bool = False
    accessorials: Accessorials = NONE


@dataclass(frozen=True, slots=True)
class Charge:
    """Part of a price. ``code``: the carrier's; ``kind``: base, fuel, accessorial, tax or other."""

    code: str
    name: str
    amount: str
    currency: str
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a service would cost. ``total`` is what the shipper pays, taxes included; the charges
    add up to it. ``days``: working days in transit, None where it is not said."""

    service: str
    name: str
    total: str
    currency: str
    charges: tuple[Charge, ...] = ()
    days: int | None = None
    delivery_date: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a booking. ``kind``: label, return_label, invoice, receipt or other; ``content``:
    base64; ``parcel``: the number of the parcel (from 0) that it is for, None: for all; ``number``:
    its own tracking number, of a return label that comes with the parcel."""

    kind: str
    format: str
    content: str = field(repr=False)
    parcel: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class BookingAnswer:
    """What was booked. ``identifier``: by which the carrier voids it; several, with a ``JOINT``
    between them, where each parcel is a shipment of its own. ``numbers``: one for each parcel, in
    the order of the request; "" where a parcel has none. Where some parcels only were booked,
    ``extra`` names them: {"parcels": [0, 2]}."""

    identifier: str
    numbers: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    charges: tuple[Charge, ...] = ()
    total: str = ""
    currency: str = ""
    warnings: tuple[str, ...] = ()
    extra: dict = field(default_factory=dict)

    @property
    def labels(self) -> tuple[Document, ...]:
        return tuple(one for one in self.documents if one.kind == "label")


# In the place of an answer: the carrier was asked, and says that it has booked nothing.
NOTHING = BookingAnswer("", ())


@dataclass(frozen=True, slots=True)
class Step:
    """A call that a reader wants made: ``path`` with its query, below the carrier's server;
    or a whole address, of another one of the carrier's servers."""

    method: str
    path: str
    headers: dict = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


def as_json(value) -> str:
    """One of the values above as JSON; the same value gives the same text."""
    return json.dumps(dataclasses.asdict(value), sort_keys=True, ensure_ascii=False)


def request_from(data: dict) -> BookingRequest:
    """The inverse of :func:`as_json`, from what ``json.loads`` gives.

    :raises TypeError, KeyError: it is something else
    """
    return BookingRequest(
        **{
            **data,
            "shipper": _party(data["shipper"]),
            "recipient": _party(data["recipient"]),
            "parcels": tuple(_parcel(one) for one in data["parcels"]),
            "customs": Customs(**data["customs"]) if data.get("customs") else None,
            # What was packed by an earlier version has none.
            "accessorials": _accessorials(data.get("accessorials") or {}),
        }
    )


def answer_from(data: dict) -> BookingAnswer:
    """As :func:`request_from`."""
    return BookingAnswer(
        **{
            **data,
            "numbers": tuple(data["numbers"]),
            "documents": tuple(Document(**one) for one in data["documents"]),
            "charges": tuple(Charge(**one) for one in data["charges"]),
            "warnings": tuple(data["warnings"]),
        }
    )


def _party(data):
    return Party(**{**data, "lines": tuple(data["lines"])})


def _accessorials(data):
    held = data.get("hold_at")
    location = Location(**{**held, "lines": tuple(held["lines"])}) if held else None
    return Accessorials(**{**data, "hold_at": location})


def _parcel(data):
    return Parcel(**{**data, "goods": tuple(Goods(**one) for one in data["goods"])})


def sum_of(charges) -> Decimal:
    """Exact; of charges of one currency."""
    return sum((Decimal(one.amount) for one in charges), Decimal())
