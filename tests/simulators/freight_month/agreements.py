"""What was agreed with four carriers: plain dicts with Decimal and date."""

from datetime import date, timedelta
from decimal import Decimal

from .pricing import cents

SINCE = date(2026, 3, 2)  # a Monday
WEEKS = 4
CHANGE = date(2026, 3, 16)  # new prices from here on
# What is not worth a word: billed less expected, a family of charges, either way.
TOLERANCE = Decimal("0.10")
EXCHANGE = {"EUR": {"GBP": Decimal("0.85")}}  # the month's rate: 1 EUR is 0.85 GBP
BREAKS = tuple(map(Decimal, "0.5 1 2 3 4 5 7 10 12 15 20 25 30 40 50 70".split()))
RENEGOTIATED = Decimal("0.90")  # the second version's prices are lower by a tenth

_US = {
    "30": "2",
    "3": "3",
    "2": "4",
    "4": "4",
    "1": "5",
    "6": "5",
    "7": "6",
    "0": "6",
    "5": "6",
    "8": "7",
    "9": "8",
}
_DHL = {
    "DE": "1",
    "AT": "2",
    "NL": "2",
    "FR": "2",
    "ES": "3",
    "IT": "3",
    "PL": "3",
    "GB": "4",
    "CH": "4",
    "US": "5",
    "CA": "5",
    "JP": "6",
}
_VALLEY = {"8": "A", "7": "B", "9": "B", "6": "C", "5": "C", "0": "C", "4": "D", "3": "D"}


# What a file does not say by itself, and who imports it must.
ANSWERS = {
    "ups_billing": {},
    "fedex_billing": {"currency": "USD"},
    "dhl_billing": {"date_order": "dmy"},
    "table": {"date_order": "dmy", "encoding": "cp1252", "decimal": ",", "header_row": 1},
}
# Where what stands in valley's table: nobody knows their columns but us.
VALLEY_TABLE = {
    "name": "Valley",
    "columns": {
        "number": "Rechnungsnummer",
        "date": "Rechnungsdatum",
        "account": "Kundennummer",
        "total": "Rechnungsbetrag",
        "currency": "Währung",
        "tracking": "Sendungsnummer",
        "reference:shipment": "Lieferschein",
        "ship_date": "Versanddatum",
        "delivery_date": "Zustelldatum",
        "service": "Produkt",
        "zone": "Zone",
        "billed": "Gewicht",
        "description": "Leistung",
        "net": "Nettobetrag",
        "tax": "MwSt",
    },
    "constants": {"carrier": "valley", "weight_unit": "kg"},
}


def agreements():
    """One dict for each carrier. The shapes are told in README.md."""
    found = _agreements()
    for one in found:
        one["answers"] = ANSWERS[one["provider"]]
    found[-1]["table"] = VALLEY_TABLE
    return found


def _agreements():
    return [
        _agreement(
            "ups",
            "ups_billing",
            "0000A1B2C3",
            "USD",
            ("US", "30301"),
            [
                # code, name on the bill, code on the bill, days, refundable, level of prices
                ("ground", "Ground Commercial", "3", 4, False, "1.00"),
                ("2day", "2nd Day Air", "2", 2, False, "1.70"),
                ("saver", "Next Day Air Saver", "13", 1, True, "2.60"),
            ],
            [("US", prefix, zone) for prefix, zone in _US.items()] + [("CA", "", "9")],
            Decimal("10.20"),
            "35",
            "7.90",
            (5000, "package"),
            ("14.50", "15.75", "13.25", "17.00"),
            ("base_freight", "residential", "delivery_area"),
            {"residential": "4.35", "delivery_area": "3.20", "signature": "5.60"},
            ["997", "82", "599"],
            {"pickup_fee": "26.50"},
            "0",
        ),
        _agreement(
            "fedex",
            "fedex_billing",
            "123456789",
            "USD",
            ("US", "30301"),
            [
                ("ground", "FedEx Ground", "", 4, False, "1.00"),
                ("2day", "FedEx 2Day", "", 2, False, "1.80"),
                ("overnight", "FedEx Standard Overnight", "", 1, True, "2.75"),
            ],
            [("US", prefix, f"0{zone}") for prefix, zone in _US.items()] + [("CA", "", "09")],
            Decimal("10.65"),
            "38",
            "7.60",
            (5000, "package"),
            ("15.00", "16.25", "14.00", "17.50"),
            ("base_freight", "residential", "delivery_area"),
            {"residential": "4.55", "delivery_area": "3.35", "signature": "5.85"},
            ["996", "83", "597"],
            {"pickup_fee": "24.00"},
            "0",
        ),
        _agreement(
            "dhl_express",
            "dhl_billing",
            "960000001",
            "EUR",
            ("DE", "80331"),
            [
                ("economy", "ECONOMY SELECT", "H", 5, False, "1.00"),
                ("worldwide", "EXPRESS WORLDWIDE", "P", 2, True, "1.65"),
            ],
            [(country, "", zone) for country, zone in _DHL.items()],
            Decimal("14.80"),
            "42",
            "9.40",
            (5000, "shipment"),
            ("22.00", "24.50", "20.25", "26.00"),
            ("base_freight",),
            {"residential": "4.00", "delivery_area": "19.00", "signature": "5.00"},
            ["999", "18", "25"],
            {"invoice_fee": "7.50"},
            "19",
        ),
        _agreement(
            "valley",
            "table",
            "K-4711",
            "EUR",
            ("DE", "80331"),
            [
                ("standard", "Valley Standard", "S", 3, False, "1.00"),
                ("express", "Valley Express", "E", 1, True, "1.90"),
            ],
            [("DE", prefix, zone) for prefix, zone in _VALLEY.items()]
            + [("DE", "", "D"), ("AT", "", "E")],
            Decimal("6.40"),
            "20",
            "5.45",
            (6000, "package"),
            ("6.00", "8.50", "5.00", "9.75"),
            ("base_freight", "saturday_delivery"),
            {"residential": "1.90", "delivery_area": "6.50", "signature": "3.10"},
            ["25", "18"],
            {"invoice_fee": "4.50"},
            "19",
        ),
    ]


