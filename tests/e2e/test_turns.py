"""More flows with work than a job has threads: none keeps another out."""

import collections
import itertools
import time

import pytest

from ..simulators.receiver import Answer, Receiver
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import make_flow

SCANS = 40
HANGS = 25  # seconds
SLICE_SECONDS = 10  # outbox/shift.py
ENQUEUE = """
outbox, result = env["logistics.outbox"], None
for flow in env["logistics.flow"].browse({flows!r}):
    for number in range({count}):
        outbox._enqueue(flow, {{"n": number}})
"""
codes = itertools.count()


@pytest.fixture(scope="module")
def inside(live_server):
    with Inside(live_server.db) as process:
        yield process


@pytest.mark.parametrize(("seconds", "count"), [(6.0, 3), (0.3, 50)])
def test_an_invoice_does_not_wait_for_forty_flows_of_scans(world, inside, seconds, count):
    """Slow ones that wait for their partners, and quick ones that have much to send. The invoice's
    flow is the last one made, so that it is the last one in whatever list is sorted by age."""

    def made(url, name):
        return make_flow(world.rpc, world.connection_id, url, code=f"turn{next(codes)}", name=name)

    with Receiver(lambda call, number: Answer(delay=seconds)) as slow, Receiver() as finance:
        slow.allow(world.rpc)
        finance.allow(world.rpc)
        scans = [made(f"{slow.url}/{number}", f"Scans {number}") for number in range(SCANS)]
        invoices = made(finance.url, "Invoices")
        try:
            assert inside.run(ENQUEUE.format(flows=scans, count=count)) is None
            wait_for(lambda: len(slow.calls) >= 32, 30, lambda: f"{len(slow.calls)} calls")
            assert inside.run(ENQUEUE.format(flows=[invoices], count=1)) is None
            wait_for(lambda: finance.calls, 60, "the invoice does not leave")
            # It had its turn before any of those who were there had sent all it had.
            left_at = finance.calls[0].at
            sent = collections.Counter(call.path for call in slow.calls if call.at < left_at)
            assert max(sent.values()) < count, sent
            # And the scans have their turns all the same.
            wait_for(
                lambda: len({call.path for call in slow.calls}) == SCANS,
                30,
                lambda: f"{len(slow.calls)} calls, {len({call.path for call in slow.calls})} flows",
            )
        finally:
            world.database.rows(
                "UPDATE logistics_message SET state = 'cancelled' WHERE flow_id = ANY(%s)"
                " AND state IN ('pending', 'scheduled')",
                scans,
            )
            for flow_id in (*scans, invoices):  # in one transaction it would meet some sender
                world.rpc("logistics.flow", "action_stop", [flow_id])


def test_a_partner_that_hangs_holds_up_nobody_after_the_slice(world, inside):
    """The job of the senders cannot end before the last call has; others go on meanwhile."""

    def made(url, name):
        return make_flow(world.rpc, world.connection_id, url, code=f"turn{next(codes)}", name=name)

    with Receiver(lambda call, number: Answer(delay=HANGS)) as hanging, Receiver() as finance:
        hanging.allow(world.rpc)
        finance.allow(world.rpc)
        scans, invoices = made(hanging.url, "Scans"), made(finance.url, "Invoices")
        try:
            assert inside.run(ENQUEUE.format(flows=[scans], count=1)) is None
            wait_for(lambda: hanging.calls, 30, "the scan does not leave")
            wait_for(lambda: time.time() - hanging.calls[0].at > SLICE_SECONDS + 1, 30)
            assert inside.run(ENQUEUE.format(flows=[invoices], count=1)) is None
            wait_for(lambda: finance.calls, 30, "the invoice does not leave")
            assert finance.calls[0].at < hanging.calls[0].at + HANGS, "it waited for the scan"
        finally:
            for flow_id in (scans, invoices):
                world.rpc("logistics.flow", "action_stop", [flow_id])
