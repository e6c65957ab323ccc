"""A partner who speaks our own canonical JSON, signed after Standard Webhooks."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid

from .partner import Partner

# kind: our code, or None for the partner's own word; reason
EVENTS = {
    "manifested": ("TRK_MANIFESTED", ""),
    "picked_up": ("PUP_PICKED_UP", ""),
    "departed": ("MOV_DEPARTED", ""),
    "arrived": ("MOV_ARRIVED", ""),
    "out": ("DLV_OUT", ""),
    "delivered": ("DLV_DELIVERED", ""),
    "attempted": ("DLV_ATTEMPTED", "consignee.absent"),
    "address": ("EXC_ADDRESS", "consignee.address"),
    "damaged": ("EXC_DAMAGE", "carrier.damage"),
    "unknown": (None, ""),
}


class CanonicalPartner(Partner):
    """``schemas/canonical-events-1.0.json`` of logistics_connector_base."""

    provider = "canonical"
    name = "Northwind 3PL"
    issuer = "northwind"

    def __init__(self, secret=None, issuer=None, clock=time.time, **options):
        super().__init__(secret, **options)
        self.issuer = issuer or self.issuer
        self.clock = clock

    @staticmethod
    def new_secret():
        return "whsec_" + base64.b64encode(os.urandom(32)).decode()

    def connection_values(self):
        return {
            "verifier_ids": [(0, 0, {"kind": "standard_webhooks"})],
            "message_id_header": "webhook-id",
        }

    def signature_headers(self, body, message_id):
        timestamp = str(int(self.clock()))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(mac.digest()).decode(),
        }

    def number(self, rng):
        return f"NW{rng.randrange(10**12):012}"

    def key(self, body, message_id):
        return message_id

    def new_message_id(self, body):
        """The id inside the message: one message, one identity."""
        try:
            return json.loads(body)["id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return f"msg_{uuid.uuid4().hex}"

    def message(self, parcel, steps):
        return self.wrap([self.event(parcel, steps[-1])])

    def wrap(self, events):
        """A new message with these events."""
        return {
            "version": "1.0",
            "id": f"msg_{uuid.uuid4().hex}",
            "issuer": self.issuer,
            "events": events,
        }

    def event(self, parcel, step):
        code, reason = EVENTS[step.kind]
        references = [{"type": "tracking", "value": parcel.number, "issuer": self.issuer}]
        if parcel.order:
            references.append({"type": "order", "value": parcel.order})
        event = {
            "occurred_at": self.local(step).isoformat(),
            "shipment": {"references": references},
            "place": {"city": step.place.city, "country": step.place.country},
        }
        event |= {"code": code} if code else {"raw_code": "FLOATING", "raw_text": "Parcel floats"}
        if reason:
            event["reason"] = reason
        if step.signed_by:
            event["signed_by"] = step.signed_by
        if parcel.estimate and step.kind != "delivered":
            event["estimated_delivery_at"] = parcel.estimate.isoformat()
        if step.proof:
            event["documents"] = [
                {
                    "kind": "pod",
                    "filename": f"POD-{parcel.number}.pdf",
                    "mimetype": "application/pdf",
                    "content_base64": base64.b64encode(step.proof).decode(),
                }
            ]
        return event
