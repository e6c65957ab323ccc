"""DHL Parcel DE Pickup API v3: orders (create, show, cancel).

Facts: the OpenAPI document of
https://developer.dhl.com/api-reference/parcel-de-pickup-post-parcel-germany (also kept in
karrioapi/karrio, modules/connectors/dhl_parcel_de/vendors).
"""

from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

from ..receiver import Answer
from .carrier import Refusal, answer
from .pickups import Van, Vans

PATH = "/parcel/de/transportation/pickup/v3/orders"


def _object(required, **properties):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def _text(most):
    return {"type": "string", "minLength": 1, "maxLength": most}


CLOCK = {"type": "string", "pattern": r"^\d{2}:\d{2}$"}
ADDRESS = _object(
    "name1 addressStreet addressHouse postalCode city",
    name1=_text(50),
    name2=_text(50),
    addressStreet=_text(70),
    addressHouse=_text(10),
    postalCode=_text(7),
    city=_text(35),
    country={"type": "string", "minLength": 2, "maxLength": 2},
    state=_text(35),
)
ORDER = _object(
    "pickupLocation pickupDetails shipmentDetails",
    customerDetails=_object(
        "billingNumber",
        accountNumber={"type": "string", "pattern": r"^\d{10}$"},
        billingNumber={"type": "string", "pattern": r"^\d{10}\d{2}\w{2}$"},
    ),
    pickupLocation=_object("type pickupAddress", type={"const": "Address"}, pickupAddress=ADDRESS),
    businessHours={
        "type": "array",
        "maxItems": 3,
        "items": _object("", timeFrom=CLOCK, timeUntil=CLOCK),
    },
    contactPerson={
        "type": "array",
        "maxItems": 2,
        "items": _object("", name=_text(50), phone=_text(50), email=_text(250)),
    },
    pickupDetails=_object(
        "pickupDate",
        pickupDate=_object(
            "type value",
            type={"const": "Date"},
            value={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        ),
        totalWeight=_object(
            "uom value", uom={"enum": ["g", "kg"]}, value={"type": "number", "minimum": 0}
        ),
        comment=_text(100),
    ),
    shipmentDetails=_object(
        "",
        shipments={
            "type": "array",
            "minItems": 1,
            "items": _object(
                "transportationType",
                transportationType={
                    "enum": "PAKET ROLLBEHAELTER WECHSELBEHAELTER PALETTEN SPERRGUT".split()
                },
                size={"enum": ["S", "M", "L"]},
                shipmentNo=_text(39),
                replacement={"type": "boolean"},
                customerReference=_text(20),
            ),
        },
    ),
)


class DhlParcelDePickups:
    """
    :param DhlParcelDeServer server:
    """

    def __init__(self, server):
        self.server, self.vans = server, Vans(server)
        self.states = {}

    def act(self, call):
        """The answer to a call about pickups; None for any other."""
        where = urlsplit(call.path)
        if where.path != PATH:
            return None
        query = parse_qs(where.query)
        acts = {
            "POST": lambda: self._create(call),
            "GET": lambda: self._show(query),
            "DELETE": lambda: self._cancel(query.get("orderID") or []),
        }
        try:
            return acts[call.method]()
        except Refusal as no:
            if no.status != 422:
                raise
            return _invalid([(no.text, no.place)])

    def _create(self, call):
        data = self.server.data_of(call)
        problems = [
            (one.message[:100], ".".join(map(str, one.absolute_path)))
            for one in Draft202012Validator(ORDER).iter_errors(data)
        ]
        number = (data.get("customerDetails") or {}).get("billingNumber")
        parcels = (data.get("shipmentDetails") or {}).get("shipments") or []
        if number and number != self.server.pickup_number:
            problems.append(("Unknown billingnumber", "customerDetails.billingNumber"))
        if not number and any("size" not in one for one in parcels):
            problems.append(("The size is mandatory", "shipmentDetails.shipments.size"))
        if problems:
            return _invalid(problems)
        details = data["pickupDetails"]
        day = details["pickupDate"]["value"]
        hours = (data.get("businessHours") or [{"timeFrom": "08:00", "timeUntil": "18:00"}])[0]
        clock = (hours["timeFrom"], hours["timeUntil"])
        self.vans.check_times(422, day, *clock)
        identifier = f"{self.server.rng.randrange(16**32):032x}"
        weight = details.get("totalWeight") or {"uom": "g", "value": 0}
        self.vans.order(
            Van(
                identifier,
                day,
                clock,
                reference=parcels[0].get("customerReference", ""),
                parcels=len(parcels),
                kilograms=weight["value"] / (1000 if weight["uom"] == "g" else 1),
                address=data["pickupLocation"]["pickupAddress"],
                kind="EZA" if number else "BDA",
            )
        )
        value = {
            "orderID": identifier,
            "pickupDate": day,
            "freeOfCharge": not number,
            "pickupType": "EZA" if number else "BDA",
            "confirmedShipments": [
                {"transportationType": one["transportationType"], "orderDate": f"{day}T00:00:00"}
                for one in parcels
            ],
        }
        return answer({"confirmation": {"type": "ORDERPICKUP", "value": value}})

    def _show(self, query):
        day = (query.get("pickupDate") or [""])[0]
        if not day and not query.get("orderID"):
            raise Refusal(400, "400", "pickupDate is required")
        return answer(
            [
                {
                    "orderDetails": {
                        "orderID": one.number,
                        "orderState": "STORNIERT" if one.is_cancelled else "ANGENOMMEN",
                    },
                    "customerDetails": {"billingNumber": ""},
                    "pickupLocation": {"pickupAddress": one.address},
                    "pickupDetails": {"pickupDate": {"type": "Date", "value": one.day}},
                    "shipmentDetails": {
                        "shipments": [
                            {
                                "shipment": {
                                    "transportationType": "PAKET",
                                    "customerReference": one.reference,
                                },
                                "orderDate": f"{one.day}T00:00:00",
                            }
                        ]
                    },
                }
                for one in self.vans.orders.values()
                if one.day == day
            ]
        )

    def _cancel(self, identifiers):
        if not 1 <= len(identifiers) <= 100 or any(len(one) != 32 for one in identifiers):
            raise Refusal(400, "400", "orderID is required")
        done, failed = [], []
        for one in identifiers:
            van = self.vans.orders.get(one)
            if van is None:
                failed.append({"orderID": one, "message": "The order is not known."})
            elif van.is_cancelled:
                text = "The order is cancelled already."
                failed.append({"orderID": one, "orderState": "STORNIERT", "message": text})
            else:
                van.is_cancelled = True
                text = "The order was cancelled."
                done.append({"orderID": one, "orderState": "STORNIERT", "message": text})
        return answer({"confirmedCancellations": done, "failedCancellations": failed})


def _invalid(problems):
    rows = [
        {"errorCode": 456, "title": text, "instance": place or "pickupDetails"}
        for text, place in problems
    ]
    said = answer(rows, 422)
    return Answer(422, said.headers, said.body)
