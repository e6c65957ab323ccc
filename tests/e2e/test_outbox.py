"""What goes out, over real HTTP, to a partner that behaves in every way."""

import contextlib
import itertools
import time

import pytest
from psycopg2.errors import DeadlockDetected

from ..simulators.receiver import OK, Answer, Receiver
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import enqueue, make_flow

codes = itertools.count()


@pytest.fixture(scope="module")
def inside(live_server):
    with Inside(live_server.db) as process:
        yield process


@pytest.fixture
def desk(world):
    with Receiver() as receiver:
        receiver.allow(world.rpc)
        yield receiver


@pytest.fixture
def flow(world, desk):
    """Makes flows to the desk; what a test leaves waiting is stopped at its end."""
    made = []

    def make(**values):
        values = {"retry_schedule": "1s 1s 1s", "breaker_limit": 0, **values}
        made.append(
            make_flow(
                world.rpc,
                world.connection_id,
                values.pop("url", f"{desk.url}/orders"),
                code=f"flow{next(codes)}",
                **values,
            )
        )
        return made[-1]

    yield make
    world.rpc("logistics.flow", "action_stop", made)


def settled(world, ids, *states):
    """Wait until all messages are in one of these states; their states in order."""

    def look():
        found = {
            row["id"]: row["state"]
            for row in world.rpc("logistics.message", "read", ids, ["state"])
        }
        return [found[number] for number in ids] if {*found.values()} <= {*states} else None

    return wait_for(look, 30, lambda: world.rpc("logistics.message", "read", ids, STORY))


STORY = ["state", "tries", "error_class", "error_text", "next_try_at", "held_by"]


def test_a_message_leaves_after_the_commit_and_its_answer_is_kept(world, inside, desk, flow):
    desk.behave = lambda call, number: Answer(201, body=b'{"accepted": true}')
    (message_id,) = enqueue(inside, flow(), [({"order": "S1"}, {"key": "S1"})])
    settled(world, [message_id], "delivered")
    (call,) = desk.calls
    message = world.read("logistics.message", message_id, "receipt", "tries", "attempt_ids")
    assert (call.method, call.path, call.data) == ("POST", "/orders", {"order": "S1"})
    assert call.key == message["receipt"] and call.headers["Content-Type"] == "application/json"
    (attempt,) = world.rpc(
        "logistics.message.attempt", "read", message["attempt_ids"], ["status", "answer", "seconds"]
    )
    assert (attempt["status"], attempt["answer"]) == (201, '{"accepted": true}')
    assert 0 < attempt["seconds"] < 5


def test_a_rollback_sends_nothing(world, inside, desk, flow):
    flow_id = flow()
    program = (
        f"flow = env['logistics.flow'].browse({flow_id})\n"
        "env['logistics.outbox']._enqueue(flow, {'order': 'never'}, once='never')\n"
        "env.cr.rollback()"
    )
    assert inside.run(program) is None
    (message_id,) = enqueue(inside, flow_id, [({"order": "after"}, {"once": "never"})])
    settled(world, [message_id], "delivered")
    assert [call.data["order"] for call in desk.calls] == ["after"]


def test_what_is_one_message_for_ever_is_written_once(world, inside, desk, flow):
    flow_id = flow()
    first = enqueue(inside, flow_id, [({"n": 1}, {"once": "release:7"})])
    second = enqueue(inside, flow_id, [({"n": 2}, {"once": "release:7"})])
    assert first == second
    settled(world, first, "delivered")
    assert [call.data for call in desk.calls] == [{"n": 1}]


def test_trouble_is_tried_again_under_the_same_id(world, inside, desk, flow):
    troubles = [Answer(503), Answer(reset=True), Answer(500)]
    desk.behave = lambda call, number: troubles[number] if number < 3 else OK
    (message_id,) = enqueue(inside, flow(), [({"n": 1}, {})])
    settled(world, [message_id], "delivered")
    assert len(desk.calls) == 4 and len({call.key for call in desk.calls}) == 1
    pauses = [b.at - a.at for a, b in itertools.pairwise(desk.calls)]
    assert all(pause >= 0.75 for pause in pauses), pauses
    attempts = world.rpc(
        "logistics.message.attempt",
        "search_read",
        [("message_id", "=", message_id)],
        ["error_class"],
        order="id",
    )
    assert [row["error_class"] for row in attempts] == ["trouble", "doubt", "doubt", False]


def test_messages_about_one_order_arrive_one_after_the_other(world, inside, desk, flow):
    desk.behave = lambda call, number: Answer(503) if number == 0 else OK
    flow_id = flow(senders=3)
    messages = [({"order": key, "n": n}, {"key": key}) for n in range(4) for key in ("A", "B")]
    settled(world, enqueue(inside, flow_id, messages), "delivered")
    for key in ("A", "B"):
        told = [call.data["n"] for call in desk.worked if call.data["order"] == key]
        assert told == [0, 1, 2, 3], told


