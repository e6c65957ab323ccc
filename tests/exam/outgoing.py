"""What the trials of outgoing messages share: partners that keep the ledger, messages that can be
told apart, and the judgement. Here the partner records: what it saw is compared with what was
committed, and with what Odoo believes."""

import contextlib
import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from ..simulators import CanonicalPartner
from ..simulators.receiver import OK, Answer, Receiver
from ..support.connections import connect
from ..support.inside import Inside
from ..support.polling import TimedOut, wait_for
from ..support.sending import enqueue, make_flow
from .arena import Field
from .verdict import Verdict

ENDS = ("delivered", "rejected", "dead")
SETS = ("lost", "unexpected", "corrupted", "repeated", "double", "unfinished")


@dataclass(frozen=True, slots=True)
class Written:
    """A message that was committed: its mark is in its body, the receipt is our id."""

    mark: str
    id: int
    receipt: str
    flow_id: int
    value: dict


class Desk(Receiver):
    """A partner's system. Each call goes to the ledger, on disk, before it is answered; what is
    done with a message is told by ``manner(call, mark, tries)``, from 0 on. Asked by GET with our
    id, it says whether it has worked it."""

    def __init__(self, ledger, name="partner"):
        super().__init__(self._behave)
        self.ledger, self.name = ledger, name
        self.manner = lambda call, mark, tries: OK
        self.asked = lambda call: None
        self.tries = Counter()
        self.answers = {}  # number of the call → Answer

    def _behave(self, call, number):
        if call.method == "GET":
            key = call.path.rpartition("/")[2]
            known = any(worked.key == key for worked in list(self.worked))
            answer = self.asked(call) or Answer(200 if known else 404, works=False)
            mark = ""
        else:
            mark = call.data["mark"]
            with self._lock:
                tries, self.tries[mark] = self.tries[mark], self.tries[mark] + 1
            answer = self.manner(call, mark, tries)
        self.answers[number] = answer
        self.ledger.note(
            desk=self.name,
            at=call.at,
            method=call.method,
            mark=mark,
            key=call.key,
            sha256=hashlib.sha256(call.body).hexdigest(),
            status=answer.status,
            works=answer.works,
            reset=answer.reset,
        )
        return answer

    def told(self):
        """Calls that brought a message."""
        return [call for call in list(self.calls) if call.method != "GET"]

    def by_mark(self):
        """Those calls of each message, in the order they came."""
        calls = defaultdict(list)
        for call in self.told():
            calls[call.data["mark"]].append(call)
        return calls


