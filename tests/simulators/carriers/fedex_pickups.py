"""FedEx: Pickup Request API v1 (create, cancel).

Facts: the OpenAPI document "Pickup Request API"
(https://developer.fedex.com/api/en-us/catalog/pickup/v1/docs.html).
"""

import re

from .carrier import Refusal
from .fedex_schemas import ACCOUNT, ADDRESS, _list, _object, _one_of, _text
from .pickups import Van, Vans

PATHS = "/pickup/"
CREATE = _object(
    "associatedAccountNumber originDetail carrierCode",
    associatedAccountNumber=ACCOUNT,
    originDetail=_object(
        "pickupLocation readyDateTimestamp customerCloseTime",
        pickupAddressType=_one_of("ACCOUNT SHIPPER OTHER"),
        pickupLocation=_object(
            "contact address",
            contact=_object(
                "personName phoneNumber",
                personName=_text(35),
                companyName=_text(35),
                phoneNumber={"type": "string", "pattern": r"^\d{10,15}$"},
            ),
            address=ADDRESS,
            accountNumber=ACCOUNT,
        ),
        readyDateTimestamp={"type": "string"},
        customerCloseTime={"type": "string", "pattern": r"^\d\d:\d\d:00$"},
        packageLocation=_one_of("FRONT NONE REAR SIDE"),
        buildingPart=_one_of("APARTMENT BUILDING DEPARTMENT SUITE FLOOR ROOM"),
    ),
    carrierCode=_one_of("FDXE FDXG"),
    pickupType=_one_of("ON_CALL PACKAGE_RETURN_PROGRAM REGULAR_STOP"),
    packageCount={"type": "integer", "minimum": 1, "maximum": 999},
    totalWeight=_object("units value", units=_one_of("KG LB"), value={"type": "number"}),
    remarks=_text(60),
    commodityDescription=_text(100),
    pickupNotificationDetail=_object(
        "emailDetails format", emailDetails=_list({"type": "object"}), format=_one_of("HTML TEXT")
    ),
)
CANCEL = _object(
    "associatedAccountNumber pickupConfirmationCode scheduledDate carrierCode",
    associatedAccountNumber=ACCOUNT,
    pickupConfirmationCode=_text(25),
    scheduledDate={"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    carrierCode=_one_of("FDXE FDXG"),
    location=_text(5),
    remarks=_text(60),
)


class FedexPickups:
    """
    :param FedexServer server:
    """

    def __init__(self, server):
        self.server, self.vans = server, Vans(server, most_days=14)

    @property
    def acts(self):
        """(method, path) → (schema, act)."""
        return {
            ("POST", "/pickup/v1/pickups"): (CREATE, self._create),
            ("PUT", "/pickup/v1/pickups/cancel"): (CANCEL, self._cancel),
        }

    def _check_account(self, data):
        if data["associatedAccountNumber"]["value"] != self.server.account:
            raise Refusal(400, "ACCOUNT.NUMBER.MISMATCH", "The account number is not valid.")

    def _create(self, data):
        self._check_account(data)
        origin = data["originDetail"]
        found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ?", origin["readyDateTimestamp"])
        if not found:
            raise Refusal(400, "READYDATE.INVALID", "Invalid ready date and time.")
        clock = (found[2], origin["customerCloseTime"][:5])
        self.vans.check_times(400, found[1], *clock)
        prefix = "TIWA" if data["carrierCode"] == "FDXE" else ""
        number = str(self.server.rng.randrange(10**3, 10**4))
        weight = data.get("totalWeight") or {}
        self.vans.order(
            Van(
                number,
                found[1],
                clock,
                parcels=data.get("packageCount", 0),
                kilograms=weight.get("value", 0) * (1 if weight.get("units") == "KG" else 0.4536),
                address=origin["pickupLocation"]["address"],
                kind=data["carrierCode"],
            )
        )
        output = {"pickupConfirmationCode": number, "message": "Courier on the way"}
        return output | ({"location": prefix} if prefix else {})

    def _cancel(self, data):
        self._check_account(data)
        code, number = data["carrierCode"], data["pickupConfirmationCode"]
        unknown = Refusal(
            400, "PICKUP.CONFIRMATION.INVALID", "The pickup confirmation code is not found."
        )
        van = self.vans.orders.get(number)
        if van and (van.kind, van.day) != (code, data["scheduledDate"]):
            raise unknown
        if van and code == "FDXE" and data.get("location") != "TIWA":
            raise Refusal(400, "LOCATION.REQUIRED", "Location is required for Express pickups.")
        already = Refusal(400, "PICKUP.CANCELLED", "The pickup has already been cancelled.")
        self.vans.cancel(number, unknown, already)
        text = "Requested pickup has been cancelled Successfully."
        return {"pickupConfirmationCode": number, "cancelConfirmationMessage": text}
