"""An ocean carrier that speaks DCSA Track & Trace 3.0: revisions and retractions."""

import hashlib
import hmac
import uuid

from .partner import Partner

#: kind: type of event, code, type of facility
EVENTS = {
    "picked_up": ("EQUIPMENT", "PICK", ""),
    "departed": ("TRANSPORT", "DEPA", "POTE"),
    "arrived": ("TRANSPORT", "ARRI", "POTE"),
    "expected": ("TRANSPORT", "ARRI", "CLOC"),
    "delivered": ("EQUIPMENT", "DROP", "CLOC"),
}


class DcsaCarrier(Partner):
    """https://github.com/dcsaorg/DCSA-OpenAPI/tree/master/tnt"""

    provider = "dcsa"
    name = "Example Container Line"
    code = "EXCO"

    def connection_values(self):
        proof = {
            "kind": "hmac",
            "header": "Notification-Signature",
            "encoding": "hex",
            "prefix": "sha256=",
        }
        return {"verifier_ids": [(0, 0, proof)]}

    def signature_headers(self, body, message_id):
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Notification-Signature": f"sha256={mac}"}

    def number(self, rng):
        return f"EXCU{rng.randrange(10**7):07}"

    def routing(self):
        return {
            "originatingParty": {
                "partyCode": self.code,
                "codeListProvider": "SMDG",
                "codeListName": "LCL",
            }
        }

    def event(self, parcel, step, updated, event_id="", classifier="ACT"):
        """One event as it was known at ``updated`` (aware)."""
        kind, code, facility = EVENTS[step.kind]
        return {
            "eventRouting": self.routing(),
            "eventID": event_id or f"evt-{uuid.uuid4()}",
            "eventDateTime": self.local(step).isoformat(),
            "eventUpdatedDateTime": updated.isoformat(),
            "eventClassification": {
                "eventTypeCode": kind,
                "eventClassifierCode": classifier,
                f"{kind.lower()}EventTypeCode": code,
            },
            "eventLocation": {"locationName": step.place.city, "facilityTypeCode": facility},
            "equipmentDetails": {"equipmentReference": parcel.number},
        }

    def retracted(self, event_id, updated):
        """Nothing but the id: any other data is irrelevant."""
        return {
            "eventRouting": self.routing(),
            "eventID": event_id,
            "isRetracted": True,
            "eventUpdatedDateTime": updated.isoformat(),
        }

    @staticmethod
    def wrap(events):
        return {"events": list(events)}

    def message(self, parcel, steps):
        return self.wrap([self.event(parcel, steps[-1], steps[-1].at)])
