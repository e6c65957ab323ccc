# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Tells a partner of releases in its own words: an engine of the outbox (base's
``outbox/engine_messenger.py``) around a provider's acts (``core/act.py``)."""

import json
from datetime import UTC, datetime

from odoo.addons.logistics_connector_base.access import NoAccess, OutgoingCall
from odoo.addons.logistics_connector_base.client import CallError, Refused
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core import act as core

CANCEL = "cancel"  # the type of a message; all others are told anew
KINDS = {
    core.DONE: outcomes.DELIVERED,
    core.REFUSED: outcomes.REJECTED,
    core.TOO_LATE: outcomes.REJECTED,
    core.ABSENT: outcomes.ABSENT,
}


class Said:
    """What came of an act, as the outbox takes it. ``document``: JSON, ``verdict`` and the
    partner's ``reference``; b"" where nothing came of it yet."""

    __slots__ = ("document", "outcome", "text")

    def __init__(self, outcome, verdict=None):
        self.outcome, self.document, self.text = outcome, b"", outcome.text
        if verdict:
            self.text = verdict.text
            told = {"verdict": verdict.kind, "reference": verdict.reference}
            self.document = json.dumps(told, sort_keys=True).encode()


class ReleaseDesk:
    """
    :param ReleaseActs acts: the provider's
    :param str url: where it is called
    :param caller: what identifies us (``access/caller.py``)
    """

    def __init__(self, acts, url, caller):
        self.acts, self.url, self.caller = acts, url.rstrip("/"), caller

    def act(self, taken, client):
        """See ``EngineMessenger``."""
        content = json.loads(taken.content)
        if content["type"] == CANCEL:
            return self._work(self.acts.cancel(content), taken, client)
        return self._work(self.acts.place(content), taken, client)

    def find(self, taken, client):
        """See ``EngineMessenger``. Of what may be half done it says that it is not there: it is
        done again then, which finishes it."""
        content = json.loads(taken.content)
        is_new = content["type"] == "release"
        if not is_new:
            return Said(Outcome(outcomes.ABSENT, "it is brought in line once more"))
        return self._work(self.acts.find(content), taken, client)

    def _work(self, act, taken, client):
        walk = Walk(self, taken, client)
        try:
            verdict = walk.through(act)
        except core.Wait as error:
            return Said(Outcome(outcomes.THROTTLED, str(error), pause=error.seconds))
        except core.Trouble as error:
            return Said(Outcome(outcomes.TROUBLE, self.caller.mask(str(error))))
        except ParseError as error:
            # Of a question nothing was worked, whatever its answer says.
            kind = outcomes.DOUBT if walk.changes else outcomes.TROUBLE
            return Said(Outcome(kind, f"the answer cannot be understood: {error}"))
        except NoAccess as error:
            if not walk.has_changed:
                raise
            return Said(Outcome(outcomes.TROUBLE, str(error), is_ours=True))
        except _Broken as error:
            return Said(error.outcome)
        outcome = Outcome(KINDS[verdict.kind], self.caller.mask(verdict.text), walk.status)
        return Said(outcome, verdict)


class _Broken(Exception):
    """A call after which the act cannot go on."""

    def __init__(self, outcome):
        super().__init__(outcome.text)
        self.outcome = outcome


class Walk:
    """The calls of one act."""

    def __init__(self, desk, taken, client):
        self.desk, self.taken, self.client = desk, taken, client
        self.status = None
        self.changes = False  # the call that is being made, or was made last
        self.has_changed = False

    def through(self, act):
        """Make the calls.

        :return: the Verdict
        :raises _Broken, Wait, Trouble, ParseError, NoAccess:
        """
        exchange = None
        while True:
            try:
                step = act.send(exchange)
            except StopIteration as end:
                return end.value
            self.changes = step.changes
            answer = self._call(step)
            if answer.status == 401 and self.desk.caller.renew():
                answer = self._call(step)
            self.has_changed |= step.changes
            exchange = self._judged(step, answer)

    def _call(self, step):
        desk, now = self.desk, datetime.now(UTC)
        url = desk.caller.url(desk.url + step.path)
        signed = OutgoingCall(step.method, url, step.body, self.taken.receipt, now)
        headers = {"Accept": "application/json", **step.headers, **desk.caller.headers(signed)}
        try:
            return self.client.request(step.method, url, headers, step.body or None)
        except CallError as error:
            is_refused = isinstance(error, Refused)
            sent = error.sent if step.changes else "no"
            raise _Broken(outcomes.of_error(sent, str(error), error.status, is_refused)) from None

    def _judged(self, step, answer):
        """The exchange, where the provider's own words say what it is worth."""
        self.status = answer.status
        outcome = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC))
        is_said = outcome.kind in (outcomes.DELIVERED, outcomes.REJECTED) or answer.status == 404
        if is_said:
            return core.Exchange(answer.status, answer.body)
        if outcome.kind == outcomes.DOUBT and not step.changes:
            outcome = Outcome(outcomes.TROUBLE, outcome.text, outcome.status, outcome.pause)
        raise _Broken(outcome)
