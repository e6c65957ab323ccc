"""Trucks at the docks: each gets a window for what it brings, and is told of until it has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DOORS = ("D1", "D2", "D3", "D4")
HAULIERS = ("Amador Haulage", "Northern Freight", "Quay Transport")
WINDOW = timedelta(hours=1)
#: What becomes of a truck in the hour of its window, by weight.
STORIES = {"arrived": 8, "set": 1, "no_show": 1}


@dataclass(slots=True)
class Visit:
    """An appointment. ``state``: what was told of it last, "" before it was set."""

    id: str
    order: str
    carrier: str
    door: str = ""
    starts: datetime | None = None
    revision: int = 0
    state: str = ""


class Gate:
    """
    :param building: in whose ``visits`` it writes down who is expected
    :param rng: a random.Random
    """

    def __init__(self, building, rng, habits):
        self.building, self.rng, self.habits = building, rng, habits

    def admit(self, order):
        """An hour of the truck of an order; whether its goods can be unloaded now."""
        visits = self.building.visits
        if order.number not in visits:
            visits[order.number] = self._book(order)
        visit = visits[order.number]
        if visit is None or visit.state in ("docked", "left"):
            return True
        story = "set"
        if visit.state == "set":
            story = self.rng.choices(list(STORIES), list(STORIES.values()))[0]
        if story == "set":
            self._appoint(order, visit)
        else:
            self._tell(order, visit, story)
        if story == "arrived":
            self._tell(order, visit, "docked")
        return visit.state == "docked"

    def dismiss(self, order):
        """What the truck of an order brought is unloaded: it leaves."""
        visit = self.building.visits.get(order.number)
        if visit and visit.state == "docked" and order.deeds:
            self._tell(order, visit, "finished")
            self._tell(order, visit, "left")

    def _book(self, order):
        # No dice for who does without: what else happens stays as it was.
        if order.deeds or not self.habits.appointments:
            return None
        if self.rng.random() >= self.habits.appointments:
            return None
        number = sum(visit is not None for visit in self.building.visits.values()) + 1
        return Visit(f"APT-{number:05}", order.number, self.rng.choice(HAULIERS))

    def _appoint(self, order, visit):
        """Give it a window from now on, at a door."""
        now = self.building.now()
        minutes = timedelta(minutes=now.minute % 15, seconds=now.second)
        visit.starts = (now - minutes).replace(microsecond=0)
        visit.door = self.rng.choice(DOORS)
        self._tell(order, visit, "set", window=(visit.starts, visit.starts + WINDOW))

    def _tell(self, order, visit, state, **more):
        visit.state, visit.revision = state, visit.revision + 1
        self.building.do(
            "appointment",
            order=order,
            visit=visit.id,
            revision=visit.revision,
            state=state,
            door=visit.door,
            carrier=visit.carrier,
            **more,
        )
