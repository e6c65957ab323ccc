# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a shipper may ask a carrier for beside the transport, in one vocabulary for all carriers,
and what each carrier has of it.

What a carrier does not have is said before anything is sent, and never left out without a word
(:func:`found`): goods that were to be insured travel insured, or not at all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

# Amounts; they are in the ``currency`` of the accessorials.
AMOUNTS = ("insurance", "declared_value", "cod")
SIGNATURES = ("none", "any", "adult")
COD_KINDS = ("any", "cash", "secured")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Location:
    """A place of the carrier's where the parcel waits for its recipient. ``id``: the carrier's."""

    id: str
    name: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    zip: str = ""
    state: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Accessorials:
    """``insurance``, ``declared_value`` (up to which the carrier is liable), ``cod`` (what the
    recipient pays at the door): amounts of the whole shipment, as text; "": not asked for.
    ``cod_kind``: any (whatever the carrier takes), cash, or secured (certified cheque, money
    order). ``signature``: "" (as the service has it), none, any, adult. ``return_label``: one that
    comes with the parcel, and costs when it is used."""

    insurance: str = ""
    declared_value: str = ""
    cod: str = ""
    cod_kind: str = ""
    currency: str = ""
    signature: str = ""
    saturday: bool = False
    hold_at: Location | None = None
    return_label: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked for, by the names of :data:`WHAT`."""
        names = [
            one.name
            for one in fields(self)
            if one.name not in ("cod_kind", "currency", "signature") and getattr(self, one.name)
        ]
        return (*names, f"signature_{self.signature}") if self.signature else tuple(names)


NONE = Accessorials()


@dataclass(frozen=True, slots=True)
class Offers:
    """What a carrier's interface has. ``kinds``: names of :data:`WHAT`; ``returns``: "alone", where
    a return label is a booking of its own; and "home", where it is within the country only.
    ``home``: what it has within the country only; ``single``: for shipments of one package only;
    ``apart``: pairs that exclude each other; ``currency`` of the amounts, "": any; ``most``: the
    highest amounts; ``cod_kinds``: beside "any"; ``hold_id``: pattern of its locations' ids;
    ``hold_needs``: fields of the recipient and of the location ("location.city") that it wants
    then; ``more``: a function of the request that
    yields what else is wrong, as :func:`found` does."""

    kinds: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    home: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    apart: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    most: tuple[tuple[str, int], ...] = ()
    cod_kinds: frozenset[str] = frozenset()
    hold_id: str = ".+"
    hold_needs: tuple[str, ...] = ()
    more: Callable | None = None


NOTHING_OFFERED = Offers()


def _lt(text):
    """Marks what translators get: the models look it up in the user's language."""
    return text


# As a sentence begins.
WHAT = {
    "insurance": _lt("Insurance"),
    "declared_value": _lt("A declared value"),
    "cod": _lt("Cash on delivery"),
    "saturday": _lt("Delivery on Saturday"),
    "hold_at": _lt("Holding at a location"),
    "return_label": _lt("A return label with the parcel"),
    "signature_none": _lt("Delivery without a signature"),
    "signature_any": _lt("Delivery against a signature"),
    "signature_adult": _lt("Delivery against an adult's signature"),
}
RETURN = _lt("A return label")
WORDS = {
    "not_offered": _lt(
        "%(what)s: this carrier does not offer it. Take it off the delivery, or choose another"
        " delivery method."
    ),
    "at_home_only": _lt("%(what)s: this carrier offers it within the country only."),
    "not_for_returns": _lt("%(what)s: a return label cannot have it."),
    "one_package": _lt(
        "%(what)s: this carrier takes one package then; the delivery has %(count)s."
    ),
    "apart": _lt("%(what)s and “%(other)s” cannot be had together with this carrier."),
    "amount": _lt("%(what)s: “%(text)s” is no amount above zero."),
    "amount_currency": _lt("%(what)s: the currency of the amount is missing."),
    "only_currency": _lt("%(what)s: this carrier takes %(wanted)s; the amount is in %(currency)s."),
    "too_much": _lt("%(what)s: %(amount)s %(currency)s is more than the carrier takes (%(most)s)."),
    "cod_kind": _lt("Cash on delivery: this carrier does not collect in this way. Choose another."),
    "signature": _lt("“%(text)s” is no kind of signature."),
    "hold_id": _lt("“%(text)s” is no location of this carrier; look up its number."),
    "hold_field": _lt("The location where the parcel is held: %(field)s is missing."),
    "hold_recipient": _lt("Recipient: %(field)s is missing; who waits for a parcel gets a notice."),
    "no_returns": _lt(
        "This carrier's interface makes no return label by itself. Ask for it on the carrier's"
        " site."
    ),
}
LOCATION_LABELS = {
    "name": _lt("the name"),
    "lines": _lt("the street"),
    "city": _lt("the city"),
    "zip": _lt("the postal code"),
    "country": _lt("the country"),
    "phone": _lt("the telephone number"),
    "email": _lt("the e-mail address"),
}


