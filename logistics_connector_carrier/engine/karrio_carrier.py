# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's account can be asked for: rates, bookings, their void, and what was booked."""

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core import booking as core
from ..core import checks
from . import karrio_requests
from .closing import Closing
from .errors import NotOffered
from .karrio_account import KarrioAccount
from .said import Said, said_no


class KarrioCarrier(Closing, KarrioAccount):
    """An account with all its acts."""

    def rate(self, request, client):
        """What the services would cost.

        :return: Said; its value is a tuple of Rate
        :raises NotOffered: this carrier has no rating
        """
        self._check_offered("rate")
        found = checks.accessorial_problems(request, self.reader.RULES)
        if found:
            return said_no(found)
        payload = self._payload("RateRequest", karrio_requests.rate(request))
        return self._act(
            "rate", payload, client, lambda body: self.reader.rates(body, request), request
        )

    def book(self, request, client):
        """Buy labels. It is called once, whatever comes; judge by ``outcome`` whether the carrier
        may have booked.

        :return: Said; its value is a BookingAnswer
        """
        found = checks.problems(request, self.reader.RULES)
        if found:
            return said_no(found)
        if request.is_return and hasattr(self.reader, "book_return"):
            return self._once_more_if_refused(lambda: self._book_return_once(request, client))
        values = karrio_requests.shipment(request)
        if hasattr(self.reader, "options"):
            values["options"] |= self.reader.options(request)
        payload = self._payload("ShipmentRequest", values)
        return self._act(
            "book", payload, client, lambda body: self.reader.booking(body, request), request
        )

    def _book_return_once(self, request, client):
        """Where a return is another call than a shipment: our reader names it."""
        try:
            steps = self.reader.book_return(request, self._settings)
        except ValueError as error:
            return Said(Outcome(outcomes.REJECTED, str(error)), words=str(error))
        with self._talk(client) as talk:
            _value, failure = self._take_steps(steps, self.reader.headers_of, talk)
        return self._judge(talk, failure, lambda body: self.reader.booking(body, request), request)

    def void(self, identifier, service, client, again=False):
        """Call a booking off: parcel by parcel, where each is a shipment of its own.

        :param bool again: it was asked for before, and the answer got lost: "it is void already" is
            a yes then
        :return: Said; its value is True. What the carrier refuses first counts; it is asked for the
            others all the same, as it says no to what is void already. ``refunds``: where it was
            told in a manifest, and the money comes back later
        :raises NotOffered: this carrier calls nothing off by its interface; a person must ask it
        """
        self._check_offered("void")
        no_void = getattr(self.reader, "no_void", None)
        if words := no_void and no_void(identifier):
            raise NotOffered(words)
        refused, refunds = None, ()
        for one in identifier.split(core.JOINT):
            said = self._void_one(one, service, client, again)
            refunds += self._refunds(said)
            if said.outcome.kind == outcomes.REJECTED:
                refused = refused or said
            elif said.value is not True:
                return said
        said = refused or said
        said.refunds = refunds
        return said

    def _refunds(self, said):
        refund = getattr(self.reader, "refund", None)
        number = self._safely(refund, said.document) if said.value is True and refund else ""
        return (number,) if number else ()

    def _void_one(self, identifier, service, client, again):
        values = {"shipment_identifier": identifier, "service": service}
        payload = self._payload("ShipmentCancelRequest", values)
        said = self._act("void", payload, client, lambda body: self.reader.is_void(body) or None)
        was_void = getattr(self.reader, "was_void", None)
        is_no = said.outcome.kind == outcomes.REJECTED
        if again and is_no and was_void and self._safely(was_void, said.document):
            done = Outcome(outcomes.DELIVERED, said.words, said.outcome.status)
            return Said(done, True, said.document, said.words, said.seconds)
        return said

    def find(self, request, client):
        """What the carrier has booked under the request's reference: asked where a booking's answer
        got lost, never instead of a booking.

        :return: Said; its value is a BookingAnswer, or None with the outcome ``ABSENT`` where the
            carrier has nothing under this reference. ``DOUBT`` where it has nothing, but shows its
            bookings late only: a person looks, or it is asked again later; and where it has some of
            the parcels only: they are in ``partial``
        :raises NotOffered: this carrier cannot be asked; a person must look
        """
        is_lost = request.is_return and not getattr(self.reader, "FINDS_RETURNS", True)
        if is_lost or not hasattr(self.reader, "find"):
            raise NotOffered(f"{self.carrier} cannot be asked what was booked.")
        return self._once_more_if_refused(lambda: self._find_once(request, client))

    def _find_once(self, request, client):
        steps = self.reader.find(request, self._settings)
        talk, value, said = self._read_steps(steps, self.reader.headers_of, client)
        return said or self._judge_find(talk, value, request)

    def _judge_find(self, talk, value, request):
        last = talk.acts[-1]
        is_nothing = value is None or value is core.NOTHING
        if not is_nothing and len(value.numbers) < len(request.parcels):
            count, most = len(value.numbers), len(request.parcels)
            text = f"{count} of {most} packages are booked"
            return Said(Outcome(outcomes.DOUBT, text), None, last.body, text, partial=value)
        if not is_nothing:
            return Said(Outcome(outcomes.DELIVERED, status=last.status), value, last.body)
        outcome = self._of_answer(last)
        words = self._safely(self.reader.errors, last.body) or ""
        if value is core.NOTHING:
            if getattr(self.reader, "SHOWS_LATE", False):
                text = f"not found yet, which proves nothing: {self.carrier} shows bookings late"
                return Said(Outcome(outcomes.DOUBT, text, last.status), words=words)
            return Said(Outcome(outcomes.ABSENT, words, last.status), words=words)
        if outcome.kind in (outcomes.DELIVERED, outcomes.REJECTED):
            # Only a clear "there is none" lets us book again.
            text = words or "the answer does not say whether it was booked"
            return Said(Outcome(outcomes.DOUBT, text, last.status), words=words)
        return Said(outcome)
