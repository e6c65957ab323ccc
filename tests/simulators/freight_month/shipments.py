"""What we sent, as plain dicts."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from .agreements import SINCE, WEEKS
from .pricing import LATER, cents, rate

SHARES = ("ups", "ups", "ups", "fedex", "fedex", "dhl_express", "dhl_express", "valley")
# Where our customers are. The last ones of each lie in a delivery area.
PLACES = {
    "ups": "US30305 US33101 US27601 US44101 US10001 US60601 US75201 US02108 US55401 US80202 "
    "US90001 CAM5V2T6 US99701 US82001",
    "fedex": "US30306 US33125 US22201 US48201 US19103 US63101 US73301 US04101 US50301 US85001 "
    "US94105 CAH2Y1C6 US99611 US83001",
    "dhl_express": "DE10115 AT1010 NL1011 FR75001 ES28001 IT20121 PL00-001 GBEC1A1BB CH8001 "
    "US10001 CAM5V2T6 JP100-0001 DE99986 DE18565",
    "valley": "DE80339 DE86150 DE70173 DE90402 DE60311 DE50667 DE01067 DE20095 DE30159 DE12043 "
    "AT5020 DE25980 DE18586",
}
SUPPLIERS = {
    "ups": "US28202",
    "fedex": "US37201",
    "dhl_express": "IT40121",
    "valley": "DE72070",
}
RARE = 0.04  # of the places with a delivery area


class Maker:
    """Makes shipments one after the other."""

    def __init__(self, rng, agreements, seed):
        self.rng = rng
        self.agreements = {one["carrier"]: one for one in agreements}
        self.seed = seed % 100
        self.count = 0
        self.parcels = 0

    def make(self, carrier=None):
        """The next shipment: sent, delivered in time, and nothing odd about it."""
        rng = self.rng
        self.count += 1
        n = self.count
        carrier = carrier or rng.choice(SHARES)
        agreement = self.agreements[carrier]
        places = PLACES[carrier].split()
        place = rng.choice(places[-2:] if rng.random() < RARE else places[:-2])
        service = rng.choice(agreement["services"])
        day = SINCE + timedelta(days=7 * rng.randrange(WEEKS) + rng.randrange(5))
        direction = _weighed(rng, outbound=90, inbound=6, third_party=4)
        origin, destination = dict(agreement["origin"]), _place(place)
        if direction == "inbound":
            origin, destination = _place(SUPPLIERS[carrier]), origin
        elif direction == "third_party":
            origin = _place(SUPPLIERS[carrier])
        packages = [
            self._package(carrier) for _ in range(_weighed(rng, **{"1": 86, "2": 9, "3": 5}))
        ]
        requested = [key for key in ("signature", "saturday_delivery") if rng.random() < 0.06]
        declared = Decimal(0)
        if rng.random() < 0.04:
            requested.append("declared_value")
            declared = Decimal(rng.randint(200, 2500))
        promised = _workday(day, service["days"])
        delivered = promised - timedelta(
            days=1 if service["days"] > 2 and rng.random() < 0.3 else 0
        )
        waybill = agreement["rated_by"] == "shipment" and self._number(carrier)
        numbers = [waybill or self._number(carrier) for _ in packages]
        for package, number in zip(packages, numbers, strict=True):
            package["tracking"] = number
        shipment = {
            "order": f"S{self.seed:02}{n:06}",
            "delivery": f"WH/{'IN' if direction == 'inbound' else 'OUT'}/{n:05}",
            "carrier": carrier,
            "account": agreement["account"],
            "service": service["code"],
            "master": numbers[0],
            "direction": direction,
            "payer": "us",
            "payer_account": agreement["account"],
            "ship_date": day,
            "origin": origin,
            "destination": destination,
            "residential": direction != "inbound" and rng.random() < 0.3,
            "address_valid": True,
            "packages": packages,
            "requested": requested,
            "declared_value": declared,
            "promised_on": promised,
            "delay_reason": "",
            "consolidation": "",
            "credit_promised": None,
            "duties": {},
            "status": "delivered",
            "first_scan_at": datetime.combine(day, time(18, rng.randrange(60))),
            "delivered_at": datetime.combine(
                delivered, time(9 + rng.randrange(6), rng.randrange(60))
            ),
            "pod": rng.choice(("MILLER", "FRONT DOOR", "RECEPTION")),
            "voided_at": None,
        }
        self.settle(shipment)
        return shipment

    def settle(self, shipment):
        """Work out what it should cost, and what follows from that."""
        agreement = self.agreements[shipment["carrier"]]
        rating = rate(agreement, shipment)
        due = rating.by_key()
        total = sum(due.values(), Decimal(0))
        shipment["currency"] = agreement["currency"]
        shipment["zone"] = rating.zone
        shipment["rated_kg"] = sum(rating.weights, Decimal(0))
        shipment["expected"] = due
        shipment["refund"] = {}
        # One in five was booked elsewhere, and nobody knows the price of its label.
        is_booked = shipment["carrier"] != "valley" and int(shipment["order"][1:]) % 5
        shipment["booked"] = {k: v for k, v in due.items() if k not in LATER} if is_booked else {}
        quoted = cents(total * Decimal(self.rng.randint(92, 112)) / 100)
        shipment["quoted"] = quoted
        free = self.rng.random() < 0.25 or shipment["direction"] == "inbound"
        shipment["customer_paid"] = Decimal(0) if free else cents(quoted * Decimal("1.08"))
        return rating

    def _package(self, carrier):
        rng = self.rng
        kg = Decimal(rng.randint(2, 180)) / 10
        if rng.random() < 0.25:  # light and large
            kg = Decimal(rng.randint(5, 30)) / 10
            return {"kg": kg, "cm": tuple(Decimal(rng.randint(300, 560)) / 10 for _ in range(3))}
        sides = tuple(Decimal(rng.randint(80, 200)) / 10 for _ in range(3))
        return {"kg": kg, "cm": sides}

    def _number(self, carrier):
        self.parcels += 1
        n = self.parcels
        if carrier == "ups":
            return f"1ZA1B2C3{self.seed:02}{n:08}"
        if carrier == "fedex":
            return f"79{self.seed:02}{n:08}"
        if carrier == "dhl_express":
            return f"4{self.seed:02}{n:07}"
        return f"VL{self.seed:02}{n:07}"


def _place(told):
    return {"country": told[:2], "zip": told[2:]}


def _weighed(rng, **shares):
    told = rng.choices(list(shares), list(shares.values()))[0]
    return int(told) if told.isdigit() else told


def _workday(day, days):
    """So many working days later; there are no holidays."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
