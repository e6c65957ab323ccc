"""A shipment with the lines that its carrier writes for it."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from .agreements import SINCE
from .planted import Line, family
from .pricing import cents


@dataclass(eq=False)
class Entry:
    """``taken``: the oddity or the kind of error that it was chosen for; one at most.
    ``whole``: what its waybill should cost, where several deliveries share it."""

    shipment: dict
    rating: object
    agreement: dict
    lines: list = field(default_factory=list)
    taken: str = ""
    whole: dict | None = None
    key: str = ""

    @property
    def carrier(self):
        return self.shipment["carrier"]

    @property
    def week(self):
        """The weekly invoice on which it belongs, from 1."""
        return (self.shipment["ship_date"] - SINCE).days // 7 + 1

    @property
    def slot(self):
        return f"w{self.week}"

    def is_plain(self):
        """One package, outbound, within what simple errors can be planted at."""
        return len(self.shipment["packages"]) == 1 and self.shipment["direction"] == "outbound"

    def bill(self, rating=None):
        """Write the lines of a rating, by default the right one."""
        rating = rating or self.rating
        self.lines = [self.line(one.key, one.net, one, rating) for one in rating.charges]
        return self.lines

    def line(self, key, net, charge=None, rating=None, **told):
        """A line of this shipment."""
        shipment, rating = self.shipment, rating or self.rating
        at = charge.package if charge else 0
        package = shipment["packages"][at]
        service = next(one for one in self.agreement["services"] if one["code"] == rating.service)
        one = Line(
            carrier=self.carrier,
            slot=self.slot,
            tracking=package["tracking"],
            key=key,
            net=net,
            currency=self.agreement["currency"],
            tax=self.tax(key, net),
            listed=charge.listed if charge else None,
            master=shipment["master"],
            references=(shipment["delivery"],),
            service=service["code"],
            zone=rating.zone,
            entered=package["kg"],
            billed=rating.weights[at],
            sides=package["cm"],
            ship_date=shipment["ship_date"],
            delivered=shipment["delivered_at"],
            payer={"outbound": "shipper", "inbound": "receiver"}.get(
                shipment["direction"], "third"
            ),
        )
        return replace(one, **told) if told else one

    def tax(self, key, net):
        """VAT within the country of the agreement; none on duties."""
        ends = {self.shipment["origin"]["country"], self.shipment["destination"]["country"]}
        home = self.agreement["origin"]["country"]
        if ends != {home} or key in ("duty", "import_tax", "disbursement"):
            return Decimal(0)
        return cents(net * self.agreement["vat_percent"] / 100)

    def add(self, key, net, **told):
        line = self.line(key, net, **told)
        self.lines.append(line)
        return line

    def move(self, slot, keys=None, of=None):
        """Put lines on another invoice: of these keys, or all."""
        for line in of if of is not None else self.lines:
            if keys is None or line.key in keys:
                line.slot = slot

    def copy(self, slot, keys=None, **told):
        """The lines once more, on another invoice."""
        again = [
            replace(line, slot=slot, **told)
            for line in self.lines
            if not line.is_informational and (keys is None or line.key in keys)
        ]
        self.lines += again
        return again

    def due(self):
        """Family → what the carrier may keep in the end."""
        found = {}
        expected = self.shipment["expected"] if self.whole is None else self.whole
        for key, amount in (expected | self.shipment["duties"]).items():
            found[family(key)] = found.get(family(key), Decimal(0)) + amount
        for key, amount in self.shipment["refund"].items():
            found[key] -= amount
        promised = self.shipment["credit_promised"]
        if promised:
            found["credit_adjustment"] = -promised["amount"]
        return found

    def stake(self):
        """Family → billed less due, where they differ."""
        found = {key: -amount for key, amount in self.due().items()}
        for line in self.lines:
            if not line.is_informational:
                found[family(line.key)] = found.get(family(line.key), Decimal(0)) + line.net
        return {key: amount for key, amount in sorted(found.items()) if amount}
