# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What Canada Post offers beside the transport: options of each parcel, by their codes. karrio
writes an amount of 1 beside options that have none, knows no post office to hold at, and gives each
parcel the whole amount.

Facts: shipment.xsd (OptionType, NotificationType) and the page Create Shipment: D2PO wants the
office, a name, a telephone number and a notification; COD is collected at a post office (HFP where
no other is named), and an age is proved beside a signature.
"""

from decimal import Decimal

from ...core.accessorials import Offers, shares_of

HOME = frozenset({"cod", "hold_at", "signature_adult"})
OFFERS = Offers(
    kinds=frozenset({*HOME, "insurance", "signature_any"}),
    returns=frozenset({"alone", "home"}),
    home=HOME,
    single=frozenset({"cod"}),
    currency="CAD",
    most=(("insurance", 5000), ("cod", 1000)),
    hold_id=r"\d{1,10}",
    hold_needs=("name", "email", "phone"),
)
SIGNATURE, COVERAGE, COLLECT = "SO", "COV", "COD"
POST_OFFICE, CARD_FOR_PICKUP = "D2PO", "HFP"
# Provinces where one is of age at 18; elsewhere at 19.
AT_18 = frozenset({"AB", "MB", "QC"})


def options(request, number):
    """Options of one parcel: tuples of (code, amount, qualifier 1, qualifier 2).

    :param int number: of the parcel, from 0
    """
    wanted = request.accessorials
    found = []
    if wanted.signature:
        found.append((SIGNATURE, "", "", ""))
    if wanted.signature == "adult":
        code = "PA18" if request.recipient.state in AT_18 else "PA19"
        found.append((code, "", "", ""))
    if wanted.insurance:
        share = shares_of(wanted.insurance, request.parcels)[number]
        found.append((COVERAGE, f"{share:.2f}", "", ""))
    if wanted.cod:
        # As it is asked for: the postage is not added to it.
        found.append((COLLECT, f"{Decimal(wanted.cod):.2f}", "false", ""))
    if wanted.hold_at is not None:
        found.append((POST_OFFICE, "", "", wanted.hold_at.id))
    elif wanted.cod:
        found.append((CARD_FOR_PICKUP, "", "", ""))
    return found
