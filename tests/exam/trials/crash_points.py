"""Trial 15: the process that works messages dies at chosen points of the way from the claim to the
commit. Each fact is there once, and so is each document that it brought."""

from dataclasses import replace
from datetime import timedelta

from devtools import config

from ...simulators.journey import EINDHOVEN, POD, UTRECHT, Parcel, journey, now
from ...support.polling import wait_for
from ..arena import Field
from ..drainer import Drainer, Point
from ..trial import Trial

CLAIM = "SET state = 'processing'"
EVENT = "INSERT INTO logistics_event ("
EFFECT = "INSERT INTO logistics_effect"
DOCUMENT = 'INSERT INTO "ir_attachment"'
DONE = "SET state = CASE WHEN v.parked"

#: Some messages are worked at once: the second of several documents is the middle of the work.
POINTS = (
    Point("before commit", CLAIM),
    Point("after commit", CLAIM),
    Point("before", EVENT),
    Point("after", EVENT),
    Point("before", EFFECT, 2),
    Point("after", EFFECT, 2),
    Point("after", DOCUMENT, 2),
    Point("after", DONE),
    Point("before commit", DONE),
    Point("after commit", DONE),
)

DOCUMENTS = """
SELECT s.id, count(a.id) FROM unnest(%s) AS s(id)
LEFT JOIN ir_attachment a ON a.res_model = 'logistics.shipment' AND a.res_id = s.id
GROUP BY s.id
"""


class CrashPoints(Trial):
    number = 15
    title = "Crash inside apply"
    passes_when = "each fact and each document exactly once, wherever the process died"
    load = {"kills": 200, "each": 3}
    short_load = {"kills": 10, "each": 3}
    # The exam performs the jobs itself, in processes that it can let die; nobody else may.
    own_server = True
    server = {
        "conf": {
            "server_wide_modules": config.SERVER_WIDE.replace(",queue_job", ""),
            "max_cron_threads": 0,
        }
    }

    def run(self, arena, seed, kills, each):
        field = Field(arena, self.number, seed)
        ids = field.parcels(field.partners[-1], kills * each)
        jobs = [self._delivery(field, number) for number in ids]
        deaths = {}
        with Drainer(arena.name, arena.tree.conf()) as drainer:
            for kill in range(kills):
                point = POINTS[kill % len(POINTS)]
                field.send(jobs[kill * each : (kill + 1) * each], 1)
                if drainer.run(point):
                    name = f"{point.when} {NAMES[point.text]}"
                    deaths[name] = deaths.get(name, 0) + 1
                    field.ledger.note(killed=name)
                self._settle(field, drainer)
        verdict = field.judge()
        died = sum(deaths.values())
        verdict.expect(died == kills, f"only {died} of {kills} processes died at their point")
        files = arena.database.rows(DOCUMENTS, list(ids.values()))
        missing = [shipment for shipment, count in files if not count]
        double = [shipment for shipment, count in files if count > 1]
        verdict.expect(not missing, f"effects missing: {len(missing)} documents")
        verdict.expect(not double, f"effects doubled: {len(double)} documents")
        verdict.figures |= {"deaths": died, "documents": len(files)} | deaths
        return verdict

    @staticmethod
    def _delivery(field, number):
        """A message that tells of a delivery, with a document that no other has."""
        start = now() - timedelta(days=2)
        step = journey("delivered", start, EINDHOVEN, UTRECHT, "J. Jansen")[-1]
        proof = POD + f"% {number}\n".encode()
        return field.job(field.partners[-1], Parcel(number), [replace(step, proof=proof)])

    @staticmethod
    def _settle(field, drainer):
        """Let a process live and finish what the dead one left. The lock of the dead one is gone
        when PostgreSQL has seen its connection end, a moment later."""
        query = (
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state IN ('received', 'processing')"
        )
        value = field.arena.database.value

        def look():
            drainer.run()
            return not value(query, field.connection_ids)

        try:
            wait_for(look, 15)
        except AssertionError:
            pass  # the verdict tells what is unfinished


NAMES = {
    CLAIM: "the claim",
    EVENT: "the facts",
    EFFECT: "the effect's key",
    DOCUMENT: "the effect",
    DONE: "the end",
}
