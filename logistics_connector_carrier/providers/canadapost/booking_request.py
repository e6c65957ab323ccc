# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What Canada Post is asked for: karrio's requests, one for each parcel, put right by the published
schema (see ``booking``) where karrio guesses, rounds, or says more than was asked for."""

import hashlib
import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from lxml import etree

from . import accessorials

MOST_REQUEST_ID, MOST_GROUP, MOST_REFERENCE = 35, 32, 35
MOST_GOODS_WORDS, MOST_SKU, MOST_INVOICE = 45, 15, 10
# Why goods leave: sale, commercial sample, documents; any other reason is told in words.
REASONS = {"merchandise": "SOG", "sample": "SAM", "documents": "DOC"}
OTHER_REASONS = {"gift": "Gift", "return_merchandise": "Returned goods"}
NOTIFIED = {"email_notification", "email_notification_to"}


def request_id(request, number):
    """Our id of a parcel's request, by which the shipment is found again. It is the same whenever
    the same booking is sent.

    :param int number: of the parcel, from 0
    """
    text = f"{request.reference}-{number + 1}"
    if len(text) <= MOST_REQUEST_ID:
        return text
    digest = hashlib.sha256(request.reference.encode()).hexdigest()
    return f"{digest[:28]}-{number + 1}"


def amend(data, request):
    """karrio's requests for shipments, put right.

    :param list data: texts of XML
    :raises ValueError: they cannot be, in words for people
    """
    if not request.shipper.phone:
        raise ValueError("Sender: the telephone number is missing.")
    currencies = {good.currency for one in request.parcels for good in one.goods}
    if request.customs and currencies - {"CAD"}:
        raise ValueError(
            f"The goods are priced in {', '.join(sorted(currencies))}. Canada Post's customs"
            " declaration is in CAD, or wants a rate of exchange that is not known here."
        )
    return [
        _amended(text, lambda root, at=number: _shipment(root, request, at))
        for number, text in enumerate(data)
    ]


def amend_rates(data, request):
    """karrio's questions for prices, put right."""
    return [
        _amended(text, lambda root, at=number: _question(root, request, at))
        for number, text in enumerate(data)
    ]


def _question(root, request, number):
    _measure(_at(root, "parcel-characteristics"), request.parcels[number])
    _options(root, request, number)


def _amended(text, amend_root):
    root = etree.fromstring(text.encode())
    amend_root(root)
    return etree.tostring(root, encoding="unicode")


def _shipment(root, request, number):
    parcel = request.parcels[number]
    _put(root, "customer-request-id", request_id(request, number))
    _put(root, "expected-mailing-date", request.ship_date)
    if _at(root, "group-id") is not None:
        # What leaves together is transmitted together; karrio takes the day of the server.
        zip_code = re.sub(r"\W", "", request.shipper.zip).upper()
        group = f"{request.ship_date.replace('-', '')}-{zip_code}"
        _put(root, "group-id", group[:MOST_GROUP])
    spec = _at(root, "delivery-spec")
    _sender(_at(spec, "sender"), request.shipper)
    _destination(_at(spec, "destination"), request.recipient)
    _measure(_at(spec, "parcel-characteristics"), parcel)
    _options(spec, request, number)
    if request.accessorials.hold_at is not None:
        _notify(spec, request.recipient.email)
    elif not NOTIFIED & set(request.options):
        _put(spec, "notification", "")  # karrio has mails sent to whoever has an address
    if request.customs is not None:
        _customs(_at(spec, "customs"), request, parcel)
    references = _at(spec, "references", is_made=True)
    if _text(references, "cost-centre") == request.reference:
        _put(references, "cost-centre", "")  # karrio's, where none is given
    _put(references, "customer-ref-1", request.reference[:MOST_REFERENCE])
    _put(references, "customer-ref-2", parcel.key[:MOST_REFERENCE])
    settlement = _at(spec, "settlement-info")
    if not _text(settlement, "intended-method-of-payment"):
        _put(settlement, "intended-method-of-payment", "Account")


def _sender(sender, party):
    """The company is required; karrio writes "Not Applicable"."""
    _put(sender, "company", party.company or party.name)
    _put(sender, "contact-phone", party.phone)
    _address(_at(sender, "address-details"), party)


def _destination(destination, party):
    """karrio writes "000 000 0000" where there is no telephone number."""
    _put(destination, "client-voice-number", party.phone)
    _address(_at(destination, "address-details"), party)