def _agreement(
    carrier,
    provider,
    account,
    currency,
    origin,
    services,
    zones,
    level,
    discount,
    minimum,
    dims,
    fuel,
    fuelled,
    flat,
    areas,
    fees,
    vat,
):
    order = sorted({zone for _country, _prefix, zone in zones})
    factors = {service[0]: Decimal(service[5]) for service in services}
    versions = []
    for valid_from, valid_to, share in (
        (date(2026, 1, 1), CHANGE - timedelta(days=1), Decimal(1)),
        (CHANGE, None, RENEGOTIATED),
    ):
        prices = {
            code: {zone: _breaks(level * factor * share, at) for at, zone in enumerate(order)}
            for code, factor in factors.items()
        }
        versions.append(
            {
                "valid_from": valid_from,
                "valid_to": valid_to,
                "prices": prices,
                "discount_percent": {code: Decimal(discount) for code in factors},
                "minimum": {code: cents(Decimal(minimum) * f) for code, f in factors.items()},
            }
        )
    accessorials = {key: {"kind": "flat", "amount": Decimal(value)} for key, value in flat.items()}
    accessorials |= {
        "saturday_delivery": {"kind": "flat", "amount": Decimal("16.00")},
        "address_correction": {"kind": "flat", "amount": Decimal("13.40")},
        "declared_value": {
            "kind": "percent",
            "of": "declared_value",
            "percent": Decimal("1.20"),
            "minimum": Decimal("3.60"),
        },
    }
    divisor, rated_by = dims
    return {
        "carrier": carrier,
        "provider": provider,
        "account": account,
        "currency": currency,
        "origin": {"country": origin[0], "zip": origin[1]},
        "services": [
            {
                "code": code,
                "name": name,
                "bill_code": bill_code,
                "days": days,
                "guarantee": {
                    "refundable": refundable,
                    "charges": ["base_freight", "fuel"],
                    "exclusions": ["weather", "customs", "recipient"],
                },
            }
            for code, name, bill_code, days, refundable, _level in services
        ],
        "zones": [
            {"country": country, "zip_prefix": prefix, "zone": zone}
            for country, prefix, zone in zones
        ],
        "versions": versions,
        "dimensions": {"divisor": divisor, "side_step_cm": 1, "weight_step_kg": Decimal("0.5")},
        "rated_by": rated_by,
        "fuel": {
            "applies_to": list(fuelled),
            "weeks": [
                {"from": SINCE + timedelta(days=7 * week), "percent": Decimal(percent)}
                for week, percent in enumerate(fuel)
            ],
        },
        "accessorials": accessorials,
        "delivery_area_prefixes": areas,
        "account_fees": {key: Decimal(value) for key, value in fees.items()},
        "vat_percent": Decimal(vat),
    }


def _breaks(level, at):
    """Prices up to so many kg, and what each started kg above the last costs."""
    start = level * (Decimal(1) + Decimal("0.22") * at)
    per_kg = start * Decimal("0.11")
    prices = [{"up_to_kg": kg, "price": cents(start + per_kg * kg)} for kg in BREAKS]
    return {"breaks": prices, "per_kg_above": cents(per_kg)}
