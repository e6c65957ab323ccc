"""Trial 11: scans in any order, some of them twice, make the same shipment."""

from datetime import timedelta

from ...simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from .. import mutants
from ..arena import Field, fact
from ..trial import Trial

#: Journeys, and how they must end whatever the order of arrival. Written down by hand.
ENDINGS = {
    "delivered": ("delivered", False, 29),
    "second_try": ("delivered", False, 53),
    "attempted": ("delivery_attempted", False, None),
    "address": ("in_transit", True, None),
    "damaged": ("in_transit", True, None),
    "out": ("out_for_delivery", False, None),
}


class Permutations(Trial):
    number = 11
    title = "Permutations"
    passes_when = "state, dates, flags and events = those of the ordered set, for every seed"
    load = {"shipments": 200, "orders": 50, "copies": 0.3, "events": 8}
    short_load = {"shipments": 30, "orders": 3, "copies": 0.3, "events": 8}
    mutants = (mutants.FOLD_BY_ARRIVAL, mutants.FACTS_WITHOUT_IDENTITY)

    def run(self, arena, seed, shipments, orders, copies, events):
        total, wrong, verdict, sent = 0, [], None, 0
        for order in range(orders):
            field = Field(arena, self.number, seed * 1000 + order)
            count, failures = self._one_order(field, shipments, copies, events)
            sent += count
            total += shipments
            wrong += [f"order {order}: {failure}" for failure in failures]
            one = field.judge()
            if verdict is None:
                verdict = one
            else:
                verdict.problems += one.problems
                for name, number in one.counts.items():
                    verdict.counts[name] += number
        verdict.expect(not wrong, f"{len(wrong)} of {total} shipments differ, e.g. {wrong[:2]}")
        verdict.figures = {"shipments": total, "orders": orders, "messages": sent}
        return verdict

    def _one_order(self, field, count, copies, events):
        """All scans of ``count`` parcels in random order with copies; what came out wrong."""
        partner, start = field.partners[-1], now() - timedelta(days=6)
        ids = field.parcels(partner, count)
        stories = {number: field.rng.choice(list(ENDINGS)) for number in ids}
        scans = []
        for number, story in stories.items():
            steps = self._steps(story, start, events)
            scans += [(Parcel(number), step) for step in steps]
            scans += [(Parcel(number), step) for step in steps if field.rng.random() < copies]
        field.rng.shuffle(scans)
        jobs = []
        while scans:
            size = field.rng.randint(1, 6)
            taken, scans = scans[:size], scans[size:]
            body = partner.encode(
                partner.wrap([partner.event(parcel, step) for parcel, step in taken])
            )
            job_facts = tuple(fact(parcel, step) for parcel, step in taken)
            jobs.append(field.bare_job(partner, body, job_facts))
        field.send(jobs, 4)
        field.drain()
        return len(jobs), self._compare(field, ids, stories, start, events)

    @staticmethod
    def _steps(story, start, events):
        """The story with as many scans on the way as make ``events`` of it."""
        steps = journey(story, start, EINDHOVEN, UTRECHT)
        arrived = next(step for step in steps if step.kind in ("arrived", "departed"))
        between = [
            type(arrived)("arrived", start + timedelta(hours=6, minutes=7 * n), EINDHOVEN)
            for n in range(events - len(steps))
        ]
        return steps + between

    def _compare(self, field, ids, stories, start, events):
        rows = field.arena.database.rows(
            "SELECT s.id, s.state, COALESCE(s.has_delivery_exception, false), s.picked_up_at,"
            " s.delivered_at, s.last_event_at,"
            " (SELECT count(*) FROM logistics_event e WHERE e.shipment_id = s.id)"
            " FROM logistics_shipment s WHERE s.id = ANY(%s)",
            list(ids.values()),
        )
        seen = {row[0]: row[1:] for row in rows}
        failures = []
        for number, shipment_id in ids.items():
            state, trouble, hours = ENDINGS[stories[number]]
            steps = self._steps(stories[number], start, events)
            naive = start.replace(tzinfo=None)
            expected = (
                state,
                trouble,
                naive,
                naive + timedelta(hours=hours) if hours else None,
                max(step.at for step in steps).replace(tzinfo=None),
                events,
            )
            if seen.get(shipment_id) != expected:
                failures.append(f"{stories[number]}: {seen.get(shipment_id)} is not {expected}")
        return failures