def test_what_is_rejected_waits_for_a_person_and_nobody_else_waits(world, inside, desk, flow):
    desk.behave = lambda call, number: (
        Answer(422, body=b'{"error": "unknown item"}') if call.data["n"] == 1 else OK
    )
    flow_id = flow()
    ids = enqueue(inside, flow_id, [({"n": n}, {"key": f"order {n}"}) for n in range(3)])
    assert settled(world, ids, "delivered", "rejected") == ["delivered", "rejected", "delivered"]
    assert len(desk.calls) == 3
    (found,) = world.rpc(
        "logistics.exception",
        "search_read",
        [("message_id", "=", ids[1])],
        ["type_code", "is_open", "name"],
    )
    assert (found["type_code"], found["is_open"]) == ("message_rejected", True)
    desk.behave = lambda call, number: OK
    world.rpc("logistics.message", "action_resend", [ids[1]])
    settled(world, [ids[1]], "delivered")
    assert world.read("logistics.exception", found["id"], "is_open")["is_open"] is False


def test_retry_after_holds_everything_that_goes_the_same_way(world, inside, desk, flow):
    desk.behave = lambda call, number: Answer(429, {"Retry-After": "2"}) if number == 0 else OK
    ids = enqueue(inside, flow(), [({"n": n}, {}) for n in range(3)])
    settled(world, ids, "delivered")
    assert len(desk.calls) == 4
    assert desk.calls[1].at - desk.calls[0].at >= 1.9


def test_the_breaker_opens_probes_and_closes(world, inside, desk, flow):
    down = [True]
    desk.behave = lambda call, number: Answer(503) if down else OK
    flow_id = flow(breaker_limit=2, breaker_pause=1, breaker_longest=1)
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(30)])
    wait_for(lambda: len(desk.calls) >= 5, 20, "no probe came")
    shown = world.read("logistics.flow", flow_id, "breaker_state", "waiting_count")
    assert shown["waiting_count"] == 30 and shown["breaker_state"] in ("open", "half_open")
    # Two calls opened it; then one message for each pause.
    probes = [call.at for call in desk.calls[2:]]
    assert all(b - a >= 0.9 for a, b in itertools.pairwise(probes))
    cases = [("key", "=", f"breaker:{flow_id}")]
    assert len(world.rpc("logistics.exception", "search", [*cases, ("is_open", "=", True)])) == 1
    down.clear()
    settled(world, ids, "delivered")
    assert len(desk.worked) == 30
    assert not world.rpc("logistics.exception", "search", [*cases, ("is_open", "=", True)])
    assert len(world.rpc("logistics.exception", "search", cases)) == 1


def test_an_address_that_is_gone_stops_the_flow_and_keeps_the_messages(world, inside, desk, flow):
    desk.behave = lambda call, number: Answer(410)
    flow_id = flow()
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(5)])
    wait_for(
        lambda: (
            world.read("logistics.flow", flow_id, "breaker_state")["breaker_state"] == "stopped"
        ),
        20,
    )
    assert settled(world, ids, "pending") and len(desk.calls) == 1
    desk.behave = lambda call, number: OK
    world.rpc("logistics.flow", "action_start_again", [flow_id])
    settled(world, ids, "delivered")


def test_a_redirect_is_not_followed(world, inside, desk, flow):
    with Receiver() as elsewhere:
        elsewhere.allow(world.rpc)
        desk.behave = lambda call, number: (
            Answer(301, {"Location": elsewhere.url}) if number < 1 else OK
        )
        ids = enqueue(inside, flow(), [({"n": 1}, {})])
        settled(world, ids, "delivered")
        assert not elsewhere.calls and len(desk.calls) == 2


def test_a_doubt_is_asked_about_before_it_is_sent_again(world, inside, desk, flow):
    arrived = set()

    def behave(call, number):
        if call.method == "GET":
            return Answer(200 if call.path.rpartition("/")[2] in arrived else 404)
        if call.data["n"] == 0:  # worked, and the answer is lost
            arrived.add(call.key)
            return Answer(reset=True)
        if (
            call.data["n"] == 1
            and sum(c.method == "POST" and c.data["n"] == 1 for c in desk.calls) == 1
        ):
            return Answer(reset=True)  # lost on the way
        return OK

    desk.behave = behave
    flow_id = flow(repeat="ask", ask_url=f"{desk.url}/orders/{{id}}")
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(3)])
    settled(world, ids, "delivered")
    posts = [call.data["n"] for call in desk.calls if call.method == "POST"]
    assert sorted(posts) == [0, 1, 1, 2]


