"""What Canada Post's schemas want of requests (rate-v4, shipment-v8): as data.

Facts of rating.xsd, shipment.xsd and common.xsd. An element is (whether it is required, what it
holds): a pattern of its text, or its children. ``MANY`` before the children: it may stand several
times. All groups are "all": their order does not matter, and what is not named is refused.
"""

import re
from decimal import Decimal

MANY = "many"


def text(most, least=0):
    return re.compile(rf"[^\r\n\t]{{{least},{most}}}")


def number(most, digits):
    """A decimal above 0."""
    return lambda value: (
        re.fullmatch(rf"\d+(\.\d{{1,{digits}}})?", value) and 0 < Decimal(value) <= Decimal(most)
    )


FLAG = re.compile("true|false|1|0")
TRUE = re.compile("true|1|")  # fixed: an empty element has the value
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CA_ZIP = re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d")
COUNTRY = re.compile("[A-Za-z]{2}")
CUSTOMER = re.compile(r"\d{1,10}")
MAIL = re.compile(r"[^@\s]{1,40}@[^@\s]+\.[A-Za-z]{2,5}")
DIMENSIONS = {
    "length": (True, number("999.9", 1)),
    "width": (True, number("999.9", 1)),
    "height": (True, number("999.9", 1)),
}
OPTIONS = {
    "option": (
        True,
        MANY,
        {
            "option-code": (True, text(10, 1)),
            "option-amount": (False, number("999999.99", 2)),
            "option-qualifier-1": (False, FLAG),
            "option-qualifier-2": (False, text(12)),
        },
    )
}
MAILING_SCENARIO = {
    "customer-number": (False, CUSTOMER),
    "contract-id": (False, CUSTOMER),
    "promo-code": (False, text(10)),
    "quote-type": (False, re.compile("commercial|counter")),
    "expected-mailing-date": (False, DAY),
    "options": (False, OPTIONS),
    "parcel-characteristics": (
        True,
        {"weight": (True, number("99.999", 3)), "dimensions": (False, DIMENSIONS)},
    ),
    "services": (False, {"service-code": (True, MANY, text(32, 1))}),
    "origin-postal-code": (True, CA_ZIP),
    "destination": (
        True,
        {
            "domestic": (False, {"postal-code": (True, CA_ZIP)}),
            "united-states": (False, {"zip-code": (True, re.compile(r"\d{5}(-\d{4})?"))}),
            "international": (
                False,
                {"country-code": (True, COUNTRY), "postal-code": (False, text(14, 1))},
            ),
        },
    ),
}


def address(is_sender):
    return {
        "address-line-1": (is_sender, text(44, 1)),
        "address-line-2": (False, text(44)),
        "city": (is_sender, text(40, 1)),
        "prov-state": (is_sender, text(20, 1)),
        "country-code": (True, COUNTRY),
        "postal-zip-code": (False, text(14, 1)),
    }


