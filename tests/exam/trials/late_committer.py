"""Trial 14: what began first commits last. A message with a lower id appears when higher ones are
worked already; a shipment appears when its event is parked already."""

import threading
import time
from datetime import timedelta

from ...simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from ...support.connections import make_shipments
from ...support.polling import wait_for
from .. import mutants
from ..arena import Field
from ..gate import Gate
from ..tree import Mutant, Patch
from ..trial import Trial

SWEEP = "logistics_connector_base.cron_inbox_sweep"
# The sweep runs each minute, on a scheduler that looks about as often.
PATIENCE = 150

CLAIM_BY_WATERMARK = Mutant(
    "messages are claimed from the last one on that was worked",
    (
        Patch(
            "logistics_connector_base/inbox/claims.py",
            "m.connection_id = connection.id AND m.state = 'received' AND m.tries = 0\n",
            "m.connection_id = connection.id AND m.state = 'received' AND m.tries = 0\n"
            "              AND m.id > (SELECT COALESCE(max(o.id), 0) FROM logistics_message o\n"
            "                          WHERE o.connection_id = connection.id AND o.tries > 0)\n",
        ),
    ),
    finds=("unfinished",),
)
PARKED_FOR_EVER = Mutant(
    "nobody looks again for the shipments of parked events",
    (
        Patch(
            mutants.INBOX,
            '        self.env["logistics.parked.reference"].sudo()._sweep()\n',
            "",
        ),
    ),
    finds=("are parked though",),
)


class LateCommitter(Trial):
    number = 14
    title = "Late committer"
    passes_when = "the message and the events that came too early are applied; 0 skipped, 0 parked"
    load = {"others": 1000, "hold": 10, "shipments": 50, "sweep_at_once": False}
    # A person does not wait for the minute either: “Run manually”.
    short_load = {"others": 60, "hold": 1, "shipments": 4, "sweep_at_once": True}
    mutants = (CLAIM_BY_WATERMARK, PARKED_FOR_EVER)

    def run(self, arena, seed, others, hold, shipments, sweep_at_once):
        field = Field(arena, self.number, seed)
        late, ids = self._late_message(field, others, hold)
        parked = self._late_shipments(field, shipments, sweep_at_once)
        field.drain()
        verdict = field.judge()
        verdict.expect(
            late is not None and late < min(ids), f"the late message is {late}, others {ids[:3]}…"
        )
        verdict.expect(parked == shipments, f"{parked} of {shipments} events were parked meanwhile")
        left = verdict.counts["parked"]
        verdict.expect(not left, f"{left} messages are parked though their shipments are there")
        total = 1 + others + shipments
        counts = [verdict.counts[name] for name in ("acknowledged", "recorded", "applied")]
        verdict.expect(counts == [total] * 3, f"{total} messages sent, {counts} came through")
        verdict.figures |= {
            "committed_meanwhile": others,
            "held_for_s": hold,
            "parked_before_their_shipment": parked,
        }
        return verdict

    def _late_message(self, field, others, hold):
        """Hold one message's transaction open, from after its id was given, while others commit
        and are worked; its id and theirs."""
        database = field.arena.database
        jobs, _shipments = field.jobs(others + 1)
        late, rest = jobs[0], jobs[1:]
        condition = rf"NEW.content = '\x{late.body.hex()}'::bytea"
        with Gate(database, "logistics_message_body", condition, 1401) as gate:
            sender = threading.Thread(
                target=late.partner.deliver, args=(late.body, late.message_id, hold + 120)
            )
            sender.start()
            gate.wait_held()
            opens_at = time.monotonic() + hold
            field.send(rest)
            field.drain()
            ids = database.column(
                "SELECT id FROM logistics_message WHERE connection_id = ANY(%s) ORDER BY id",
                field.connection_ids,
            )
            while (left := opens_at - time.monotonic()) > 0:
                time.sleep(min(left, 0.2))
            gate.open()
            sender.join()
        new = set(
            database.column(
                "SELECT id FROM logistics_message WHERE connection_id = ANY(%s)",
                field.connection_ids,
            )
        ) - set(ids)
        return (new.pop() if len(new) == 1 else None), ids

    def _late_shipments(self, field, count, sweep_at_once):
        """Events are parked while the transaction that makes their shipments is open; how many."""
        arena, partner = field.arena, field.partners[-1]
        numbers = sorted(partner.number(field.rng) for _ in range(count))
        condition = f"NEW.value = '{numbers[-1]}'"
        steps = journey("moving", now() - timedelta(days=1), EINDHOVEN, UTRECHT)
        with Gate(arena.database, "logistics_shipment_reference", condition, 1402) as gate:
            maker = threading.Thread(
                target=make_shipments, args=(arena.rpc, numbers, partner.issuer)
            )
            maker.start()
            gate.wait_held()
            field.send([field.job(partner, Parcel(number), steps[1:2]) for number in numbers])
            field.drain()
            parked = self._parked(field)
            gate.open()
            maker.join()
        if sweep_at_once:
            arena.rpc.run_cron(SWEEP)
        try:
            wait_for(lambda: not self._parked(field), 10 if sweep_at_once else PATIENCE)
        except AssertionError:
            pass  # the verdict tells
        return parked

    @staticmethod
    def _parked(field):
        return field.arena.database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state = 'parked'",
            field.connection_ids,
        )