def test_who_is_asked_is_given_the_pause_of_the_schedule(world, inside, desk, flow):
    """Whoever was too slow to answer may work it a moment later; who stumbles over a message for
    ever is not called without end."""
    late = []

    def behave(call, number):
        if call.method == "GET":
            return Answer(200 if call.path.rpartition("/")[2] in late else 404)
        if call.data["n"] == 0:
            late.append(call.key)
            return Answer(delay=1.3)
        return Answer(500)

    desk.behave = behave
    ask = {"repeat": "ask", "ask_url": f"{desk.url}/orders/{{id}}", "timeout": 1}
    slow = flow(retry_schedule="2s", **ask)
    ids = enqueue(inside, slow, [({"n": 0}, {})])
    settled(world, ids, "delivered")
    assert [call.method for call in desk.calls] == ["POST", "GET"]
    stumbles = flow(retry_schedule="1s 1s 1s 2s", **ask)
    world.database.rows("UPDATE logistics_flow SET give_up_hours = 0 WHERE id = %s", stumbles)
    ids = enqueue(inside, stumbles, [({"n": 1}, {})])
    assert settled(world, ids, "dead") == ["dead"]
    posts = [call.at for call in desk.calls if call.method == "POST"][1:]
    assert len(posts) == 2 and posts[1] - posts[0] >= 0.75


def test_a_partner_that_is_down_is_not_asked_either(world, inside, desk, flow):
    down = [True]
    desk.behave = lambda call, number: (
        Answer(503) if down else Answer(404) if call.method == "GET" else OK
    )
    flow_id = flow(
        repeat="ask",
        ask_url=f"{desk.url}/orders/{{id}}",
        breaker_limit=3,
        breaker_pause=1,
        breaker_longest=1,
        is_ordered=False,
    )
    world.rpc("logistics.flow", "action_stop", [flow_id])
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(20)])
    world.database.rows(
        "UPDATE logistics_message SET state = 'doubt', next_try_at = now() AT TIME ZONE 'UTC',"
        " claimed_at = now() AT TIME ZONE 'UTC' WHERE id = ANY(%s)",
        ids,
    )
    world.rpc("logistics.flow", "action_start_again", [flow_id])
    wait_for(lambda: len(desk.calls) >= 6, 20, "no probe came")
    probes = [call.at for call in desk.calls[3:]]
    assert all(b - a >= 0.9 for a, b in itertools.pairwise(probes)), probes
    down.clear()
    settled(world, ids, "delivered")
    assert len([call for call in desk.worked if call.method == "POST"]) == 20


def test_a_doubt_that_nobody_can_be_asked_about_is_a_persons(world, inside, desk, flow):
    desk.behave = lambda call, number: Answer(reset=True) if number == 0 else OK
    flow_id = flow(repeat="never")
    first, second = enqueue(inside, flow_id, [({"n": n}, {"key": "S9"}) for n in range(2)])
    settled(world, [first], "doubt")
    held = world.read("logistics.message", second, "state", "held_by")
    assert held["state"] == "pending" and "S9" in held["held_by"]
    world.rpc("logistics.message", "action_has_arrived", [first])
    assert settled(world, [first, second], "delivered") == ["delivered"] * 2
    assert [call.data["n"] for call in desk.calls] == [0, 1]


def test_what_expires_is_not_sent(world, inside, desk, flow):
    flow_id = flow()
    world.rpc("logistics.flow", "action_stop", [flow_id])
    (message_id,) = enqueue(inside, flow_id, [({"n": 1}, {})])
    world.database.rows(
        "UPDATE logistics_message SET expires_at = now() AT TIME ZONE 'UTC' WHERE id = %s",
        message_id,
    )
    world.rpc("logistics.flow", "action_start_again", [flow_id])
    settled(world, [message_id], "expired")
    assert not desk.calls


def test_losing_every_job_loses_no_message(world, inside, desk, flow):
    flow_id = flow()
    world.rpc("logistics.flow", "action_stop", [flow_id])
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(20)])
    world.rpc("logistics.flow", "action_start_again", [flow_id])
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        with contextlib.suppress(DeadlockDetected):  # the job runner is at the same rows
            world.database.rows(
                "DELETE FROM queue_job WHERE identity_key LIKE 'logistics.outbox%%'"
            )
    settled(world, ids, "delivered")
    assert sorted(call.data["n"] for call in desk.worked) == list(range(20))


# -- acknowledgements ---------------------------------------------------------------------------


