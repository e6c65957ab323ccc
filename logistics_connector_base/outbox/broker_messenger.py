"""Messages to a message broker (AMQP 0-9-1)."""

import time
from dataclasses import dataclass, replace

from ..client import CallError, Refused
from ..client.broker import BrokerRefusal
from ..core import broker_message, broker_reply
from ..core import outcome as outcomes
from ..core.broker_address import BrokerAddress, parse_address, routing_key
from ..core.trace import traceparent
from .records import Result
from .unprepared import unprepared


@dataclass(frozen=True, slots=True)
class BrokerPlan:
    """Where the messages of a flow go in a broker. ``code``: the flow's."""

    address: BrokerAddress
    exchange: str
    routing_key: str
    is_mandatory: bool
    declares: bool
    mode: str
    code: str


def plan_of(flow):
    """The BrokerPlan of a ``logistics.flow``; None where its messages go by HTTP."""
    if not flow.is_broker:
        return None
    return BrokerPlan(
        address=parse_address(flow.url),
        exchange=flow.broker_exchange,
        routing_key=flow.broker_routing_key,
        is_mandatory=flow.broker_mandatory,
        declares=flow.broker_declare,
        mode=flow.broker_mode,
        code=flow.code,
    )


class BrokerMessenger:
    """Gives messages to a broker, and has its word that it keeps them (see ``messengers``).

    :param Plan plan: of the flow
    """

    def __init__(self, plan, client=None):
        self.plan = plan
        self.client = client or plan.make_client()

    def close(self):
        self.client.close()

    def send(self, taken):
        """Publish, once, and wait for the confirmation."""
        plan, broker, start = self.plan, self.plan.broker, time.monotonic()
        try:
            login = plan.caller.login(plan.url)
            message = broker_message.make(
                taken.content,
                taken.content_type,
                taken.receipt,
                taken.correlation_id,
                taken.written_at,
                traceparent(taken.correlation_id, taken.receipt),
                broker.code,
                broker.mode,
            )
            key = routing_key(broker.routing_key, message.type, message.code, taken.key)
        except Exception as error:
            return Result(taken, unprepared(error), time.monotonic() - start)
        try:
            self.client.publish(
                broker.address,
                login,
                broker.exchange,
                message,
                key,
                broker.is_mandatory,
                broker.declares,
            )
            outcome = outcomes.Outcome(outcomes.DELIVERED)
        except CallError as error:
            outcome = judge(error, broker_reply.Place(broker.address.vhost, broker.exchange, key))
            outcome = replace(outcome, text=plan.caller.mask(outcome.text))
        return Result(taken, outcome, time.monotonic() - start)

    def ask(self, taken, state):
        """A broker cannot be asked (``logistics.flow`` refuses to be set so)."""
        outcome = outcomes.Outcome(outcomes.DOUBT, "A message broker cannot be asked.")
        return Result(taken, outcome, 0.0), None


def judge(error, place):
    """The outcome of a ``CallError`` of the broker's client."""
    if isinstance(error, BrokerRefusal):
        return broker_reply.judge(error.step, error.code, error.said, place)
    return outcomes.of_error(error.sent, str(error), None, isinstance(error, Refused))
