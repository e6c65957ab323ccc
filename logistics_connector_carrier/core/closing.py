# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The end of a day over a carrier's interface: what it is told to take, and what it answered. Plain
values, as those of :mod:`.booking`, which travel through the outbox as JSON."""

import json
from dataclasses import dataclass

from .booking import Document, Party, as_json


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """``reference``: ours, for people; ``day``: ISO 8601, in the account's time zone;
    ``shipments``: the carrier's identifiers, one for each; ``address``: where they are handed
    over."""

    reference: str
    day: str
    shipments: tuple[str, ...]
    address: Party


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A shipment that the carrier has not taken, and its words."""

    identifier: str
    text: str


@dataclass(frozen=True, slots=True)
class CloseAnswer:
    """``taken``: identifiers, those as well that it had taken before; ``manifests``: the carrier's
    numbers of what it made of them; ``documents``: to be handed to the driver."""

    taken: tuple[str, ...] = ()
    refused: tuple[NotTaken, ...] = ()
    manifests: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    warnings: tuple[str, ...] = ()

    def missing(self, request) -> tuple[str, ...]:
        """Shipments of the request of which it says nothing."""
        said = {*self.taken, *(one.identifier for one in self.refused)}
        return tuple(one for one in request.shipments if one not in said)


# In the place of an answer: the carrier was asked, and has closed none of them.
NOT_CLOSED = CloseAnswer()


def request_from(data: dict) -> CloseRequest:
    """The inverse of ``booking.as_json``, from what ``json.loads`` gives.

    :raises TypeError, KeyError: it is something else
    """
    address = Party(**{**data["address"], "lines": tuple(data["address"]["lines"])})
    return CloseRequest(**{**data, "shipments": tuple(data["shipments"]), "address": address})


def answer_from(data: dict) -> CloseAnswer:
    """As :func:`request_from`."""
    return CloseAnswer(
        taken=tuple(data["taken"]),
        refused=tuple(NotTaken(**one) for one in data["refused"]),
        manifests=tuple(data["manifests"]),
        documents=tuple(Document(**one) for one in data["documents"]),
        warnings=tuple(data["warnings"]),
    )


def close_message(request: CloseRequest) -> dict:
    """The content of a message that closes a day."""
    return {"act": "close", "request": json.loads(as_json(request))}
