"""DHL Express, MyDHL API: rates, shipments, tracking by reference; nothing is called off.

Facts: "DHL Express APIs (MyDHL API)", OpenAPI document 3.1.1
(https://developer.dhl.com/api-reference/dhl-express-mydhl-api, also kept in karrioapi/karrio,
modules/connectors/mydhl/vendors): what is required, lengths, enumerations, error codes, shapes of
errors and answers.
"""

import base64
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator, ValidationError, validators

from .addresses import mydhl_validate
from .carrier import EXTRA, CarrierServer, Refusal, answer, header, label
from .mydhl_pickups import MydhlPickups
from .mydhl_schemas import RATE, SHIP

ROOT = "/mydhlapi/test"
PRODUCTS = {
    "1": ("EXPRESS DOMESTIC 12:00", 1),
    "N": ("EXPRESS DOMESTIC", 1),
    "P": ("EXPRESS WORLDWIDE", 2),
    "U": ("EXPRESS WORLDWIDE", 1),
    "Y": ("EXPRESS 12:00", 2),
}
UNION = set(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
SERVICES = {"AA", "DD", "DT", "FF", "II", "IB", "SA", "SD", "SF", "SX", "TV", "WY", "PT", "PU"}
SIGNATURES = {"SX": "none", "SF": "any", "SD": "adult"}
EXTRAS = {
    "AA": "saturday",
    "II": "insurance",
    "TV": "hold_at",
    **dict.fromkeys(SIGNATURES, "signature"),
}
MANY = "Multiple problems found, see Additional Details"
FORMS = {"pdf": "PDF", "zpl": "ZPL"}


def _multiple(_validator, unit, value, _schema):
    """Without the noise of binary fractions."""
    if abs(round(value / unit) * unit - value) > unit / 1000:
        yield ValidationError(f"{value} is not a multiple of {unit}")


Validator = validators.extend(Draft202012Validator, {"multipleOf": _multiple})


class MydhlServer(CarrierServer):
    """Accounts are in euros. What was booked is shown as shipments in advance, as no courier ever
    comes."""

    provider = "mydhl"
    currency = "EUR"
    account, import_account, home = "963218754", "955180236", "DE"
    unknown_service = "9"
    has_tokens = has_void = False
    shows_late = True
    user, secret = "kalderDE", "E#3pW!8rT$1m"

    def __init__(self, seed=7, port=0):
        super().__init__(seed, port)
        self.pickups = MydhlPickups(self, ROOT)

    @classmethod
    def settings(cls):
        return {
            "username": cls.user,
            "password": cls.secret,
            "account_number": cls.account,
            "account_country_code": cls.home,
            "config.import_account_number": cls.import_account,
        }

    def login(self, call):
        wanted = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        if header(call, "Authorization") != f"Basic {wanted}":
            raise Refusal(401, "Unauthorized", "Unauthorized. Please check your credentials.")

    def refusal(self, no):
        """``place``: what is wrong in detail, where there are several things."""
        data = {
            "instance": f"{ROOT}/shipments?messageRef=8b2f",
            "detail": no.text,
            "title": no.code,
            "message": no.code,
            "status": str(no.status),
        }
        if no.place:
            data["additionalDetails"] = no.place
        said = answer(data, no.status)
        said.headers["Content-Type"] = "application/problem+json"
        return said

    def check(self, schema, data):
        problems = [
            f"#/{'/'.join(map(str, one.absolute_path))}: {one.message[:150]}"
            for one in Validator(schema).iter_errors(data)
        ]
        if problems:
            raise Refusal(422, "Unprocessable Entity", MANY, sorted(problems))

    def act(self, call):
        path = urlsplit(call.path).path
        if (call.method, path) == ("GET", f"{ROOT}/tracking"):
            return answer(self._track(parse_qs(urlsplit(call.path).query)))
        if said := self.pickups.act(call):
            return said
        if (call.method, path) == ("GET", f"{ROOT}/address-validate"):
            return mydhl_validate(call)
        acts = {
            ("POST", f"{ROOT}/rates"): (RATE, self._rates, 200),
            ("POST", f"{ROOT}/shipments"): (SHIP, self._ship, 201),
        }
        found = acts.get((call.method, path))
        if found is None:
            raise Refusal(404, "Not Found", "No context-path matches the request URI.")
        if not header(call, "Content-Type").startswith("application/json"):
            raise Refusal(415, "Unsupported Media Type", "Invalid Content-Type.")
        schema, act, status = found
        data = self.data_of(call)
        self.check(schema, data)
        self._check_accounts(data)
        return answer(act(data), status)

    # -- acts ------------------------------------------------------------------------------------

    def _rates(self, data):
        parties = data["customerDetails"]
        here, there = (parties[f"{name}Details"]["countryCode"] for name in ("shipper", "receiver"))
        self._check_declared(here, there, data["isCustomsDeclarable"])
        self._check_services(data)
        wanted = data.get("productCode")
        offered = self._products(here, there)
        if wanted and wanted not in offered:
            raise self._bad(self._unavailable("996"))
        kilograms = self._weigh(data["packages"])
        return {
            "products": [
                self._rated(code, kilograms, here == there, self._extras(data))
                for code in ([wanted] if wanted else offered)
            ],
            "exchangeRates": [
                {"currentExchangeRate": 1.08, "currency": "USD", "baseCurrency": "EUR"}
            ],
        }

    def _rated(self, code, kilograms, is_taxed, extras):
        """At home with a tax of 19 %, which stands within each price."""
        name, days = PRODUCTS[code]
        base, fuel, total = (float(one) for one in self.price(kilograms, code, len(extras)))
        extra = float(EXTRA)
        taxed_extra = round(extra * 0.19, 2) if is_taxed else 0.0
        taxes = [round(one * 0.19, 2) if is_taxed else 0.0 for one in (base, fuel)]

        def part(title, price, tax, **more):
            taxed = {"priceType": "TAX", "typeCode": "VAT", "price": tax, "rate": 19}
            breakdown = [{**taxed, "basePrice": price}] if is_taxed else []
            return {
                "name": title,
                **more,
                "price": round(price + tax, 2),
                "priceBreakdown": breakdown,
            }

        tax = sum(taxes) + taxed_extra * len(extras)
        total = round(total + tax, 2)
        billed = {"currencyType": "BILLC", "priceCurrency": self.currency}
        public = {"currencyType": "PULCL", "priceCurrency": "USD"}
        return {
            "productName": name,
            "productCode": code,
            "localProductCode": code,
            "localProductCountryCode": "DE",
            "weight": {"volumetric": 4.8, "provided": kilograms, "unitOfMeasurement": "metric"},
            "totalPrice": [
                {**public, "price": round(total * 1.08, 2)},
                {**billed, "price": total},
                {"currencyType": "BASEC", "priceCurrency": "EUR", "price": total},
            ],
            "totalPriceBreakdown": [
                {
                    **billed,
                    "priceBreakdown": [
                        {"typeCode": "STTXA", "price": round(tax, 2)},
                        {"typeCode": "SPRQT", "price": base},
                    ],
                }
            ],
            "detailedPriceBreakdown": [
                {
                    **billed,
                    "breakdown": [
                        part(name, base, taxes[0]),
                        part("FUEL SURCHARGE", fuel, taxes[1], serviceCode="FF"),
                        *(
                            part(EXTRAS[one].upper(), extra, taxed_extra, serviceCode=one)
                            for one in extras
                        ),
                    ],
                }
            ],
            "deliveryCapabilities": {
                "deliveryTypeCode": "QDDC",
                "estimatedDeliveryDateAndTime": "2026-11-26T23:59:00",
                "totalTransitDays": days,
            },
            "pricingDate": "2026-11-22",
        }

    def _ship(self, data):
        content, parties = data["content"], data["customerDetails"]
        places = [parties[f"{name}Details"]["postalAddress"] for name in ("shipper", "receiver")]
        here, there = (place["countryCode"] for place in places)
        if data["productCode"] not in self._products(here, there):
            raise self._bad(self._unavailable("1004"))
        self._check_declared(here, there, content["isCustomsDeclarable"])
        self._check_services(data)
        self._check_customs(content)
        packages = content["packages"]
        kilograms = self._weigh(packages)
        order = [package.get("referenceNumber") for package in packages]
        if any(order) and sorted(filter(None, order)) != list(range(1, len(packages) + 1)):
            raise self._bad("Package reference numbers must be unique and given for all packages.")
        serial = self.rng.randrange(10**8)
        number = f"19{serial:08}"
        pieces = [f"JD0146000{serial:08}{place:03}" for place in range(len(packages))]
        images = data.get("outputImageProperties") or {}
        form = FORMS[images.get("encodingFormat", "pdf")]
        name = PRODUCTS[data["productCode"]][0]
        to = parties["receiverDetails"]
        lines = [name, to["contactInformation"]["companyName"], to["postalAddress"]["cityName"]]
        labels = [label(form, piece, lines) for piece in pieces]
        extras = self._extras(data)
        base, fuel, total = self.price(kilograms, data["productCode"], len(extras))
        references = [one["value"] for one in data.get("customerReferences") or ()]
        reference = references[0] if references else ""
        self.book(
            pieces,
            data["productCode"],
            reference,
            total,
            labels,
            identifier=number,
            accessorials=self._asked(data),
            is_return=any(one["typeCode"] == "payer" for one in data["accounts"]),
            route=tuple(
                parties[f"{name}Details"]["contactInformation"]["companyName"]
                for name in ("shipper", "receiver")
            ),
        )
        papers = self._papers(data, images, form, labels)
        return {
            "url": f"https://express.api.dhl.com{ROOT}/shipments",
            "shipmentTrackingNumber": number,
            "trackingUrl": f"https://express.api.dhl.com{ROOT}/tracking?trackingNumber={number}",
            "packages": [
                {
                    "referenceNumber": place,
                    "trackingNumber": piece,
                    "trackingUrl": f"https://express.api.dhl.com/?pieceTrackingNumber={piece}",
                }
                for place, piece in enumerate(pieces, 1)
            ],
            "documents": papers,
            "shipmentCharges": [
                {
                    "currencyType": "BILLC",
                    "priceCurrency": self.currency,
                    "price": float(total),
                    "serviceBreakdown": [
                        {"name": name, "price": float(base)},
                        {"name": "FUEL SURCHARGE", "price": float(fuel), "typeCode": "FF"},
                        *(
                            {"name": EXTRAS[one].upper(), "price": float(EXTRA), "typeCode": one}
                            for one in extras
                        ),
                    ],
                }
            ],
        }

    def _papers(self, data, images, form, labels):
        """One picture of all labels, if nothing else was asked for."""
        extras = {
            one.get("typeCode")
            for one in data.get("getAdditionalInformation") or ()
            if one["isRequested"]
        }
        splits = images.get("splitDocumentsByPages")
        if "linkLabelsByPieces" in extras and (not splits or images.get("allDocumentsInOneImage")):
            raise self._bad("linkLabelsByPieces needs splitDocumentsByPages.")
        papers = []
        for place, image in enumerate(labels if splits else labels[:1], 1):
            paper = {"imageFormat": form, "content": image, "typeCode": "label"}
            if "linkLabelsByPieces" in extras:
                paper["packageReferenceNumber"] = place
            papers.append(paper)
        wanted = [one["typeCode"] for one in images.get("imageOptions") or ()]
        if "invoice" in wanted:
            image = label("PDF", "INVOICE", ["Commercial invoice"])
            papers.append({"imageFormat": "PDF", "content": image, "typeCode": "invoice"})
        return papers[::-1]

    def _track(self, query):
        asked = {name: values[0] for name, values in query.items()}
        if not asked.get("shipperAccountNumber"):
            raise self._bad("Missing mandatory parameters: shipperAccountNumber")
        if not (asked.get("dateRangeFrom") and asked.get("dateRangeTo")):
            raise self._bad("Missing mandatory parameters: dateRangeFrom, dateRangeTo")
        reference = asked.get("shipmentReference", "")
        found = self.find(reference)
        if (
            asked.get("trackingView") != "advance-shipment"
            or asked["shipperAccountNumber"] != self.account
            or not found
        ):
            text = f"No Shipments Found for ReferenceID | {reference}"
            raise Refusal(404, "Not data found", text)
        return {
            "shipments": [
                {
                    "shipmentTrackingNumber": booked.identifier,
                    "status": "Success",
                    "shipperReferences": [{"value": booked.reference, "typeCode": "CU"}],
                    "numberOfPieces": len(booked.numbers),
                    "pieces": [
                        {"number": place, "trackingNumber": number, "events": []}
                        for place, number in reversed(list(enumerate(booked.numbers, 1)))
                    ],
                    "events": [],
                }
                for booked in found
            ]
        }

    # -- what DHL wants beside its schema --------------------------------------------------------

    @staticmethod
    def _bad(text):
        return Refusal(400, "Bad request", text)

    @staticmethod
    def _unavailable(code):
        return (
            f"{code}: The requested product(s) and/or service(s) is not available based on your"
            " search criteria."
        )

    @staticmethod
    def _products(here, there):
        if here == there:
            return ("N", "1")
        return ("U",) if {here, there} <= UNION else ("P", "Y")

    def _check_accounts(self, data):
        """Each account for what it is for; an import account pays for what comes to its country,
        and nobody else pays for what comes from another one."""
        numbers = [(one["typeCode"], one["number"]) for one in data.get("accounts") or ()]
        kinds = dict(numbers)
        payer = kinds.pop("payer", None)
        is_known = set(kinds.values()) == {self.account} and len(dict(numbers)) == len(numbers)
        if not is_known or payer not in (None, self.account, self.import_account):
            text = "The account number is not found or invalid. Please check the account number."
            raise self._bad(text)
        if "content" not in data:
            return
        here, there = (
            data["customerDetails"][f"{name}Details"]["postalAddress"]["countryCode"]
            for name in ("shipper", "receiver")
        )
        is_import = payer == self.import_account
        if (there if is_import else here) != self.home:
            raise self._bad("1010: The account cannot be used for this origin and destination.")

    def _check_declared(self, here, there, is_declared):
        inside = here == there or {here, there} <= UNION
        if is_declared and inside:
            raise self._bad("1001: Dutiable shipments are not possible between these countries.")

    def _check_services(self, data):
        for one in data.get("valueAddedServices") or ():
            if one["serviceCode"] not in SERVICES:
                raise self._bad(f"7008: Service {one['serviceCode']} is not available.")
            if one["serviceCode"] == "II" and not (one.get("value") and one.get("currency")):
                raise self._bad("7010: Insurance needs a value and its currency.")
        codes = [one["serviceCode"] for one in data.get("valueAddedServices") or ()]
        if len(set(codes)) < len(codes) or len(set(codes) & set(SIGNATURES)) > 1:
            raise self._bad("7011: Services exclude each other.")
        point = (data.get("onDemandDelivery") or {}).get("servicePointId")
        if "content" in data and ("TV" in codes) != bool(point):
            raise self._bad("7012: Service point delivery needs its service and its id.")

    @staticmethod
    def _extras(data):
        """Codes of what is asked for beside the transport."""
        codes = [one["serviceCode"] for one in data.get("valueAddedServices") or ()]
        return [code for code in codes if code in EXTRAS]

    def _asked(self, data):
        """By our names."""
        asked = {}
        for one in data.get("valueAddedServices") or ():
            code = one["serviceCode"]
            if code in SIGNATURES:
                asked["signature"] = SIGNATURES[code]
            elif code == "II":
                asked["insurance"] = f"{one['value']:.2f} {one['currency']}"
            elif code == "AA":
                asked["saturday"] = True
            elif code == "TV":
                asked["hold_at"] = data["onDemandDelivery"]["servicePointId"]
        return asked

    def _check_customs(self, content):
        declaration = content.get("exportDeclaration")
        if not content["isCustomsDeclarable"]:
            return
        if not (declaration and declaration.get("invoice") and content.get("declaredValue")):
            raise self._bad("Declared value, lines and invoice are required for customs.")
        lines = declaration["lineItems"]
        value = sum(one["price"] * one["quantity"]["value"] for one in lines)
        if abs(value - content["declaredValue"]) > 0.005:
            raise self._bad("The declared value is not that of all lines.")
        weight = sum(
            one["weight"].get("netValue", one["weight"].get("grossValue", 0)) for one in lines
        )
        if weight > self._weigh(content["packages"]) + 0.001:
            raise self._bad("The lines outweigh the packages.")

    @staticmethod
    def _weigh(packages):
        """What is charged: the weight, or the space that it takes (5,000 cm³ for a kilogram)."""
        total = 0.0
        for one in packages:
            sides = one.get("dimensions") or {"length": 0, "width": 0, "height": 0}
            space = sides["length"] * sides["width"] * sides["height"]
            total += max(one["weight"], space / 5000)
        return total
