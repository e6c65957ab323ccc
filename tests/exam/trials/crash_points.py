"""Trial 15: the process that works messages dies at chosen points of the way from the claim to the
commit. Each fact is there once, and so is each document that it brought."""

from dataclasses import replace
from datetime import timedelta

from ...simulators.journey import EINDHOVEN, POD, UTRECHT, Parcel, journey, now
from ...support.polling import wait_for
from ..arena import Field
from ..drainer import Drainer, Point
from ..tree import Mutant, Patch
from ..trial import Trial
from .server_kills import NOTHING_TAKEN_BACK

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

# What each delivery must have brought about, once: counted by what is there, not by the ledger.
EFFECTS = {
    "document of the shipment": """
        SELECT s.id, count(a.id) FROM unnest(%s) AS s(id)
        LEFT JOIN ir_attachment a ON a.res_model = 'logistics.shipment' AND a.res_id = s.id
        GROUP BY s.id
    """,
    "document of the delivery": """
        SELECT s.id, count(a.id) FROM unnest(%s) AS s(id)
        JOIN logistics_shipment_picking_rel r ON r.shipment_id = s.id
        LEFT JOIN ir_attachment a ON a.res_model = 'stock.picking' AND a.res_id = r.picking_id
        GROUP BY s.id
    """,
    "note on the delivery": """
        SELECT s.id, count(m.id) FROM unnest(%s) AS s(id)
        JOIN logistics_shipment_picking_rel r ON r.shipment_id = s.id
        LEFT JOIN mail_message m ON m.model = 'stock.picking' AND m.res_id = r.picking_id
             AND m.body LIKE '%%Delivered 2%%'
        GROUP BY s.id
    """,
}

LEDGER = "logistics_connector_base/models/shipment/logistics_effect.py"
EFFECT_CLAIMED_APART = Mutant(
    "an effect's key is committed before the effect",
    (
        Patch(LEDGER, "        rows = self.env.execute_query(\n", "        rows = self._apart(\n"),
        Patch(LEDGER, "                event.id if event else None,\n", "                None,\n"),
        Patch(
            LEDGER,
            "    @api.model\n    def _claim(",
            "    def _apart(self, query):\n"
            "        with self.env.registry.cursor() as apart:\n"
            "            apart.execute(query)\n"
            "            return apart.fetchall()\n\n"
            "    @api.model\n    def _claim(",
        ),
    ),
    finds=("effects missing",),
)
DONE_BEFORE_THE_WORK = Mutant(
    "messages are marked as processed when they are claimed",
    (
        Patch(
            "logistics_connector_base/inbox/claims.py",
            "SET state = 'processing', tries = 1, lane = %(lane)s,",
            "SET state = 'processed', tries = 1, lane = %(lane)s /* SET state = 'processing' */,",
        ),
    ),
    finds=("unfinished",),
)


class CrashPoints(Trial):
    number = 15
    title = "Crash inside apply"
    passes_when = "each fact and each document exactly once, wherever the process died"
    load = {"kills": 200, "each": 3}
    short_load = {"kills": 10, "each": 3}
    # The exam performs the jobs itself, in processes that it can let die; nobody else may. Base
    # would bring queue_job, and that its runner.
    own_server = True
    server = {
        "conf": {
            "server_wide_modules": "base,rpc,web",
            "max_cron_threads": 0,
        }
    }

    mutants = (EFFECT_CLAIMED_APART, DONE_BEFORE_THE_WORK, NOTHING_TAKEN_BACK)

    def run(self, arena, seed, kills, each):
        field = Field(arena, self.number, seed)
        ids = self._shipments(field, kills * each)
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
        done = 0
        for what, query in EFFECTS.items():
            counts = [count for _id, count in arena.database.rows(query, list(ids.values()))]
            done += sum(counts)
            missing = len(ids) - sum(count > 0 for count in counts)
            double = sum(count > 1 for count in counts)
            verdict.expect(not missing, f"effects missing: {what}, {missing} times")
            verdict.expect(not double, f"effects doubled: {what}, {double} times")
        verdict.figures |= {"deaths": died, "effects": done} | deaths
        return verdict

    @staticmethod
    def _shipments(field, count):
        """Shipments of deliveries; their ids by tracking number."""
        rpc, partner = field.arena.rpc, field.partners[-1]
        kind = rpc("stock.picking.type", "search", [("code", "=", "outgoing")], limit=1)[0]
        pickings = rpc("stock.picking", "create", [{"picking_type_id": kind}] * count)
        numbers = [f"{partner.number(field.rng)}" for _picking in pickings]
        values = [
            {
                "issuer": partner.issuer,
                "package_ids": [(0, 0, {"tracking_number": number})],
                "picking_ids": [(6, 0, [picking])],
            }
            for number, picking in zip(numbers, pickings, strict=True)
        ]
        return dict(zip(numbers, rpc("logistics.shipment", "create", values), strict=True))

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
