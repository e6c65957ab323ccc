"""Events to a real RabbitMQ: in order of their shipment, none lost, whatever breaks in between."""

import itertools
import json

import pytest

from devtools.rabbitmq import RabbitMQ

from ..simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from ..support.broker import BadLine, Desk
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import enqueue, make_flow
from .certificates import make_server

USER, PASSWORD, VHOST = "odoo", "a password of the broker, 4711", "logistics/events"
ADDRESS = "logistics%2Fevents"
STORY = ["state", "tries", "error_class", "error_text", "next_try_at", "held_by"]
codes = itertools.count()


@pytest.fixture(scope="module")
def inside(live_server):
    with Inside(live_server.db) as process:
        yield process


@pytest.fixture(scope="module")
def authority():
    return make_server("localhost")


@pytest.fixture(scope="module")
def broker(authority):
    with RabbitMQ({USER: PASSWORD}, [VHOST], authority) as server:
        yield server


@pytest.fixture
def desk(broker):
    made = Desk(broker, VHOST, USER, PASSWORD)
    made.make("logistics")
    return made


def allow(world, port, host="127.0.0.1", **values):
    """What an administrator enters so that Odoo may call a broker beside it."""
    lines = world.rpc(
        "logistics.allowed.host", "search_read", [("host", "=", host)], ["ports"], limit=1
    )
    ports = {part for line in lines for part in (line["ports"] or "").split(",") if part}
    values = {"ports": ",".join(sorted({*ports, str(port)})), **values}
    if lines:
        world.rpc("logistics.allowed.host", "write", [lines[0]["id"]], values)
    else:
        values = {"host": host, "note": "A broker (tests)", **values}
        world.rpc("logistics.allowed.host", "create", [values])


def connection(world, password=PASSWORD):
    """A connection with a user name and a password under "Our access"."""
    secret = [(0, 0, {"secret": password})]
    access = {"kind": "basic", "username": USER, "credential_ids": secret}
    values = {
        "name": f"Broker {next(codes)}",
        "provider_id": world.rpc("logistics.provider", "search", [], limit=1)[0],
        "state": "live",
        "access_ids": [(0, 0, access)],
    }
    return world.rpc("logistics.connection", "create", [values])[0]


@pytest.fixture
def flow(world, broker):
    """Makes flows to the broker; what a test leaves waiting is stopped at its end."""
    made = []

    def make(port=None, host="127.0.0.1", path=ADDRESS, scheme="amqp", **values):
        password = values.pop("password", PASSWORD)
        if scheme == "amqp":
            allow(world, port or broker.port, host, plain_http=True)
        values = {
            "code": f"broker{next(codes)}",
            "broker_exchange": "logistics",
            "retry_schedule": "1s 1s 1s",
            "breaker_limit": 2,
            "breaker_pause": 1,
            "breaker_longest": 1,
            "timeout": 5,
            **values,
        }
        url = f"{scheme}://{host}:{port or broker.port}/{path}"
        made.append(make_flow(world.rpc, connection(world, password), url, **values))
        return made[-1]

    yield make
    world.rpc("logistics.flow", "action_stop", made)


def settled(world, ids, *states, timeout=30):
    """Wait until all messages are in one of these states."""

    def look():
        rows = world.rpc("logistics.message", "read", ids, ["state"])
        return {row["state"] for row in rows} <= {*states}

    wait_for(look, timeout, lambda: world.rpc("logistics.message", "read", ids, STORY))


def trouble(world, message_id, timeout=20):
    """What is written at a message that does not get through, once it was tried."""

    def look():
        row = world.read("logistics.message", message_id, "error_class", "error_text", "state")
        return row if row["error_class"] else None

    return wait_for(look, timeout, lambda: world.read("logistics.message", message_id, *STORY))


