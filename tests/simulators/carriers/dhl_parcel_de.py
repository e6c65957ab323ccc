"""DHL Parcel DE Shipping (Post & Parcel Germany) v2: token by password grant, orders made,
deleted, closed at the end of a day.

Facts: parcel-de-shipping-v2_2.yaml (2.1.13) of developer.dhl.com (stored in karrioapi/karrio,
modules/connectors/dhl_parcel_de/vendors): what is required, how long it may be, patterns, the
shapes of answers, 200 for one shipment and 207 for several; the words of statuses as published
answers have them. Of the products' rules: what the schema's descriptions say (the number's 11th and
12th digit, customs data outside of the union, one currency), and the areas of the products.
"""

import base64
import re
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from .carrier import CarrierServer, Refusal, answer, label
from .dhl_parcel_de_pickups import DhlParcelDePickups

NAME = {"type": "string", "minLength": 1, "maxLength": 50}
NOTE = {"type": "string", "minLength": 1, "maxLength": 60}
MAIL = {"type": "string", "minLength": 3, "maxLength": 80}
CITY = {"type": "string", "minLength": 1, "maxLength": 40}
ZIP = {
    "type": "string",
    "minLength": 3,
    "maxLength": 10,
    "pattern": "^[0-9A-Za-z]+([ -]?[0-9A-Za-z]+)*$",
}
COUNTRY = {"type": "string", "pattern": "^[A-Z]{3}$"}
BILLING_NUMBER = {"type": "string", "pattern": r"^\w{10}\d{2}\w{2}$"}
SHIPPER = {
    "type": "object",
    "required": ["addressStreet", "city", "country", "name1"],
    "properties": {
        "name1": NAME,
        "name2": NAME,
        "name3": NAME,
        "addressStreet": NAME,
        "addressHouse": {"type": "string", "minLength": 1, "maxLength": 10},
        "postalCode": ZIP,
        "city": CITY,
        "country": COUNTRY,
        "contactName": {"type": "string", "minLength": 3, "maxLength": 80},
        "email": MAIL,
    },
}
CONTACT = {
    **SHIPPER,
    "properties": {
        **SHIPPER["properties"],
        "additionalAddressInformation1": NOTE,
        "additionalAddressInformation2": NOTE,
        "state": {"type": "string", "minLength": 1, "maxLength": 20},
        "phone": {"type": "string", "minLength": 1, "maxLength": 20},
    },
}
LOCKER = {
    "type": "object",
    "required": ["city", "lockerID", "name", "postNumber", "postalCode"],
    "properties": {
        "name": NAME,
        "lockerID": {"type": "integer", "minimum": 100, "maximum": 999},
        "postNumber": {"type": "string", "pattern": "^[0-9]{6,10}$"},
        "postalCode": ZIP,
    },
}
POST_OFFICE = {
    "type": "object",
    "required": ["city", "name", "postalCode", "retailID"],
    "properties": {
        "name": NAME,
        "retailID": {"type": "integer", "minimum": 401, "maximum": 999},
        "postalCode": ZIP,
    },
}
WEIGHT = {
    "type": "object",
    "required": ["uom", "value"],
    "properties": {
        "uom": {"enum": ["g", "kg"]},
        "value": {"type": "number", "minimum": 0, "maximum": 31500},
    },
}
VALUE = {
    "type": "object",
    "required": ["currency", "value"],
    "properties": {
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "value": {"type": "number", "minimum": 0, "maximum": 100000},
    },
}
DETAILS = {
    "type": "object",
    "required": ["weight"],
    "properties": {
        "weight": WEIGHT,
        "dim": {
            "type": "object",
            "required": ["height", "length", "uom", "width"],
            "properties": {
                "uom": {"enum": ["cm", "mm"]},
                "height": {"type": "integer"},
                "length": {"type": "integer"},
                "width": {"type": "integer"},
            },
        },
    },
}
ITEM = {
    "type": "object",
    "required": ["itemDescription", "itemValue", "itemWeight", "packagedQuantity"],
    "properties": {
        "itemDescription": {"type": "string", "minLength": 1, "maxLength": 256},
        "countryOfOrigin": COUNTRY,
        "hsCode": {"type": "string", "minLength": 6, "maxLength": 11},
        "packagedQuantity": {"type": "integer"},
        "itemValue": VALUE,
        "itemWeight": WEIGHT,
    },
}
CUSTOMS = {
    "type": "object",
    "required": ["exportType", "postalCharges", "items"],
    "properties": {
        "invoiceNo": {"type": "string", "maxLength": 35},
        "exportType": {
            "enum": [
                "OTHER",
                "PRESENT",
                "COMMERCIAL_SAMPLE",
                "DOCUMENT",
                "RETURN_OF_GOODS",
                "COMMERCIAL_GOODS",
            ]
        },
        "exportDescription": {"type": "string", "maxLength": 80},
        "shippingConditions": {"enum": ["DAP", "DDP"]},
        "postalCharges": VALUE,
        "shipperCustomsRef": {"type": "string", "maxLength": 35},
        "items": {"type": "array", "minItems": 1, "maxItems": 99, "items": ITEM},
    },
}
SERVICES = {
    "type": "object",
    "properties": {
        "endorsement": {"enum": ["RETURN", "ABANDON"]},
        "additionalInsurance": VALUE,
        "signedForByRecipient": {"type": "boolean"},
        "visualCheckOfAge": {"enum": ["A16", "A18"]},
        "cashOnDelivery": {
            "type": "object",
            "required": ["transferNote1"],
            "properties": {
                "amount": VALUE,
                "bankAccount": {"type": "object"},
                "accountReference": {"type": "string", "maxLength": 35},
                "transferNote1": {"type": "string", "maxLength": 35},
                "transferNote2": {"type": "string", "maxLength": 35},
            },
            "additionalProperties": False,
        },
        "dhlRetoure": {
            "type": "object",
            "required": ["billingNumber"],
            "properties": {
                "billingNumber": BILLING_NUMBER,
                "refNo": {"type": "string", "minLength": 6, "maxLength": 50},
                "returnAddress": CONTACT,
            },
        },
        "postalDeliveryDutyPaid": {"type": "boolean"},
    },
    "additionalProperties": False,
}
ORDER = {
    "type": "object",
    "required": ["profile", "shipments"],
    "properties": {
        "profile": {"type": "string", "maxLength": 35},
        "shipments": {
            "type": "array",
            "minItems": 1,
            "maxItems": 30,
            "items": {
                "type": "object",
                "required": ["product", "billingNumber", "shipper", "consignee", "details"],
                "properties": {
                    "product": {
                        "enum": ["V01PAK", "V53WPAK", "V54EPAK", "V62WP", "V62KP", "V66WPI"]
                    },
                    "billingNumber": BILLING_NUMBER,
                    "refNo": {"type": "string", "minLength": 8, "maxLength": 35},
                    "costCenter": {"type": "string", "maxLength": 50},
                    "shipDate": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                    "shipper": SHIPPER,
                    "consignee": {"oneOf": [CONTACT, LOCKER, POST_OFFICE]},
                    "details": DETAILS,
                    "services": SERVICES,
                    "customs": CUSTOMS,
                },
            },
        },
    },
}
PAPERS = "A4|910-300-(300|700)(-oz)?|910-300-(600|610|710|400|410)|100x70mm"
UNION = set(
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT"
    " ROU SVK SVN SWE".split()
)
# Product → most kilograms, whether for Germany, whether for abroad.
PRODUCTS = {
    "V01PAK": (31.5, True, False),
    "V62KP": (1.0, True, False),
    "V53WPAK": (31.5, False, True),
    "V66WPI": (1.0, False, True),
}
HOME_SERVICES = {
    "cashOnDelivery": ("V01PAK",),
    "signedForByRecipient": ("V01PAK",),
    "visualCheckOfAge": ("V01PAK",),
    "dhlRetoure": ("V01PAK", "V62KP"),
}
BASE = "/parcel/de/shipping"
TODAY = "2026-11-24"
MANIFEST = {
    "type": "object",
    "required": ["profile"],
    "properties": {
        "profile": {"type": "string", "maxLength": 35},
        "shipmentNumbers": {
            "type": "array",
            "minItems": 1,
            "maxItems": 30,
            "items": {"type": "string"},
        },
        "billingNumber": {"type": "string"},
    },
}


