# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which of a shipment's events count: corrections append, nothing is deleted.

A partner may send an event again under its own id with a later revision (DCSA), withdraw one
(EPCIS error declaration, DCSA ``isRetracted``: ``retracts``) or replace one (``corrects``); a
person may set one aside. Which events are left is a pure function of the set, so that a withdrawal
may come before what it withdraws.

The rules, and why:

* The newest revision of an id counts. It overrules the earlier ones whole: what only they said
  (a document, a parcel) is gone with them. An id may stand for several events of ours, its parts
  (``id · part``): one EPCIS event tells of many parcels, one scan brings a document.
* A withdrawal takes every part and every revision of its event, but those that the source recorded
  after it: whoever revises an event that was withdrawn has thought again, and it counts once more.
  A revision that withdraws itself (DCSA) takes what is older than itself, by the same reason.
* A withdrawal of a withdrawal brings nothing back. No standard defines it, and a chain of them
  would need an order that the world does not give. Who wants the event back sends it anew, or
  revised.
* What waits for a person (implausible time, conflict) neither counts nor overrules anything: the
  rest stands as if it had not come.
* What its messages do not say any more, because they were read anew, stays in the history and has
  no say either.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .instants import parse_iso

ACTIVE = "active"
SUPERSEDED = "superseded"
RETRACTED = "retracted"
QUARANTINED = "quarantined"
DISPUTED = "disputed"
DISMISSED = "dismissed"

# Between a partner's event id and the part of that event which one of ours stands for.
PART = " · "

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].+")


@dataclass(frozen=True, slots=True)
class Statement:
    """What matters of an event here. ``recorded_at`` is aware or naive UTC, alike for all, or None.

    ``implausible``: its time cannot be right; it is kept, and left out until a person decides.
    ``disputed``: it came under the id and revision of another content, and nobody has decided yet.
    ``dismissed``: a person set it aside. ``apart``: a person found that it counts beside others of
    its id and revision. ``unsaid``: a replay read the messages that told it otherwise.
    """

    fingerprint: str
    issuer: str = ""
    source_id: str = ""
    revision: str = ""
    retracts: str = ""
    corrects: str = ""
    recorded_at: datetime | None = None
    implausible: bool = False
    disputed: bool = False
    dismissed: bool = False
    apart: bool = False
    unsaid: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether it has no say: a person has not let it count, or has set it aside."""
        return self.implausible or self.disputed or self.dismissed or self.unsaid


class Verdict(NamedTuple):
    """The standing of an event; ``by`` is the fingerprint of the one that overrules it, or ""."""

    standing: str
    by: str = ""


def part_of(source_id: str, part: str) -> str:
    """The id of a part of a partner's event: "E1" and "3401…" make "E1 · 3401…"; "" stays ""."""
    return f"{source_id}{PART}{part}" if source_id else ""


def names_of(source_id: str) -> Iterator[str]:
    """Every id by which a partner may mean this event: "E1" and "E1 · a" for "E1 · a"."""
    end = source_id.find(PART)
    while end >= 0:
        yield source_id[:end]
        end = source_id.find(PART, end + len(PART))
    if source_id:
        yield source_id


def standing(statements: Iterable[Statement]) -> dict[str, str]:
    """The standing of each event by fingerprint: see :func:`judge`."""
    return {print_: verdict.standing for print_, verdict in judge(statements).items()}


def judge(statements: Iterable[Statement]) -> dict[str, Verdict]:
    """What each event is worth, and which other one overrules it.

    :return: fingerprint → verdict; independent of the order of ``statements``
    """
    unique = {statement.fingerprint: statement for statement in statements}
    everything = sorted(unique.values(), key=lambda statement: statement.fingerprint)
    newest, champions = _newest(everything)
    overruling: dict[tuple[str, str], list[Statement]] = {}
    for statement in everything:
        if statement.is_waiting or not _is_current(statement, newest, champions):
            continue
        # All that is current speaks, also what others withdraw.
        for target in {statement.retracts, statement.corrects} - {""}:
            overruling.setdefault((statement.issuer, target), []).append(statement)
    return {
        statement.fingerprint: _verdict(statement, newest, champions, overruling)
        for statement in everything
    }


def _newest(everything):
    """The newest revision of each id, and of each part of it the one statement that carries it."""
    newest, champions = {}, {}
    for statement in everything:
        if statement.is_waiting or not statement.source_id:
            continue
        key = _event_key(statement)
        if key not in newest or _revision(statement) > _revision(newest[key]):
            newest[key] = statement
    for statement in everything:
        if statement.is_waiting or statement.apart or not statement.source_id:
            continue
        if _revision(statement) == _revision(newest[_event_key(statement)]):
            part = (statement.issuer, statement.source_id)
            if part not in champions or _version(statement) > _version(champions[part]):
                champions[part] = statement
    return newest, champions


def _event_key(statement):
    return statement.issuer, next(names_of(statement.source_id))


def _is_current(statement, newest, champions):
    if not statement.source_id:
        return True
    if _revision(statement) != _revision(newest[_event_key(statement)]):
        return False
    return statement.apart or champions[statement.issuer, statement.source_id] is statement


def _verdict(statement, newest, champions, overruling):
    hits = [
        other
        for name in names_of(statement.source_id)
        for other in overruling.get((statement.issuer, name), ())
        if _reaches(other, statement)
    ]
    # Of several the earliest is named: it was withdrawn then, and later ones changed nothing.
    hits.sort(key=lambda other: (not other.retracts, _recorded(other), other.fingerprint))
    if hits and hits[0].retracts:
        return Verdict(RETRACTED, hits[0].fingerprint)
    if statement.dismissed:
        return Verdict(DISMISSED)
    if statement.unsaid:
        return Verdict(SUPERSEDED)
    champion = statement.source_id and newest.get(_event_key(statement))
    is_older = champion and _revision(statement) < _revision(champion)
    if not statement.is_waiting and not is_older and not _is_current(statement, newest, champions):
        champion, is_older = champions[statement.issuer, statement.source_id], True
    if is_older:
        return Verdict(SUPERSEDED, champion.fingerprint)
    if hits:
        return Verdict(SUPERSEDED, hits[0].fingerprint)
    if statement.disputed:
        return Verdict(DISPUTED)
    return Verdict(QUARANTINED if statement.implausible else ACTIVE)


def _reaches(other, statement):
    """Whether a withdrawal or correction means this statement, which has the id that it names."""
    if other is statement:
        return False
    if next(names_of(other.source_id), None) == next(names_of(statement.source_id)):
        # A later revision that withdraws (or corrects) its own event.
        return _revision(statement) < _revision(other)
    if not statement.revision or not statement.recorded_at or not other.recorded_at:
        return True
    return statement.recorded_at <= other.recorded_at


def _revision(statement):
    return revision_rank(statement.revision)


def revision_rank(revision: str) -> tuple[int, float, str]:
    """Later revisions are greater: numbers by value, times by instant, anything else as text."""
    if revision.isascii() and revision.isdigit() and len(revision) < 19:
        return (int(revision), 0.0, "")
    instant = 0.0
    if _DATED.fullmatch(revision):
        try:
            instant = parse_iso(revision).utc.timestamp()
        except ValueError:
            pass
    return (-1, instant, "" if instant else revision)


def _recorded(statement):
    return statement.recorded_at.timestamp() if statement.recorded_at else 0.0


def _version(statement):
    """Among equals of one revision: by the partner's recording time, then by content, so that no
    order of arrival matters."""
    return (_recorded(statement), statement.fingerprint)
