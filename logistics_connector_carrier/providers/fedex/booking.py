# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What FedEx answers to rating (Rate v1), shipping and cancelling (Ship v1) and to a search by our
reference (Track v1).

Shapes: the OpenAPI documents "Ship API", "Rates and Transit Times API" and "Basic Integrated
Visibility" of https://developer.fedex.com/api/en-us/catalog.html. Labels come once, with the
booking: FedEx has no call for another copy, so a booking that is found again has numbers only.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from ...core.booking import BookingAnswer, Charge, Document, Rate, Step, sum_of
from ...core.checks import Rules
from ...core.setting import Setting
from .accessorials import OFFERS
from .booking_request import REFERENCE_LENGTH, amend, amend_rates

__all__ = ["amend", "amend_rates"]

# Ship API: lines and companies of 35 characters, three lines (more are ignored), 35 of a city, a
# telephone number of 10 to 15 digits for either party, 30 packages. How heavy one may be depends on
# the service.
RULES = Rules(
    line_length=35,
    lines=3,
    name_length=35,
    city_length=35,
    phone_digits=(10, 15),
    most_parcels=30,
    state_countries=frozenset({"US", "CA"}),
    needs_phone="always",
    formats=frozenset({"PDF", "ZPL"}),
    offers=OFFERS,
)
SETTINGS = (Setting("config.closes_ground", "Ground: days are closed from Odoo", "flag"),)
# A new shipment is to be found by its reference up to a day later.
SHOWS_LATE = True
FORMATS = {"ZPLII": "ZPL", "EPL2": "EPL"}
# What the account pays first; what it is listed at last.
RATE_TYPES = ("ACCOUNT", "INCENTIVE", "PREFERRED_INCENTIVE", "PREFERRED_CURRENCY", "LIST")
DAYS = (
    "ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN"
    " SIXTEEN SEVENTEEN EIGHTEEN NINETEEN TWENTY".split()
)
# As FedEx files what the Ship API calls CUSTOMER_REFERENCE.
REFERENCE_TYPES = ("CUSTOMER_REFERENCE", "SHIPPER_REFERENCE")
NOT_FOUND = "TRACKING.REFERENCENUMBER.NOTFOUND"
CANCELLED = "CA"
# The search takes a range of 30 days at most.
DAYS_BEFORE, DAYS_AFTER = 1, 14


def errors(body):
    """The texts of an answer that says no, with their codes, which FedEx's support asks for."""
    answer = _read(body)
    texts = [_words(one) for one in answer.get("errors") or ()]
    output = answer.get("output") or {}
    if isinstance(output, dict) and output.get("cancelledShipment") is False:
        texts += [_words(one) for one in output.get("alerts") or ()] or [output.get("message")]
    return "; ".join(filter(None, texts))


def rates(body, request):
    """All services that FedEx offers for the request, at the account's prices where it has some."""
    return tuple(_rate(one, request) for one in _read(body)["output"]["rateReplyDetails"])


def _rate(offer, request):
    rated = {one["rateType"]: one for one in reversed(offer["ratedShipmentDetails"])}
    best = next((rated[kind] for kind in RATE_TYPES if kind in rated), None)
    best = best or offer["ratedShipmentDetails"][0]
    detail = best.get("shipmentRateDetail") or {}
    currency = best.get("currency") or detail["currency"]
    total, charges = _price(
        {**detail, **best, "surcharges": detail.get("surCharges"), "currency": currency}, request
    )
    when = offer.get("operationalDetail") or {}
    promised = ((offer.get("commit") or {}).get("dateDetail") or {}).get("dayFormat")
    day = when.get("deliveryDate") or when.get("commitDate") or promised or ""
    return Rate(
        service=offer["serviceType"],
        name=offer.get("serviceName") or "",
        total=total,
        currency=currency,
        charges=charges,
        days=_days(when.get("transitTime")),
        delivery_date=day[:10],
    )


def _days(text):
    """ "THREE_DAYS" → 3; None for what has no number ("UNKNOWN")."""
    word = (text or "").partition("_DAY")[0]
    return DAYS.index(word) + 1 if word in DAYS else None