class DhlParcelDeServer(CarrierServer):
    """A contract for Paket, Kleinpaket, Paket International and Retoure. It tells no prices."""

    provider = "dhl_parcel_de"
    currency = "EUR"
    has_rates = False
    books_each = True
    unknown_service = "V99PAK"
    ekp = "6291840375"
    pickup_number = f"{ekp}0801"
    left_out = frozenset()  # numbers that it does not close

    def __init__(self, seed=7, port=0):
        super().__init__(seed, port)
        self.closed = {}  # number of a shipment: the day of its list
        self.pickups = DhlParcelDePickups(self)

    @classmethod
    def settings(cls):
        return {
            "username": "kalder-versand",
            "password": "portal-password-3Tz",
            "client_id": "parcel-de-key",
            "client_secret": "parcel-de-secret",
            "config.billing_number_V01PAK": f"{cls.ekp}0103",
            "config.billing_number_V62KP": f"{cls.ekp}6201",
            "config.billing_number_V53WPAK": f"{cls.ekp}5301",
            "config.billing_number_V07PAK": f"{cls.ekp}0701",
            "config.cod_account_reference": "HAUSBANK",
        }

    @property
    def numbers(self):
        """The contract's billing numbers."""
        settings = self.settings().items()
        return {one for name, one in settings if name.startswith("config.billing_number")}

    def login(self, call):
        if urlsplit(call.path).path != "/parcel/de/account/auth/ropc/v1/token":
            return None
        asked = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if asked.get("grant_type") != "password":
            raise Refusal(400, "400", "grant_type is not supported")
        good = {name: one for name, one in self.settings().items() if "." not in name}
        if {name: asked.get(name) for name in good} != good:
            raise Refusal(401, "401", "Authorization failed for given resource.")
        return answer(
            {"access_token": self.new_token(1800), "token_type": "Bearer", "expires_in": 1800}
        )

    def refusal(self, no):
        """Bad requests have the shape of answers, all others are problems by themselves."""
        status = {
            "title": HTTPStatus(no.status).phrase,
            "status": no.status,
            "statusCode": no.status,
            "detail": no.text[:80],
            "instance": "/orders",
        }
        return answer({"status": status} if no.status == 400 else status, no.status)

    def act(self, call):
        self.check_token(call)
        where = urlsplit(call.path)
        query = parse_qs(where.query)
        if where.path == f"{BASE}/v2/manifests":
            if call.method == "POST":
                return self._close(call)
            return self._day_list((query.get("date") or [TODAY])[0])
        if said := self.pickups.act(call):
            return said
        if where.path != f"{BASE}/v2/orders":
            raise Refusal(404, "404", "The requested resource was not found.")
        if call.method == "POST":
            return self._order(call, query)
        if call.method == "DELETE":
            return self._delete(query)
        raise Refusal(405, "405", "Method not allowed")

    # -- acts ------------------------------------------------------------------------------------

    def _order(self, call, query):
        data = self.data_of(call)
        self.check(ORDER, data)
        form = (query.get("docFormat") or ["PDF"])[0]
        paper = (query.get("printFormat") or [""])[0]
        if form not in ("PDF", "ZPL2") or (paper and not re.fullmatch(PAPERS, paper)):
            raise Refusal(400, "400", "docFormat or printFormat is not valid")
        self._check_profile(data["profile"])
        items = [self._item(one, form, paper) for one in data["shipments"]]
        return self._status_of(items, "printed", "/v2/orders")

    def _item(self, shipment, form, paper):
        problems = list(self._problems(shipment))
        if self.is_unwanted():
            problems.append(("consignee.postalCode", "The postal code is not served."))
        if problems:
            return {
                "sstatus": {"title": "Bad Request", "status": 400, "statusCode": 400},
                "validationMessages": [
                    {"property": place, "validationMessage": text, "validationState": "Error"}
                    for place, text in problems
                ],
            }
        product, to = shipment["product"], shipment["consignee"]
        is_abroad = to.get("country", "DEU") != "DEU"
        serial = self.rng.randrange(10**9)
        number = f"CD{serial:09}DE" if is_abroad else f"00340434{serial:012}"
        name = to.get("name1") or to["name"]
        image = label("ZPL" if form == "ZPL2" else "PDF", number, ["DHL " + product, name])
        asked = self._asked(shipment)
        reference = shipment.get("refNo", "")
        self.book([number], product, reference, "", [image], accessorials=asked)
        item = {
            "shipmentNo": number,
            "sstatus": {"title": "OK", "status": 200, "statusCode": 200},
            "shipmentRefNo": shipment.get("refNo"),
            "label": self._document(image, form, paper or "910-300-700"),
        }
        if "customs" in shipment:
            item["customsDoc"] = self._document(label("PDF", number, ["CN23"]), "PDF", "A4-PT")
        if "dhlRetoure" in (shipment.get("services") or {}):
            item["returnShipmentNo"] = f"9{number[1:]}"
            item["returnLabel"] = self._document(label("PDF", number, ["Retoure"]), "PDF", "A4")
        if not is_abroad and not re.fullmatch(r"\d{5}", to.get("postalCode", "")):
            item["validationMessages"] = [
                {
                    "property": "consignee.postalCode",
                    "validationMessage": "The postal code does not exist.",
                    "validationState": "Warning",
                }
            ]
        return item

    @staticmethod
    def _document(image, form, paper):
        """ZPL as plain text, PDF in base64."""
        if form == "ZPL2":
            return {
                "zpl2": base64.b64decode(image).decode(),
                "fileFormat": "ZPL2",
                "printFormat": paper,
            }
        return {"b64": image, "fileFormat": "PDF", "printFormat": paper}

    def _problems(self, shipment):
        product, number = shipment["product"], shipment["billingNumber"]
        if number not in self.numbers or product not in PRODUCTS:
            yield "billingNumber", "The billing number is not permitted for this user."
            return
        procedure = {"V01PAK": "01", "V62KP": "62", "V53WPAK": "53", "V66WPI": "66"}[product]
        if number[10:12] != procedure:
            yield "billingNumber", "The billing number does not match the product."
        most, is_home, is_abroad = PRODUCTS[product]
        weight = shipment["details"]["weight"]
        kilograms = weight["value"] / (1000 if weight["uom"] == "g" else 1)
        if not 0 < kilograms <= most:
            yield "details.weight", "The weight is too high or missing."
        there = shipment["consignee"].get("country", "DEU")
        if shipment["shipper"]["country"] != "DEU":
            yield "shipper.country", "The shipper must be in Germany."
        if not (is_home if there == "DEU" else is_abroad):
            yield "product", "The product is not available for the destination."
        if there not in UNION:
            yield from self._customs_problems(shipment.get("customs"), kilograms)
        for service in ("endorsement", "postalDeliveryDutyPaid"):
            if there == "DEU" and (shipment.get("services") or {}).get(service):
                yield f"services.{service}", "The service is not available for the product."
        yield from self._service_problems(shipment, there)
        retoure = (shipment.get("services") or {}).get("dhlRetoure")
        if retoure and (
            retoure["billingNumber"] not in self.numbers or retoure["billingNumber"][10:12] != "07"
        ):
            yield "services.dhlRetoure.billingNumber", "The billing number is not permitted."

    @staticmethod
    def _service_problems(shipment, there):
        services = shipment.get("services") or {}
        for name, product in HOME_SERVICES.items():
            if name in services and (there != "DEU" or shipment["product"] not in product):
                yield f"services.{name}", "The service is not available for the product."
        cod = services.get("cashOnDelivery")
        if cod is not None:
            if (cod.get("amount") or {}).get("currency") != "EUR":
                yield "services.cashOnDelivery.amount", "The currency must be Euro."
            if not (cod.get("bankAccount") or cod.get("accountReference")):
                yield "services.cashOnDelivery", "A bank account or its reference is required."

    @staticmethod
    def _asked(shipment):
        """By our names."""
        services, asked = shipment.get("services") or {}, {}
        for name, ours in (("additionalInsurance", "insurance"), ("cashOnDelivery", "cod")):
            if name in services:
                money = services[name].get("amount") or services[name]
                asked[ours] = f"{money['value']:.2f} {money['currency']}"
        if services.get("signedForByRecipient"):
            asked["signature"] = "any"
        if services.get("visualCheckOfAge") == "A18":
            asked["signature"] = "adult"
        if "dhlRetoure" in services:
            asked["return_label"] = True
        if "retailID" in shipment["consignee"]:
            asked["hold_at"] = str(shipment["consignee"]["retailID"])
        return asked

    @staticmethod
    def _customs_problems(customs, kilograms):
        if not customs:
            yield "customs", "Customs details are mandatory for this destination."
            return
        currencies = {one["itemValue"]["currency"] for one in customs["items"]}
        if currencies != {customs["postalCharges"]["currency"]}:
            yield "customs.postalCharges", "The currencies must match."
        inside = sum(
            one["packagedQuantity"]
            * one["itemWeight"]["value"]
            / (1000 if one["itemWeight"]["uom"] == "g" else 1)
            for one in customs["items"]
        )
        if inside > kilograms:
            yield "customs.items", "The goods weigh more than the shipment."
        if "officeOfOrigin" in customs:
            yield "customs.officeOfOrigin", "This attribute must not be used anymore."

    def _delete(self, query):
        self._check_profile((query.get("profile") or [""])[0])
        numbers = query.get("shipment") or []
        if not 1 <= len(numbers) <= 30:
            raise Refusal(400, "400", "shipment is required")
        items = []
        for number in numbers:
            booked = self.bookings.get(number)
            if booked is None or booked.is_void:
                status = {
                    "title": "Bad Request",
                    "status": 400,
                    "statusCode": 400,
                    "detail": "Unknown shipment number.",
                }
            elif number in self.closed:
                status = {
                    "title": "Bad Request",
                    "status": 400,
                    "statusCode": 400,
                    "detail": "The shipment is closed out already.",
                }
            else:
                booked.is_void = True
                status = {"title": "OK", "status": 200, "statusCode": 200}
            items.append({"shipmentNo": number, "sstatus": status})
        return self._status_of(items, "deleted", "/v2/orders")

    def _close(self, call):
        """Closing what is closed is a warning, and changes nothing."""
        data = self.data_of(call)
        self.check(MANIFEST, data)
        self._check_profile(data["profile"])
        items = []
        for number in data["shipmentNumbers"]:
            booked = self.bookings.get(number)
            if booked is None or booked.is_void or number in self.left_out:
                status = {
                    "title": "Bad Request",
                    "status": 400,
                    "statusCode": 400,
                    "detail": "Unknown shipment number.",
                }
            elif number in self.closed:
                status = {
                    "title": "Weak validation error occured.",
                    "status": 400,
                    "statusCode": 400,
                    "detail": "The shipment is closed out already.",
                }
            else:
                self.closed[number] = TODAY
                status = {"title": "OK", "status": 200, "statusCode": 200}
            items.append({"shipmentNo": number, "sstatus": status})
        good = sum(one["sstatus"]["status"] == 200 for one in items)
        status = {"title": "OK" if good == len(items) else "Multi-Status", "status": 207}
        return answer({"status": {**status, "statusCode": 207}, "items": items}, 207)

    def _day_list(self, day):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            raise Refusal(400, "400", "date is not valid")
        listed = [number for number, closed in self.closed.items() if closed == day]
        if not listed:
            raise Refusal(404, "404", "No manifest for this date.")
        image = label("PDF", day, ["DHL", f"{len(listed)} shipments"])
        return answer(
            {
                "status": {"title": "OK", "status": 200, "statusCode": 200},
                "manifestDate": day,
                "manifest": [{"b64": image, "fileFormat": "PDF", "printFormat": "A4-PT"}],
                "items": [{"shipmentNo": number, "sheetNo": "1"} for number in listed],
            }
        )

    @staticmethod
    def _check_profile(profile):
        if profile != "STANDARD_GRUPPENPROFIL":
            raise Refusal(400, "400", "The profile is not known.")

    @staticmethod
    def _status_of(items, done, instance):
        """200 or 400 for one, 207 for several."""
        good = sum(one["sstatus"]["status"] == 200 for one in items)
        code = 207 if len(items) > 1 else items[0]["sstatus"]["status"]
        status = {
            "title": "OK" if good == len(items) else "Bad Request" if not good else "Multi-Status",
            "status": 200 if good == len(items) else code,
            "statusCode": 200 if good == len(items) else code,
            "detail": f"{good} of {len(items)} shipment successfully {done}.",
            "instance": instance,
        }
        return answer({"status": status, "items": items}, code)
