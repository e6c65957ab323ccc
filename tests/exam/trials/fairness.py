"""Trial 18: one parcel, or one source, that everybody seems to talk about; the others go on."""

import itertools
from datetime import timedelta

from ...simulators import CanonicalPartner, Parcel
from ...simulators.journey import EINDHOVEN, UTRECHT, Step, journey, now
from ...support.connections import connect
from ...support.lanes import held_lanes
from .. import mutants
from ..arena import fact
from ..inbox_field import InboxField
from ..tree import Mutant, Patch
from ..trial import Trial
from .worker_kills import Pace

#: Of a noisy source's line, so many may be worked while a message of another source waits: what
#: two lanes have in work when it comes, and what they take with it.
OVERTAKEN = 2 * 2 * 400
SCANS = 20  # of each parcel of the noisy source

NO_TURNS = Mutant(
    "who came first is worked first, whoever it is",
    (
        Patch(
            mutants.CLAIMS,
            "        share = max(1, left // len(hungry))\n",
            "        hungry = hungry[:1]\n        share = left\n",
        ),
    ),
    finds=("fairness",),
)
NOTHING_IS_URGENT = Mutant(
    "nobody looks for what is urgent",
    (
        Patch(
            "logistics_connector_base/inbox/glance.py",
            "        env.cr.execute(MARK, (URGENT, urgent))\n",
            "        pass\n",
        ),
    ),
    finds=("urgent",),
)


