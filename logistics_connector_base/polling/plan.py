"""What an asker must know of its poll: read once a slice, then used in a thread."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..client import Limits
from ..core.breaker import Rules as BreakerRules
from ..core.poll_interval import Rules
from ..core.token_bucket import Rate
from ..intake.profile import IntakeProfile


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of one poll at a moment. Secrets are in ``caller`` alone, which shows none.

    :param declared: what the provider says of it (``core.polling``)
    :param profile: under which answers are filed; without header of the id: answers have none
    :param make_client: ``() -> GuardedClient``
    :param start: aware, for the first round of a feed
    :param timeout: of one call in seconds
    """

    dbname: str
    uid: int
    poll_id: int
    connection_id: int
    kind: str
    declared: Any
    issuer: str
    url: str
    size: int
    overlap: timedelta
    start: datetime
    timeout: float
    pace: Rules
    rules: BreakerRules
    rate: Rate | None
    profile: IntakeProfile
    make_client: Callable[[], Any] = field(repr=False)
    caller: Any = field(repr=False)


def make(poll):
    """The plan of a ``logistics.poll`` (as superuser).

    :raises UserError: it cannot be asked as it is set up
    :raises NoAccess: we cannot say who we are
    """
    connection = poll.connection_id
    declared = poll._declared()
    poll._check_place()
    caller = connection._make_caller()
    limits = Limits(total=poll.timeout, read=min(20.0, poll.timeout))
    http, options = poll.env["logistics.http"], caller.client_options()
    client = http._client(limits, **options)  # what is wrong with it is told now
    client.close()
    return Plan(
        dbname=poll.env.cr.dbname,
        uid=poll.env.uid,
        poll_id=poll.id,
        connection_id=connection.id,
        kind=poll.kind,
        declared=declared,
        issuer=connection.provider_id.code,
        url=poll.url,
        size=min(poll.page_size, declared.most) if poll.kind == "feed" else declared.most,
        overlap=timedelta(minutes=poll.overlap_minutes),
        start=poll.start_at.replace(tzinfo=UTC),
        timeout=float(poll.timeout),
        pace=poll._pace(),
        rules=BreakerRules(poll.breaker_limit, poll.breaker_pause, poll.breaker_longest),
        rate=connection._call_rate(),  # the same bucket as that of what is sent to this partner,
        profile=replace(connection._make_profile(), message_id_header=""),
        make_client=lambda: client,
        caller=caller,
    )
