"""A partner goes down: somebody is told once, and told when it is back."""

import pytest

from ..simulators.receiver import Receiver
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import enqueue, make_flow

UNDELIVERED = """
SELECT count(*) FROM logistics_message WHERE flow_id = %s AND state <> 'delivered'
"""


@pytest.fixture
def inside(live_server):
    with Inside(live_server.db) as process:
        yield process


def test_fires_once_while_a_partner_is_down_and_clears_when_it_is_back(world, inside):
    rpc = world.rpc

    def write(count, first):
        messages = [
            ({"n": n}, {"key": f"A{n}", "once": f"alert-{n}"}) for n in range(first, first + count)
        ]
        enqueue(inside, flow_id, messages)

    def left():
        return world.database.value(UNDELIVERED, flow_id)

    def looked():
        """The alert, after one more look."""
        rpc("logistics.alert.rule", "action_look", [rule_id])
        fields = ["state", "value", "fired_count", "exception_id"]
        return rpc.one("logistics.alert", [("rule_id", "=", rule_id)], fields)

    with Receiver() as partner:
        partner.allow(rpc)
        flow_id = make_flow(
            rpc,
            world.connection_id,
            f"{partner.url}/in",
            code="alerting",
            retry_schedule="1s 1s 1s",
            breaker_pause=1,
            breaker_longest=1,
            breaker_limit=2,
        )
        company_id = world.read("logistics.connection", world.connection_id, "company_id")
        rule_id = rpc(
            "logistics.alert.rule",
            "create",
            [
                {
                    "name": "They do not answer",
                    "metric": "health.unsent",
                    "connection_id": world.connection_id,
                    "company_id": company_id["company_id"][0],
                    "threshold": 2,
                    "clear_threshold": 0,
                    "after_minutes": 0,
                    "over_minutes": 0,
                    "severity": "critical",
                }
            ],
        )[0]
        write(1, first=0)
        wait_for(lambda: not left(), 30, "the partner was told nothing")
        assert looked()["state"] == "quiet"
    # Nobody listens any more.
    write(4, first=1)
    for _look in range(3):
        alert = looked()
        assert (alert["state"], alert["value"], alert["fired_count"]) == ("firing", 4.0, 1)
    case_id = alert["exception_id"][0]
    case = world.read("logistics.exception", case_id, "is_open", "severity", "occurrence_count")
    assert (case["is_open"], case["severity"], case["occurrence_count"]) == (True, "critical", 1)
    with Receiver(port=partner.port) as back:
        wait_for(lambda: not left(), 60, lambda: f"{left()} were not told")
        alert = looked()
        assert (alert["state"], alert["value"], alert["fired_count"]) == ("quiet", 0.0, 1)
        assert not world.read("logistics.exception", case_id, "is_open")["is_open"]
    assert sorted(call.data["n"] for call in back.worked) == [1, 2, 3, 4]
    rpc("logistics.alert.rule", "unlink", [rule_id])