class OutgoingField(Field):
    """A field on which Odoo talks and partners keep the ledger. A context manager."""

    def __init__(self, arena, trial, seed):
        super().__init__(arena, trial, seed, sources=())
        self.name = f"exam {trial} {self.ledger_path.stem}"
        self.written, self.desks, self.flow_ids = {}, [], []
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        self.inside = self._stack.enter_context(Inside(self.arena.name, self.arena.tree.conf()))
        return self

    def __exit__(self, *_error):
        with contextlib.suppress(Exception):
            self.arena.rpc("logistics.flow", "action_stop", self.flow_ids)
        self._stack.close()

    def desk(self, name="partner"):
        desk = self._stack.enter_context(Desk(self.ledger, name))
        desk.allow(self.arena.rpc)
        self.desks.append(desk)
        return desk

    def connection(self, name, **values):
        """A live connection; its id."""
        connection_id = connect(self.arena.rpc, CanonicalPartner(), f"{self.name} {name}", **values)
        self.connection_ids.append(connection_id)
        return connection_id

    def flow(self, connection_id, url, code, **values):
        flow_id = make_flow(self.arena.rpc, connection_id, url, code=code, name=code, **values)
        self.flow_ids.append(flow_id)
        return flow_id

    def write(self, flow_id, messages):
        """Commit messages in one transaction: ``[(mark, key or None)]``."""
        values = [{"mark": mark, "text": f"Örder {mark}"} for mark, _key in messages]
        keys = [key for _mark, key in messages]
        program = [(value, {"key": key}) for value, key in zip(values, keys, strict=True)]
        ids = enqueue(self.inside, flow_id, program)
        self.remember(flow_id, dict(zip(ids, values, strict=True)))
        return ids

    def remember(self, flow_id, values):
        """Messages that were committed: id → value. The ledger says so."""
        receipts = dict(
            self.arena.database.rows(
                "SELECT id, receipt FROM logistics_message WHERE id = ANY(%s)", list(values)
            )
        )
        for number, value in values.items():
            mark = value["mark"]
            self.written[mark] = Written(mark, number, receipts[number], flow_id, value)
        self.ledger.note(committed={value["mark"]: receipts[n] for n, value in values.items()})

    # -- what became of them ------------------------------------------------------------------

    def states(self):
        """State of each message of this trial: id → state."""
        return dict(
            self.arena.database.rows(
                "SELECT id, state FROM logistics_message WHERE flow_id = ANY(%s)", self.flow_ids
            )
        )

    def wait_settled(self, ids=None, timeout=120):
        """Wait until these (or all) messages are delivered, rejected or dead."""

        def look():
            states = self.states()
            return all(states.get(n) in ENDS for n in (ids or [w.id for w in self._all()]))

        with contextlib.suppress(TimedOut):  # the verdict tells what is unfinished
            wait_for(look, timeout, interval=0.3)

    def _all(self):
        return list(self.written.values())

    def exceptions(self):
        """Exceptions of this trial's connections: ``[(type, key, is open)]``."""
        return self.arena.database.rows(
            "SELECT t.code, x.key, x.is_open FROM logistics_exception x"
            " JOIN logistics_exception_type t ON t.id = x.type_id"
            " WHERE x.connection_id = ANY(%s) ORDER BY x.id",
            self.connection_ids,
        )

    def judge(self, once_only=()):
        """The verdict over what the partners saw.

        :param once_only: flows of which no message may be worked twice
        """
        states = self.states()
        calls, worked = defaultdict(list), Counter()
        for desk in self.desks:
            for call in desk.told():
                calls[call.data["mark"]].append(call)
            worked.update(call.data["mark"] for call in list(desk.worked))
        marks_of = defaultdict(set)
        for mark, found in calls.items():
            for call in found:
                marks_of[call.key].add(mark)
        known = [written for written in self._all() if written.mark in calls]
        believed = [w.mark for w in self._all() if states.get(w.id) == "delivered"]
        found = {
            # Odoo believes that it has arrived, or has forgotten it.
            "lost": [m for m in believed if not worked[m]]
            + [w.mark for w in self._all() if w.id not in states],
            "unexpected": [mark for mark in calls if mark not in self.written],
            "corrupted": [
                w.mark
                for w in known
                if len({call.body for call in calls[w.mark]}) > 1
                or json.loads(calls[w.mark][0].body) != w.value
            ],
            # One id for all tries of a message, and no other message's.
            "repeated": [
                w.mark for w in known if {call.key for call in calls[w.mark]} != {w.receipt}
            ]
            + [key for key, marks in marks_of.items() if len(marks) > 1],
            "double": [w.mark for w in known if w.flow_id in once_only and worked[w.mark] > 1],
            "unfinished": [w.mark for w in self._all() if states.get(w.id) not in ENDS],
        }
        verdict = Verdict(
            counts={
                "tried": len(self.written),
                "acknowledged": len(believed),
                "recorded": len(known),
                "applied": len(worked),
                "rejected": sum(state == "rejected" for state in states.values()),
                "dead": sum(state == "dead" for state in states.values()),
                "calls": sum(len(found) for found in calls.values()),
            }
        )
        for name in SETS:
            verdict.counts[name] = len(found[name])
            verdict.expect(
                not found[name], f"{name}: {len(found[name])}, e.g. {sorted(found[name])[:2]}"
            )
        denied = sorted(set(worked) & set(self.written) - set(believed))
        verdict.expect(not denied, f"worked and not counted as delivered: {denied[:3]}")
        self.ledger.note(verdict=verdict.counts)
        self.ledger.close()
        verdict.figures["ledger"] = self.ledger_path.name
        return verdict
