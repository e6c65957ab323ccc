# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Address Validation (https://developer.fedex.com/api/en-us/catalog/address-validation.html)::

    POST /address/v1/addresses/resolve {"addressesToValidate": [{"address": {"streetLines", "city",
        "stateOrProvinceCode", "postalCode", "countryCode"}}]}
    {"output": {"resolvedAddresses": [{"streetLinesToken", "city", "stateOrProvinceCode",
        "postalCode", "countryCode", "classification", "attributes": {"Resolved", "Matched"},
        "customerMessages": [{"code", "message"}]}]}}

What it cannot resolve comes back as it was asked for, with "Resolved" "false". How far it looks
differs by country. It is no promise that FedEx delivers there.
"""

import json
from types import SimpleNamespace

from ...core.address import Address, AddressAnswer
from ...core.booking import Step

_RESIDENTIAL = {"RESIDENTIAL": True, "BUSINESS": False}


def headers_of(proxy):
    """What identifies us: the project of shipping, which has this interface, too."""
    wanted = SimpleNamespace(ctx={"auth_type": "shipping_auth"})
    token = proxy.authenticate(wanted).deserialize()
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "X-locale": "en_US",
    }


def check_address(party, settings):
    address = {
        "streetLines": list(party.lines[:3]),
        "city": party.city,
        "stateOrProvinceCode": party.state,
        "postalCode": party.zip,
        "countryCode": party.country,
    }
    data = {
        "addressesToValidate": [
            {"address": {name: value for name, value in address.items() if value}}
        ]
    }
    body = json.dumps(data).encode()
    exchange = yield Step("POST", "/address/v1/addresses/resolve", {}, body)
    if not exchange.ok:
        return None
    (resolved,) = json.loads(exchange.body)["output"]["resolvedAddresses"]
    text = "; ".join(
        one["message"] for one in resolved.get("customerMessages") or () if one.get("message")
    )
    is_known = str((resolved.get("attributes") or {}).get("Resolved")).lower() == "true"
    found = Address(
        lines=tuple(resolved.get("streetLinesToken") or ()),
        city=resolved.get("city") or "",
        zip=resolved.get("postalCode") or "",
        state=resolved.get("stateOrProvinceCode") or "",
        country=resolved.get("countryCode") or "",
    )
    kind = _RESIDENTIAL.get(resolved.get("classification"))
    return AddressAnswer((found,) if is_known else (), is_residential=kind, text=text)
