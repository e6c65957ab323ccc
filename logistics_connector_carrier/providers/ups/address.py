# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""UPS Address Validation, street level, with classification (AddressValidation.yaml of
github.com/UPS-API/api-documentation, v2, option 3): addresses in the US and Puerto Rico. The test
system knows those in New York and California only.

    POST /api/addressvalidation/v2/3
    {"XAVResponse": {"ValidAddressIndicator" | "AmbiguousAddressIndicator" |
       "NoCandidatesIndicator", "AddressClassification": {"Code"},
       "Candidate": [{"AddressKeyFormat": {"AddressLine", "PoliticalDivision2",
         "PoliticalDivision1", "PostcodePrimaryLow", "PostcodeExtendedLow", "CountryCode"}}]}}

A list with one entry is written as the entry alone. Code 1 is commercial, 2 residential.
"""

import json

from ...core.address import Address, AddressAnswer
from ...core.booking import Step

COUNTRIES = frozenset({"US", "PR"})
_RESIDENTIAL = {"1": False, "2": True}


def check_address(party, settings):
    key = {
        "ConsigneeName": (party.company or party.name)[:40],
        "AddressLine": [line[:100] for line in party.lines[:3]],
        "PoliticalDivision2": party.city,
        "PoliticalDivision1": party.state,
        "PostcodePrimaryLow": party.zip[:5],
        "CountryCode": party.country,
    }
    data = {
        "XAVRequest": {
            "Request": {"RequestOption": "3"},
            "AddressKeyFormat": {name: value for name, value in key.items() if value},
        }
    }
    exchange = yield Step("POST", "/api/addressvalidation/v2/3", {}, json.dumps(data).encode())
    if not exchange.ok:
        return None
    answer = json.loads(exchange.body)["XAVResponse"]
    found = tuple(_address(one["AddressKeyFormat"]) for one in _list(answer.get("Candidate")))
    kind = (answer.get("AddressClassification") or {}).get("Code")
    return AddressAnswer(found, is_residential=_RESIDENTIAL.get(kind))


def _address(key):
    code = "-".join(filter(None, (key.get("PostcodePrimaryLow"), key.get("PostcodeExtendedLow"))))
    return Address(
        lines=tuple(_list(key.get("AddressLine"))),
        city=key.get("PoliticalDivision2") or "",
        zip=code,
        state=key.get("PoliticalDivision1") or "",
        country=key.get("CountryCode") or "",
    )


def _list(value):
    return value if isinstance(value, list) else [value] if value else []
