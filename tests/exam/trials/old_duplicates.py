"""Trial 9: everything is sent once more, long after its payload was purged."""

import time
from datetime import timedelta

from ...simulators import Parcel, journey
from ...simulators.journey import EINDHOVEN, UTRECHT, now
from ...support.connections import make_shipments
from ..arena import Field
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import judge

RUN = "logistics_connector_base/models/privacy/logistics_retention_run.py"

PURGE_TAKES_KEYS = Mutant(
    "the purge takes the keys with the bodies",
    (
        Patch(
            RUN,
            "    DELETE FROM logistics_message_body b USING due WHERE b.message_id = due.id\n)\n",
            "    DELETE FROM logistics_message_body b USING due WHERE b.message_id = due.id\n"
            "), keys AS (\n"
            "    DELETE FROM logistics_message_key k USING due WHERE k.message_id = due.id\n)\n",
        ),
    ),
    finds=("filed again",),
)
PURGE_TAKES_WAITING = Mutant(
    "the purge takes what still waits for its shipment",
    (
        Patch(
            RUN,
            '    *("processed", "duplicate", "dismissed"),\n',
            '    *("processed", "duplicate", "dismissed", "parked", "received"),\n',
        ),
    ),
    finds=("waiting messages lost their body", "were not applied"),
)

AGE = (
    "UPDATE logistics_message SET received_at = received_at - %s * interval '1 day',"
    " processed_at = processed_at - %s * interval '1 day' WHERE connection_id = ANY(%s)",
    "UPDATE logistics_message_key SET first_seen_at = first_seen_at - %s * interval '1 day',"
    " last_seen_at = last_seen_at - %s * interval '1 day' WHERE connection_id = ANY(%s)",
    "UPDATE logistics_event SET received_at = received_at - %s * interval '1 day',"
    " processed_at = processed_at - %s * interval '1 day' WHERE connection_id = ANY(%s)",
)
BODIES = (
    "SELECT count(*) FROM logistics_message_body b JOIN logistics_message m ON m.id = b.message_id"
    " WHERE m.connection_id = ANY(%s) AND b.content IS NOT NULL AND m.state = ANY(%s)"
)
# All that could be done twice, as one row of numbers.
EFFECTS = """
SELECT (SELECT count(*) FROM logistics_event WHERE connection_id = ANY(%(ids)s)),
       (SELECT count(*) FROM logistics_effect e WHERE e.shipment_id = ANY(%(shipments)s)),
       (SELECT count(*) FROM ir_attachment WHERE res_model = 'logistics.shipment'
               AND res_id = ANY(%(shipments)s)),
       (SELECT count(*) FROM mail_message WHERE model = 'logistics.shipment'
               AND res_id = ANY(%(shipments)s)),
       (SELECT count(*) FROM logistics_exception WHERE connection_id = ANY(%(ids)s)),
       (SELECT md5(string_agg(concat_ws(' ', id, state, delivered_at, signed_by, write_date), ','
               ORDER BY id)) FROM logistics_shipment WHERE id = ANY(%(shipments)s))
"""
KEYS = (
    "SELECT count(*), sum(duplicate_count) FROM logistics_message_key WHERE connection_id = ANY(%s)"
)


class OldDuplicates(Trial):
    number = 9
    title = "Old duplicate"
    passes_when = "0 new messages, events and effects, all 2xx; what waited was not purged"
    load = {"count": 1000, "waiting": 30, "days": 60, "keep_days": 30}
    short_load = {"count": 90, "waiting": 9, "days": 60, "keep_days": 30}
    mutants = (PURGE_TAKES_KEYS, PURGE_TAKES_WAITING)

    def run(self, arena, seed, count, waiting, days, keep_days):
        field = Field(arena, self.number, seed)
        ids, database = field.connection_ids, arena.database
        jobs, shipments = field.jobs(count)
        parked, numbers = self._parked(field, waiting)
        field.send(jobs + parked)
        field.drain()
        verdict = judge(field.ledger, database, ids, field.facts)
        filed = database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)", ids
        )

        # Sixty days later, by the rows; the server's clock is its own.
        for statement in AGE:
            database.rows(statement, days, days, ids)
        arena.rpc("logistics.connection", "write", ids, {"retention_days": keep_days})
        purged_in = self._purge(arena, ids)
        left = database.value(BODIES, ids, ["processed", "duplicate"])
        verdict.expect(not left, f"{left} bodies of worked messages were not purged")
        kept = database.value(BODIES, ids, ["parked"])
        verdict.expect(kept == waiting, f"{waiting - kept} waiting messages lost their body")
        lines = database.value(
            "SELECT sum(body_count) FROM logistics_retention_run WHERE connection_id = ANY(%s)", ids
        )
        verdict.expect(lines == count, f"the runs tell of {lines} purged bodies, not of {count}")

        names = {"ids": ids, "shipments": list(shipments.values())}
        before = self._effects(database, names)
        _keys, copies_before = database.rows(KEYS, ids)[0]
        statuses = [
            job.partner.post(job.body, job.message_id).status
            for job in [*jobs, *jobs[: count // 10]]
        ]
        wrong = [status for status in statuses if not 200 <= status < 300]
        verdict.expect(not wrong, f"{len(wrong)} answers were not 2xx, e.g. {wrong[:3]}")
        field.drain()
        after = self._effects(database, names)
        verdict.expect(before == after, f"effects before {before} and after {after}")
        again = database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)", ids
        )
        verdict.expect(again == filed, f"{again - filed} messages were filed again")
        _keys, copies = database.rows(KEYS, ids)[0]
        verdict.expect(
            copies - copies_before == len(statuses),
            f"{copies - copies_before} of {len(statuses)} copies were counted",
        )

        # What waited is applied when its shipment comes at last.
        for partner, its_numbers in numbers.items():
            self._appear(field, partner, its_numbers)
        field.drain()
        applied = database.value(
            "SELECT count(*) FROM logistics_event WHERE connection_id = ANY(%s)"
            " AND shipment_id IS NOT NULL AND tracking_number = ANY(%s)",
            ids,
            [number for some in numbers.values() for number in some],
        )
        verdict.expect(applied == waiting, f"{waiting - applied} waiting events were not applied")
        field.ledger.note(verdict=verdict.counts)
        field.ledger.close()
        verdict.figures |= {
            "ledger": field.ledger_path.name,
            "purged": lines,
            "purged_in_s": round(purged_in, 2),
            "sent_again": len(statuses),
            "kept_waiting": kept,
        }
        return verdict

    def _parked(self, field, waiting):
        """Messages about parcels that no shipment has yet; their numbers by partner."""
        jobs, numbers = [], {}
        for index in range(waiting):
            partner = field.partners[index % len(field.partners)]
            number = partner.number(field.rng)
            numbers.setdefault(partner, []).append(number)
            step = journey("delivered", now() - timedelta(days=5), EINDHOVEN, UTRECHT)[1]
            parcel = Parcel(number, uid=str(field.rng.randrange(10**9, 10**10)))
            jobs.append(field.job(partner, parcel, [step]))
        return jobs, numbers

    def _appear(self, field, partner, numbers):
        issuer = (
            "" if partner.provider == "sendcloud" else getattr(partner, "issuer", partner.provider)
        )
        make_shipments(field.arena.rpc, numbers, issuer)

    def _purge(self, arena, ids):
        """Let the server's own cron run; seconds until it had."""
        start = time.monotonic()
        result = arena.rpc.run_cron("logistics_connector_base.cron_retention")
        assert result is True, result
        return time.monotonic() - start

    def _effects(self, database, names):
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute(EFFECTS, names)
            return cursor.fetchone()
