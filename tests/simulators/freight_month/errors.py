"""What carriers do wrong. Each kind says why it is an error, and the verdict that it deserves."""

from dataclasses import dataclass
from decimal import Decimal

from .agreements import EXCHANGE, TOLERANCE
from .oddities import _has, _late, _plain, _void, duties, guaranteed, is_domestic, promise
from .pricing import accessorial, cents, rate

NOTHING = Decimal(0)
STAKE = 2 * TOLERANCE  # less than that is no error worth planting


@dataclass(frozen=True)
class Kind:
    """``fits``: which entries it can befall; ``plant`` bends their lines, and returns the key that
    is wrong, or None: here it makes no difference, take another. ``group``: it befalls so many
    shipments of a carrier, on an invoice of their own, as one error."""

    verdict: str
    why: str
    plant: object
    fits: object = _plain
    group: int = 0


def _rerated(**how):
    """Rated otherwise: ``how`` holds functions of (entry, month)."""

    def plant(entry, month):
        wrong = {name: find(entry, month) for name, find in how.items()}
        if None in wrong.values():
            return None
        entry.bill(rate(entry.agreement, entry.shipment, **wrong))
        key = "fuel" if "fuel" in how else "base_freight"
        return key if entry.stake().get(key, NOTHING) >= STAKE else None

    return plant


def _other_zone(entry, month):
    zones = sorted({one["zone"] for one in entry.agreement["zones"]})
    dearer = [zone for zone in zones if zone > entry.rating.zone]
    return month.rng.choice(dearer) if dearer else None


def _other_week(entry, month):
    percents = [one["percent"] for one in entry.agreement["fuel"]["weeks"]]
    return percents[entry.week % len(percents)]


def _dearer_service(entry, month):
    codes = [one["code"] for one in entry.agreement["services"]]
    dearer = codes[codes.index(entry.shipment["service"]) + 1 :]
    return dearer[0] if dearer else None


def _old_version(entry, month):
    first, second = entry.agreement["versions"]
    return first if entry.shipment["ship_date"] >= second["valid_from"] else None


def _too_light(entry, month):
    kg = entry.rating.weights[0]
    less = min(Decimal(4), kg - Decimal("0.5"))
    wrong = rate(entry.agreement, entry.shipment, kg=-less)
    gap = entry.shipment["expected"]["base_freight"] - wrong.by_key()["base_freight"]
    if gap < STAKE:
        return None
    entry.bill(wrong)
    return "base_freight"


def _minimum(entry, month):
    """The minimum of the dearest service, for one whose own is lower."""
    version = max(
        (
            one
            for one in entry.agreement["versions"]
            if one["valid_from"] <= entry.shipment["ship_date"]
        ),
        key=lambda one: one["valid_from"],
    )
    least = version["minimum"][entry.agreement["services"][-1]["code"]]
    entry.bill(rate(entry.agreement, entry.shipment, minimum=least))
    for line in entry.lines:
        if line.key == "base_freight":
            line.key, line.listed = "minimum_charge", None
    return "base_freight" if entry.stake().get("base_freight", NOTHING) >= STAKE else None


def _heavier(entry, month):
    more = Decimal(month.rng.randint(6, 12)) / 2
    wrong = rate(entry.agreement, entry.shipment, kg=more)
    gap = wrong.by_key()["base_freight"] - entry.shipment["expected"]["base_freight"]
    if gap < STAKE:
        return None
    line = entry.add("weight_correction", gap)
    line.billed = wrong.weights[0]
    return "base_freight"


def _extra(key):
    def plant(entry, month):
        told = {"told": "Moonlight Handling"} if key == "unmapped" else {}
        amount = Decimal("7.77") if key == "unmapped" else None
        if key == "declared_value":
            amount = accessorial(entry.agreement, key, Decimal(month.rng.randint(300, 3000)))
        entry.add(key, amount or accessorial(entry.agreement, key), **told)
        return key

    return plant


def _sent(entry):
    """Of one package or several."""
    return entry.shipment["direction"] == "outbound"


def _lacks(key):
    return lambda entry: entry.is_plain() and key not in entry.shipment["expected"]


def _twice(entry, month):
    entry.copy(entry.slot, {"signature"})
    return "signature"


def _rebilled(entry, month):
    entry.copy(f"w{entry.week + 3}")
    return ""


def _unknown(entry, month):
    """It is no shipment of ours: it is taken off our books."""
    month.forget(entry)
    return ""


def _voided(entry, month):
    _void(entry, month, is_credited=False)
    return ""


def _never_moved(entry, month):
    entry.shipment |= {"status": "never_scanned", "first_scan_at": None, "delivered_at": None}
    entry.shipment |= {"pod": "", "expected": {}}
    for line in entry.lines:
        line.delivered = None
    return ""


