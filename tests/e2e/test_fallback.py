"""Two partners, of whom one goes down: its messages go to the other one until it is back. Each
arrives at exactly one of them, in its order, whatever dies meanwhile."""

import itertools
import threading
from collections import Counter

import pytest

from ..exam.gate import Gate
from ..simulators import CanonicalPartner
from ..simulators.receiver import OK, Answer, Receiver
from ..support.connections import connect
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import enqueue, make_flow

GATE = 3201
UNSETTLED = """
SELECT count(*) FROM logistics_message
WHERE flow_id = ANY(%s) AND state NOT IN ('delivered', 'cancelled')
"""
codes = itertools.count()


@pytest.fixture(scope="module")
def inside(live_server):
    with Inside(live_server.db) as process:
        yield process


class Two:
    """A flow to a first partner, and the one that stands in for it."""

    def __init__(self, world, inside, first, second, **values):
        self.world, self.inside, self.first, self.second = world, inside, first, second
        self.is_down = threading.Event()
        first.behave = self._behave
        for desk in (first, second):
            desk.allow(world.rpc)
        other_connection = connect(world.rpc, CanonicalPartner(), "Stand-in (tests)")
        common = {"retry_schedule": "1s 1s 1s", "breaker_pause": 1, "breaker_longest": 1}
        self.other_id = make_flow(
            world.rpc, other_connection, f"{second.url}/in", code=f"other{next(codes)}", **common
        )
        self.flow_id = make_flow(
            world.rpc,
            world.connection_id,
            f"{first.url}/in",
            code=f"first{next(codes)}",
            **{
                "breaker_limit": 2,
                "when_down": "other",
                "fallback_flow_id": self.other_id,
                "fallback_minutes": 0,
                **common,
                **values,
            },
        )
        self.written = itertools.count()

    def _behave(self, call, number):
        return Answer(503) if self.is_down.is_set() else OK

    def write(self, count, keys=3):
        """Messages of some keys in turns, in one transaction; their ids."""
        numbers = list(itertools.islice(self.written, count))
        messages = [
            ({"n": n, "key": f"K{n % keys}"}, {"key": f"K{n % keys}", "once": f"{n}"})
            for n in numbers
        ]
        return enqueue(self.inside, self.flow_id, messages)

    def wait_settled(self):
        flows = [self.flow_id, self.other_id]
        left = lambda: self.world.database.value(UNSETTLED, flows)  # noqa: E731
        wait_for(lambda: not left(), 60, lambda: f"{left()} are not settled")

    def state(self):
        return self.world.read("logistics.flow", self.flow_id, "fallback_state")["fallback_state"]

    def check(self, count):
        """Each message arrived once, at one of them; those of a key in their order."""
        worked = sorted([*self.first.worked, *self.second.worked], key=lambda call: call.at)
        seen = Counter(call.data["n"] for call in worked)
        assert dict(seen) == dict.fromkeys(range(count), 1)
        by_key = {}
        for call in worked:
            by_key.setdefault(call.data["key"], []).append(call.data["n"])
        assert all(numbers == sorted(numbers) for numbers in by_key.values()), by_key


@pytest.fixture
def two(world, inside):
    made = []
    with Receiver() as first, Receiver() as second:

        def make(**values):
            made.append(Two(world, inside, first, second, **values))
            return made[-1]

        yield make
        flows = [number for one in made for number in (one.flow_id, one.other_id)]
        world.rpc("logistics.flow", "action_stop", flows)


def cases(world, flow_id):
    return world.rpc(
        "logistics.exception",
        "search_read",
        [("key", "=", f"fallback:{flow_id}")],
        ["is_open", "outcome", "name"],
    )


def test_the_first_goes_down_and_comes_back(world, two):
    pair = two()
    pair.write(6)
    pair.wait_settled()
    assert len(pair.first.worked) == 6 and not pair.second.calls
    pair.is_down.set()
    pair.write(30)
    wait_for(lambda: len(pair.second.worked) >= 20, 30, "nothing goes the other way")
    (case,) = cases(world, pair.flow_id)
    assert case["is_open"] and "Stand-in" in case["name"]
    pair.write(30)  # while it lasts
    pair.wait_settled()
    pair.is_down.clear()
    count = 66

    def is_over():
        nonlocal count
        count += len(pair.write(1))  # the next one after the pause shows that they are back
        return not pair.state()

    wait_for(is_over, 30, "it does not end", interval=0.5)
    pair.wait_settled()
    told = len(pair.second.worked)
    pair.write(12)
    pair.wait_settled()
    assert len(pair.second.worked) == told, "all go to the first one again"
    pair.check(count + 12)
    (case,) = cases(world, pair.flow_id)
    assert not case["is_open"] and f"{told} messages went over" in case["outcome"]


def test_a_key_waits_for_what_lies_on_the_other_way(world, two):
    pair = two()
    pair.second.behave = lambda call, number: Answer(503) if number < 2 else OK
    pair.is_down.set()
    pair.write(9)
    wait_for(lambda: pair.second.calls, 30, "nothing goes the other way")
    pair.is_down.clear()
    world.rpc("logistics.flow", "action_start_again", [pair.flow_id])
    pair.write(9)
    pair.wait_settled()
    pair.check(18)
    assert pair.first.worked and pair.second.worked


def test_what_may_have_arrived_is_not_sent_to_the_other_one(world, two):
    """Worked, and the answer is lost: it stays, and so does what comes after it."""
    pair = two(breaker_limit=1)

    def behave(call, number):
        if not pair.is_down.is_set():
            # They know it by its id.
            known = [one for one in pair.first.worked if one.key == call.key]
            return Answer(works=not known)
        return Answer(reset=True, works=number == 0)

    pair.first.behave = behave
    pair.is_down.set()
    (first,) = pair.write(1)
    wait_for(lambda: pair.state() == "used", 20, "it was not tried")
    pair.write(8)
    wait_for(lambda: len(pair.second.worked) == 6, 30, lambda: str(pair.second.worked))
    assert {call.data["key"] for call in pair.second.worked} == {"K1", "K2"}
    pair.is_down.clear()
    pair.wait_settled()
    assert world.read("logistics.message", first, "state")["state"] == "delivered"
    pair.check(9)


def test_a_worker_that_is_killed_in_the_middle_of_the_move(world, two):
    pair = two()
    pair.is_down.set()
    condition = f"NEW.first_flow_id = {pair.flow_id}"
    # Before the first one is written, and when all are, and nothing is committed.
    for when in ("BEFORE INSERT", "AFTER INSERT"):
        with Gate(world.database, "logistics_message", condition, GATE, when) as gate:
            pair.write(15)
            gate.wait_held()
            for pid in world.server.child_pids():  # whichever of the workers it is
                world.server.kill9(pid)
            gate.open()
        pair.wait_settled()
    assert len(pair.second.worked) == 30
    pair.is_down.clear()
    pair.write(3)
    pair.wait_settled()
    pair.check(33)


def test_a_person_is_asked_and_nothing_moves_before(world, two):
    pair = two(when_down="person", fallback_flow_id=False)
    pair.is_down.set()
    pair.write(6)
    wait_for(lambda: pair.state() == "asked", 30, "nobody is asked")
    assert not pair.second.calls
    action = world.rpc("logistics.flow", "action_fallback", [pair.flow_id])
    wizard = world.rpc(
        "logistics.fallback",
        "create",
        [{"flow_id": action["context"]["default_flow_id"], "other_id": pair.other_id}],
    )
    world.rpc("logistics.fallback", "action_send_over", wizard)
    pair.wait_settled()
    assert len(pair.second.worked) == 6
    pair.check(6)
