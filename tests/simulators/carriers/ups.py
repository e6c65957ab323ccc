"""UPS: OAuth, Rating v2409, Shipping v2409 (ship, void, label recovery).

Facts: Shipping.yaml, Rating.yaml and LabelRecovery of github.com/UPS-API/api-documentation: what is
required, how long it may be, the shapes of answers; error codes as that page's *Errors* has them.
"""

import base64
import re
import time
from urllib.parse import parse_qs, urlsplit

from .addresses import UpsAddresses
from .carrier import EXTRA, CarrierServer, Refusal, answer, header, label
from .ups_pickups import UpsPickups
from .ups_schemas import RATE, SHIP

SERVICES = {
    "03": "Ground",
    "02": "2nd Day Air",
    "01": "Next Day Air",
    "11": "Standard",
    "65": "Saver",
}
# By our names → UPS's code of the charge.
CHARGES = {
    "declared_value": "400",
    "cod": "110",
    "signature": "120",
    "saturday": "300",
    "hold_at": "544",
}
DOMESTIC, ABROAD = {"US": ("03", "02", "01")}, ("11", "65")
NEEDS_STATE = {"US", "CA", "IE"}


class UpsServer(CarrierServer):
    """
    Accounts are in dollars. A shipment from the US within the US has three services, others two.
    """

    provider = "ups"
    account = "4F217A"

    def __init__(self, seed=7, port=0):
        super().__init__(seed, port)
        self.pickups, self.addresses = UpsPickups(self), UpsAddresses(self)

    @classmethod
    def settings(cls):
        return {
            "client_id": "ups-client",
            "client_secret": "ups-secret-7hG",
            "account_number": cls.account,
            "account_country_code": "US",
        }

    def login(self, call):
        if urlsplit(call.path).path != "/security/v1/oauth/token":
            return None
        good = self.settings()
        pair = f"{good['client_id']}:{good['client_secret']}"
        proof = "Basic " + base64.b64encode(pair.encode()).decode()
        if header(call, "Authorization") != proof:
            raise Refusal(401, "10401", "ClientId is Invalid")
        if parse_qs(call.body.decode()).get("grant_type") != ["client_credentials"]:
            raise Refusal(400, "10400", "Invalid/Missing grant_type")
        return answer(
            {
                "token_type": "Bearer",
                "issued_at": str(int(time.time() * 1000)),
                "client_id": good["client_id"],
                "access_token": self.new_token(14399),
                "expires_in": "14399",
                "status": "approved",
            }
        )

    def refusal(self, no):
        return answer({"response": {"errors": [{"code": no.code, "message": no.text}]}}, no.status)

    def act(self, call):
        self.check_token(call)
        path = urlsplit(call.path).path
        if call.method == "POST" and re.fullmatch(r"/api/rating/v2409/(Shop|Rate)", path):
            return self._rate(call)
        if call.method == "POST" and path == "/api/shipments/v2409/ship":
            return self._ship(call)
        if call.method == "DELETE" and (
            found := re.fullmatch(r"/api/shipments/v2409/void/cancel/(1Z\w{16})", path)
        ):
            return self._void(found[1])
        if call.method == "POST" and path == "/api/labels/v1/recovery":
            return self._recover(call)
        if found := self.pickups.act(call) or self.addresses.act(call):
            return found
        raise Refusal(404, "10404", "Invalid resource")

    # -- acts ------------------------------------------------------------------------------------

    def _rate(self, call):
        data = self.data_of(call)
        self.check(RATE, data)
        shipment = data["RateRequest"]["Shipment"]
        kilograms = self._weigh(shipment)
        wanted = (shipment.get("Service") or {}).get("Code")
        codes = self._services(shipment)
        asked = self._asked(shipment)
        rated = []
        for code in codes:
            base, fuel, total = self.price(kilograms, code, len(asked))
            rated.append(
                {
                    "Service": {"Code": code, "Description": ""},
                    "BillingWeight": {
                        "UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"},
                        "Weight": f"{kilograms:.1f}",
                    },
                    "TransportationCharges": self._money(total),
                    "BaseServiceCharge": self._money(base),
                    "ItemizedCharges": self._itemized(fuel, asked),
                    "ServiceOptionsCharges": self._money("0.00"),
                    "TotalCharges": self._money(total),
                    "TimeInTransit": {
                        "ServiceSummary": {
                            "EstimatedArrival": {
                                "Arrival": {"Date": "20261127", "Time": "230000"},
                                "BusinessDaysInTransit": str(4 - min(3, codes.index(code))),
                            }
                        }
                    },
                }
            )
        # "Shop" is for all services, whichever is named.
        if "/Rate" in call.path and wanted and wanted not in codes:
            raise Refusal(400, "111210", self._unavailable())
        return answer({"RateResponse": {"Response": self._good(), "RatedShipment": rated}})

    def _ship(self, call):
        data = self.data_of(call)
        self.check(SHIP, data)
        shipment = data["ShipmentRequest"]["Shipment"]
        is_return = "ReturnService" in shipment
        if is_return:
            self._check_return(shipment)
        if shipment["Shipper"]["ShipperNumber"] != self.account:
            raise Refusal(400, "120100", "Missing or invalid shipper number")
        for name in ("Shipper", "ShipTo"):
            place = shipment[name]["Address"]
            if place["CountryCode"] in NEEDS_STATE and not place.get("StateProvinceCode"):
                raise Refusal(400, "120206", f"Missing or invalid {name} state province code", name)
            if not place.get("PostalCode"):
                raise Refusal(400, "120207", f"Missing or invalid {name} postal code", name)
        abroad = (
            self._origin(shipment)["Address"]["CountryCode"]
            != shipment["ShipTo"]["Address"]["CountryCode"]
        )
        if abroad and not (shipment["ShipTo"].get("Phone") or {}).get("Number"):
            raise Refusal(400, "120217", "Missing or invalid ship to phone number", "ShipTo")
        service = shipment["Service"]["Code"]
        if service not in self._services(shipment):
            raise Refusal(400, "120500", self._unavailable())
        kilograms = self._weigh(shipment)
        asked = self._asked(shipment)
        base, fuel, total = self.price(kilograms, service, len(asked))
        form = data["ShipmentRequest"]["LabelSpecification"]["LabelImageFormat"]["Code"]
        packages = self._packages(shipment)
        serial = self.rng.randrange(10**6)
        numbers = [
            f"1Z{self.account}{service}{(serial + index) % 10**8:08}"
            for index in range(len(packages))
        ]
        to = shipment["ShipTo"]
        lines = ["UPS " + SERVICES[service], to["Name"], to["Address"]["City"]]
        labels = [label(form, number, lines) for number in numbers]
        reference = self._reference(shipment)
        self.book(
            numbers,
            service,
            reference,
            total,
            labels,
            accessorials=asked,
            route=(self._origin(shipment)["Name"], to["Name"]),
            is_return=is_return,
        )
        itemized = self._itemized(fuel, asked)
        results = {
            "ShipmentCharges": {
                "BaseServiceCharge": self._money(base),
                "TransportationCharges": self._money(total),
                "ItemizedCharges": itemized if len(itemized) > 1 else itemized[0],
                "ServiceOptionsCharges": self._money("0.00"),
                "TotalCharges": self._money(total),
            },
            "BillingWeight": {
                "UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"},
                "Weight": f"{kilograms:.1f}",
            },
            "ShipmentIdentificationNumber": numbers[0],
            "PackageResults": [
                {
                    "TrackingNumber": number,
                    "ServiceOptionsCharges": self._money("0.00"),
                    "ShippingLabel": {
                        "ImageFormat": {"Code": form, "Description": form},
                        "GraphicImage": image,
                    },
                }
                for number, image in zip(numbers, labels, strict=True)
            ],
        }
        if len(numbers) == 1:  # one entry stands alone, not in a list
            results["PackageResults"] = results["PackageResults"][0]
        return answer({"ShipmentResponse": {"Response": self._good(), "ShipmentResults": results}})

    def _void(self, number):
        booked = self.bookings.get(number)
        if booked is None:
            raise Refusal(400, "190102", "No shipment found within the allowed void period")
        if booked.is_void:
            raise Refusal(400, "190117", "The shipment has already been voided")
        booked.is_void = True
        return answer(
            {
                "VoidShipmentResponse": {
                    "Response": self._good(),
                    "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}},
                }
            }
        )

    def _recover(self, call):
        """By reference: Label Recovery finds what was shipped with the account."""
        asked = self.data_of(call)["LabelRecoveryRequest"]
        values = asked.get("ReferenceValues") or {}
        if values.get("ShipperNumber") != self.account:
            raise Refusal(400, "300008", "Invalid Shipper Number")
        found = self.find((values.get("ReferenceNumber") or {}).get("Value"))
        if not found:
            text = "The shipment for the requested reference number could not be found."
            raise Refusal(400, "9801031", text)
        results = [
            {
                "TrackingNumber": number,
                "LabelImage": {
                    "LabelImageFormat": {"Code": "GIF"},
                    "GraphicImage": image,
                },
            }
            for booked in found
            for number, image in zip(booked.numbers, booked.labels, strict=True)
        ]
        return answer(
            {
                "LabelRecoveryResponse": {
                    "Response": self._good(),
                    "ShipmentIdentificationNumber": found[0].identifier,
                    "LabelResults": results,
                }
            }
        )

    # -- what is asked for beside the transport --------------------------------------------------

    def _asked(self, shipment):
        """By our names. Raises Refusal where UPS does not allow it."""
        services = shipment.get("ShipmentServiceOptions") or {}
        options = [one.get("PackageServiceOptions") or {} for one in self._packages(shipment)]
        ends = (self._origin(shipment), shipment["ShipTo"])
        pair = tuple(one["Address"]["CountryCode"] for one in ends)
        by_package = pair in (("US", "US"), ("US", "PR"), ("PR", "US"), ("CA", "CA"))
        for name in ("DeliveryConfirmation", "COD"):
            holders = [services] if by_package else options
            if any(name in one for one in holders):
                text = "The requested accessory option is unavailable between the locations"
                raise Refusal(400, "121210", text)
        asked = {}
        holders = options if by_package else [services]
        kinds = {"2": "any", "3": "adult"} if by_package else {"1": "any", "2": "adult"}
        if found := [
            one["DeliveryConfirmation"] for one in holders if "DeliveryConfirmation" in one
        ]:
            asked["signature"] = kinds[found[0]["DCISType"]]
        if found := [one["COD"] for one in holders if "COD" in one]:
            asked["cod"] = self._sum(one["CODAmount"] for one in found)
        if {"signature", "cod"} <= set(asked):
            raise Refusal(400, "121211", "COD and delivery confirmation are mutually exclusive")
        if found := [one["DeclaredValue"] for one in options if "DeclaredValue" in one]:
            asked["declared_value"] = self._sum(found)
        if "SaturdayDeliveryIndicator" in services:
            asked["saturday"] = True
        if shipment.get("ShipmentIndicationType"):
            place = shipment.get("AlternateDeliveryAddress")
            if not place:
                text = "Alternate delivery address is required for the shipment indication type"
                raise Refusal(400, "120900", text)
            asked["hold_at"] = place.get("UPSAccessPointID")
        return asked

    @staticmethod
    def _sum(amounts):
        amounts = list(amounts)
        total = sum(round(float(one["MonetaryValue"]) * 100) for one in amounts)
        return f"{total / 100:.2f} {amounts[0]['CurrencyCode']}"

    def _itemized(self, fuel, asked):
        extras = [{"Code": CHARGES[name], **self._money(EXTRA)} for name in asked]
        return [{"Code": "375", **self._money(fuel)}, *extras]

    def _check_return(self, shipment):
        if not shipment.get("ShipFrom"):
            raise Refusal(400, "120300", "Ship from is required for return shipments")
        for package in self._packages(shipment):
            if not package.get("Description"):
                text = "Package merchandise description is required for return shipments"
                raise Refusal(400, "120150", text)

    # -- parts -----------------------------------------------------------------------------------

    def _packages(self, shipment):
        packages = shipment["Package"]
        return packages if isinstance(packages, list) else [packages]

    def _reference(self, shipment):
        """By which it is found again: of the shipment, or of a package within the US."""
        here = self._origin(shipment)["Address"]["CountryCode"]
        there = shipment["ShipTo"]["Address"]["CountryCode"]
        is_domestic = here == there == "US"
        packages = self._packages(shipment)
        own = shipment.get("ReferenceNumber")
        if own and is_domestic:
            raise Refusal(400, "120541", "Shipment reference numbers are not valid in the US")
        holders = [shipment] if own else packages
        values = []
        for holder in holders:
            entries = holder.get("ReferenceNumber") or []
            values += entries if isinstance(entries, list) else [entries]
        if any(len(one["Value"]) > 35 for one in values):
            raise Refusal(400, "120540", "Invalid reference number")
        return values[0]["Value"] if values else ""

    def _weigh(self, shipment):
        total = 0.0
        for package in self._packages(shipment):
            weight = package["PackageWeight"]
            value = float(weight["Weight"])
            if not value:
                raise Refusal(400, "120124", "Missing or invalid package weight", "PackageWeight")
            total += (
                value
                * {"KGS": 1, "LBS": 0.45359237, "OZS": 0.028349523}[
                    weight["UnitOfMeasurement"]["Code"]
                ]
            )
        return total

    @staticmethod
    def _origin(shipment):
        """Where the parcel comes from: a return's shipper is who gets it."""
        return shipment["ShipFrom" if "ReturnService" in shipment else "Shipper"]

    def _services(self, shipment):
        here = self._origin(shipment)["Address"]["CountryCode"]
        there = shipment["ShipTo"]["Address"]["CountryCode"]
        return DOMESTIC.get(here, ABROAD) if here == there else ABROAD

    def _money(self, value):
        return {"CurrencyCode": self.currency, "MonetaryValue": value}

    @staticmethod
    def _good():
        return {"ResponseStatus": {"Code": "1", "Description": "Success"}}

    @staticmethod
    def _unavailable():
        return "The requested service is unavailable between the selected locations."
