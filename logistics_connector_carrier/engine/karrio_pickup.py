# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's account can be asked for about its vans: one to come, and one not to."""

from datetime import UTC, datetime

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core import pickup as core
from ..core.pickup_checks import problems
from . import karrio_requests
from .errors import NotOffered
from .karrio_carrier import KarrioCarrier
from .pickup_reader import PickupReader
from .said import Said, said_no


class KarrioPickups(KarrioCarrier):
    """An account for its pickups; see ``KarrioAccount`` for the parameters, without the reader."""

    def __init__(self, carrier, settings, is_test=False, base_url=""):
        super().__init__(carrier, settings, PickupReader(carrier), is_test, base_url)

    def pickup(self, request, client):
        """Order a van, once, whatever comes; judge by ``outcome`` whether it may come.

        :param PickupRequest request:
        :return: Said; its value is a PickupAnswer
        :raises NotOffered: this carrier's interface orders none
        """
        self._check_offered("pickup")
        found = problems(request, self.reader.RULES, datetime.now(UTC))
        if found:
            return said_no(found)
        payload = self._payload("PickupRequest", karrio_requests.pickup(request))
        return self._act(
            "pickup", payload, client, lambda body: self.reader.pickup(body, request), request
        )

    def cancel(self, cancel, client, again=False):
        """Call a van off.

        :param PickupCancel cancel:
        :param bool again: as of ``void``
        :return: Said; its value is True
        :raises NotOffered: this carrier's interface calls none off
        """
        self._check_offered("pickup_cancel")
        values = {"confirmation_number": cancel.number, "pickup_date": cancel.day}
        payload = self._payload("PickupCancelRequest", values)
        said = self._act(
            "pickup_cancel",
            payload,
            client,
            lambda body: self.reader.is_pickup_cancelled(body) or None,
            cancel,
        )
        was = getattr(self.reader, "was_pickup_cancelled", None)
        is_no = said.outcome.kind == outcomes.REJECTED
        if again and is_no and was and self._safely(was, said.document):
            done = Outcome(outcomes.DELIVERED, said.words, said.outcome.status)
            return Said(done, True, said.document, said.words, said.seconds)
        return said

    def _check_offered(self, name):
        if not self.offers(name):
            acts = {"pickup": "order its van", "pickup_cancel": "call its van off"}
            raise NotOffered(f"The interface of {self.carrier} does not offer to {acts[name]}.")

    def find(self, request, client):
        """Whether a van was ordered whose answer got lost; as of bookings.

        :return: Said; its value is a PickupAnswer
        :raises NotOffered: this carrier cannot be asked; a person must look
        """
        if not hasattr(self.reader, "find"):
            raise NotOffered(f"{self.carrier} cannot be asked which vans were ordered.")
        return self._once_more_if_refused(lambda: self._find_once(request, client))

    def _judge_find(self, talk, value, request):
        if value is None:
            return super()._judge_find(talk, None, request)
        last = talk.acts[-1]
        if value is core.NOTHING and getattr(self.reader, "SHOWS_LATE", False):
            text = f"not found yet, which proves nothing: {self.carrier} may show it late"
            return Said(Outcome(outcomes.DOUBT, text, last.status))
        kind = outcomes.ABSENT if value is core.NOTHING else outcomes.DELIVERED
        found = None if value is core.NOTHING else value
        return Said(Outcome(kind, status=last.status), found, last.body)
