"""The addresses that carriers know, and how UPS, FedEx and DHL Express are asked about them.

Facts: AddressValidation.yaml of github.com/UPS-API/api-documentation; FedEx's "Address Validation
API"; ``/address-validate`` of DHL's OpenAPI document 3.1.1.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from .carrier import Refusal, answer


@dataclass(frozen=True)
class Known:
    line: str
    city: str
    zip: str
    state: str = ""
    country: str = "US"
    plus: str = ""
    is_residential: bool = False


BOOK = (
    Known("1750 LAKESHORE DR", "MUSKEGON", "49441", "MI", plus="1611"),
    Known("12 W MAPLE ST APT 4", "MUSKEGON", "49440", "MI", plus="0210", is_residential=True),
    Known("14 W MAPLE ST", "MUSKEGON", "49440", "MI", plus="0212", is_residential=True),
    Known("480 HARBOR WAY", "TACOMA", "98421", "WA", plus="2203"),
    Known("Hafenstr. 9", "HAMBURG", "20457", country="DE"),
)


def near(lines, city, code, country):
    """What it may be: the one whose house it is, else all that are there."""
    street = " ".join(lines).upper()
    there = [
        one
        for one in BOOK
        if one.country == country
        and (one.zip == code[:5] or (one.city.upper() == city.upper() and not code))
    ]
    exact = [one for one in there if one.line.upper() == street]
    house = [one for one in there if street and one.line.split()[0] == street.split()[0]]
    return exact or house or there


class UpsAddresses:
    """``POST /api/addressvalidation/v2/<option>``; None for other calls."""

    def __init__(self, server):
        self.server = server

    def act(self, call):
        path = urlsplit(call.path).path
        root, _slash, option = path.rpartition("/")
        if call.method != "POST" or root != "/api/addressvalidation/v2":
            return None
        if option not in ("1", "2", "3"):
            raise Refusal(400, "9264028", "Invalid request option.")
        data = self.server.data_of(call).get("XAVRequest") or {}
        if (data.get("Request") or {}).get("RequestOption") != option:
            raise Refusal(400, "9264027", "Missing or invalid request option.")
        key = data.get("AddressKeyFormat") or {}
        country = key.get("CountryCode")
        if country not in ("US", "PR"):
            raise Refusal(400, "9264030", "Country code is invalid or not supported.")
        if len(key.get("ConsigneeName") or "") > 40:
            raise Refusal(400, "9264057", "Invalid consignee name.")
        lines = key.get("AddressLine") or []
        found = near(
            lines if isinstance(lines, list) else [lines],
            key.get("PoliticalDivision2") or "",
            key.get("PostcodePrimaryLow") or "",
            country,
        )
        said = {"Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}}}
        if not found:
            said["NoCandidatesIndicator"] = ""
        else:
            name = "ValidAddressIndicator" if len(found) == 1 else "AmbiguousAddressIndicator"
            said[name] = ""
            rows = [self._candidate(one) for one in found]
            said["Candidate"] = rows if len(rows) > 1 else rows[0]
        kinds = {one.is_residential for one in found}
        code = {(True,): "2", (False,): "1"}.get(tuple(kinds), "0")
        said["AddressClassification"] = {"Code": code, "Description": "…"}
        return answer({"XAVResponse": said})

    @staticmethod
    def _candidate(one):
        return {
            "AddressKeyFormat": {
                "AddressLine": one.line,
                "PoliticalDivision2": one.city,
                "PoliticalDivision1": one.state,
                "PostcodePrimaryLow": one.zip,
                "PostcodeExtendedLow": one.plus,
                "Region": f"{one.city} {one.state} {one.zip}-{one.plus}",
                "CountryCode": one.country,
            }
        }


# ``POST /address/v1/addresses/resolve``
FEDEX = {
    "type": "object",
    "required": ["addressesToValidate"],
    "properties": {
        "addressesToValidate": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["address"],
                "properties": {
                    "address": {
                        "type": "object",
                        "required": ["streetLines", "countryCode"],
                        "properties": {
                            "streetLines": {"type": "array", "minItems": 1, "maxItems": 3},
                            "countryCode": {"type": "string", "pattern": "^[A-Z]{2}$"},
                        },
                    }
                },
            },
        }
    },
}


def fedex_resolve(data):
    return {"resolvedAddresses": [_resolved(row["address"]) for row in data["addressesToValidate"]]}


def _resolved(asked):
    code = asked.get("postalCode") or ""
    country = asked["countryCode"]
    found = near(asked["streetLines"], asked.get("city") or "", code, country)
    if len(found) != 1:
        # It resolves to one address, or to none.
        return {
            "streetLinesToken": asked["streetLines"],
            "city": asked.get("city"),
            "postalCode": code,
            "countryCode": country,
            "classification": "UNKNOWN",
            "attributes": {"Resolved": "false", "Matched": "false"},
            "customerMessages": [
                {"code": "STANDARDIZED.ADDRESS.NOTFOUND", "message": "Address not found."}
            ],
        }
    (one,) = found
    return {
        "streetLinesToken": [one.line],
        "city": one.city,
        "stateOrProvinceCode": one.state,
        "postalCode": f"{one.zip}-{one.plus}" if one.plus else one.zip,
        "countryCode": one.country,
        "classification": "RESIDENTIAL" if one.is_residential else "BUSINESS",
        "attributes": {"Resolved": "true", "Matched": "true", "DPV": "true"},
        "customerMessages": [],
    }


def mydhl_validate(call):
    """``GET /address-validate``: places only."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(call.path).query).items()}
    if query.get("type") not in ("delivery", "pickup") or not query.get("countryCode"):
        raise Refusal(400, "Bad request", "type and countryCode are required.")
    code, city = query.get("postalCode", ""), query.get("cityName", "")
    there = [
        one
        for one in BOOK
        if one.country == query["countryCode"] and (one.zip == code or one.city == city.upper())
    ]
    if not there:
        raise Refusal(404, "Not found", "No location found with the given criteria.")
    places = sorted({(one.country, one.zip, one.city) for one in there})
    rows = [
        {
            "countryCode": country,
            "postalCode": code,
            "cityName": city,
            "serviceArea": {"code": "HAM", "description": "HAMBURG-DE"},
        }
        for country, code, city in places
    ]
    return answer({"warnings": [], "address": rows})
