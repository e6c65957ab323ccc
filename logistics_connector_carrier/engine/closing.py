# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Closing a day: the calls of a carrier's own end of day, as its module ``closing`` names them.

A closer has, beside ``headers_of(proxy)``, ``errors(body)`` and, where it is needed,
``is_no(status, body)`` (as readers have them, see ``engine.reader``):

- ``closes(values) -> bool``: whether an account with these settings (by their names, as they were
  typed) has its days closed from here. Nothing filled in means no, unless its bookings wait for it
- ``problem(request) -> str``: what the carrier would refuse as a whole, "" where nothing is wrong
- ``close(request, settings)``: a generator of ``core.booking.Step``, which is sent the exchange of
  each, and returns a CloseAnswer that names each shipment; None where its last answer was none.
  It closes once: whatever it may have closed before is looked up by it first
- ``takes(service) -> bool``, where it is about some of the services only
- ``tells(exchange) -> bool``: whether a call may have closed something; left out: any but a GET
- ``find_close(request, settings)``: the same with reading calls only; ``NOT_CLOSED`` where the
  carrier says clearly that none of them is closed
"""

from dataclasses import replace

from odoo.addons.logistics_connector_base.client import Refused
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core.closing import NOT_CLOSED
from ..providers.canadapost import closing as canadapost
from ..providers.dhl_parcel_de import closing as dhl_parcel_de
from ..providers.fedex import closing as fedex
from .errors import NotOffered
from .said import Said

CLOSERS = {"canadapost": canadapost, "dhl_parcel_de": dhl_parcel_de, "fedex": fedex}
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


class Closing:
    """The end of day of a carrier's account (see ``KarrioAccount``)."""

    @property
    def _closer(self):
        if self.carrier not in CLOSERS:
            raise NotOffered(f"{self.carrier} has no end of day by its interface.")
        return CLOSERS[self.carrier]

    def close(self, request, client):
        """Have the carrier take these shipments, once.

        :param CloseRequest request:
        :return: Said; its value is a CloseAnswer. Shipments that it refuses stand in it; the
            outcome is a refusal where it took none for a reason that holds for all
        :raises NotOffered: this carrier has no end of day
        """
        closer = self._closer
        if words := closer.problem(request):
            return Said(Outcome(outcomes.REJECTED, words), words=words)
        return self._once_more_if_refused(lambda: self._close_once(closer, request, client))

    def _close_once(self, closer, request, client):
        steps = closer.close(request, self._settings)
        with self._talk(client) as talk:
            value, failure = self._take_steps(steps, closer.headers_of, talk)
        # From the first call that is no reading one, it may be closed.
        tells = getattr(closer, "tells", _is_no_reading)
        told = [one for one in talk.acts if tells(one)]
        if talk.broken:
            error = talk.broken.error
            is_first = told == [talk.broken]
            sent = error.sent if is_first else "unknown" if told else "no"
            return Said(outcomes.of_error(sent, str(error), error.status, _is_ours(error)))
        if not talk.acts:
            return self._judge_login(talk, failure, 0.0)
        last = talk.acts[-1]
        words = self._safely(closer.errors, last.body) or ""
        if value is not None and not value.missing(request):
            return Said(Outcome(outcomes.DELIVERED, status=last.status), value, last.body)
        outcome = self._outcome_of(closer, last)
        if told and not (told == [last] and not last.ok):
            # It was told, and what came of it is not known.
            text = words or str(failure or "") or "the answer cannot be understood"
            return Said(Outcome(outcomes.DOUBT, text, last.status), document=last.body)
        if not told and outcome.kind in (outcomes.DELIVERED, outcomes.DOUBT):
            text = words or str(failure or "") or "the answer cannot be understood"
            return Said(Outcome(outcomes.TROUBLE, text, last.status), document=last.body)
        if words:
            is_no = outcome.kind == outcomes.REJECTED
            outcome = replace(outcome, text=words if is_no else f"{outcome.text}: {words}")
        return Said(outcome, None, last.body, words)

    def find_close(self, request, client):
        """What of these shipments the carrier has taken: asked where an answer got lost.

        :return: Said; its value is a CloseAnswer, or None with the outcome ``ABSENT`` where none of
            them is closed
        :raises NotOffered: this carrier has no end of day
        """
        closer = self._closer
        return self._once_more_if_refused(lambda: self._find_close_once(closer, request, client))

    def _find_close_once(self, closer, request, client):
        steps = closer.find_close(request, self._settings)
        with self._talk(client) as talk:
            value, failure = self._take_steps(steps, closer.headers_of, talk)
        if talk.broken:
            error = talk.broken.error
            return Said(outcomes.of_error("no", str(error), error.status, _is_ours(error)))
        if not talk.acts:
            return self._judge_login(talk, failure, 0.0)
        last = talk.acts[-1]
        if value is NOT_CLOSED:
            return Said(Outcome(outcomes.ABSENT, status=last.status))
        if value is not None and not value.missing(request):
            return Said(Outcome(outcomes.DELIVERED, status=last.status), value, last.body)
        outcome = self._outcome_of(closer, last)
        words = self._safely(closer.errors, last.body) or str(failure or "")
        if outcome.kind in (outcomes.DELIVERED, outcomes.REJECTED):
            text = words or "the answer does not say whether the day is closed"
            outcome = Outcome(outcomes.DOUBT, text, last.status)
        return Said(outcome, words=words)

    # -- how -----------------------------------------------------------------------------------

    def _outcome_of(self, closer, act):
        outcome = self._of_answer(act)
        is_no = getattr(closer, "is_no", None)
        if outcome.kind != outcomes.TROUBLE or is_no is None:
            return outcome
        is_refusal = self._safely(lambda body: is_no(act.status, body), act.body)
        return replace(outcome, kind=outcomes.REJECTED) if is_refusal else outcome


def _is_no_reading(act):
    return act.method != "GET"


def _is_ours(error):
    return isinstance(error, Refused)
