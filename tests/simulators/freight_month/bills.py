"""Lines become invoices, and invoices files."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from .agreements import SINCE
from .layouts import WRITERS, write_workbook

WORKBOOKS = [("valley", ["w2"])]
DAYS = {"legal": 30, "currency": 32, "credit": 37, "rebill": 39}
GROUP_DAYS = {"duplicate_file": 31, "duplicate_invoice": 31, "total_wrong": 38}
TOO_MUCH = Decimal("25.00")  # by which a total is wrong


@dataclass
class Invoice:
    """``told`` is the total that the file tells, with tax; ``net`` and ``tax`` what its lines
    make. Its lines are complete when it is made."""

    number: str
    carrier: str
    account: str
    date: date
    currency: str
    lines: list = field(default_factory=list)
    is_credit: bool = False
    original: str = ""
    wrong_by: Decimal = Decimal(0)

    @cached_property
    def net(self):
        return sum((one.net for one in self.lines if not one.is_informational), Decimal(0))

    @cached_property
    def tax(self):
        return sum((one.tax for one in self.lines if not one.is_informational), Decimal(0))

    @cached_property
    def told(self):
        return self.net + self.tax + self.wrong_by


@dataclass
class MonthFile:
    """``provider`` reads it: ups_billing, fedex_billing, dhl_billing or table. ``invoices``: what
    stands in it, in order: number, account, date, currency, net, tax, total (as told), lines."""

    name: str
    carrier: str
    provider: str
    date: date
    data: bytes
    invoices: list
    is_copy: bool = False

    def told(self):
        return {
            "name": self.name,
            "carrier": self.carrier,
            "provider": self.provider,
            "date": self.date,
            "invoices": self.invoices,
            "is_copy": self.is_copy,
        }


class Bills:
    """``numbers``: (carrier, slot) → invoice number. ``files`` are in the order of their dates, as
    they would arrive. ``copies``: (carrier, slot) → name of the file that came again."""

    def __init__(self, month):
        self.agreements = {one["carrier"]: one for one in month.agreements}
        self.seed = month.seed % 100
        slots = {}
        for line in month.lines():
            slots.setdefault((line.carrier, line.slot), []).append(line)
        order = sorted(slots, key=lambda key: (_day(key[1]), key))
        self.numbers, self.invoices, counts = {}, {}, dict.fromkeys(self.agreements, 0)
        for carrier, slot in order:
            counts[carrier] += 1
            self.numbers[carrier, slot] = _number(carrier, self.seed, counts[carrier])
        for key in order:
            self.invoices[key] = self._invoice(*key, slots[key])
        self.files, self.copies = [], {}
        groups = {}
        for carrier, slot in order:
            groups.setdefault((carrier, _file(carrier, slot)), []).append(slot)
        for (carrier, name), parts in groups.items():
            self._file(carrier, name, parts)
        self.files.sort(key=lambda one: (one.date, one.is_copy, one.name))

    def number(self, line):
        return self.numbers[line.carrier, line.slot]

    def _invoice(self, carrier, slot, lines):
        return Invoice(
            number=self.numbers[carrier, slot],
            carrier=carrier,
            account=self.agreements[carrier]["account"],
            date=_day(slot),
            currency=lines[0].currency,
            lines=lines,
            is_credit=slot == "credit",
            original=self.numbers.get((carrier, "legal"), "") if slot == "credit" else "",
            wrong_by=TOO_MUCH if slot.startswith("total_wrong") else Decimal(0),
        )

    def _file(self, carrier, name, slots):
        agreement = self.agreements[carrier]
        invoices = [self.invoices[carrier, slot] for slot in slots]
        is_workbook = (carrier, slots) in WORKBOOKS
        write = write_workbook if is_workbook else WRITERS[agreement["provider"]]
        data = write(invoices, agreement)
        told = [
            {
                "number": one.number,
                "account": one.account,
                "date": one.date,
                "currency": one.currency,
                "net": one.net,
                "tax": one.tax,
                "total": one.told,
                "lines": sum(not line.is_informational for line in one.lines),
                "is_credit": one.is_credit,
            }
            for one in invoices
        ]
        last = max(one.date for one in invoices)
        provider = agreement["provider"]
        full = f"{name}.{'xlsx' if is_workbook else 'csv'}"
        self.files.append(MonthFile(full, carrier, provider, last, data, told))
        if slots[0].startswith("duplicate_file"):
            copy = f"{name}_copy.csv"
            day = last + timedelta(days=5)
            self.files.append(MonthFile(copy, carrier, provider, day, data, told, is_copy=True))
            self.copies[carrier, slots[0]] = copy


def _day(slot):
    """The date of an invoice."""
    if slot[0] == "w" and slot[1:].isdigit():
        return SINCE + timedelta(days=7 * int(slot[1:]) + 2)
    if slot in DAYS:
        return SINCE + timedelta(days=DAYS[slot])
    again = slot.endswith("_again")
    kind = slot.removesuffix("_again").rpartition("_")[0]
    return SINCE + timedelta(days=GROUP_DAYS[kind] + 14 * again)


def _file(carrier, slot):
    """FedEx sends two weeks in one file."""
    if carrier == "fedex" and slot in ("w3", "w4"):
        slot = "w3_w4"
    return f"{carrier}_{slot}"


def _number(carrier, seed, count):
    if carrier == "ups":
        return f"0000A1B2C3{seed:02}{count:03}"
    if carrier == "fedex":
        return f"9-{seed:02}{count:02}-{40000 + 7 * count:05}"
    if carrier == "dhl_express":
        return f"MUCIR{seed:02}{count:06}"
    return f"RE-26{seed:02}-{count:04}"
