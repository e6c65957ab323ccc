# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Parcel DE offers beside the transport. karrio sends cash on delivery without the bank
account and the note that DHL wants of it, and puts the whole of an amount on each parcel.

Facts: parcel-de-shipping-v2_2.yaml (VAS, VASCashOnDelivery, VASDhlRetoure, PostOffice). Each
parcel is a shipment of its own, so an insured value is shared by them, and what is collected takes
one parcel.
"""

import re

from ...core.accessorials import WHAT, Offers, shares_of

MOST_NOTE = 35
MOST_INSURED, MOST_COLLECTED = 25000, 3500
ADULT = "A18"


def more(request):
    """Yields what the product does not have (karrio's units name the products of each service)."""
    wanted = request.accessorials
    product = request.service
    for name in wanted.asked:
        if name in PRODUCTS and product not in PRODUCTS[name]:
            yield f"accessorials.{name}", "not_offered", {"what": WHAT[name]}


# Service → products that have it.
PRODUCTS = {
    "insurance": {"V01PAK", "V53WPAK", "V54EPAK"},
    "cod": {"V01PAK"},
    "hold_at": {"V01PAK", "V62KP"},
    "signature_any": {"V01PAK"},
    "signature_adult": {"V01PAK"},
    "return_label": {"V01PAK", "V62KP"},
}
HOME = frozenset({"cod", "hold_at", "signature_any", "signature_adult", "return_label"})
OFFERS = Offers(
    kinds=frozenset({*HOME, "insurance"}),
    home=HOME,
    single=frozenset({"cod"}),
    currency="EUR",
    most=(("insurance", MOST_INSURED), ("cod", MOST_COLLECTED)),
    cod_kinds=frozenset({"cash"}),
    hold_id=r"4[0-9]{2}|[5-9][0-9]{2}",
    hold_needs=("email", "location.city", "location.zip"),
    more=more,
)


def consignee(request):
    """A post office in the place of an address; None where the parcel is delivered."""
    location = request.accessorials.hold_at
    if location is None:
        return None
    recipient = request.recipient
    return {
        "name": (recipient.name or recipient.company)[:50],
        "retailID": int(location.id),
        "email": recipient.email,
        "city": location.city,
        "postalCode": re.sub(r"\s", "", location.zip),
        "country": "DEU",
    }


def options(request):
    """karrio's names of what it builds well: the return label, which is billed apart."""
    is_wanted = request.accessorials.return_label
    return {"dhl_parcel_de_return_enabled": True} if is_wanted else {}


def services(request, number):
    """Value added services of one parcel.

    :param int number: of the parcel, from 0
    """
    wanted = request.accessorials
    found = {}
    if wanted.insurance:
        share = shares_of(wanted.insurance, request.parcels)[number]
        found["additionalInsurance"] = {"currency": "EUR", "value": float(share)}
    if wanted.cod:
        found["cashOnDelivery"] = {
            "amount": {"currency": "EUR", "value": float(wanted.cod)},
            "transferNote1": (request.order or request.reference)[:MOST_NOTE],
            "transferNote2": request.reference[:MOST_NOTE],
        }
    if wanted.signature == "any":
        found["signedForByRecipient"] = True
    elif wanted.signature == "adult":
        found["visualCheckOfAge"] = ADULT
    return found


def account(data, request, settings):
    """The bank account to which DHL pays what it collects, as the business portal names it.

    :raises ValueError: it is not filled in
    """
    for shipment in data["shipments"]:
        cod = (shipment.get("services") or {}).get("cashOnDelivery")
        if cod is None:
            continue
        reference = (settings.config or {}).get("cod_account_reference")
        if not reference:
            raise ValueError(
                "Cash on delivery: the reference of the bank account is missing in DHL's access."
            )
        cod["accountReference"] = reference[:MOST_NOTE]
    return data