def _address(details, party):
    """Lines as they are written: karrio puts a house number that ends its line before the street,
    and takes the blanks out of all countries' postal codes."""
    first, *more = [line for line in party.lines if line] or [""]
    _put(details, "address-line-1", first)
    _put(details, "address-line-2", ", ".join(more))
    if party.country not in ("CA", "US"):
        _put(details, "postal-zip-code", party.zip.strip())


def _measure(characteristics, parcel):
    """Grams and millimetres; karrio rounds to a tenth of a kilogram, and leaves an empty element
    where there are no dimensions."""
    _put(characteristics, "weight", decimal_of(parcel.weight, "0.001"))
    sizes = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    if not all(sizes.values()):
        _put(characteristics, "dimensions", "")
        return
    dimensions = _at(characteristics, "dimensions", is_made=True)
    for name, size in sizes.items():
        _put(dimensions, name, decimal_of(size, "0.1"))


def _options(holder, request, number):
    """Beside karrio's own, such as what becomes of what cannot be delivered abroad."""
    wanted = accessorials.options(request, number)
    if not wanted:
        return
    options = _at(holder, "options", is_made=True)
    for values in wanted:
        option = etree.SubElement(options, _tag(options, "option"))
        names = ("option-code", "option-amount", "option-qualifier-1", "option-qualifier-2")
        for name, value in zip(names, values, strict=True):
            _put(option, name, value)


def _notify(spec, email):
    """Who fetches a parcel at a post office is told when it is there."""
    _put(spec, "notification", "")
    notification = _at(spec, "notification", is_made=True)
    _put(notification, "email", email)
    for name in ("on-shipment", "on-exception", "on-delivery"):
        _put(notification, name, "true")


def _customs(customs, request, parcel):
    """Each parcel declares what is in it; karrio declares all goods for each parcel."""
    _put(customs, "currency", "CAD")
    reason = REASONS.get(request.customs.content, "OTH")
    _put(customs, "reason-for-export", reason)
    words = OTHER_REASONS.get(request.customs.content, "Other") if reason == "OTH" else ""
    _put(customs, "other-reason", words)
    # karrio cuts a longer one off, which is the number of another invoice.
    invoice = request.customs.invoice
    _put(customs, "invoice-number", invoice if len(invoice) <= MOST_INVOICE else "")
    _put(customs, "duties-and-taxes-prepaid", "")  # an amount; karrio has an account number there
    _put(customs, "sku-list", "")
    items = _at(customs, "sku-list", is_made=True)
    for good in parcel.goods:
        _item(etree.SubElement(items, _tag(items, "item")), good, request)


def _item(item, good, request):
    each = Decimal(str(good.weight)) / good.quantity
    # Rounded down: goods may not weigh more than their parcel.
    weight = max(Decimal("0.001"), each.quantize(Decimal("0.001"), rounding=ROUND_DOWN))
    _put(item, "customs-number-of-units", str(good.quantity))
    _put(item, "customs-description", good.description[:MOST_GOODS_WORDS])
    _put(item, "sku", good.sku if len(good.sku) <= MOST_SKU else "")
    _put(item, "hs-tariff-code", _tariff_code(good.hs_code))
    _put(item, "unit-weight", str(weight))
    _put(item, "customs-value-per-unit", decimal_of(good.value, "0.01"))
    _put(item, "country-of-origin", good.origin)
    # karrio says of goods from anywhere that they are made in the sender's province.
    _put(item, "province-of-origin", request.shipper.state if good.origin == "CA" else "")


def _tariff_code(code):
    """With points, as the schema wants it: "841370" → "8413.70"."""
    digits = re.sub(r"\D", "", code)[:10]
    digits = digits[: len(digits) // 2 * 2]
    return ".".join([digits[:4], *re.findall("..", digits[4:])]) if len(digits) >= 4 else ""


def decimal_of(value, step):
    """A number as text, rounded half up to a step such as "0.001"."""
    return str(Decimal(str(value)).quantize(Decimal(step), rounding=ROUND_HALF_UP))


# -- XML -----------------------------------------------------------------------------------------


def _tag(near, name):
    return f"{{{etree.QName(near).namespace}}}{name}"


def _at(parent, name, is_made=False):
    """The child of this name; where there is none: None, or a new one."""
    found = parent.find(_tag(parent, name))
    return etree.SubElement(parent, _tag(parent, name)) if found is None and is_made else found


def _text(parent, name):
    return parent.findtext(_tag(parent, name)) or ""


def _put(parent, name, text):
    """Set the child of this name; "": take it away."""
    if text:
        _at(parent, name, is_made=True).text = text
    elif (found := _at(parent, name)) is not None:
        parent.remove(found)