CUSTOMS = {
    "currency": (True, text(3, 1)),
    "conversion-from-cad": (False, number("999.999999", 6)),
    "reason-for-export": (True, text(3, 1)),
    "other-reason": (False, text(44)),
    "duties-and-taxes-prepaid": (False, number("99999.99", 2)),
    "certificate-number": (False, text(10)),
    "licence-number": (False, text(10)),
    "invoice-number": (False, text(10)),
    "sku-list": (
        True,
        {
            "item": (
                True,
                MANY,
                {
                    "customs-number-of-units": (True, re.compile(r"[1-9]\d{0,3}")),
                    "customs-description": (True, text(45, 1)),
                    "sku": (False, text(15)),
                    "hs-tariff-code": (
                        False,
                        re.compile(r"\d{4}(\.\d{2}(\.\d{2}(\.\d{2})?)?)?"),
                    ),
                    "unit-weight": (True, number("99.999", 3)),
                    "customs-value-per-unit": (True, number("99999.99", 2)),
                    "country-of-origin": (False, COUNTRY),
                    "province-of-origin": (False, text(2, 1)),
                },
            )
        },
    ),
}
DELIVERY = {
    "service-code": (True, text(32, 1)),
    "sender": (
        True,
        {
            "name": (False, text(44)),
            "company": (True, text(44)),
            "contact-phone": (True, text(25)),
            "address-details": (True, address(True)),
        },
    ),
    "destination": (
        True,
        {
            "name": (False, text(44)),
            "company": (False, text(44)),
            "additional-address-info": (False, text(44)),
            "client-voice-number": (False, text(25)),
            "address-details": (True, address(False)),
        },
    ),
    "options": (False, OPTIONS),
    "parcel-characteristics": (
        True,
        {"weight": (True, number("999.999", 3)), "dimensions": (False, DIMENSIONS)},
    ),
    "notification": (
        False,
        {
            "email": (True, MAIL),
            "on-shipment": (True, FLAG),
            "on-exception": (True, FLAG),
            "on-delivery": (True, FLAG),
        },
    ),
    "print-preferences": (
        False,
        {
            "output-format": (False, re.compile(r"8\.5x11|4x6")),
            "encoding": (False, re.compile("PDF|ZPL")),
        },
    ),
    "preferences": (
        True,
        {
            "show-packing-instructions": (True, FLAG),
            "show-postage-rate": (False, FLAG),
            "show-insured-value": (False, FLAG),
        },
    ),
    "references": (
        False,
        {
            "cost-centre": (False, text(30)),
            "customer-ref-1": (False, text(35)),
            "customer-ref-2": (False, text(35)),
        },
    ),
    "customs": (False, CUSTOMS),
    "settlement-info": (
        True,
        {
            "paid-by-customer": (False, CUSTOMER),
            "contract-id": (False, CUSTOMER),
            "intended-method-of-payment": (True, text(15)),
        },
    ),
}
SHIPMENT = {
    "customer-request-id": (False, text(35)),
    "group-id": (False, text(32, 1)),
    "transmit-shipment": (False, TRUE),
    "cpc-pickup-indicator": (False, TRUE),
    "requested-shipping-point": (False, CA_ZIP),
    "expected-mailing-date": (False, DAY),
    "provide-pricing-info": (False, TRUE),
    "delivery-spec": (True, DELIVERY),
}
CA_ADDRESS = {
    "address-line-1": (True, text(44, 1)),
    "address-line-2": (False, text(44)),
    "city": (True, text(40, 1)),
    "province": (True, re.compile("[A-Z]{2}")),
    "postal-code": (True, CA_ZIP),
}
# Of Create Authorized Return (authreturn.xsd).
AUTHORIZED_RETURN = {
    "create-public-key": (False, re.compile("true")),
    "service-code": (True, text(32, 1)),
    "returner": (
        True,
        {
            "name": (True, text(44, 1)),
            "company": (True, text(44, 1)),
            "domestic-address": (True, CA_ADDRESS),
        },
    ),
    "receiver": (
        True,
        {
            "name": (True, text(44, 1)),
            "company": (True, text(44, 1)),
            "email": (False, MAIL),
            "receiver-voice-number": (False, text(25)),
            "domestic-address": (True, CA_ADDRESS),
        },
    ),
    "parcel-characteristics": (
        True,
        {"weight": (True, number("999.999", 3)), "dimensions": (False, DIMENSIONS)},
    ),
    "print-preferences": (
        False,
        {
            "output-format": (False, re.compile(r"8\.5x11|4x6|3x5")),
            "encoding": (False, re.compile("PDF|ZPL")),
            "show-packing-instructions": (False, FLAG),
        },
    ),
    "settlement-info": (
        True,
        {"paid-by-customer": (False, CUSTOMER), "contract-id": (False, CUSTOMER)},
    ),
    "references": (
        False,
        {"customer-ref-1": (False, text(35)), "customer-ref-2": (False, text(35))},
    ),
}
REFUND_REQUEST = {"email": (True, MAIL)}

TRANSMIT_SET = {
    "customer-request-id": (False, text(35)),
    "group-ids": (True, {"group-id": (True, MANY, text(32, 1))}),
    "cpc-pickup-indicator": (False, TRUE),
    "requested-shipping-point": (False, CA_ZIP),
    "shipping-point-id": (False, text(4)),
    "detailed-manifests": (True, FLAG),
    "method-of-payment": (True, re.compile("CreditCard|Account|SupplierAccount")),
    "manifest-address": (
        True,
        {
            "manifest-company": (True, text(44, 1)),
            "manifest-name": (False, text(44, 1)),
            "phone-number": (True, text(25, 1)),
            "address-details": (
                True,
                {
                    "address-line-1": (True, text(44, 1)),
                    "address-line-2": (False, text(44)),
                    "city": (True, text(40, 1)),
                    "prov-state": (True, text(2, 1)),
                    "country-code": (False, re.compile("CA|US")),
                    "postal-zip-code": (True, CA_ZIP),
                },
            ),
        },
    ),
    "customer-reference": (False, text(12)),
    "excluded-shipments": (False, {"shipment-id": (True, MANY, text(32))}),
}


def problem(element, children):
    """The first thing about an element that its schema does not allow; "" where there is none."""
    seen = {}
    for child in element:
        if child.tag not in children:
            return f"cvc-particle 3.1: in element {element.tag}, {child.tag} is not expected"
        _required, *many, content = children[child.tag]
        if child.tag in seen and not many:
            return f"cvc-particle 3.1: in element {element.tag}, {child.tag} stands twice"
        seen[child.tag] = True
        if isinstance(content, dict):
            found = problem(child, content)
        else:
            match = content if callable(content) else content.fullmatch
            found = (
                "" if match(child.text or "") else f"cvc-simple-type 1: {child.tag} is not valid"
            )
        if found:
            return found
    for name, (is_required, *_rest) in children.items():
        if is_required and name not in seen:
            return f"cvc-particle 3.1: in element {element.tag}, {name} is missing"
    return ""