def test_events_in_order_while_the_broker_comes_and_goes(world, broker, desk, flow):
    desk.bind("logistics", "analysis", "logistics.event.recorded.*", **{
        "x-single-active-consumer": True
    })  # fmt: skip
    flow_id = flow()
    values = {"name": "Analysis", "flow_id": flow_id}
    subscription_id = world.rpc("logistics.subscription", "create", [values])[0]
    shipment_id, number = world.shipment()
    steps = journey("delivered", now(), EINDHOVEN, UTRECHT, "J. Jansen")

    def happen(part):
        for step in part:
            delivery = world.partner.deliver(world.partner.body(Parcel(number), [step]))
            assert delivery.answer.status == 202
            world.fate(delivery.answer.json()["receipt"])

    half = len(steps) // 2
    happen(steps[:half])
    wait_for(lambda: len(desk.take("analysis")) >= half, 20, lambda: desk.told)
    broker.stop()
    happen(steps[half:])
    state = "breaker_state"
    wait_for(
        lambda: world.read("logistics.flow", flow_id, state)[state] != "closed",
        20,
        "nobody saw that the broker is away",
    )
    broker.start()
    expected = world.rpc(
        "logistics.event",
        "search_read",
        [("shipment_id", "=", shipment_id), ("standing", "=", "active")],
        ["code"],
        order="occurred_at, id",
    )
    wait_for(lambda: len(desk.take("analysis")) >= len(expected), 30, lambda: desk.told)
    world.rpc("logistics.subscription", "write", [subscription_id], {"active": False})

    codes_told = [told.data["data"]["code"] for told in desk.told]
    assert codes_told == [row["code"] for row in expected]
    shipment = world.read("logistics.shipment", shipment_id, "name", "correlation_id")
    for told in desk.told:
        event, properties = told.data, told.properties
        assert told.routing_key == f"logistics.event.recorded.{event['data']['code']}"
        assert (event["specversion"], event["subject"]) == ("1.0", shipment["name"])
        assert properties["content_type"] == "application/cloudevents+json"
        assert properties["delivery_mode"] == 2 and properties["timestamp"]
        assert properties["correlation_id"] == shipment["correlation_id"]
        trace = shipment["correlation_id"].replace("-", "")
        assert trace in told.headers["traceparent"] == event["traceparent"]
        assert told.headers["cloudEvents:id"] == event["id"]
    assert len({told.id for told in desk.told}) == len(expected), "each has its own id"
    assert "J. Jansen" not in json.dumps([told.data for told in desk.told])


@pytest.mark.parametrize("is_killed", [False, True], ids=["cut", "killed"])
def test_a_confirmation_that_is_lost(world, broker, inside, desk, flow, is_killed):
    """The broker has the message, and we do not know: it comes again, under the same id."""
    queue = f"lost{is_killed}"
    desk.bind("logistics", queue, f"{queue}.#")
    with BadLine(broker.port, broker.kill if is_killed else lambda: None) as line:
        flow_id = flow(line.port, broker_routing_key=f"{queue}.{{key}}")
        messages = [({"n": n}, {"key": "S/1.5"}) for n in range(3)]
        ids = enqueue(inside, flow_id, messages)
        first = trouble(world, ids[0])
        assert first["error_class"] == "doubt", first
        if is_killed:
            broker.start()
        settled(world, ids, "delivered")
    told = desk.take(queue)
    assert [one.data["n"] for one in told] == [0, 0, 1, 2], told
    assert told[0].id == told[1].id and len({one.id for one in told}) == 3
    assert {one.routing_key for one in told} == {f"{queue}.S/1-5"}
    receipts = world.rpc("logistics.message", "read", ids, ["receipt"])
    assert [row["receipt"] for row in receipts] == [one.id for one in told[1:]]


