"""FedEx: OAuth, Rate v1, Ship v1 (ship, cancel), Track v1 (by references).

Facts: the OpenAPI documents "Ship API", "Rates and Transit Times API" and "Basic Integrated
Visibility" (https://developer.fedex.com/api/en-us/catalog.html, also kept in karrioapi/karrio,
modules/connectors/fedex/vendor): what is required, lengths, enumerations, error codes, shapes of
answers. Tracking has credentials of its own; answers are packed, as FedEx's are.
"""

import gzip
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from ..receiver import Answer
from .addresses import FEDEX, fedex_resolve
from .carrier import EXTRA, CarrierServer, Refusal, answer, header, label
from .fedex_closing import Closing
from .fedex_pickups import FedexPickups
from .fedex_schemas import CANCEL, RATE, REFERENCES, SHIP

SERVICES = {
    "FEDEX_GROUND": ("FedEx Ground®", "FIVE_DAYS"),
    "FEDEX_2_DAY": ("FedEx 2Day®", "TWO_DAYS"),
    "PRIORITY_OVERNIGHT": ("FedEx Priority Overnight®", "ONE_DAY"),
    "FEDEX_INTERNATIONAL_PRIORITY": ("FedEx International Priority®", "THREE_DAYS"),
    "INTERNATIONAL_ECONOMY": ("FedEx International Economy®", ""),
}
DOMESTIC = ("FEDEX_GROUND", "FEDEX_2_DAY", "PRIORITY_OVERNIGHT")
ABROAD = ("FEDEX_INTERNATIONAL_PRIORITY", "INTERNATIONAL_ECONOMY")
NEEDS_STATE = {"US", "CA", "PR"}
REFERENCE_LENGTHS = {"CUSTOMER_REFERENCE": 40, "RMA_ASSOCIATION": 20}
FORMS = {"PDF": "PDF", "ZPLII": "ZPL", "PNG": "PNG"}
TIN_TYPES = (
    "PERSONAL_NATIONAL PERSONAL_STATE FEDERAL BUSINESS_NATIONAL BUSINESS_STATE BUSINESS_UNION"
)
SIGNATURES = {"NO_SIGNATURE_REQUIRED": "none", "DIRECT": "any", "ADULT": "adult"}
SURCHARGES = {
    "signature": "SIGNATURE_OPTION",
    "declared_value": "INSURED_VALUE",
    "cod": "COD",
    "saturday": "SATURDAY_DELIVERY",
    "hold_at": "HOLD_AT_LOCATION",
}
TO_KILOGRAMS = {"KG": 1, "LB": 0.45359237}
TO_CENTIMETRES = {"CM": 1, "IN": 2.54}


@dataclass(frozen=True)
class Project:
    """A developer's project at FedEx: its credentials, and what it may call."""

    key: str
    secret: str
    paths: str


SHIPPING = Project("l7-ship-0c41", "fedex-secret-4hB", "/(ship|rate|pickup|address)/")
TRACKING = Project("l7-track-9e02", "fedex-track-7zQ", "/track/")


