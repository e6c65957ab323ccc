"""The vans of a carrier: who ordered one, for when; the same books for all carriers."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from .carrier import Refusal


@dataclass
class Van:
    """An order in the carrier's books; ``clock``: ready and closing, "HH:MM"."""

    number: str
    day: str
    clock: tuple
    reference: str = ""
    parcels: int = 0
    kilograms: float = 0.0
    address: dict = field(default_factory=dict)
    kind: str = ""
    is_cancelled: bool = False


class Vans:
    """
    :param server: the CarrierServer that has them
    :param int least_minutes: between ready and closing
    :param int most_days: ahead
    """

    def __init__(self, server, least_minutes=60, most_days=0):
        self.server, self.least_minutes, self.most_days = server, least_minutes, most_days
        self.orders = {}

    @property
    def live(self):
        return [one for one in self.orders.values() if not one.is_cancelled]

    def check_times(self, status, day, ready, closing):
        """
        :param int status: of the refusal
        :param str day: ISO 8601
        :param str ready, closing: "HH:MM"
        """
        for text in (ready, closing):
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
                raise Refusal(status, "PICKUP.TIME", f"{text} is not a valid time", "time")
        try:
            wanted = date.fromisoformat(day)
        except ValueError:
            raise Refusal(status, "PICKUP.DATE", f"{day} is not a valid date", "date") from None
        # Somewhere on earth it is still that day.
        earliest = (datetime.now(UTC) - timedelta(hours=12)).date()
        if wanted < earliest:
            raise Refusal(status, "PICKUP.PAST", "The pickup date is in the past", "date")
        if self.most_days and wanted > earliest + timedelta(days=self.most_days + 1):
            raise Refusal(status, "PICKUP.FAR", "The pickup date is too far ahead", "date")
        minutes = _minutes(closing) - _minutes(ready)
        if minutes <= 0:
            raise Refusal(status, "PICKUP.CLOSE", "Close time must be after ready time", "time")
        if minutes < self.least_minutes:
            raise Refusal(status, "PICKUP.WINDOW", "The pickup window is too short", "time")

    def order(self, van):
        self.orders[van.number] = van
        return van

    def cancel(self, number, unknown, already):
        """
        :param Refusal unknown, already: what it says no with
        """
        van = self.orders.get(number)
        if van is None:
            raise unknown
        if van.is_cancelled:
            raise already
        van.is_cancelled = True
        return van


def _minutes(clock):
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