def test_what_no_queue_takes_is_kept_and_said(world, inside, desk, flow):
    flow_id = flow(broker_routing_key="nobody.{code}", breaker_limit=0)
    (message_id,) = enqueue(inside, flow_id, [({"n": 1}, {})])
    row = trouble(world, message_id)
    assert (row["error_class"], row["state"]) == ("trouble", "scheduled")
    assert "No queue takes it" in row["error_text"] and "nobody.broker" in row["error_text"]
    desk.bind("logistics", "late", "nobody.#")
    settled(world, [message_id], "delivered")
    assert [one.data for one in desk.take("late")] == [{"n": 1}]
    loose = flow(broker_routing_key="nowhere", broker_mandatory=False)
    settled(world, enqueue(inside, loose, [({"n": 2}, {})]), "delivered")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"password": "not the password"}, "does not accept our user name and password"),
        ({"path": "nowhere"}, "no virtual host “nowhere”"),
        ({"broker_exchange": "nothing"}, "no exchange “nothing”"),
        ({"broker_exchange": "amq.direct", "broker_declare": False}, "No queue takes it"),
    ],
    ids=["password", "vhost", "exchange", "unbound"],
)
def test_what_a_person_has_to_mend_is_said_in_plain_words(world, inside, flow, values, words):
    flow_id = flow(**values)
    ids = enqueue(inside, flow_id, [({"n": n}, {}) for n in range(3)])
    fields = ["breaker_state", "breaker_text"]
    state = wait_for(
        lambda: (row := world.read("logistics.flow", flow_id, *fields))["breaker_text"] and row,
        20,
        lambda: world.rpc("logistics.message", "read", ids, STORY),
    )
    assert state["breaker_state"] in ("open", "half_open") and words in state["breaker_text"]
    for secret in (PASSWORD, values.get("password", PASSWORD)):
        assert secret not in state["breaker_text"]
        assert secret not in world.server.log_path.read_text(errors="replace")
    told = world.rpc("logistics.flow", "action_test_broker", [flow_id])["params"]
    if "No queue" not in words:
        assert told["type"] == "danger" and words in told["message"]
        tries = [row["tries"] for row in world.rpc("logistics.message", "read", ids, ["tries"])]
        assert tries[1:] == [0, 0], "nothing is tried but one now and then"
    else:
        assert told["type"] == "success"


def test_a_full_queue_and_an_exchange_that_we_make(world, inside, desk, flow):
    flow_id = flow(broker_exchange="ours", broker_declare=True, broker_mandatory=False)
    settled(world, enqueue(inside, flow_id, [({"n": 0}, {})]), "delivered")
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    desk.bind("ours", "small", **limits)
    ids = enqueue(inside, flow_id, [({"n": n}, {"key": "S"}) for n in (1, 2)])
    row = trouble(world, ids[1])
    assert row["error_class"] == "doubt" and "could not keep it" in row["error_text"]
    wait_for(lambda: len(desk.take("small")) >= 2, 20, lambda: desk.told)
    settled(world, ids, "delivered")
    assert [one.data["n"] for one in desk.told] == [1, 2]


def test_with_tls_of_an_authority_of_ones_own(world, inside, broker, authority, desk, flow):
    desk.bind("logistics", "secure", "secure")
    allow(world, broker.tls_port, "localhost", plain_http=False, ca_pem=authority[0])
    flow_id = flow(
        broker.tls_port, "localhost", scheme="amqps", broker_routing_key="secure", breaker_limit=0
    )
    ids = enqueue(inside, flow_id, [({"n": 1}, {})])
    settled(world, ids, "delivered")
    assert [one.data for one in desk.take("secure")] == [{"n": 1}]
    allow(world, broker.tls_port, "localhost", ca_pem=make_server("localhost")[0])
    (message_id,) = enqueue(inside, flow_id, [({"n": 2}, {})])
    row = trouble(world, message_id)
    assert row["error_class"] == "trouble" and "not trusted" in row["error_text"]


def test_who_is_not_allowed_is_not_called(world, inside, flow, broker):
    """The guard of calls by HTTP holds: a broker beside Odoo stands on the list, or is not called.
    Once it was refused the flow waits for a person."""
    flow_id = flow(path=ADDRESS)
    world.rpc(
        "logistics.flow", "write", [flow_id], {"url": f"amqp://127.0.0.2:{broker.port}/{ADDRESS}"}
    )
    (message_id,) = enqueue(inside, flow_id, [({"n": 1}, {})])
    row = trouble(world, message_id)
    assert (row["error_class"], row["state"]) == ("refused", "pending")
    stopped = world.read("logistics.flow", flow_id, "breaker_state", "breaker_text")
    assert stopped["breaker_state"] == "stopped" and "administrator" in stopped["breaker_text"]
