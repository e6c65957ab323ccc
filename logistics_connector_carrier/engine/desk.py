# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The acts of a carrier's account as messages of the outbox (base's
``outbox/engine_messenger.py``): what is asked for as JSON, what came of it as JSON."""

import json

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core import booking as core
from ..core import closing
from .errors import NotOffered

# Of a message → method of the desk.
ACTS = {"book": "_book", "close": "_close", "void": "_void"}


class Done:
    """What came of an act, as the outbox takes it."""

    __slots__ = ("document", "outcome", "text")

    def __init__(self, said, document=b""):
        self.outcome, self.document = said.outcome, document
        self.text = said.words


def book_message(request):
    """The content of a message that books.

    :param BookingRequest request:
    """
    return {"act": "book", "request": json.loads(core.as_json(request))}


def void_message(identifier, service):
    """The content of a message that calls a booking off."""
    return {"act": "void", "identifier": identifier, "service": service}


def document_of(said):
    """What is kept of a booking: the answer, or what was booked of it."""
    for name, value in (("answer", said.value), ("partial", said.partial)):
        if value is not None:
            return json.dumps({name: json.loads(core.as_json(value))}).encode()
    return b""


class BookingDesk:
    """
    :param KarrioCarrier account: whose acts they are
    """

    def __init__(self, account):
        self.account = account

    def act(self, taken, client):
        """See ``EngineMessenger``. What the carrier cannot be asked for is a refusal: to try again
        is no use."""
        asked = json.loads(taken.content)
        try:
            return getattr(self, ACTS[asked["act"]])(asked, taken, client)
        except NotOffered as error:
            return _Unasked(outcomes.REJECTED, str(error))

    def _book(self, asked, taken, client):
        said = self.account.book(core.request_from(asked["request"]), client)
        return Done(said, document_of(said))

    def _void(self, asked, taken, client):
        said = self.account.void(
            asked["identifier"], asked["service"], client, again=taken.tries > 1
        )
        is_refund = said.outcome.kind == outcomes.DELIVERED and said.refunds
        return Done(said, json.dumps({"refunds": said.refunds}).encode() if is_refund else b"")

    def _close(self, asked, taken, client):
        said = self.account.close(closing.request_from(asked["request"]), client)
        return Done(said, document_of(said))

    def find(self, taken, client):
        """See ``EngineMessenger``."""
        asked = json.loads(taken.content)
        try:
            if asked["act"] == "close":
                said = self.account.find_close(closing.request_from(asked["request"]), client)
            else:
                said = self.account.find(core.request_from(asked["request"]), client)
        except NotOffered as error:
            return _Unasked(outcomes.DOUBT, str(error))
        return Done(said, document_of(said))


class _Unasked:
    document = b""

    def __init__(self, kind, text):
        self.outcome = Outcome(kind, text)
        self.text = text
