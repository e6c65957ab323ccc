"""Which of a shipment's events count: corrections append, nothing is deleted.

A partner may send an event again under its own id with a later revision (DCSA), withdraw one
(EPCIS error declaration, ``retracts``) or replace one (``corrects``). Which events are left is a
pure function of the set, so that a retraction may come before what it retracts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ACTIVE = "active"
SUPERSEDED = "superseded"
RETRACTED = "retracted"
QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Statement:
    """What matters of an event here. ``recorded_at`` is aware or naive UTC, alike for all, or None.

    ``implausible``: its time cannot be right; it is kept, and left out until a person decides.
    """

    fingerprint: str
    issuer: str = ""
    source_id: str = ""
    revision: str = ""
    retracts: str = ""
    corrects: str = ""
    recorded_at: datetime | None = None
    implausible: bool = False


def standing(statements: Iterable[Statement]) -> dict[str, str]:
    """The standing of each event: active, superseded, retracted or quarantined.

    :return: fingerprint → standing; independent of the order of ``statements``
    """
    unique = {statement.fingerprint: statement for statement in statements}
    latest: dict[tuple[str, str], Statement] = {}
    for statement in unique.values():
        if statement.source_id:
            key = (statement.issuer, statement.source_id)
            if key not in latest or _version(statement) > _version(latest[key]):
                latest[key] = statement
    newest = {s.fingerprint for s in latest.values()}
    newest |= {s.fingerprint for s in unique.values() if not s.source_id}
    # All newest revisions speak at once, also those that others withdraw: no standard defines the
    # withdrawal of a withdrawal, and a sequence would bring back an order.
    speakers = [s for s in unique.values() if s.fingerprint in newest]
    withdrawn = {(s.issuer, s.retracts) for s in speakers if s.retracts != s.source_id}
    corrected = {(s.issuer, s.corrects) for s in speakers if s.corrects != s.source_id}
    result = {}
    for statement in unique.values():
        key = (statement.issuer, statement.source_id)
        if statement.source_id and key in withdrawn:
            verdict = RETRACTED
        elif statement.fingerprint not in newest or (statement.source_id and key in corrected):
            verdict = SUPERSEDED
        elif statement.implausible:
            verdict = QUARANTINED
        else:
            verdict = ACTIVE
        result[statement.fingerprint] = verdict
    return result


def _version(statement):
    """Later revisions are greater: by the partner's recording time, then by the revision itself
    (numbers by value, ISO times by text), then by content, so that no order of arrival matters."""
    revision = statement.revision
    is_number = revision.isascii() and revision.isdigit() and len(revision) < 19
    number = int(revision) if is_number else -1
    recorded = statement.recorded_at.timestamp() if statement.recorded_at else 0.0
    return (number, revision, recorded, statement.fingerprint)
