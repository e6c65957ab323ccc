# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whether, and when, a customer is told of a milestone. Pure: facts and policy in, verdict out."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from . import customer

# In the order of a journey: who was told of a later one is not told of an earlier one any more.
MILESTONES = (
    "shipped",
    "delayed",
    "out_for_delivery",
    "attempt_failed",
    "available_for_pickup",
    "delivered",
    "returned",
)
# Not of the journey: what was told was a mistake.
CORRECTED = "corrected"
# Of these a customer is told so: nobody waits for what has come, or goes back, any more.
TAKEN_BACK = ("delivered", "returned")
_OF_STAGE = {
    customer.SHIPPED: "shipped",
    customer.OUT: "out_for_delivery",
    customer.ATTEMPTED: "attempt_failed",
    customer.READY: "available_for_pickup",
    customer.DELIVERED: "delivered",
    customer.RETURNING: "returned",
    customer.RETURNED: "returned",
}
SEND, WAIT, DROP = "send", "wait", "drop"
# Why nothing is sent.
OFF, ERASED, NOBODY, NO_ADDRESS, NO_CONSENT, BLOCKED, TOLD, OVERTAKEN, TOO_OLD, TOO_MANY = (
    REASONS
) = (
    "off",
    "erased",
    "nobody",
    "no_address",
    "no_consent",
    "blocked",
    "told",
    "overtaken",
    "too_old",
    "too_many",
)


def milestone(stage: str, is_delayed: bool = False) -> str:
    """The milestone at which a shipment stands; "" at none that customers are told of. What has
    come in part is none: the rest is still to come."""
    if stage == customer.SHIPPED and is_delayed:
        return "delayed"
    return _OF_STAGE.get(stage, "")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a company tells its customers.

    ``quiet_from`` and ``quiet_to`` are minutes of the day on the customer's clock (``zone``); the
    same number twice means no quiet hours. ``per_day`` 0: no limit.
    """

    max_age: timedelta
    zone: tzinfo
    quiet_from: int = 0
    quiet_to: int = 0
    per_day: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one notice when it is due.

    ``stands_at`` is the milestone at which the shipment stands now, by its fold; ``told`` are those
    its customer was told of; ``sent_today`` counts the e-mails of the last 24 hours.
    """

    milestone: str
    stands_at: str
    happened_at: datetime
    due_at: datetime
    told: frozenset[str] = frozenset()
    is_on: bool = True
    is_erased: bool = False
    has_recipient: bool = True
    has_address: bool = True
    consents: bool = True
    is_blocked: bool = False
    sent_today: int = 0


class Verdict(NamedTuple):
    """``what``: send, wait (until ``at``) or drop (for ``reason``)."""

    what: str
    reason: str = ""
    at: datetime | None = None


def decide(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """What becomes of a notice. All times aware."""
    for reason, is_so in (
        (OFF, not facts.is_on),
        (ERASED, facts.is_erased),
        (NOBODY, not facts.has_recipient),
        (NO_ADDRESS, not facts.has_address),
        (NO_CONSENT, not facts.consents),
        (BLOCKED, facts.is_blocked),
        (TOLD, is_told(facts.milestone, facts.told)),
        (TOO_OLD, now - facts.happened_at > policy.max_age),
    ):
        if is_so:
            return Verdict(DROP, reason)
    if now < facts.due_at:
        return Verdict(WAIT, at=facts.due_at)
    if facts.stands_at != facts.milestone:
        return Verdict(DROP, OVERTAKEN)
    is_correction = facts.milestone == CORRECTED  # whatever else they heard that day was not wrong
    if policy.per_day and facts.sent_today >= policy.per_day and not is_correction:
        return Verdict(DROP, TOO_MANY)
    if is_quiet(now, policy):
        at = end_of_quiet(now, policy)
        if at - facts.happened_at > policy.max_age:
            return Verdict(DROP, TOO_OLD)
        return Verdict(WAIT, at=at)
    return Verdict(SEND)


def is_told(milestone: str, told: frozenset[str]) -> bool:
    """Whether this one, or a later one, was told. A mistake is owned up to once."""
    if milestone == CORRECTED:
        return CORRECTED in told
    rank = MILESTONES.index(milestone)
    return any(MILESTONES.index(other) >= rank for other in told if other != CORRECTED)


def is_wrong(told: str, stands_at: str, stage: str) -> bool:
    """Whether a customer who was told of this milestone must hear that it was a mistake, once the
    partner has taken it back. Not where the goods are lost: somebody talks to the customer."""
    if told not in TAKEN_BACK or stage == customer.PROBLEM:
        return False
    return not stands_at or MILESTONES.index(stands_at) < MILESTONES.index(told)


def is_quiet(moment: datetime, policy: Policy) -> bool:
    """Whether it is too early or too late for an e-mail, by the customer's clock."""
    local = moment.astimezone(policy.zone)
    minute = local.hour * 60 + local.minute
    if policy.quiet_from <= policy.quiet_to:
        return policy.quiet_from <= minute < policy.quiet_to
    return minute >= policy.quiet_from or minute < policy.quiet_to


def end_of_quiet(moment: datetime, policy: Policy) -> datetime:
    """The first minute after ``moment`` that is not quiet any more.

    Where the clocks are changed within the quiet hours, their end may not exist, or exist twice:
    then it is the first moment at which the clock shows no quiet hour.
    """
    local = moment.astimezone(policy.zone)
    end = local.replace(
        hour=policy.quiet_to // 60, minute=policy.quiet_to % 60, second=0, microsecond=0, fold=0
    )
    if end.replace(tzinfo=None) <= local.replace(tzinfo=None):
        end += timedelta(days=1)  # on the wall: of a changed day the same time
    at = max(end.astimezone(moment.tzinfo), moment)
    while is_quiet(at, policy):
        at += timedelta(minutes=1)
    return at
