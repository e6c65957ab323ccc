# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier says of an address. It has no effect, so it is asked in people's requests.

Each ``providers/<code>`` that can be asked has a module ``address``: ``check_address(party,
settings)``, a generator of steps as a reader's ``find``, which returns an AddressAnswer, or None
for an answer that is none; ``COUNTRIES``, where it knows some only; ``headers_of``, where those of
bookings will not do.
"""

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..providers.dhl_express import address as dhl_express
from ..providers.fedex import address as fedex
from ..providers.ups import address as ups
from .errors import NotOffered
from .karrio_carrier import KarrioCarrier
from .reader import READERS
from .said import Said

READERS_OF_ADDRESSES = {"fedex": fedex, "mydhl": dhl_express, "ups": ups}


def knows(carrier, country):
    """Whether a carrier can be asked about addresses in a country (ISO 3166-1 alpha-2)."""
    reader = READERS_OF_ADDRESSES.get(carrier)
    return reader is not None and country in getattr(reader, "COUNTRIES", {country})


class KarrioAddresses(KarrioCarrier):
    """An account for its checks; see ``KarrioAccount`` for the parameters, without the reader."""

    def __init__(self, carrier, settings, is_test=False, base_url=""):
        super().__init__(carrier, settings, READERS[carrier], is_test, base_url)
        self.addresses = READERS_OF_ADDRESSES.get(carrier)

    def check(self, party, client):
        """
        :param Party party: whose address it is
        :return: Said; its value is an AddressAnswer
        :raises NotOffered: this carrier knows nothing of addresses there
        """
        if not knows(self.carrier, party.country):
            raise NotOffered(f"{self.carrier} does not check addresses in {party.country}.")
        return self._once_more_if_refused(lambda: self._check_once(party, client))

    def _check_once(self, party, client):
        steps = self.addresses.check_address(party, self._settings)
        headers_of = getattr(self.addresses, "headers_of", self.reader.headers_of)
        talk, value, said = self._read_steps(steps, headers_of, client)
        if said is not None:
            return said
        last = talk.acts[-1]
        if value is not None:
            return Said(Outcome(outcomes.DELIVERED, status=last.status), value, last.body)
        words = self._safely(self.reader.errors, last.body) or ""
        return Said(self._of_answer(last), None, last.body, words)
