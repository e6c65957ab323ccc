"""UPS: on-call pickups v2409 (creation, pending status, cancellation).

Facts: Pickup.yaml of github.com/UPS-API/api-documentation.
"""

import re
from urllib.parse import urlsplit

from .carrier import Refusal, answer, header
from .pickups import Van, Vans

TEXT = {"type": "string", "minLength": 1}


def text(most, least=1):
    return {"type": "string", "minLength": least, "maxLength": most}


def shape(required, properties):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


ADDRESS = shape(
    "CompanyName ContactName AddressLine City CountryCode ResidentialIndicator Phone",
    {
        "CompanyName": text(27),
        "ContactName": text(22),
        "AddressLine": {"type": "array", "items": text(73), "minItems": 1, "maxItems": 1},
        "City": text(50),
        "StateProvince": text(50),
        "PostalCode": text(8),
        "CountryCode": text(2, 2),
        "ResidentialIndicator": {"enum": ["Y", "N"]},
        "PickupPoint": text(11),
        "Phone": shape("Number", {"Number": text(25), "Extension": text(10)}),
    },
)
PIECE = shape(
    "ServiceCode Quantity DestinationCountryCode ContainerCode",
    {
        "ServiceCode": {"type": "string", "pattern": r"^\d{3}$"},
        "Quantity": {"type": "string", "pattern": r"^[1-9]\d{0,2}$"},
        "DestinationCountryCode": text(2, 2),
        "ContainerCode": {"enum": ["01", "02", "03"]},
    },
)
CREATION = shape(
    "PickupCreationRequest",
    {
        "PickupCreationRequest": shape(
            "Request PickupDateInfo PickupAddress PaymentMethod PickupPiece RatePickupIndicator"
            " AlternateAddressIndicator",
            {
                "Request": shape(
                    "",
                    {
                        "SubVersion": {"enum": ["1607", "1707", "2007"]},
                        "TransactionReference": {"type": "object"},
                    },
                ),
                "RatePickupIndicator": {"enum": ["Y", "N"]},
                "Shipper": shape(
                    "Account",
                    {
                        "Account": shape(
                            "AccountNumber AccountCountryCode",
                            {"AccountNumber": text(10, 6), "AccountCountryCode": text(2, 2)},
                        )
                    },
                ),
                "PickupDateInfo": shape(
                    "ReadyTime CloseTime PickupDate",
                    {
                        "ReadyTime": {"type": "string", "pattern": r"^\d{4}$"},
                        "CloseTime": {"type": "string", "pattern": r"^\d{4}$"},
                        "PickupDate": {"type": "string", "pattern": r"^\d{8}$"},
                    },
                ),
                "PickupAddress": ADDRESS,
                "AlternateAddressIndicator": {"enum": ["Y", "N"]},
                "PickupPiece": {"type": "array", "items": PIECE, "minItems": 1},
                "TotalWeight": shape(
                    "Weight UnitOfMeasurement",
                    {
                        "Weight": {"type": "string", "pattern": r"^\d{1,5}(\.\d)?$"},
                        "UnitOfMeasurement": {"enum": ["LBS", "KGS"]},
                    },
                ),
                "OverweightIndicator": {"enum": ["Y", "N"]},
                "PaymentMethod": {"enum": ["00", "01", "03", "04", "05", "06", "07"]},
                "SpecialInstruction": text(57),
                "ReferenceNumber": text(35),
                "ServiceCategory": {"enum": ["01", "02", "03"]},
                "ShippingLabelsAvailable": {"enum": ["Y", "N"]},
            },
        )
    },
)
CHARGE = "7.65"


class UpsPickups:
    """
    :param UpsServer server:
    """

    def __init__(self, server):
        self.server, self.vans = server, Vans(server)

    def act(self, call):
        """The answer to a call about pickups; None for any other."""
        path = urlsplit(call.path).path
        if call.method == "POST" and path == "/api/pickupcreation/v2409/pickup":
            return self._create(call)
        if call.method == "GET" and path == "/api/shipments/v2409/pickup/oncall":
            return self._pending(call)
        if call.method == "DELETE" and path == "/api/shipments/v2409/pickup/02":
            return self._cancel(call)
        return None

    def _create(self, call):
        data = self.server.data_of(call)
        self.server.check(CREATION, data)
        asked = data["PickupCreationRequest"]
        account = ((asked.get("Shipper") or {}).get("Account") or {}).get("AccountNumber")
        if asked["PaymentMethod"] == "01" and account != self.server.account:
            raise Refusal(400, "9510110", "Invalid shipper account number")
        address = asked["PickupAddress"]
        if address["CountryCode"] in ("US", "CA") and not address.get("StateProvince"):
            raise Refusal(400, "9510120", "Missing or invalid state or province")
        when = asked["PickupDateInfo"]
        day = when["PickupDate"]
        clock = tuple(f"{when[name][:2]}:{when[name][2:]}" for name in ("ReadyTime", "CloseTime"))
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        self.vans.check_times(400, day, *clock)
        same = [one for one in self.vans.live if (one.day, one.address) == (day, address)]
        number = same[0].number if same else f"29{self.server.rng.randrange(10**9):09}"
        if not same:
            self.vans.order(
                Van(
                    number,
                    day,
                    clock,
                    asked.get("ReferenceNumber", ""),
                    sum(int(piece["Quantity"]) for piece in asked["PickupPiece"]),
                    float((asked.get("TotalWeight") or {}).get("Weight", 0)),
                    address,
                )
            )
        rated = {
            "RateType": "FD",
            "CurrencyCode": self.server.currency,
            "GrandTotalOfAllCharge": CHARGE,
        }
        created = {"Response": _good(), "PRN": number, "RateStatus": {"Code": "04"}}
        if asked["RatePickupIndicator"] == "Y":
            created |= {"RateStatus": {"Code": "01"}, "RateResult": rated}
        return answer({"PickupCreationResponse": created})

    def _pending(self, call):
        if header(call, "AccountNumber") != self.server.account:
            raise Refusal(400, "9510110", "Invalid shipper account number")
        rows = [
            {
                "PickupType": "01",
                "ServiceDate": one.day.replace("-", ""),
                "PRN": one.number,
                "OnCallStatusCode": "007" if one.is_cancelled else "012",
                "PickupStatusMessage": "Cancelled" if one.is_cancelled else "In process",
                "ReferenceNumber": one.reference,
            }
            for one in self.vans.orders.values()
        ]
        found = {"Response": _good(), "PendingStatus": rows}
        return answer({"PickupPendingStatusResponse": found})

    def _cancel(self, call):
        number = header(call, "Prn")
        if not re.fullmatch(r"29\d{9}", number or ""):
            raise Refusal(400, "9510140", "Missing or invalid PRN")
        self.vans.cancel(
            number,
            Refusal(400, "9510141", "The pickup request was not found"),
            Refusal(400, "9510142", "The pickup request has already been cancelled"),
        )
        return answer({"PickupCancelResponse": {"Response": _good(), "PickupType": "01"}})


def _good():
    return {"ResponseStatus": {"Code": "1", "Description": "Success"}}
