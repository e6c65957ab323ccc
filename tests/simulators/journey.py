"""What happens to a parcel, told without any carrier's words."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

#: A page of one line: a proof of delivery that a browser opens.
POD = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 80]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
#: The smallest picture, for carriers that send photos.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6300"
    "010000000500010d0a2db40000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A town; ``offset`` is the minutes east of UTC that its clocks show."""

    city: str
    state: str
    zip: str
    country: str
    offset: int


LOUISVILLE = Place("LOUISVILLE", "KY", "40213", "US", -300)
MEMPHIS = Place("MEMPHIS", "TN", "38118", "US", -360)
CHICAGO = Place("CHICAGO", "IL", "60607", "US", -360)
UTRECHT = Place("Utrecht", "", "3542 AB", "NL", 60)
EINDHOVEN = Place("Eindhoven", "", "5657 DX", "NL", 60)
HAMBURG = Place("Hamburg", "", "20457", "DE", 60)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of one delivery. ``uid`` is the carrier's own number of it, never used again."""

    number: str
    order: str = ""
    uid: str = ""
    destination: Place = CHICAGO
    estimate: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: ``kind`` is a key of each partner's table, ``at`` is aware."""

    kind: str
    at: datetime
    place: Place
    signed_by: str = ""
    proof: bytes = b""


#: How journeys end, as lists of (kind, hours after the pick-up).
STORIES = {
    "announced": [("manifested", -6)],
    "moving": [("manifested", -6), ("picked_up", 0), ("departed", 5), ("arrived", 14)],
    "out": [("manifested", -6), ("picked_up", 0), ("departed", 5), ("arrived", 14), ("out", 25)],
    "delivered": [
        ("manifested", -6),
        ("picked_up", 0),
        ("departed", 5),
        ("arrived", 14),
        ("out", 25),
        ("delivered", 29),
    ],
    "attempted": [("picked_up", 0), ("arrived", 14), ("out", 25), ("attempted", 30)],
    "second_try": [
        ("picked_up", 0),
        ("arrived", 14),
        ("out", 25),
        ("attempted", 30),
        ("out", 49),
        ("delivered", 53),
    ],
    "address": [("picked_up", 0), ("arrived", 14), ("address", 20)],
    "unknown": [("picked_up", 0), ("unknown", 9)],
    "damaged": [("picked_up", 0), ("departed", 5), ("damaged", 16)],
}


def journey(story, start, origin, destination, signed_by="", proof=b""):
    """The steps of a story that begins (with the pick-up) at ``start``."""
    steps = []
    for kind, hours in STORIES[story]:
        near = kind in ("out", "delivered", "attempted", "address")
        step = Step(kind, start + timedelta(hours=hours), destination if near else origin)
        if kind == "delivered":
            step = replace(step, signed_by=signed_by, proof=proof)
        steps.append(step)
    return steps


def until(steps, moment):
    """The steps that happened before ``moment``."""
    return [step for step in steps if step.at <= moment]


def now():
    """This moment in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def shuffled(steps, seed):
    """The steps in an order in which no one expects them."""
    mixed = list(steps)
    random.Random(seed).shuffle(mixed)
    return mixed
