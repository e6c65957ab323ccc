# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Parcel DE Shipping (Post & Parcel Germany, v2) answers to ordering and deleting.

Shapes: parcel-de-shipping-v2_2.yaml (2.1.13) of
https://developer.dhl.com/api-reference/parcel-de-shipping-post-parcel-germany-v2. Each parcel is a
shipment of its own with its own status: some may be booked where others are not (207).

There is no rating, and no way to find a shipment by our reference: orders are asked for by their
numbers only. Where an answer got lost, a person looks in DHL's business portal.
"""

import base64
import json
import re

from ...core.booking import JOINT, BookingAnswer, Document
from ...core.checks import Rules
from ...core.setting import Setting
from .accessorials import OFFERS, account, options
from .booking_request import PRODUCTS, amend

__all__ = [
    "RULES",
    "SETTINGS",
    "account",
    "amend",
    "booking",
    "config",
    "context",
    "errors",
    "is_void",
    "options",
    "was_void",
]

# Names and streets 50 characters, a city 40; 31.5 kg; 30 shipments a call (maxItems).
RULES = Rules(
    line_length=50,
    lines=3,
    name_length=50,
    city_length=40,
    phone_digits=(3, 19),
    most_parcels=30,
    most_kilograms=31.5,
    state_countries=frozenset({"US"}),
    needs_phone="never",
    formats=frozenset({"PDF", "ZPL"}),
    offers=OFFERS,
)
PRINT_FORMATS = (
    "A4",
    "910-300-600",
    "910-300-610",
    "910-300-700",
    "910-300-700-oz",
    "910-300-710",
    "910-300-300",
    "910-300-300-oz",
    "910-300-400",
    "910-300-410",
    "100x70mm",
)
SETTINGS = (
    Setting("username", "User of the business portal", "text", is_required=True),
    Setting("password", "Password of the business portal", "secret", is_required=True),
    Setting("client_id", "API key", "text", is_required=True),
    Setting("client_secret", "API secret", "secret", is_required=True),
    *(
        Setting(f"config.billing_number_{product}", f"Billing number of {name}", "text")
        for product, (name, _procedure, _service) in PRODUCTS.items()
    ),
    Setting("config.billing_number_pickup", "Billing number of single pickups (…08…)", "text"),
    Setting("config.profile", "Group profile", "text"),
    Setting("config.cost_center", "Cost center on labels", "text"),
    Setting("config.cod_account_reference", "Bank account for cash on delivery", "text"),
    Setting("config.print_format", "Paper of labels", "choice", choices=PRINT_FORMATS),
    Setting("config.closes_days", "Days are closed from Odoo", "flag"),
    Setting("config.must_encode", "No label for an address that cannot be routed", "flag"),
)
# Of DHL's test system, published with the interface: EKP, then procedure and participation.
TEST_EKP = "3333333333"
TEST_NUMBERS = {
    product: f"{TEST_EKP}{procedure}{'02' if product == 'V01PAK' else '01'}"
    for product, (_name, procedure, _service) in PRODUCTS.items()
}
BILLING_NUMBER = re.compile(r"[A-Za-z0-9]{10}(\d{2})[A-Za-z0-9]{2}")


def config(values, is_test):
    """karrio's connection config. karrio falls back to the numbers of DHL's test system, in
    production as well: so each product is named here, those without a number, too.

    :raises ValueError: a billing number cannot be right
    """
    numbers = {
        product: re.sub(r"\s", "", values.get(f"billing_number_{product}") or "")
        for product in PRODUCTS
    }
    for product, number in numbers.items():
        if number:
            _check_number(product, number, is_test)
    if not any(numbers.values()):
        if not is_test:
            raise ValueError(
                "No billing number is filled in. DHL's business portal names one for each product"
                " of your contract."
            )
        numbers = TEST_NUMBERS
    return {
        "service_billing_numbers": [
            {"service": service, "billing_number": numbers[product]}
            for product, (_name, _procedure, service) in PRODUCTS.items()
        ],
        "default_billing_number": "",
        "return_billing_number": numbers["V07PAK"],
        "pickup_billing_number": "",
        **{
            name: values[name]
            for name in (
                "profile",
                "cost_center",
                "cod_account_reference",
                "print_format",
                "must_encode",
            )
            if values.get(name)
        },
    }


def _check_number(product, number, is_test):
    name, procedure, _service = PRODUCTS[product]
    found = BILLING_NUMBER.fullmatch(number)
    if not found or found[1] != procedure:
        raise ValueError(
            f"“{number}” is no billing number of {name}: it has 14 characters, and the 11th and"
            f" 12th are {procedure}."
        )
    if number.startswith(TEST_EKP) and not is_test:
        raise ValueError(f"“{number}” is a billing number of DHL's test system.")


def context(act, ctx, request, settings):
    """The query of an order: the paper is the account's own, unless it was chosen; karrio asks for
    A4, on label printers as well."""
    if act != "book":
        return ctx
    ctx = {**ctx, "docFormat": "ZPL2" if request.label == "ZPL" else "PDF"}
    if "dhl_parcel_de_label_type" not in request.options:
        ctx.pop("printFormat", None)
        if paper := settings.config.get("print_format"):
            ctx["printFormat"] = paper
    if settings.config.get("must_encode"):
        ctx["mustEncode"] = "true"
    return ctx


def errors(body):
    """What is wrong with each shipment, else with the whole request, else with the access."""
    data = json.loads(body)
    items = data.get("items") or []
    texts = []
    for number, item in enumerate(items, 1):
        if _is_ok(item.get("sstatus")):
            continue
        found = [_words(one) for one in item.get("validationMessages") or () if _is_hard(one)]
        status = item.get("sstatus") or {}
        found = found or [status.get("detail") or status.get("title") or ""]
        where = f"package {number}: " if len(items) > 1 else ""
        texts += [f"{where}{text}" for text in dict.fromkeys(found) if text]
    if texts:
        return "; ".join(texts)
    status = data.get("status") if isinstance(data.get("status"), dict) else data
    if (status.get("title") or "").lower() == "ok":
        return ""
    told = (status.get("title"), status.get("detail"), data.get("error_description"))
    return ": ".join(dict.fromkeys(one for one in told if one)) or data.get("error") or ""


def booking(body, request):
    """The shipments that were made; numbers and labels stand in the order of the request."""
    items = json.loads(body)["items"]
    booked = [
        (index, item)
        for index, item in enumerate(items)
        if _is_ok(item.get("sstatus")) and item.get("shipmentNo")
    ]
    if not booked:
        return None
    documents, warnings = [], []
    for index, item in booked:
        found = list(_documents(item, index))
        documents += found
        if not any(one.kind == "label" for one in found):
            warnings.append(f"{item['shipmentNo']}: DHL sent no label.")
        warnings += [_words(one) for one in item.get("validationMessages") or ()]
    numbers = tuple(str(item["shipmentNo"]) for _index, item in booked)
    is_part = len(booked) < len(request.parcels)
    return BookingAnswer(
        identifier=JOINT.join(numbers),
        numbers=numbers,
        documents=tuple(documents),
        warnings=tuple(dict.fromkeys(filter(None, warnings))),
        extra={"parcels": [index for index, _item in booked]} if is_part else {},
    )


def is_void(body):
    """Whether DHL has deleted all that it was asked to."""
    items = json.loads(body)["items"]
    return bool(items) and all(_is_ok(item.get("sstatus")) for item in items)


def was_void(body):
    """A number that DHL does not know any more was deleted. That is all that it says of it; what is
    closed out already (end of day) is refused in other words."""
    return "unknown shipment number" in errors(body).lower()


# Of the answer's documents: its name there → kind. The customs declaration (CN23) is no invoice.
KINDS = {
    "label": "label",
    "returnLabel": "return_label",
    "customsDoc": "other",
    "codLabel": "other",
}


def _documents(item, index):
    for name, kind in KINDS.items():
        holder = item.get(name) or {}
        if holder.get("b64"):
            form = "ZPL" if holder.get("fileFormat") == "ZPL2" else "PDF"
            yield Document(kind, form, holder["b64"], index, _number_of(item, kind))
        elif holder.get("zpl2"):  # as plain text
            content = base64.b64encode(holder["zpl2"].encode()).decode()
            yield Document(kind, "ZPL", content, index, _number_of(item, kind))


def _number_of(item, kind):
    """A return label's own; other papers go by the shipment's."""
    return str(item.get("returnShipmentNo") or "") if kind == "return_label" else ""


def _is_ok(status):
    """``statusCode`` is said to go with the next version, ``status`` is not in all answers."""
    code = (status or {}).get("status", (status or {}).get("statusCode"))
    return str(code) == "200"


def _is_hard(message):
    return (message.get("validationState") or "").lower() != "warning"


def _words(message):
    told = (message.get("property"), message.get("validationMessage"))
    return ": ".join(one for one in told if one)
