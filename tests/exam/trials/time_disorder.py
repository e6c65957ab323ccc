"""Trial 12: clocks that are wrong, times without zone, days that happen twice or hardly ever."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ...simulators import CanonicalPartner
from ...simulators.journey import now
from ..corrections import CorrectionField
from ..tree import Mutant, Patch
from ..trial import Trial

READING = "logistics_connector_base/inbox/reading.py"
INSTANTS = "logistics_connector_base/core/instants.py"
TAXONOMY = "logistics_connector_base/core/taxonomy.py"
ZONE = "Europe/Amsterdam"

ANY_TIME_WILL_DO = Mutant(
    "no time is so wrong that a person is asked",
    (
        Patch(
            READING,
            "            item.implausible = is_implausible(item)\n",
            "            item.implausible = False\n",
        ),
    ),
    finds=("quarantine",),
)
ZONE_FORGOTTEN = Mutant(
    "a time without offset is read as UTC",
    (Patch(INSTANTS, "        source_zone = zone(zone_name)\n", "        source_zone = UTC\n"),),
    finds=("parcels differ",),
)
LATE_SCANS_MOVE = Mutant(
    "a late scan moves a shipment back",
    (
        Patch(
            TAXONOMY,
            "    if STATES[current].terminal:\n"
            "        return target in ALLOWED_AFTER_END.get(current, ())\n",
            "    if STATES[current].terminal:\n        return target != 'cancelled'\n",
        ),
    ),
    finds=("parcels differ", "regressed"),
)


def local(*parts):
    """A wall clock of Amsterdam as UTC: what a person there would answer, fold=0."""
    return datetime(*parts, tzinfo=ZoneInfo(ZONE)).astimezone(UTC).replace(tzinfo=None)


class TimeDisorder(Trial):
    number = 12
    title = "Time disorder"
    passes_when = "no status regresses, estimates and instants are right, what cannot be waits"
    load = {"parcels": 400}
    short_load = {"parcels": 44}
    mutants = (ANY_TIME_WILL_DO, ZONE_FORGOTTEN, LATE_SCANS_MOVE)

    def run(self, arena, seed, parcels):
        field = CorrectionField(arena, self.number, seed)
        partner = field.join(CanonicalPartner, tz=ZONE)
        self.partner, self.now = partner, now()
        ids = field.units(partner, parcels, issuer=partner.issuer)
        cases = [getattr(self, name) for name in dir(self) if name.startswith("_case_")]
        self.expected, self.set_aside, first, second = {}, 0, [], []
        for index, (number, shipment_id) in enumerate(ids.items()):
            orderly, disorderly, ending, aside = cases[index % len(cases)](number)
            self.expected[shipment_id] = ending
            self.set_aside += aside
            first += [field.tell(partner, [event]) for event in orderly]
            late = [field.tell(partner, [event]) for event in disorderly]
            second += late + [job for job in late if field.rng.random() < 0.3]
        before = {}
        for jobs in (first, second):
            field.rng.shuffle(jobs)
            field.send(jobs, 4)
            field.drain()
            before = before or field.shipments(ids.values(), "state")
        verdict = field.judge()
        self._look(field, verdict, before)
        verdict.figures |= {"parcels": parcels, "kinds": len(cases), "set_aside": self.set_aside}
        return verdict

    def _look(self, field, verdict, before):
        seen = field.shipments(self.expected, "state, delivered_at, estimated_delivery_at")
        wrong = [(seen.get(k), v) for k, v in self.expected.items() if seen.get(k) != v]
        verdict.expect(not wrong, f"{len(wrong)} parcels differ, e.g. {wrong[:3]}")
        delivered = [key for key, (state,) in before.items() if state == "delivered"]
        back = [key for key in delivered if seen[key][0] != "delivered"]
        verdict.expect(not back, f"regressed: {len(back)} delivered parcels moved back")
        quarantined = field.event_count("standing = 'quarantined'")
        open_cases = field.open_cases("quarantined_time")
        verdict.expect(
            quarantined == open_cases == self.set_aside,
            f"quarantine: {quarantined} events, {open_cases} exceptions, {self.set_aside} expected",
        )
        assumed = field.event_count("zone_assumed AND occurred_offset = 0")
        verdict.expect(not assumed, f"{assumed} assumed zones are shown as UTC")

    # Each case: what comes in good order, what comes after it, how it must end, how many events
    # wait for a person. Written down by hand.

    def _event(self, number, code, at, **values):
        reference = {"type": "tracking", "value": number, "issuer": self.partner.issuer}
        return {
            "code": code,
            "occurred_at": at if isinstance(at, str) else at.isoformat(),
            "shipment": {"references": [reference]},
            "place": {"city": "Utrecht"},
            **values,
        }

    def _usual(self, number, days=3):
        start = self.now - timedelta(days=days)
        delivered = start + timedelta(hours=29)
        return [
            self._event(number, "PUP_PICKED_UP", start),
            self._event(number, "MOV_DEPARTED", start + timedelta(hours=5)),
            self._event(number, "DLV_DELIVERED", delivered),
        ], delivered

    @staticmethod
    def _naive(moment):
        return moment.astimezone(UTC).replace(tzinfo=None)

    def _case_clock_ahead(self, number):
        """A depot whose clock is 48 hours ahead: its scan seems to follow the delivery."""
        events, delivered = self._usual(number)
        odd = self._event(
            number, "MOV_ARRIVED", delivered - timedelta(hours=9) + timedelta(hours=48)
        )
        return events, [odd], ("delivered", self._naive(delivered), None), 0

    def _case_clock_behind(self, number):
        events, delivered = self._usual(number)
        odd = self._event(number, "DLV_OUT", delivered - timedelta(hours=50))
        return events, [odd], ("delivered", self._naive(delivered), None), 0

    def _case_late_news(self, number):
        events, delivered = self._usual(number)
        return events[-1:], events[:-1], ("delivered", self._naive(delivered), None), 0

    def _case_future(self, number):
        events, _delivered = self._usual(number)
        odd = self._event(number, "DLV_DELIVERED", self.now + timedelta(hours=30))
        return events[:2], [odd], ("in_transit", None, None), 1

    def _case_before_2000(self, number):
        events, _delivered = self._usual(number)
        odd = self._event(number, "DLV_DELIVERED", "1999-12-31T23:59:59Z")
        return events[:2], [odd], ("in_transit", None, None), 1

    def _case_no_offset(self, number):
        day = (self.now - timedelta(days=2)).date()
        told = self._event(number, "DLV_DELIVERED", f"{day}T14:05:06")
        ending = local(day.year, day.month, day.day, 14, 5, 6)
        return [], [told], ("delivered", ending, None), 0

    def _case_hour_that_comes_twice(self, number):
        """26 October 2025 of Amsterdam: the first of the two, still in summer time."""
        told = self._event(number, "DLV_DELIVERED", "2025-10-26T02:30:00")
        before = self._event(number, "DLV_OUT", "2025-10-26T00:10:00Z")
        return [before], [told], ("delivered", datetime(2025, 10, 26, 0, 30), None), 0

    def _case_hour_that_never_comes(self, number):
        told = self._event(number, "DLV_DELIVERED", "2026-03-29T02:30:00")
        return [], [told], ("delivered", datetime(2026, 3, 29, 1, 30), None), 0

    def _case_leap_day(self, number):
        out = self._event(number, "DLV_OUT", "2024-02-29T08:00:00")
        told = self._event(number, "DLV_DELIVERED", "2024-02-29T24:00:00+01:00")
        return [told], [out], ("delivered", datetime(2024, 2, 29, 23, 0), None), 0

    def _case_a_day_alone(self, number):
        """Noon of a day stands for any time of it: it contradicts nothing on that day."""
        day = (self.now - timedelta(days=2)).date()
        told = self._event(number, "DLV_DELIVERED", day.isoformat())
        morning = self._event(number, "MOV_DEPARTED", f"{day}T07:00:00.1234567+02:00")
        ending = local(day.year, day.month, day.day, 12)
        return [told], [morning], ("delivered", ending, None), 0

    def _case_estimates(self, number):
        """The newest record counts, in whatever order; one of a clock that is ahead waits."""

        def estimate(made_hours_ago, days):
            made = self.now - timedelta(hours=made_hours_ago)
            return self._event(
                number,
                "DLV_ETA",
                made,
                classifier="estimated",
                recorded_at=made.isoformat(),
                estimated_delivery_at=(self.now + timedelta(days=days)).isoformat(),
            )

        events, _delivered = self._usual(number)
        ending = ("in_transit", None, self._naive(self.now + timedelta(days=3)))
        return [*events[:2], estimate(5, 3)], [estimate(40, 1), estimate(-30, 9)], ending, 1