class Fairness(Trial):
    number = 18
    title = "Hot key and fairness"
    passes_when = "the hot parcel is where its scans say; others' lag ≤ 2 ×, urgent ones first"
    # ``behind``: which part of the noisy source's line may be worked before its urgent messages, on
    # average. Two batches of each lane are a large part of a short line.
    load = {
        "hot": 5000,
        "others": 1000,
        "noise": 20_000,
        "rate": 8,
        "seconds": 30,
        "behind": 0.5,
        "lag": 2,
    }
    short_load = {
        "hot": 120,
        "others": 30,
        "noise": 2800,
        "rate": 8,
        "seconds": 2,
        "behind": 0.9,
        "lag": None,
    }
    mutants = (NO_TURNS, NOTHING_IS_URGENT)

    def run(self, arena, seed, hot, others, noise, rate, seconds, behind, lag):
        # First, so that whoever is served by age or number is served before all others.
        partner = CanonicalPartner()
        noisy = connect(arena.rpc, partner, f"exam noisy {seed} {id(self)} {now().timestamp()}")
        field = InboxField(arena, self.number, seed)
        partner.ledger = field.ledger
        quiet_ids = list(field.connection_ids)
        field.connection_ids.append(noisy)

        # At rest; not what waits for the first drain of a server that has just been started.
        count = int(rate * seconds)
        self._pace(field, rate, rate)
        mark = field.last_message()
        self._pace(field, count, rate)
        before = field.lags(quiet_ids, mark)

        # One parcel that never stands still.
        shipment_id, last_scan, jobs = self._hot_parcel(field, hot)
        ordinary, _shipments = field.jobs(others)
        mark = field.last_message()
        field.send(spread_evenly(jobs, ordinary), 4)
        field.drain()
        hot_lags = field.lags(quiet_ids, mark, but=shipment_id)
        [seen] = arena.database.rows(
            "SELECT state, last_event_at, (SELECT count(*) FROM logistics_event e"
            " WHERE e.shipment_id = s.id) FROM logistics_shipment s WHERE id = %s",
            shipment_id,
        )
        inversions = self._inversions(arena, shipment_id)

        # One source that has more to say than can be worked.
        mark = field.last_message()
        with held_lanes(arena.database):
            urgent = self._noise(field, partner, noisy, noise)
        self._pace(field, count, rate)
        field.drain(600)
        noise_lags = field.lags(quiet_ids, mark)
        overtaken = self._overtaken(arena, quiet_ids, noisy, mark)
        waited = self._behind(arena, noisy, urgent)

        verdict = field.judge()
        expected = ("in_transit", last_scan, hot)
        verdict.expect(seen == expected, f"the hot parcel is {seen}, not {expected}")
        verdict.expect(
            overtaken <= OVERTAKEN,
            f"fairness: {overtaken} messages of the noisy source were worked before one of another",
        )
        verdict.expect(
            waited < behind, f"urgent messages waited for {waited:.0%} of the noisy source's others"
        )
        verdict.figures |= {
            "hot_key_inversions": inversions,
            "overtaken_max": overtaken,
            "urgent_behind": round(waited, 2),
            "hot_p95_ms": field.lag_figures(before, hot_lags)["lag_p95_ms"],
            **field.lag_figures(before, noise_lags),
        }
        if lag:
            verdict.expect(*field.lag_within(before, noise_lags, lag))
        return verdict

    @staticmethod
    def _pace(field, count, rate):
        jobs, _shipments = field.jobs(count)
        with Pace(field, jobs, rate) as pace:
            pace.wait_until(pace.begin + count / rate + 1)
        field.wait_for_quiet()

    @staticmethod
    def _hot_parcel(field, count):
        """A parcel and ``count`` scans of it, one message each: (shipment, last scan, jobs)."""
        partner, start = field.partners[-1], now() - timedelta(days=6)
        [(number, shipment_id)] = field.parcels(partner, 1).items()
        steps = [
            Step("arrived", start + timedelta(minutes=n), EINDHOVEN if n % 2 else UTRECHT)
            for n in range(count)
        ]
        jobs = [field.job(partner, Parcel(number), [step]) for step in steps]
        return shipment_id, steps[-1].at.replace(tzinfo=None), jobs

    @staticmethod
    def _noise(field, partner, connection_id, count):
        """File the noisy source's line; the keys of its urgent messages, which come last."""
        parcels = field.parcels(partner, max(1, count // SCANS + 1))
        start = now() - timedelta(days=5)
        scans = [Step("arrived", start + timedelta(hours=n), UTRECHT) for n in range(SCANS)]
        end = journey("delivered", start, EINDHOVEN, UTRECHT)[-1]
        jobs = [
            field.bare_job(
                partner, partner.body(Parcel(number), [step]), (fact(Parcel(number), step),)
            )
            for step in scans
            for number in parcels
        ]
        delivered = list(parcels)[: max(1, count // 50)]
        urgent = [
            field.bare_job(
                partner, partner.body(Parcel(number), [end]), (fact(Parcel(number), end),)
            )
            for number in delivered
        ]
        field.file_directly(connection_id, jobs[: count - len(urgent)] + urgent)
        return [job.key for job in urgent]

    @staticmethod
    def _inversions(arena, shipment_id):
        """How often a scan of the parcel was worked before one that had come earlier."""
        order = arena.database.column(
            "SELECT message_id FROM logistics_event WHERE shipment_id = %s"
            " ORDER BY processed_at, message_id",
            shipment_id,
        )
        return sum(later < earlier for earlier, later in itertools.pairwise(order))

    @staticmethod
    def _overtaken(arena, quiet_ids, noisy, mark):
        """The most messages of the noisy source that were worked while a quiet one waited."""
        return arena.database.value(
            "SELECT max((SELECT count(*) FROM logistics_message n WHERE n.connection_id = %s"
            " AND n.processed_at > q.received_at AND n.processed_at < q.processed_at))"
            " FROM logistics_message q WHERE q.connection_id = ANY(%s) AND q.id > %s",
            noisy,
            quiet_ids,
            mark,
        )

    @staticmethod
    def _behind(arena, noisy, urgent):
        """Which part of the ordinary messages was worked before the urgent ones, on average."""
        return float(
            arena.database.value(
                "SELECT avg(part) FROM (SELECT (SELECT count(*) FROM logistics_message o"
                " WHERE o.connection_id = u.connection_id AND o.external_id <> ALL(%s)"
                " AND o.processed_at < u.processed_at)::float / NULLIF((SELECT count(*)"
                " FROM logistics_message o WHERE o.connection_id = u.connection_id), 0) AS part"
                " FROM logistics_message u WHERE u.connection_id = %s"
                " AND u.external_id = ANY(%s)) x",
                urgent,
                noisy,
                urgent,
            )
        )


def spread_evenly(many, few):
    """Both in their own order, mixed."""
    every = max(1, len(many) // max(1, len(few)))
    mixed, left = [], list(few)
    for index, job in enumerate(many):
        mixed.append(job)
        if index % every == 0 and left:
            mixed.append(left.pop(0))
    return mixed + left