class FedexServer(CarrierServer):
    """
    Accounts are in dollars. A shipment from the US within the US has three services, others two.
    """

    provider = "fedex"
    account = "740561073"
    unknown_service = "FEDEX_LAST_CENTURY"
    shows_late = True

    def __init__(self, seed=7, port=0):
        super().__init__(seed, port)
        self.projects = {}  # by token
        self.pickups = FedexPickups(self)
        self.closing = Closing(self)

    @classmethod
    def settings(cls):
        return {
            "api_key": SHIPPING.key,
            "secret_key": SHIPPING.secret,
            "account_number": cls.account,
            "track_api_key": TRACKING.key,
            "track_secret_key": TRACKING.secret,
            "account_country_code": "US",
        }

    # -- getting in ------------------------------------------------------------------------------

    def login(self, call):
        if urlsplit(call.path).path != "/oauth/token":
            return None
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "BAD.REQUEST.ERROR", "Missing or duplicate parameters.")
        for project in (SHIPPING, TRACKING):
            pair = (form.get("client_id"), form.get("client_secret"))
            if pair == (project.key, project.secret):
                token = self.new_token(3599)
                self.projects[token] = project
                return _packed(
                    {
                        "access_token": token,
                        "token_type": "bearer",
                        "expires_in": 3599,
                        "scope": "CXS",
                    }
                )
        text = (
            "The given client credentials were not valid. Please modify your request and try again."
        )
        raise Refusal(401, "NOT.AUTHORIZED.ERROR", text)

    def _check_access(self, call):
        try:
            self.check_token(call)
        except Refusal:
            text = "Access token expired. Please modify your request and try again."
            raise Refusal(401, "NOT.AUTHORIZED.ERROR", text) from None
        project = self.projects[header(call, "Authorization").removeprefix("Bearer ").strip()]
        if not re.match(project.paths, call.path):
            text = "We could not authorize your credentials. Please check your permissions."
            raise Refusal(403, "FORBIDDEN.ERROR", text)

    def refusal(self, no):
        return _packed(
            {
                "transactionId": "624deea6-b709-470c-8c39-4b5511281492",
                "errors": [{"code": no.code, "message": no.text}],
            },
            no.status,
        )

    def act(self, call):
        self._check_access(call)
        acts = {
            ("POST", "/rate/v1/rates/quotes"): (RATE, self._rate),
            ("POST", "/ship/v1/shipments"): (SHIP, self._ship),
            ("PUT", "/ship/v1/shipments/cancel"): (CANCEL, self._cancel),
            ("POST", "/track/v1/referencenumbers"): (REFERENCES, self._by_reference),
            ("POST", "/address/v1/addresses/resolve"): (FEDEX, fedex_resolve),
            **self.pickups.acts,
            **self.closing.acts,
        }
        found = acts.get((call.method, urlsplit(call.path).path))
        if found is None:
            text = "The resource you requested is no longer available."
            raise Refusal(404, "NOT.FOUND.ERROR", text)
        if not header(call, "Content-Type").startswith("application/json"):
            raise Refusal(415, "UNSUPPORTED.MEDIA.TYPE", "Unsupported media type.")
        schema, act = found
        data = self.data_of(call)
        self.check(schema, data)
        return _packed({"transactionId": "8f2b", "output": act(data)})

    # -- acts ------------------------------------------------------------------------------------

    def _rate(self, data):
        self._check_account(data)
        shipment = data["requestedShipment"]
        parties = (shipment["shipper"]["address"], shipment["recipient"]["address"])
        for place in parties:
            self._check_place(place)
        kilograms = self._weigh(shipment)
        asked = self._asked(shipment, wanted=shipment.get("serviceType"))
        offered = self._services(*parties)
        wanted = shipment.get("serviceType")
        if wanted and wanted not in offered:
            raise Refusal(400, "SERVICE.PACKAGECOMBINATION.INVALID", self._unavailable())
        return {
            "rateReplyDetails": [
                {
                    "serviceType": code,
                    "serviceName": SERVICES[code][0],
                    "packagingType": shipment["packagingType"],
                    "ratedShipmentDetails": [
                        self._rated(kilograms, code, kind, asked)
                        for kind in reversed(shipment["rateRequestType"])
                    ],
                    "operationalDetail": {
                        "transitTime": SERVICES[code][1],
                        "commitDate": "2026-11-27T10:30:00",
                        "deliveryDate": "",
                    },
                }
                for code in ([wanted] if wanted else offered)
            ],
            "quoteDate": "2026-11-22",
            "encoded": False,
        }

    def _rated(self, kilograms, code, kind, asked):
        base, fuel, _total = map(float, self.price(kilograms, code))
        extras = self._surcharges(asked)
        surcharges = fuel + sum(one["amount"] for one in extras)
        dearer = 1.25 if kind == "LIST" else 1
        base, total = round(base * dearer, 2), round(base * dearer + surcharges, 2)
        return {
            "rateType": kind,
            "ratedWeightMethod": "ACTUAL",
            "totalDiscounts": 0.0,
            "totalBaseCharge": base,
            "totalNetCharge": total,
            "totalNetFedExCharge": total,
            "shipmentRateDetail": {
                "totalSurcharges": surcharges,
                "totalFreightDiscount": 0.0,
                "surCharges": [
                    {"type": "FUEL", "description": "Fuel Surcharge", "amount": fuel},
                    *extras,
                ],
                "currency": self.currency,
            },
            "currency": self.currency,
        }

    def _ship(self, data):
        self._check_account(data)
        shipment = data["requestedShipment"]
        parties = [shipment["shipper"], *shipment["recipients"]]
        for party in parties:
            self._check_party(party)
        places = [party["address"] for party in parties]
        service = shipment["serviceType"]
        if service not in self._services(*places):
            raise Refusal(400, "SERVICETYPE.NOT.ALLOWED", self._unavailable())
        payer = shipment["shippingChargesPayment"]["payor"]["responsibleParty"]
        if payer["accountNumber"]["value"] != self.account:
            text = "ShippingChargesPayment Payor AccountNumber should match the shipper account."
            raise Refusal(400, "ACCOUNT.NUMBER.MISMATCH", text)
        lines = shipment["requestedPackageLineItems"]
        if shipment.get("totalPackageCount", len(lines)) != len(lines):
            raise Refusal(400, "TOTALPACKAGECOUNT.INVALID", "Invalid total package count.")
        self._check_values(shipment)
        customs = shipment.get("customsClearanceDetail")
        if places[0]["countryCode"] != places[1]["countryCode"]:
            self._check_customs(customs, lines)
        elif shipment.get("shippingDocumentSpecification"):
            raise Refusal(400, "SHIPPINGDOCUMENTTYPE.INVALID", "Documents are not allowed here.")
        kilograms = self._weigh(shipment)
        form = shipment["labelSpecification"]["imageType"]
        serial = self.rng.randrange(10**9)
        numbers = [f"794{serial + index:09}" for index in range(len(lines))]
        to = shipment["recipients"][0]
        name = to["contact"].get("companyName") or to["contact"]["personName"]
        text = [SERVICES[service][0].rstrip("®"), name, *to["address"]["streetLines"]]
        labels = [label(FORMS[form], number, text) for number in numbers]
        asked = self._asked(shipment, service)
        base, fuel, total = self.price(kilograms, service, len(asked))
        reference = self._reference(lines)
        names = [
            party["contact"].get("companyName") or party["contact"]["personName"]
            for party in parties
        ]
        self.book(
            numbers,
            service,
            reference,
            total,
            labels,
            accessorials=asked,
            route=tuple(names),
            is_return="RETURN_SHIPMENT" in _types(shipment.get("shipmentSpecialServices")),
        )
        rate = {
            "rateType": "PAYOR_ACCOUNT_SHIPMENT",
            "totalBaseCharge": float(base),
            "totalFreightDiscounts": 0.0,
            "surcharges": [
                {"surchargeType": "FUEL", "description": "Fuel", "amount": float(fuel)},
                *self._surcharges(asked),
            ],
            "taxes": [],
            "totalNetCharge": float(total),
            "currency": self.currency,
        }
        booked = {
            "serviceType": service,
            "shipDatestamp": shipment["shipDatestamp"],
            "serviceName": SERVICES[service][0],
            "masterTrackingNumber": numbers[0],
            "pieceResponses": [
                {
                    "packageSequenceNumber": place,
                    "masterTrackingNumber": numbers[0],
                    "trackingNumber": number,
                    "currency": self.currency,
                    "packageDocuments": [
                        {
                            "contentType": "LABEL",
                            "docType": form,
                            "copiesToPrint": 1,
                            "encodedLabel": image,
                        }
                    ],
                }
                for place, (number, image) in enumerate(zip(numbers, labels, strict=True), 1)
            ],
            "completedShipmentDetail": {
                "carrierCode": "FDXG" if service == "FEDEX_GROUND" else "FDXE",
                "shipmentRating": {
                    "actualRateType": "PAYOR_ACCOUNT_SHIPMENT",
                    "shipmentRateDetails": [
                        {**rate, "rateType": "PAYOR_LIST_SHIPMENT", "totalNetCharge": 999.0},
                        rate,
                    ],
                },
            },
        }
        return {"transactionShipments": [booked]}

    def _cancel(self, data):
        self._check_account(data)
        number = data["trackingNumber"]
        booked = next((one for one in self.bookings.values() if number in one.numbers), None)
        if booked is None:
            text = "Tracking number cannot be found. Please correct it and try again."
            raise Refusal(400, "TRACKINGNUMBER.NOTFOUND", text)
        if booked.is_void:
            text = "The shipment has already been cancelled."
            raise Refusal(400, "CANCELSHIPMENT.TRACKINGNUMBER.DELETED", text)
        booked.is_void = True
        return {
            "cancelledShipment": True,
            "cancelledHistory": True,
            "message": "Shipment is successfully cancelled",
        }

    def _by_reference(self, data):
        """Ground's and Express's references are filed as the shipper's."""
        asked = data["referencesInformation"]
        if asked.get("accountNumber") != self.account:
            text = "Please enter an account number or destination country and postal code."
            raise Refusal(400, "TRACKING.REFERENCEDATA.INCOMPLETE", text)
        found = self.find(asked["value"]) if asked.get("type") == "SHIPPER_REFERENCE" else []
        if not found:
            text = "Reference number cannot be found. Please correct the reference number."
            error = {"code": "TRACKING.REFERENCENUMBER.NOTFOUND", "message": text}
            return {"completeTrackResults": [{"trackResults": [{"error": error}]}]}
        results = [
            {
                "trackingNumberInfo": {"trackingNumber": number, "carrierCode": "FDXE"},
                "additionalTrackingInfo": {
                    "packageIdentifiers": [
                        {"type": "SHIPPER_REFERENCE", "values": [booked.reference]}
                    ],
                },
                "packageDetails": {"sequenceNumber": str(place), "count": len(booked.numbers)},
                "latestStatusDetail": {"code": "IN", "statusByLocale": "Label created"},
            }
            for booked in found
            for place, number in enumerate(booked.numbers, 1)
        ]
        number = results[0]["trackingNumberInfo"]["trackingNumber"]
        complete = {"trackingNumber": number, "trackResults": results[::-1]}
        return {"completeTrackResults": [complete], "successful": True}

    # -- what is asked for beside the transport --------------------------------------------------

    def _asked(self, shipment, wanted=""):
        """By our names. Raises Refusal where a type lacks its details, or details their type."""
        services = shipment.get("shipmentSpecialServices") or {}
        kinds = _types(services)
        packages = [
            line.get("packageSpecialServices") or {}
            for line in shipment["requestedPackageLineItems"]
        ]
        asked = {}
        for line, one in zip(shipment["requestedPackageLineItems"], packages, strict=True):
            kind = one.get("signatureOptionType")
            if ("SIGNATURE_OPTION" in _types(one)) != bool(kind):
                text = "Special service SIGNATURE_OPTION is invalid."
                raise Refusal(400, "SPECIALSERVICE.INVALID", text)
            if kind:
                asked["signature"] = SIGNATURES[kind]
            if ("COD" in _types(one)) != ("packageCODDetail" in one):
                raise Refusal(400, "COD.DETAIL.REQUIRED", "COD detail is missing.")
            if line.get("declaredValue"):
                money = shipment["totalDeclaredValue"]
                asked["declared_value"] = f"{money['amount']:.2f} {money['currency']}"
        for kind, detail in (
            ("HOLD_AT_LOCATION", "holdAtLocationDetail"),
            ("RETURN_SHIPMENT", "returnShipmentDetail"),
        ):
            if (kind in kinds) != (detail in services):
                raise Refusal(400, f"{kind}.DETAIL.REQUIRED", f"{detail} is missing.")
        is_by_package = [one["packageCODDetail"] for one in packages if "packageCODDetail" in one]
        is_ground = not wanted or wanted == "FEDEX_GROUND"  # a question for all services has none
        if is_by_package and not (is_ground and "COD" in kinds):
            raise Refusal(400, "COD.NOT.ALLOWED", "COD of packages is for FedEx Ground only.")
        if "COD" in kinds:
            amounts = [one["codCollectionAmount"] for one in is_by_package]
            if not amounts:
                if wanted == "FEDEX_GROUND" or "shipmentCODDetail" not in services:
                    raise Refusal(400, "COD.DETAIL.REQUIRED", "COD detail is missing.")
                amounts = [services["shipmentCODDetail"]["codCollectionAmount"]]
            total = sum(one["amount"] for one in amounts)
            asked["cod"] = f"{total:.2f} {amounts[0]['currency']}"
        if "SATURDAY_DELIVERY" in kinds:
            asked["saturday"] = True
        if "HOLD_AT_LOCATION" in kinds:
            asked["hold_at"] = services["holdAtLocationDetail"]["locationId"]
        return asked

    @staticmethod
    def _surcharges(asked):
        return [
            {"surchargeType": SURCHARGES[name], "type": SURCHARGES[name],
             "description": name.capitalize(), "amount": float(EXTRA)}
            for name in asked
        ]  # fmt: skip

    # -- what FedEx wants beside its schema ------------------------------------------------------

    def _check_account(self, data):
        if data["accountNumber"]["value"] != self.account:
            text = "Please enter a valid 9-digit FedEx account number or register for a new one."
            raise Refusal(400, "ACCOUNTNUMBER.REGISTRATION.REQUIRED", text)

    def _check_place(self, place):
        country = place["countryCode"]
        if country in NEEDS_STATE and not re.fullmatch(
            "[A-Z]{2}", place.get("stateOrProvinceCode") or ""
        ):
            raise Refusal(400, "STATEORPROVINCECODE.INVALID", "Invalid state or province code.")
        if not place.get("postalCode"):
            raise Refusal(400, "POSTALCODE.INVALID", "Postal code is missing or invalid.")

    def _check_party(self, party):
        self._check_place(party["address"])
        contact = party["contact"]
        if not (contact.get("companyName") or contact.get("personName")):
            raise Refusal(400, "COMPANYNAME.PERSONNAME.REQUIRED", "A name is required.")
        digits = re.sub(r"\D", "", contact["phoneNumber"])
        is_american = party["address"]["countryCode"] in ("US", "CA")
        if is_american and not re.fullmatch(r"1?\d{10}", digits):
            raise Refusal(400, "PHONENUMBER.INVALID", "Phone number must have 10 digits.")
        for tin in party.get("tins") or ():
            if tin["tinType"] not in TIN_TYPES.split():
                raise Refusal(400, "TINTYPE.INVALID", "Invalid type of tax number.")

    def _check_values(self, shipment):
        """Declared values cost money, and add up."""
        declared = [
            line["declaredValue"]["amount"]
            for line in shipment["requestedPackageLineItems"]
            if line.get("declaredValue")
        ]
        total = (shipment.get("totalDeclaredValue") or {}).get("amount", 0)
        if round(sum(declared) - total, 2):
            raise Refusal(400, "TOTALDECLAREDVALUE.MISMATCH", "Declared values do not add up.")

    def _check_customs(self, customs, lines):
        if not customs:
            raise Refusal(400, "CUSTOMSCLEARANCEDETAIL.REQUIRED", "Customs details are missing.")
        weight = 0.0
        for good in customs["commodities"]:
            for name in ("countryOfManufacture", "customsValue", "quantity", "weight"):
                if not good.get(name):
                    raise Refusal(400, f"COMMODITY.{name.upper()}.REQUIRED", f"{name} is missing.")
            if good["weight"]["units"] != lines[0]["weight"]["units"]:
                text = "The package and commodity weight unit should be the same."
                raise Refusal(400, "COMMODITY.WEIGHT.UNITS.INVALID", text)
            each = good["unitPrice"]["amount"] * good["quantity"]
            if round(each - good["customsValue"]["amount"], 2):
                raise Refusal(400, "CUSTOMSVALUE.INVALID", "Customs value is not that of all.")
            weight += good["weight"]["value"]
        if weight > sum(line["weight"]["value"] for line in lines) + 0.001:
            raise Refusal(400, "COMMODITY.WEIGHT.EXCEEDED", "Commodities outweigh the packages.")

    @staticmethod
    def _weigh(shipment):
        """What is charged: the weight, or the space that it takes (5,000 cm³ for a kilogram)."""
        total = 0.0
        for line in shipment["requestedPackageLineItems"]:
            kilograms = line["weight"]["value"] * TO_KILOGRAMS[line["weight"]["units"]]
            if kilograms <= 0:
                raise Refusal(400, "PACKAGEWEIGHT.INVALID", "Invalid package weight.")
            sides = line.get("dimensions")
            if sides:
                each = TO_CENTIMETRES[sides["units"]]
                space = sides["length"] * sides["width"] * sides["height"] * each**3
                kilograms = max(kilograms, space / 5000)
            total += kilograms
        return total

    @staticmethod
    def _reference(lines):
        values = set()
        for line in lines:
            for one in line.get("customerReferences") or ():
                kind = one["customerReferenceType"]
                if len(one["value"]) > REFERENCE_LENGTHS.get(kind, 30):
                    raise Refusal(400, "CUSTOMERREFERENCE.INVALID", "Reference is too long.")
                if kind == "CUSTOMER_REFERENCE":
                    values.add(one["value"])
        return values.pop() if len(values) == 1 else ""

    @staticmethod
    def _services(shipper, recipient):
        here, there = shipper["countryCode"], recipient["countryCode"]
        return DOMESTIC if here == there == "US" else ABROAD

    @staticmethod
    def _unavailable():
        return "The service is not allowed for this origin and destination."


def _types(services):
    return (services or {}).get("specialServiceTypes") or ()


def _packed(data, status=200):
    plain = answer(data, status)
    return Answer(
        status, {**plain.headers, "Content-Encoding": "gzip"}, gzip.compress(plain.body, 1)
    )
