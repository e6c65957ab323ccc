"""The month itself: shipments, bills, and the ledger of what is wrong."""

import json
import random
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from .agreements import EXCHANGE, TOLERANCE, WEEKS, agreements
from .bills import TOO_MUCH, Bills
from .entries import Entry
from .errors import KINDS, pounds
from .oddities import ODDITIES, PASSING
from .planted import Line, Planted, family
from .pricing import cents, rate
from .shipments import Maker

AGAIN = ("duplicate_charge", "rebilled_later")  # the line itself is right, once
FEE_OVER = Decimal("3.00")


class Month:
    """A month of a seed.

    :param errors: kind → how many, or their rate for each kind (a share of 1); by default one in a
        thousand of each kind, at least one
    :raise ValueError: too few shipments for all of it
    """

    def __init__(self, seed, shipments=10_000, errors=None):
        self.seed, self.size = seed, shipments
        self.rng = random.Random(seed)
        self.agreements = agreements()
        self.tolerance, self.exchange = TOLERANCE, EXCHANGE
        self.maker = Maker(self.rng, self.agreements, seed)
        self.consolidations = []
        self.earlier = []
        self.planted = []
        self.passing = []
        self.oddities = {}
        self._by_carrier = {one["carrier"]: one for one in self.agreements}
        self._strangers = set()
        self._entries = [self._entry() for _ in range(shipments)]
        self._free = list(self._entries)
        self.rng.shuffle(self._free)
        self._groups, self._lines = [], []
        counts = self._counts(errors)
        for kind in KINDS:
            if KINDS[kind].group:
                for n in range(counts.get(kind, 0)):
                    self._group(kind, n + 1)
        for name in ODDITIES:
            self._oddity(name, max(2, shipments // 150))
        for kind in KINDS:
            if not KINDS[kind].group and kind != "account_fee_wrong":
                self._error(kind, counts.get(kind, 0))
        self._fees(counts.get("account_fee_wrong", 0))
        self.bills = Bills(self)
        self.files = self.bills.files
        self._ledger()
        self.shipments = [
            entry.shipment for entry in self._entries if entry not in self._strangers
        ] + self.earlier

    # -- what the planting needs -----------------------------------------------------------------

    def forget(self, entry):
        """A stranger's shipment: it is not in our books, and another takes its place."""
        entry.shipment["expected"] = {}
        for line in entry.lines:
            line.references = ("NOT-OURS",)
        self._strangers.add(entry)
        self._entries.append(self._entry())

    def mates(self, entry):
        """One or two others that go with it on one waybill."""
        wanted = self.rng.choice((1, 2))
        found = [one for one in self._free if one.carrier == entry.carrier and one.is_plain()]
        found = [one for one in found[: wanted + 1] if one is not entry][:wanted]
        if not found:
            raise ValueError(f"{self.size} shipments are too few to consolidate any")
        for one in found:
            self._free.remove(one)
        return found

    def last_year(self, shipment):
        """A shipment of last year that had the same number."""
        n = self.size + 1000 + len(self.earlier)
        return shipment | {
            "order": f"S{self.seed % 100:02}{n:06}",
            "delivery": f"WH/OUT/{n:05}",
            "expected": {},
            "booked": {},
        }

    def lines(self):
        """All lines of all bills, in the order of shipments."""
        for entry in self._entries:
            yield from entry.lines
        yield from self._lines

    # -- planting --------------------------------------------------------------------------------

    def _entry(self):
        shipment = self.maker.make()
        agreement = self._by_carrier[shipment["carrier"]]
        entry = Entry(shipment, rate(agreement, shipment), agreement)
        entry.bill()
        return entry

    def _counts(self, errors):
        if isinstance(errors, dict):
            unknown = set(errors) - set(KINDS)
            if unknown:
                raise ValueError(f"no such kinds: {sorted(unknown)}")
            return errors
        share = 0.001 if errors is None else errors
        return dict.fromkeys(KINDS, max(1, round(share * self.size)) if share else 0)

    def _take(self, fits, try_, count, name):
        """Try it at entries that are free until so many have taken it."""
        left, kept = count, []
        while left and self._free:
            entry = self._free.pop()
            if fits(entry):
                entry.taken = name
                key = try_(entry)
                if key is not None:
                    left -= 1
                    continue
                entry.taken = ""
                entry.bill()  # as it was
            kept.append(entry)
        self._free = kept[::-1] + self._free
        if left:
            raise ValueError(f"{self.size} shipments are too few for {count} of {name}")

    def _oddity(self, name, count):
        fits, change = ODDITIES[name]

        def odd(entry):
            change(entry, self)
            self.oddities.setdefault(name, []).append(entry.shipment["delivery"])
            return name

        self._take(fits, odd, count, name)

    def _error(self, kind, count):
        how = KINDS[kind]

        def plant(entry):
            key = how.plant(entry, self)
            if key is not None:
                entry.key = key
            return key

        self._take(how.fits, plant, count, kind)

    def _group(self, kind, n):
        """Some shipments on an invoice of their own, with which something is wrong as a whole."""
        carrier = list(self._by_carrier)[(n + list(KINDS).index(kind)) % len(self._by_carrier)]
        slot, members = f"{kind}_{n}", []

        def join(entry):
            members.append(entry)
            entry.move(slot)
            return ""

        self._take(
            lambda entry: entry.carrier == carrier and entry.is_plain(),
            join,
            KINDS[kind].group,
            kind,
        )
        if kind == "duplicate_invoice":
            for entry in members:
                entry.copy(f"{slot}_again", mark=kind)
        self._groups.append((kind, carrier, slot, members))

    def _fees(self, wrong):
        """What each weekly invoice costs by itself."""
        for week in range(1, WEEKS + 1):
            for carrier, agreement in self._by_carrier.items():
                for key, amount in agreement["account_fees"].items():
                    tax = self._fee_tax(carrier, amount)
                    line = Line(carrier, f"w{week}", "", key, amount, agreement["currency"], tax)
                    self._lines.append(line)
        if wrong > len(self._lines):
            raise ValueError(f"there are only {len(self._lines)} fees")
        for line in self.rng.sample(self._lines, wrong):
            line.net += FEE_OVER
            line.tax = self._fee_tax(line.carrier, line.net)
            line.mark = "account_fee_wrong"

    def _fee_tax(self, carrier, net):
        """DHL's fee for the invoice is without: its column has none for tax."""
        percent = 0 if carrier == "dhl_express" else self._by_carrier[carrier]["vat_percent"]
        return cents(net * percent / 100)

    # -- the ledger ------------------------------------------------------------------------------

    def _ledger(self):
        for kind, carrier, slot, members in self._groups:
            self._plant_group(kind, carrier, slot, members)
        for line in self._lines:
            if line.mark:
                invoice = self.bills.number(line)
                self._note(
                    line.mark, line.carrier, invoice, "", line.key, {line.key: FEE_OVER},
                    line.currency,
                )  # fmt: skip
        for entry in self._entries:
            if entry.taken in KINDS and not KINDS[entry.taken].group:
                self._plant_entry(entry)
            elif entry.taken in PASSING:
                first, last = entry.lines[0], entry.lines[-1]
                self.passing.append(
                    {
                        "carrier": entry.carrier,
                        "invoice": self.bills.number(first),
                        "tracking": first.tracking,
                        "delivery": entry.shipment["delivery"],
                        "verdict": PASSING[entry.taken],
                        "settled_by": self.bills.number(last),
                    }
                )
        order = list(KINDS)
        self.planted.sort(key=lambda one: (order.index(one.kind), one.invoice, one.tracking))

    def _plant_group(self, kind, carrier, slot, members):
        currency = self._by_carrier[carrier]["currency"]
        again = f"{slot}_again" if kind == "duplicate_invoice" else slot
        charges = {"": TOO_MUCH}
        if kind != "total_wrong":
            lines = [line for entry in members for line in entry.lines if line.slot == slot]
            charges = {}
            for line in lines:
                name = family(line.key)
                charges[name] = charges.get(name, Decimal(0)) + line.net
        number = self.bills.numbers[carrier, again]
        deliveries = tuple(entry.shipment["delivery"] for entry in members)
        file = self.bills.copies.get((carrier, slot), "")
        self._note(kind, carrier, number, "", "", charges, currency, deliveries, file)

    def _plant_entry(self, entry):
        kind, shipment = entry.taken, entry.shipment
        charges = pounds(entry) if kind == "currency_wrong" else entry.stake()
        wrong = [line for line in entry.lines if family(line.key) in charges]
        for line in wrong:
            line.mark = kind
        if kind == "credit_missing":
            line = entry.lines[0]
        else:
            line = wrong[-1] if kind in AGAIN else wrong[0]
            line = replace(line, tracking=shipment["master"])
        deliveries = () if entry in self._strangers else (shipment["delivery"],)
        invoice = self.bills.number(line)
        self._note(
            kind,
            entry.carrier,
            invoice,
            line.tracking,
            entry.key,
            charges,
            line.currency,
            deliveries,
        )

    def _note(
        self, kind, carrier, invoice, tracking, key, charges, currency, deliveries=(), file=""
    ):
        how = KINDS[kind]
        amount = sum(charges.values(), Decimal(0))
        self.planted.append(
            Planted(
                kind, carrier, invoice, tracking, key, amount, currency, how.verdict, how.why,
                charges, deliveries, file,
            )
        )  # fmt: skip

    # -- what it is for --------------------------------------------------------------------------

    def clean_lines(self):
        """Every billed charge that is right: a dict each. Nobody may be accused for it."""
        for line in self.lines():
            if not line.mark:
                yield {
                    "carrier": line.carrier,
                    "invoice": self.bills.number(line),
                    "tracking": line.tracking,
                    "charge_key": line.key,
                    "net": line.net,
                    "tax": line.tax,
                    "currency": line.currency,
                    "delivery": line.references[0] if line.references else "",
                    "is_informational": line.is_informational,
                }

    def write(self, folder):
        """The files, and what is known beside them as JSON."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for file in self.files:
            (folder / file.name).write_bytes(file.data)
        told = {
            "shipments": {"shipments": self.shipments, "consolidations": self.consolidations},
            "agreements": {
                "agreements": self.agreements,
                "exchange": self.exchange,
                "tolerance": self.tolerance,
            },
            "planted": {
                "planted": [asdict(one) for one in self.planted],
                "oddities": self.oddities,
                "passing": self.passing,
                "files": [file.told() for file in self.files],
            },
        }
        for name, content in told.items():
            text = json.dumps(content, indent=1, sort_keys=True, default=_json)
            (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _json(value):
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value))
