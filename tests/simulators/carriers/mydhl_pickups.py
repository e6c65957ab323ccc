"""DHL Express, MyDHL API: pickups (create, cancel).

Facts: "DHL Express APIs (MyDHL API)", OpenAPI document 3.1.1, ``/pickups``.
"""

from urllib.parse import parse_qs, unquote, urlsplit

from ..receiver import Answer
from .carrier import Refusal, answer, header
from .mydhl_schemas import (
    ACCOUNTS,
    ADDRESS,
    CONTACT,
    DIMENSIONS,
    PACKAGING,
    PLANNED,
    WEIGHT,
    YES,
    _list,
    _object,
    _one_of,
    _text,
)
from .pickups import Van, Vans

PARTY = _object(
    "postalAddress contactInformation", postalAddress=ADDRESS, contactInformation=CONTACT
)
CREATE = _object(
    "plannedPickupDateAndTime accounts customerDetails shipmentDetails",
    plannedPickupDateAndTime=PLANNED,
    closeTime={"type": "string", "pattern": r"^([0-1][0-9]|2[0-3]):([0-5][0-9])$"},
    location=_text(80),
    locationType=_one_of("business residence"),
    accounts=ACCOUNTS,
    specialInstructions=_list(_object("value", value=_text(75), typeCode=_text(3)), 0, 1),
    remark=_text(70),
    customerDetails=_object(
        "shipperDetails", shipperDetails=PARTY, receiverDetails=PARTY, pickupDetails=PARTY
    ),
    shipmentDetails=_list(
        _object(
            "productCode isCustomsDeclarable unitOfMeasurement packages",
            productCode=_text(6),
            localProductCode=_text(3),
            accounts=ACCOUNTS,
            isCustomsDeclarable=YES,
            declaredValue={"type": "number"},
            declaredValueCurrency=_text(3, 3),
            unitOfMeasurement=_one_of("metric imperial"),
            shipmentTrackingNumber=_text(35),
            packages=_list(
                _object("weight", typeCode=PACKAGING, weight=WEIGHT, dimensions=DIMENSIONS)
            ),
        ),
        1,
    ),
)


class MydhlPickups:
    """
    :param MydhlServer server:
    :param str root: of its paths
    """

    def __init__(self, server, root):
        self.server, self.path = server, f"{root}/pickups"
        self.vans = Vans(server, most_days=10)

    def act(self, call):
        """The answer to a call about pickups; None for any other."""
        parts = urlsplit(call.path)
        if call.method == "POST" and parts.path == self.path:
            return self._create(call)
        if call.method == "DELETE" and parts.path.startswith(f"{self.path}/"):
            query = parse_qs(parts.query)
            return self._cancel(unquote(parts.path.rpartition("/")[2]), query)
        return None

    def _create(self, call):
        if not header(call, "Content-Type").startswith("application/json"):
            raise Refusal(415, "Unsupported Media Type", "Invalid Content-Type.")
        data = self.server.data_of(call)
        self.server.check(CREATE, data)
        if {one["number"] for one in data["accounts"]} != {self.server.account}:
            raise Refusal(400, "Bad request", "The account number is not found or invalid.")
        planned = data["plannedPickupDateAndTime"]
        day, clock = planned[:10], (planned[11:16], data.get("closeTime", "18:00"))
        self.vans.check_times(400, day, *clock)
        packages = [box for one in data["shipmentDetails"] for box in one["packages"]]
        number = f"PRG{self.server.rng.randrange(10**12):012}"
        self.vans.order(
            Van(
                number,
                day,
                clock,
                parcels=len(packages),
                kilograms=sum(box["weight"] for box in packages),
                address=data["customerDetails"]["shipperDetails"]["postalAddress"],
            )
        )
        said = {"dispatchConfirmationNumbers": [number], "readyByTime": clock[0]}
        return answer(said | {"nextPickupDate": day}, 201)

    def _cancel(self, number, query):
        for name in ("requestorName", "reason"):
            if not query.get(name):
                raise Refusal(400, "Bad request", f"Required query parameter '{name}' is missing")
        self.vans.cancel(
            number,
            Refusal(404, "Not found", "2002: The requested pickup was not found."),
            Refusal(400, "Bad request", "2003: The pickup was already cancelled."),
        )
        return Answer(200, {}, b"")
