"""A fortnight of orders in every state of their lives: what one looks at after ``./dev up``."""

import itertools
import random
from dataclasses import dataclass
from datetime import timedelta

from ..simulators.journey import PHOTO, POD, Parcel, journey, now, until

DAYS = 14
MARK = "WEB-"  # customer references of these orders; they are made once for each database
SIGNERS = ("A. Harper", "M. de Vries", "K. Petersen", "J. Finch", "Front desk", "S. Nakamura")

#: Story and how many of 40 orders it gets.
MIX = (
    ("delivered", 17),
    ("second_try", 3),
    ("moving", 5),
    ("out", 3),
    ("announced", 3),
    ("attempted", 2),
    ("address", 2),
    ("damaged", 1),
    ("unknown", 1),
    ("waiting", 2),  # sold, not shipped yet
    ("strayed", 1),  # scanned, and no delivery has this number
)
#: Hours since the pick-up with which these stories end in the state that they are named after.
RECENT = {"moving": 20, "out": 27, "announced": -3, "attempted": 34, "address": 30, "damaged": 28}


@dataclass(frozen=True, slots=True)
class Plan:
    """One order of the history."""

    reference: str
    code: str  # key of a lane
    story: str
    start: object  # aware datetime of the pick-up
    customer: int
    product: int
    quantity: int
    signer: str


def plans(count, lanes, seed=2026, moment=None):
    """The orders of the last days, oldest first; the same for the same arguments."""
    rng, moment = random.Random(seed), moment or now()
    total = sum(weight for _story, weight in MIX)
    stories = [
        story for story, weight in MIX for _order in range(max(1, round(weight * count / total)))
    ]
    rng.shuffle(stories)
    made = []
    for number, (story, code) in enumerate(
        zip(stories[:count], itertools.cycle(lanes), strict=False), 1
    ):
        if story in RECENT:
            start = moment - timedelta(hours=RECENT[story] + rng.random() * 4)
        else:
            start = moment - timedelta(hours=rng.uniform(60, DAYS * 24))
        made.append(
            Plan(
                reference=f"{MARK}{number:04}",
                code=code,
                story=story,
                start=start.replace(minute=rng.randrange(60), second=rng.randrange(60)),
                customer=rng.choice(lanes[code].customers),
                product=rng.randrange(4),
                quantity=rng.randint(1, 4),
                signer=rng.choice(SIGNERS),
            )
        )
    return sorted(made, key=lambda plan: plan.start)


def play(rpc, shop, lanes, count):
    """Sell, ship and report; how many orders were made (0 where the history is there already)."""
    if rpc("sale.order", "search_count", [("client_order_ref", "=like", f"{MARK}%")]):
        return 0
    chosen = plans(count, lanes)
    rng = random.Random()
    sold = [plan for plan in chosen if plan.story != "strayed"]
    sales = shop.sell(
        [
            {
                "customer": plan.customer,
                "product": plan.product,
                "quantity": plan.quantity,
                "reference": plan.reference,
            }
            for plan in sold
        ]
    )
    for plan, sale in zip(sold, sales, strict=True):
        ordered = plan.start - timedelta(hours=20)
        rpc("sale.order", "write", [sale.order_id], {"date_order": f"{ordered:%Y-%m-%d %H:%M:%S}"})
        if plan.story != "waiting":
            _ship_and_tell(shop, lanes[plan.code], plan, sale, rng)
    for plan in chosen:
        if plan.story == "strayed":
            lane = lanes[plan.code]
            number = lane.partner.number(rng)
            lane.partner.tell(_parcel(lane, plan, number, "", rng), _steps(lane, plan, "moving"))
    return len(sales)


def _ship_and_tell(shop, lane, plan, sale, rng):
    number = lane.partner.number(rng)
    shop.ship(sale, lane.method, number, min(plan.start, now()))
    story = "moving" if plan.story == "strayed" else plan.story
    lane.partner.tell(_parcel(lane, plan, number, sale.name, rng), _steps(lane, plan, story))


def _parcel(lane, plan, number, order, rng):
    return Parcel(
        number,
        order,
        uid=str(rng.randrange(10**9, 10**10)),
        destination=lane.destination,
        estimate=plan.start + timedelta(hours=52),
    )


def _steps(lane, plan, story):
    proof = PHOTO if lane.partner.provider == "ups" else POD
    steps = journey(story, plan.start, lane.origin, lane.destination, plan.signer, proof)
    return until(steps, now())
