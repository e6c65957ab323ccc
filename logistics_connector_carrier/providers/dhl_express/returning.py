# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Return labels of DHL Express: shipments whose shipper is the customer and whose receiver are we,
paid by an account of ours for imports ("payer", beside our own, which asks for it).

Facts: the OpenAPI document of ``booking`` (accounts: shipper, payer, duties-taxes); names of the
services that keep a shipment's data for months, until somebody ships it: reference data of the
MyDHL API guide.
"""

from ...core.setting import Setting

# Months that DHL keeps the data of a label → its service ("Data staging").
VALID = {"3": "PT", "6": "PU"}
SETTINGS = (
    Setting("config.import_account_number", "Account that pays for returns (import)", "text"),
    Setting(
        "config.return_months",
        "Months that a return label stays valid",
        "choice",
        choices=tuple(VALID),
    ),
)


def account(data, request, settings):
    """Who pays for a return, and how long its label can be used.

    :raises ValueError: no account is filled in
    """
    if not request.is_return:
        return data
    config = settings.config or {}
    number = (config.get("import_account_number") or "").strip()
    if not number:
        raise ValueError(
            "Return label: fill in the account that pays for returns (import), on the page Booking"
            " of the connection. DHL names it."
        )
    shipment = data["shipment"]
    first, *more = shipment["accounts"]
    shipment["accounts"] = [first, {"typeCode": "payer", "number": number}, *more]
    if code := VALID.get(config.get("return_months")):
        services = shipment.setdefault("valueAddedServices", [])
        services.append({"serviceCode": code})
    return data