def booking(body, request):
    """The booking; numbers and labels stand in the order of the packages of the request."""
    output = _read(body)["output"]
    (shipment,) = output["transactionShipments"]
    pieces = [one for one in shipment["pieceResponses"] if one.get("successful") is not False]
    pieces.sort(key=lambda one: int(one.get("packageSequenceNumber") or 0))
    warnings = [*(output.get("alerts") or ()), *(shipment.get("alerts") or ())]
    documents, links = [], []
    for index, piece in enumerate(pieces):
        for one in piece.get("packageDocuments") or ():
            is_label = "LABEL" in (one.get("contentType") or "")
            kind = ("return_label" if request.is_return else "label") if is_label else "other"
            (documents if one.get("encodedLabel") else links).append((kind, one, index))
    for one in shipment.get("shipmentDocuments") or ():
        kind = "invoice" if "INVOICE" in (one.get("contentType") or "") else "other"
        (documents if one.get("encodedLabel") else links).append((kind, one, None))
    rating = (shipment.get("completedShipmentDetail") or {}).get("shipmentRating") or {}
    total, charges, currency = _booked_price(rating, request)
    return BookingAnswer(
        identifier=shipment["masterTrackingNumber"],
        numbers=tuple(piece["trackingNumber"] for piece in pieces),
        documents=tuple(_document(*one) for one in documents),
        charges=charges,
        total=total,
        currency=currency,
        warnings=tuple(
            dict.fromkeys(
                [*map(_words, warnings)]
                + [f"FedEx keeps a document at its own site: {one['contentType']}"
                   for _kind, one, _index in links]
            )
        ),
    )  # fmt: skip


def _document(kind, holder, parcel):
    form = (holder.get("docType") or "").upper()
    return Document(kind, FORMATS.get(form, form), holder["encodedLabel"], parcel)


def _booked_price(rating, request):
    """Of the rates that come with a booking that by which FedEx will bill."""
    details = rating.get("shipmentRateDetails") or []
    if not details:
        return "", (), ""
    actual = rating.get("actualRateType")
    chosen = next((one for one in details if one.get("rateType") == actual), None)
    chosen = chosen or next(
        (one for one in details if "ACCOUNT" in (one.get("rateType") or "")), details[0]
    )
    return *_price(chosen, request), chosen["currency"]


def _price(detail, request):
    """(total, charges) of a rate: what the shipper pays; duties, where the shipper pays them."""
    currency = detail["currency"]
    discounts = _number(detail, "totalDiscounts") or _number(detail, "totalFreightDiscounts")
    parts = [
        Charge("", "Base", str(_number(detail, "totalBaseCharge")), currency, "base"),
        Charge("", "Discount", str(-discounts), currency, "base"),
    ]
    for one in detail.get("surcharges") or ():
        code = one.get("surchargeType") or one.get("type") or ""
        kind = "fuel" if code == "FUEL" else "accessorial"
        name = one.get("description") or one.get("name") or code
        parts.append(Charge(code, name, str(_number(one, "amount")), currency, kind))
    for one in detail.get("taxes") or ():
        code = one.get("type") or one.get("taxType") or ""
        name = one.get("description") or one.get("name") or code or "Tax"
        parts.append(Charge(code, name, str(_number(one, "amount")), currency, "tax"))
    total = _number(detail, "totalNetCharge")
    duties = _number(detail, "totalDutiesAndTaxes")
    if duties and request.customs and request.customs.duties_paid_by == "sender":
        total = _number(detail, "totalNetChargeWithDutiesAndTaxes") or total
        parts.append(Charge("", "Duties and taxes", str(duties), currency, "tax"))
    charges = tuple(one for one in parts if Decimal(one.amount) or one.name == "Base")
    # What FedEx does not itemise stands in a line of its own, so that the lines add up.
    if rest := total - sum_of(charges):
        charges += (Charge("", "Not itemised", str(rest), currency, "other"),)
    return str(total), charges


