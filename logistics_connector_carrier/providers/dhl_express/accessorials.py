# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Express offers beside the transport, by the codes of its value added services. karrio
sends none of them, and knows no adult's signature; cash on delivery is not in the document.

Facts: the OpenAPI document of ``booking`` (valueAddedServices, onDemandDelivery); codes: reference
data of the MyDHL API guide. What a product has between two places is said by its rates.
"""

from ...core.accessorials import Offers

OFFERS = Offers(
    kinds=frozenset(
        {"insurance", "saturday", "hold_at", "signature_none", "signature_any", "signature_adult"}
    ),
    returns=frozenset({"alone"}),
    hold_id=r"[A-Z0-9]{3,6}",
    hold_needs=("email",),
)
INSURANCE, SATURDAY, SERVICE_POINT = "II", "AA", "TV"
SIGNATURES = {"none": "SX", "any": "SF", "adult": "SD"}


def services(request):
    """Value added services: a list of dicts."""
    wanted = request.accessorials
    found = []
    if wanted.insurance:
        value = {"value": float(wanted.insurance), "currency": wanted.currency}
        found.append({"serviceCode": INSURANCE, **value})
    if wanted.signature:
        found.append({"serviceCode": SIGNATURES[wanted.signature]})
    if wanted.saturday:
        found.append({"serviceCode": SATURDAY})
    if wanted.hold_at is not None:
        found.append({"serviceCode": SERVICE_POINT})
    return found


def on_demand(request):
    """Where it waits; None where it does not."""
    location = request.accessorials.hold_at
    if location is None:
        return None
    return {"deliveryOption": "servicepoint", "servicePointId": location.id}
