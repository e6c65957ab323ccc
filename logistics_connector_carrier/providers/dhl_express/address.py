# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""MyDHL API, ``GET /address-validate``: whether DHL Express delivers to a place, by zip and city
(OpenAPI document 3.1.1 of https://developer.dhl.com/api-reference/dhl-express-mydhl-api)::

    ?type=delivery&countryCode=…&postalCode=…&cityName=…&strictValidation=true
    {"warnings": […], "address": [{"countryCode", "postalCode", "cityName", "countyName",
        "serviceArea": {…}}]}

Streets are not looked at. A place that it does not know is a 400 or 404 with a "detail".
"""

import json
from urllib.parse import urlencode

from ...core.address import PLACE, Address, AddressAnswer
from ...core.booking import Step

NOT_THERE = (400, 404)


def check_address(party, settings):
    query = {
        "type": "delivery",
        "countryCode": party.country,
        "postalCode": party.zip,
        "cityName": party.city,
        "strictValidation": "true",
    }
    path = "/address-validate?" + urlencode({name: one for name, one in query.items() if one})
    exchange = yield Step("GET", path)
    if exchange.status in NOT_THERE:
        detail = json.loads(exchange.body)["detail"]
        return AddressAnswer(level=PLACE, text=detail)
    if not exchange.ok:
        return None
    answer = json.loads(exchange.body)
    found = tuple(
        Address(
            city=one.get("cityName") or "",
            zip=str(one.get("postalCode") or ""),
            country=one.get("countryCode") or "",
        )
        for one in answer["address"]
    )
    return AddressAnswer(found, PLACE, text="; ".join(answer.get("warnings") or ()))
