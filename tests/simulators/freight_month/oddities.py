"""What looks odd on a bill and is right: nobody is to be accused for it."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from .pricing import cents, rate

NOTHING = Decimal(0)
DUTIES = ("duty", "import_tax", "disbursement")


def _address(entry, month):
    entry.shipment["address_valid"] = False
    _again(entry, month)


def _weight_cents(entry, month):
    entry.add("weight_correction", Decimal(month.rng.randint(2, 9)) / 100)


def _one_cent(entry, month):
    line = next(one for one in entry.lines if one.key == "fuel")
    line.net += month.rng.choice((Decimal("0.01"), Decimal("-0.01")))
    line.tax = entry.tax("fuel", line.net)


def _later(entry, month):
    """That it is residential, the carrier found out after its first bill, and billed it then."""
    fuel = next(one for one in entry.lines if one.key == "fuel")
    whole = fuel.net
    home = next(one for one in entry.lines if one.key == "residential")
    slot = f"w{entry.week + 1}"
    without = dict(entry.shipment, residential=False)
    less = next(one for one in rate(entry.agreement, without).charges if one.key == "fuel").net
    if whole != less:
        fuel.net, fuel.tax = less, entry.tax("fuel", less)
        entry.add("fuel", whole - less, slot=slot)
    home.key, home.slot = "residential_adjustment", slot
    entry.lines.remove(home)
    entry.lines.append(home)


def _void(entry, month, *, is_billed=True, is_credited=True):
    shipment = entry.shipment
    noon = datetime.combine(shipment["ship_date"], time(12))
    shipment |= {"status": "voided", "voided_at": noon, "first_scan_at": None}
    shipment |= {"delivered_at": None, "pod": "", "expected": {}}
    for line in entry.lines:
        line.delivered = None
    if not is_billed:
        entry.lines = []
    elif is_credited:
        key = "void_credit" if entry.carrier == "ups" else "credit_adjustment"
        total = sum((one.net for one in entry.lines), NOTHING)
        tax = sum((one.tax for one in entry.lines), NOTHING)
        entry.add(key, -total, tax=-tax, slot=f"w{entry.week + 1}")


def _informational(entry, month):
    entry.lines += [
        replace(one, is_informational=True, tax=NOTHING)
        for one in entry.lines
        if one.key == "base_freight"
    ]


def _duties(entry, month):
    entry.shipment["duties"] = duties(month.rng)
    for key, amount in entry.shipment["duties"].items():
        entry.add(key, amount)


def duties(rng):
    """What customs took; the carrier paid it for us."""
    return {key: Decimal(rng.randint(300, 9000)) / 100 for key in DUTIES}


def _split(entry, month):
    entry.move(f"w{entry.week + 1}", set(entry.shipment["expected"]) - {"base_freight", "fuel"})


def _late(reason):
    def plant(entry, month):
        shipment = entry.shipment
        shipment["delivered_at"] += timedelta(days=2)
        shipment["delay_reason"] = reason
        for line in entry.lines:
            line.delivered = shipment["delivered_at"]

    return plant


def _lost(entry, month):
    entry.shipment |= {"status": "lost", "delivered_at": None, "pod": ""}
    for line in entry.lines:
        line.delivered = None


def _moving(entry, month):
    _lost(entry, month)
    entry.shipment["status"] = "moving"


def _recycled(entry, month):
    old = entry.shipment
    year = timedelta(days=364)
    month.earlier.append(
        month.last_year(old)
        | {
            "ship_date": old["ship_date"] - year,
            "promised_on": old["promised_on"] - year,
            "first_scan_at": old["first_scan_at"] - year,
            "delivered_at": old["delivered_at"] - year,
        }
    )


def _credit_given(entry, month):
    promise(entry)
    amount = entry.shipment["credit_promised"]["amount"]
    entry.add("credit_adjustment", -amount, slot="credit", tax=entry.tax("credit", -amount))


def promise(entry):
    """The carrier's letter: a third of it back, for damage."""
    base = entry.shipment["expected"]["base_freight"]
    entry.shipment["credit_promised"] = {
        "amount": cents(base / 3),
        "on": entry.shipment["promised_on"] + timedelta(days=2),
        "reason": "damage",
    }


