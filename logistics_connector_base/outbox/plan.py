"""What a sender must know of its flow: read once a slice, then used in a thread."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..client import Limits
from ..core import retry_schedule
from ..core.acknowledgement import Rules as AckRules
from ..core.acknowledgement import parse_values
from ..core.breaker import Rules
from ..core.token_bucket import Rate
from .broker_messenger import BrokerPlan, plan_of


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of one flow at a moment. Secrets are in ``caller`` alone, which shows none.

    :param make_client: ``() -> GuardedClient``, or a ``BrokerClient`` where there is a ``broker``
    :param engine: what carries its messages out, where they are no calls to an address
        (``engine_messenger``)
    :param caller: what identifies us, see ``logistics.connection._make_caller``
    :param timeout: of one call, and ``give_up``: seconds
    """

    dbname: str
    uid: int
    flow_id: int
    connection_id: int
    method: str
    url: str
    ask_url: str
    id_header: str
    is_ordered: bool
    repeat: str
    timeout: float
    pauses: tuple[float, ...]
    give_up: float
    rules: Rules
    rate: Rate | None
    ack: str
    ack_rules: AckRules | None
    make_client: Callable[[], Any] = field(repr=False)
    caller: Any = field(repr=False)
    broker: BrokerPlan | None = None
    engine: Any = field(default=None, repr=False)

    @property
    def awaits(self):
        """Whether 2xx is not the end: an acknowledgement is to come."""
        return self.ack in ("message", "poll")

    @property
    def asks(self):
        """Whether the partner is asked about messages."""
        return self.repeat == "ask" or self.ack == "poll"

    @property
    def repeats_safely(self):
        """Whether what may have arrived is simply sent again."""
        return self.repeat == "safe"


def make(flow):
    """The plan of a ``logistics.flow`` (as superuser)."""
    connection = flow.connection_id
    caller = connection._make_caller()
    limits = Limits(total=flow.timeout, read=min(20.0, flow.timeout))
    http, options = flow.env["logistics.http"], caller.client_options()
    broker = plan_of(flow)
    make_client = http._client if broker is None else http._broker_client
    client = make_client(limits, **options)  # what is wrong with it is told now
    client.close()
    return Plan(
        dbname=flow.env.cr.dbname,
        uid=flow.env.uid,
        flow_id=flow.id,
        connection_id=connection.id,
        method=flow.method,
        url=flow.url,
        ask_url=flow.ask_url or "",
        id_header=flow.id_header or "",
        is_ordered=flow.is_ordered,
        repeat=flow.repeat,
        timeout=float(flow.timeout),
        pauses=retry_schedule.parse(flow.retry_schedule),
        give_up=flow.give_up_hours * 3600.0,
        rules=Rules(flow.breaker_limit, flow.breaker_pause, flow.breaker_longest),
        rate=connection._call_rate(),
        ack=flow.ack,
        ack_rules=_ack_rules(flow),
        make_client=lambda: client,
        caller=caller,
        broker=broker,
        engine=flow._make_engine(),
    )


def _ack_rules(flow):
    if not flow.ack_field:
        return None
    accepted = parse_values(flow.ack_values)
    return AckRules(flow.ack_field, accepted, flow.ack_text_field or "")
