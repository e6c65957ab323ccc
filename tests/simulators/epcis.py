"""A repository that shares GS1 EPCIS 2.0 events, error declarations among them."""

import hashlib
import hmac
import uuid
from datetime import UTC, datetime

from .partner import Partner

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
#: kind: business step, disposition
EVENTS = {
    "packed": ("packing", "container_closed"),
    "departed": ("departing", "in_transit"),
    "arrived": ("arriving", "in_transit"),
    "delivered": ("receiving", "in_progress"),
}
PREFIX = "4012345"


def check_digit(digits):
    """GS1's check digit, reckoned here once more, not with the product's own function."""
    weighted = [int(d) * (3, 1)[i % 2] for i, d in enumerate(reversed(digits))]
    return str(-sum(weighted) % 10)


class EpcisPartner(Partner):
    """https://ref.gs1.org/standards/epcis/"""

    provider = "epcis"
    name = "Example Visibility"
    content_type = "application/ld+json"

    def connection_values(self):
        proof = {
            "kind": "hmac",
            "header": "X-Signature",
            "encoding": "hex",
            "prefix": "sha256=",
        }
        return {"verifier_ids": [(0, 0, proof)]}

    def signature_headers(self, body, message_id):
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Signature": f"sha256={mac}"}

    def number(self, rng):
        """An SSCC: what the label says."""
        digits = f"0{PREFIX}{rng.randrange(10**9):09}"
        return digits + check_digit(digits)

    @staticmethod
    def urn(sscc):
        return f"urn:epc:id:sscc:{PREFIX}.{sscc[0]}{sscc[8:17]}"

    def event(self, parcel, step, event_id=""):
        """One ObjectEvent about one logistic unit."""
        local = self.local(step)
        step_word, disposition = EVENTS[step.kind]
        return {
            "type": "ObjectEvent",
            "eventID": event_id or f"urn:uuid:{uuid.uuid4()}",
            "eventTime": local.isoformat(),
            "eventTimeZoneOffset": local.isoformat()[-6:],
            "action": "OBSERVE",
            "bizStep": step_word,
            "disposition": disposition,
            "epcList": [self.urn(parcel.number)],
        }

    @staticmethod
    def declared_error(event, declared_at, reason="did_not_occur", corrective=()):
        """The same event with an error declaration: so it is withdrawn."""
        declaration = {"declarationTime": declared_at.isoformat(), "reason": reason}
        if corrective:
            declaration["correctiveEventIDs"] = list(corrective)
        return {**event, "errorDeclaration": declaration}

    @staticmethod
    def wrap(events):
        """A document with these events."""
        return {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": datetime.now(UTC).isoformat(),
            "epcisBody": {"eventList": list(events)},
        }

    def message(self, parcel, steps):
        return self.wrap([self.event(parcel, steps[-1])])