def _refundable(entry, month):
    _late("carrier")(entry, month)
    due = entry.shipment["expected"]
    entry.shipment["refund"] = {key: due[key] for key in ("base_freight", "fuel")}
    return ""


def _third_party(entry, month):
    entry.shipment |= {"payer": "third_party", "payer_account": "0000X9Y8Z7"}
    entry.shipment |= {"expected": {}, "booked": {}}
    return ""


def _duty(entry, month):
    for key, amount in duties(month.rng).items():
        entry.add(key, amount)
    return "duty"


def _no_credit(entry, month):
    promise(entry)
    return "credit_adjustment"


def _currency(entry, month):
    """The agreed figures, in a dearer currency: what is too much is told in that currency."""
    for line in entry.lines:
        line.currency, line.slot = "GBP", "currency"
    return ""


def pounds(entry):
    """Family → what is too much of it, in GBP."""
    worth = EXCHANGE["EUR"]["GBP"]
    return {key: amount - cents(amount * worth) for key, amount in entry.due().items()}


KINDS = {
    "duplicate_file": Kind(
        "duplicate", "The same file came twice, under another name.", None, group=3
    ),
    "duplicate_invoice": Kind(
        "duplicate", "The same shipments came again on an invoice with a new number.", None, group=3
    ),
    "total_wrong": Kind(
        "total", "The invoice asks for more than its own lines make.", None, group=3
    ),
    "account_fee_wrong": Kind(
        "over", "The fee of each invoice is higher than was agreed.", None, lambda entry: False
    ),
    "duplicate_charge": Kind(
        "duplicate", "One signature was asked for, and billed twice.", _twice, _has("signature")
    ),
    "rebilled_later": Kind(
        "duplicate", "It was billed in full three weeks earlier.", _rebilled, _sent
    ),
    "unknown_shipment": Kind("unknown", "We never sent it.", _unknown),
    "voided_billed": Kind(
        "not_shipped", "Its label was voided on the day, and never credited.", _voided, _sent
    ),
    "never_scanned": Kind(
        "not_shipped", "The carrier never scanned it: it was not carried.", _never_moved
    ),
    "zone_wrong": Kind(
        "over", "Billed by a farther zone than its destination's.", _rerated(zone=_other_zone)
    ),
    "weight_unproven": Kind(
        "over", "Corrected to kilos more than we measured, and nothing proves it.", _heavier
    ),
    "divisor_wrong": Kind(
        "over",
        "Its volume was divided by less than the agreed divisor.",
        _rerated(divisor=lambda entry, month: 3500),
    ),
    "discount_missing": Kind(
        "over",
        "The list price was billed, without the agreed discount.",
        _rerated(off=lambda entry, month: NOTHING),
    ),
    "fuel_week_wrong": Kind(
        "over",
        "Fuel by the percent of another week than it was sent in.",
        _rerated(fuel=_other_week),
    ),
    "residential_wrong": Kind(
        "over", "The address is commercial.", _extra("residential"), _lacks("residential")
    ),
    "address_right": Kind(
        "over", "The address was right, and needed no correction.", _extra("address_correction")
    ),
    "not_requested": Kind(
        "over",
        "Nobody asked for Saturday delivery.",
        _extra("saturday_delivery"),
        _lacks("saturday_delivery"),
    ),
    "value_not_declared": Kind(
        "over", "No value was declared.", _extra("declared_value"), _lacks("declared_value")
    ),
    "service_higher": Kind(
        "over", "Billed as a dearer service than was bought.", _rerated(service=_dearer_service)
    ),
    "late_refundable": Kind(
        "refund",
        "Late by the carrier's fault, on a service whose guarantee pays carriage and fuel back.",
        _refundable,
        lambda entry: _sent(entry) and guaranteed(entry),
    ),
    "old_rate": Kind(
        "over",
        "Sent after the new prices came into force, billed by the old.",
        _rerated(version=_old_version),
    ),
    "minimum_wrong": Kind(
        "over", "The minimum of another service was charged, above its own price.", _minimum
    ),
    "currency_wrong": Kind(
        "over",
        "The agreement is in EUR, and the same figures are billed in GBP.",
        _currency,
        lambda entry: entry.is_plain() and entry.carrier == "dhl_express",
    ),
    "wrong_account": Kind(
        "over", "A third party pays for it, by its own account.", _third_party, _sent
    ),
    "unmapped": Kind("unmapped", "Nobody knows what this charge is.", _extra("unmapped")),
    "domestic_duty": Kind(
        "over",
        "Duty on a shipment that crossed no border.",
        _duty,
        lambda entry: entry.is_plain() and is_domestic(entry) and entry.carrier != "valley",
    ),
    "credit_missing": Kind(
        "credit_due", "The carrier promised a credit, and never gave it.", _no_credit
    ),
    "under_billed": Kind(
        "under", "Billed by less weight than it had: they may ask for the rest.", _too_light
    ),
}