def is_void(body):
    """Whether FedEx has called the shipment off, with all of its packages."""
    return _read(body)["output"].get("cancelledShipment") is True


def was_void(body):
    """Whether FedEx refuses since it was cancelled before: said in words only."""
    return "already been cancelled" in errors(body).lower()


def headers_of(proxy):
    """What identifies us: by the tracking project's key where there is one, as FedEx gives Track a
    project of its own; else by that of shipping, which newer projects may share."""
    settings = proxy.settings
    has_own = settings.track_api_key and settings.track_secret_key
    wanted = SimpleNamespace(ctx={"auth_type": "track_auth" if has_own else "shipping_auth"})
    token = proxy.authenticate(wanted).deserialize()
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "x-locale": "en_US",
    }


def find(request, settings):
    """Track by references: numbers only. It counts as found when all packages are shown; some of
    them, or more than were asked for, are for a person to look at."""
    for kind in REFERENCE_TYPES:
        question = json.dumps(_question(request, settings, kind)).encode()
        exchange = yield Step("POST", "/track/v1/referencenumbers", {}, question)
        if not exchange.ok and exchange.status != 400:
            return None
        found = _found(_read(exchange.body), request)
        if found:
            break
    else:
        return None
    if len(found) != len(request.parcels):
        raise ValueError(f"{len(found)} packages instead of {len(request.parcels)}")
    return BookingAnswer(
        identifier=found[0],
        numbers=tuple(found),
        warnings=(
            "FedEx gives a label once, with the booking, and its answer got lost. Cancel the"
            " shipment and book anew, or print it in FedEx Ship Manager where it is shown.",
        ),
    )


def _question(request, settings, kind):
    day = date.fromisoformat(request.ship_date)
    first, last = day - timedelta(DAYS_BEFORE), day + timedelta(DAYS_AFTER)
    information = {
        "type": kind,
        "value": request.reference[:REFERENCE_LENGTH],
        "accountNumber": settings.account_number,
        "shipDateBegin": first.isoformat(),
        # The schema calls it shipDateEndDate, its example and public clients shipDateEnd.
        "shipDateEnd": last.isoformat(),
        "shipDateEndDate": last.isoformat(),
    }
    return {"referencesInformation": information, "includeDetailedScans": False}


def _found(answer, request):
    """Tracking numbers in the order of the packages. Raises ValueError for any no but "not found":
    it does not say that nothing was booked."""
    problems = list(answer.get("errors") or ())
    found = {}
    for complete in (answer.get("output") or {}).get("completeTrackResults") or ():
        for one in complete.get("trackResults") or ():
            if one.get("error"):
                problems.append(one["error"])
            elif _is_ours(one, request):
                number = (one.get("trackingNumberInfo") or {}).get("trackingNumber")
                place = (one.get("packageDetails") or {}).get("sequenceNumber")
                found[number or complete["trackingNumber"]] = int(place or 0)
    strange = [one.get("code") for one in problems if one.get("code") != NOT_FOUND]
    if strange or not (answer.get("output") or problems):
        raise ValueError(f"no search was made: {strange}")
    return sorted(found, key=lambda number: (found[number], number))


def _is_ours(result, request):
    """A package that is not called off, and has our reference (where FedEx shows references)."""
    if (result.get("latestStatusDetail") or {}).get("code") == CANCELLED:
        return False
    identifiers = (result.get("additionalTrackingInfo") or {}).get("packageIdentifiers") or ()
    known = [
        value
        for one in identifiers
        if one.get("type") in REFERENCE_TYPES
        for value in one.get("values") or one.get("value") or ()
    ]
    return not known or request.reference[:REFERENCE_LENGTH] in known


def _read(body):
    return json.loads(body, parse_float=Decimal)


def _number(holder, name):
    value = holder.get(name)
    return Decimal(str(value)) if value is not None else Decimal()


def _words(one):
    text, code = (one.get("message") or "").strip().rstrip("."), one.get("code")
    return f"{text or 'No reason'} (FedEx {code})" if code else text