def _rebilled(entry, month):
    """Billed, credited in full and billed again under a new number: once in the end."""
    right = list(entry.lines)
    entry.move("legal", of=right)
    for line in right:
        entry.lines.append(replace(line, slot="credit", net=-line.net, tax=-line.tax, listed=None))
    for line in right:
        entry.lines.append(replace(line, slot="rebill"))


def _payer(entry, month):
    """Somebody else pays, and it is not on our bill."""
    entry.shipment |= {"payer": "third_party", "payer_account": "0000X9Y8Z7"}
    entry.shipment |= {"expected": {}, "booked": {}}
    entry.lines = []


def _consolidated(entry, month):
    """Several deliveries on one waybill, rated as one."""
    shipment = entry.shipment
    mates = month.mates(entry)
    shared = "service direction ship_date origin destination residential promised_on master".split()
    shared += ["delivered_at", "first_scan_at", "pod"]
    members = [shipment, *(mate.shipment for mate in mates)]
    whole = dict(shipment, requested=[], declared_value=NOTHING)
    whole["packages"] = [package for one in members for package in one["packages"]]
    for mate in mates:
        mate.taken, mate.lines = "consolidated", []
        mate.shipment |= {name: shipment[name] for name in shared}
    for one in members:
        one |= {"consolidation": shipment["master"], "requested": [], "declared_value": NOTHING}
        for package in one["packages"]:
            package["tracking"] = shipment["master"]
        month.maker.settle(one)
        one |= {"expected": {}, "booked": {}}
    rating = rate(entry.agreement, whole)
    entry.rating = rating
    names = tuple(one["delivery"] for one in members)
    entry.whole = rating.by_key()
    for line in entry.bill(rating):
        line.references = names
    month.consolidations.append(
        {
            "waybill": shipment["master"],
            "carrier": entry.carrier,
            "currency": shipment["currency"],
            "deliveries": list(names),
            "zone": rating.zone,
            "rated_kg": sum(rating.weights, NOTHING),
            "expected": entry.whole,
            "booked": dict(entry.whole),
        }
    )


def _again(entry, month):
    entry.rating = month.maker.settle(entry.shipment)
    entry.bill()


def _nothing(entry, month):
    """It is odd by itself."""


def guaranteed(entry):
    return service_of(entry)["guarantee"]["refundable"]


def service_of(entry):
    code = entry.shipment["service"]
    return next(one for one in entry.agreement["services"] if one["code"] == code)


def is_domestic(entry):
    shipment = entry.shipment
    return shipment["origin"]["country"] == shipment["destination"]["country"]


def _has(*keys):
    return lambda entry: entry.is_plain() and set(keys) <= set(entry.shipment["expected"])


def _plain(entry):
    return entry.is_plain()


# What may be said of the first bill, until a later one settles it.
PASSING = {"void_credited": "not_shipped", "adjusted_later": "under"}
# name → (what it must be, what happens)
ODDITIES = {
    "address_corrected": (_plain, _address),
    "residential": (_has("residential"), _nothing),
    "weight_cents": (_plain, _weight_cents),
    "one_cent": (_plain, _one_cent),
    "adjusted_later": (_has("residential"), _later),
    "void_credited": (_plain, _void),
    "void_unbilled": (_plain, lambda entry, month: _void(entry, month, is_billed=False)),
    "informational": (lambda e: e.carrier == "ups" and e.is_plain(), _informational),
    "duties": (lambda e: e.is_plain() and not is_domestic(e) and e.carrier != "valley", _duties),
    "number_recycled": (_plain, _recycled),
    "split": (_has("signature"), _split),
    "late_unpromised": (lambda e: e.is_plain() and not guaranteed(e), _late("")),
    "late_excluded": (lambda e: e.is_plain() and guaranteed(e), _late("weather")),
    "lost": (lambda e: e.is_plain() and not guaranteed(e), _lost),
    "moving": (lambda e: e.is_plain() and not guaranteed(e), _moving),
    "credit_given": (_plain, _credit_given),
    "rebilled_rightly": (_plain, _rebilled),
    "paid_by_other": (_plain, _payer),
    "consolidated": (lambda e: e.carrier == "dhl_express" and e.is_plain(), _consolidated),
}