def test_an_answer_says_inside_whether_the_message_was_taken(world, inside, desk, flow):
    answers = {
        0: b'{"result": {"status": "OK"}}',
        1: b'{"result": {"status": "error", "message": "unknown item"}}',
        2: b"<html>welcome</html>",
    }

    def behave(call, number):
        said = answers.pop(call.data["n"], answers.get(0, b'{"result": {"status": "ok"}}'))
        return Answer(body=said)

    desk.behave = behave
    values = {"ack_field": "result.status", "ack_text_field": "result.message"}
    flow_id = flow(ack="answer", **values)
    ids = enqueue(inside, flow_id, [({"n": n}, {"key": str(n)}) for n in range(3)])
    assert settled(world, ids, "delivered", "rejected") == ["delivered", "rejected", "delivered"]
    rejected = world.read("logistics.message", ids[1], "error_text")
    assert rejected["error_text"] == "unknown item"
    # What said neither was sent again, under its id.
    assert [call.data["n"] for call in desk.calls].count(2) == 2


def acknowledge(world, *acknowledgements):
    body = {"id": f"ack {next(codes)}", "issuer": "northwind"}
    raw = world.partner.encode({**body, "acknowledgements": list(acknowledgements)})
    answer = world.partner.deliver(raw).answer
    assert answer.status == 202, answer
    return answer.json()["receipt"]


def test_an_acknowledgement_comes_as_a_message_of_theirs(world, inside, desk, flow):
    ids = enqueue(inside, flow(ack="message"), [({"n": n}, {}) for n in range(2)])
    settled(world, ids, "sent")
    keys = [call.key for call in sorted(desk.calls, key=lambda call: call.data["n"])]
    unknown = [("type_code", "=", "unknown_acknowledgement"), ("is_open", "=", True)]
    before = world.rpc("logistics.exception", "search_count", unknown)  # of other tests
    told = acknowledge(
        world,
        {"message": keys[0]},
        {"message": keys[1], "accepted": False, "reason": "no such item"},
        {"message": "nobody sent this"},
    )
    assert settled(world, ids, "delivered", "rejected") == ["delivered", "rejected"]
    assert world.read("logistics.message", ids[1], "error_text")["error_text"] == "no such item"
    assert world.fate(told)["state"] == "processed"
    assert world.rpc("logistics.exception", "search_count", unknown) == before + 1
    # Said again, and the other way round: what is settled stays.
    acknowledge(world, {"message": keys[0], "accepted": False})
    second = acknowledge(world, {"message": keys[1]})
    world.fate(second)
    assert settled(world, ids, "delivered", "rejected") == ["delivered", "rejected"]


def test_an_acknowledgement_may_be_there_before_the_answer(world, inside, desk, flow):
    def behave(call, number):
        world.fate(acknowledge(world, {"message": call.key}))
        return OK

    desk.behave = behave
    (message_id,) = enqueue(inside, flow(ack="message"), [({"n": 1}, {})])
    settled(world, [message_id], "delivered")
    wait_for(
        lambda: world.rpc(
            "logistics.message.attempt",
            "search_count",
            [("message_id", "=", message_id), ("status", "=", 200)],
        ),
        10,
        "the try was not noted",
    )
    assert settled(world, [message_id], "delivered")


def test_an_acknowledgement_is_asked_for(world, inside, desk, flow):
    asked = []

    def behave(call, number):
        if call.method != "GET":
            return Answer(202)
        asked.append(call.path)
        return Answer(body=b'{"state": "accepted"}')

    desk.behave = behave
    flow_id = flow(ack="poll", ask_url=f"{desk.url}/state/{{key}}", ack_field="state")
    (message_id,) = enqueue(inside, flow_id, [({"n": 1}, {"key": "S 5"})])
    settled(world, [message_id], "delivered")
    assert asked == ["/state/S%205"]


def test_an_acknowledgement_that_does_not_come_is_missed_once(world, inside, desk, flow):
    (message_id,) = enqueue(inside, flow(ack="message", ack_minutes=1), [({"n": 1}, {})])
    settled(world, [message_id], "sent")
    world.database.rows(
        "UPDATE logistics_message SET processed_at = processed_at - interval '2 minutes'"
        " WHERE id = %s",
        message_id,
    )
    for _time in range(2):
        inside.run("env['logistics.message']._report_unacknowledged()")
    (case,) = world.rpc(
        "logistics.exception",
        "search_read",
        [("message_id", "=", message_id)],
        ["type_code", "occurrence_count", "is_open"],
    )
    assert (case["type_code"], case["occurrence_count"]) == ("missing_acknowledgement", 1)
    world.fate(acknowledge(world, {"message": desk.calls[0].key}))
    assert not world.read("logistics.exception", case["id"], "is_open")["is_open"]