def found(request, offers):
    """What keeps the accessorials of a request from being booked: yields (place, kind, values), as
    ``checks.Problem`` takes them.

    :param BookingRequest request:
    :param Offers offers: of the carrier
    """
    wanted = request.accessorials
    if request.is_return:
        is_abroad = request.shipper.country != request.recipient.country
        if "alone" not in offers.returns:
            yield "is_return", "no_returns", {}
        elif is_abroad and "home" in offers.returns:
            yield "is_return", "at_home_only", {"what": RETURN}
        for name in wanted.asked:
            yield f"accessorials.{name}", "not_for_returns", {"what": WHAT[name]}
        return
    if wanted.signature and wanted.signature not in SIGNATURES:
        yield "accessorials.signature", "signature", {"text": wanted.signature}
        return
    is_abroad = request.shipper.country != request.recipient.country
    for name in wanted.asked:
        place, what = f"accessorials.{name}", {"what": WHAT[name]}
        if name not in offers.kinds:
            yield place, "not_offered", what
        elif is_abroad and name in offers.home:
            yield place, "at_home_only", what
        elif name in offers.single and len(request.parcels) > 1:
            yield place, "one_package", {**what, "count": len(request.parcels)}
        elif name in AMOUNTS:
            yield from _amount(wanted, name, offers)
    for one, other in offers.apart:
        if {one, other} <= set(wanted.asked):
            values = {"what": WHAT[one], "other": WHAT[other]}
            yield f"accessorials.{other}", "apart", values
    if wanted.cod and wanted.cod_kind not in ("", "any", *offers.cod_kinds):
        yield "accessorials.cod_kind", "cod_kind", {}
    if wanted.hold_at is not None and "hold_at" in offers.kinds:
        yield from _hold(request, wanted.hold_at, offers)
    if offers.more is not None and set(wanted.asked) <= offers.kinds:
        yield from offers.more(request)


def _amount(wanted, name, offers):
    place, what = f"accessorials.{name}", {"what": WHAT[name]}
    text, currency = getattr(wanted, name), wanted.currency
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal()
    most = dict(offers.most).get(name)
    if not (amount.is_finite() and amount > 0):
        yield place, "amount", {**what, "text": text}
    elif not currency:
        yield place, "amount_currency", what
    elif offers.currency and currency != offers.currency:
        values = {**what, "wanted": offers.currency, "currency": currency}
        yield place, "only_currency", values
    elif most is not None and amount > most:
        yield place, "too_much", {**what, "amount": text, "currency": currency, "most": most}


def _hold(request, location, offers):
    if not re.fullmatch(offers.hold_id, location.id or ""):
        yield "accessorials.hold_at.id", "hold_id", {"text": location.id}
    for need in offers.hold_needs:
        holder, _dot, field = need.rpartition(".")
        if not getattr(location if holder else request.recipient, field):
            values = {"field": LOCATION_LABELS[field]}
            place = f"accessorials.hold_at.{field}" if holder else f"recipient.{field}"
            yield place, "hold_field" if holder else "hold_recipient", values


def shares_of(amount, parcels):
    """An amount over packages, to the cent, by the value of what is inside; evenly where that is
    not known. The shares add up to it.

    :param str amount:
    :return: list of Decimal, one for each package
    """
    total = Decimal(amount)
    values = [
        sum((Decimal(good.value) * good.quantity for good in one.goods), Decimal())
        for one in parcels
    ]
    if not all(values):
        values = [Decimal(1)] * len(parcels)
    whole = sum(values)
    shares = [(total * value / whole).quantize(CENT) for value in values]
    return [total - sum(shares[1:], Decimal()), *shares[1:]] if shares else []
