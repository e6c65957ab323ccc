"""FedEx Advanced Integrated Visibility: the whole history in each message, HMAC in base64."""

import base64
import hashlib
import hmac

from .partner import Partner

# kind: event type, derived status code, description, exception code, exception text
EVENTS = {
    "manifested": ("OC", "IN", "Shipment information sent to FedEx", "", ""),
    "picked_up": ("PU", "PU", "Picked up", "", ""),
    "departed": ("DP", "IT", "Left FedEx origin facility", "", ""),
    "arrived": ("AR", "IT", "Arrived at FedEx location", "", ""),
    "out": ("OD", "OD", "On FedEx vehicle for delivery", "", ""),
    "delivered": ("DL", "DL", "Delivered", "", ""),
    "attempted": ("DE", "DE", "Delivery exception", "08", "Customer not available"),
    "address": ("DE", "DE", "Delivery exception", "03", "Incorrect address"),
    "damaged": ("SE", "SE", "Shipment exception", "10", "Damaged in transit"),
    "unknown": ("ZQ", "IT", "Scanned by a device of a new kind", "", ""),
}


class FedexWebhook(Partner):
    """https://developer.fedex.com/api/en-us/catalog/advanced-integrated-visibility"""

    provider = "fedex"
    name = "FedEx"

    def connection_values(self):
        proof = {"kind": "hmac", "header": "fdx-signature", "encoding": "base64"}
        return {"verifier_ids": [(0, 0, proof)]}

    def signature_headers(self, body, message_id):
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        return {"fdx-signature": base64.b64encode(mac).decode()}

    def number(self, rng):
        return f"{rng.randrange(7, 9)}{rng.randrange(10**11):011}"

    def message(self, parcel, steps):
        result = {
            "trackingNumberInfo": {
                "trackingNumber": parcel.number,
                "trackingNumberUniqueId": parcel.uid,
                "carrierCode": "FDXG",
            },
            "scanEvents": [self._scan(step) for step in reversed(steps)],
            "dateAndTimes": [
                {"type": "SHIP", "dateTime": self.local(steps[0]).isoformat()},
            ],
        }
        last = steps[-1]
        if parcel.estimate and last.kind != "delivered":
            result["dateAndTimes"].append(
                {"type": "ESTIMATED_DELIVERY", "dateTime": parcel.estimate.isoformat()}
            )
        if last.kind == "delivered":
            result["dateAndTimes"].append(
                {"type": "ACTUAL_DELIVERY", "dateTime": self.local(last).isoformat()}
            )
            result["deliveryDetails"] = {"receivedByName": last.signed_by}
        if last.proof:
            result["signatureProofOfDelivery"] = base64.b64encode(last.proof).decode()
        return {
            "transactionId": hashlib.md5(repr(steps).encode()).hexdigest(),
            "output": {
                "completeTrackResults": [
                    {"trackingNumber": parcel.number, "trackResults": [result]}
                ]
            },
        }

    def _scan(self, step):
        kind, derived, text, code, trouble = EVENTS[step.kind]
        return {
            "date": self.local(step).isoformat(),
            "eventType": kind,
            "eventDescription": text,
            "derivedStatusCode": derived,
            "exceptionCode": code,
            "exceptionDescription": trouble,
            "scanLocation": {
                "streetLines": [""],
                "city": step.place.city,
                "stateOrProvinceCode": step.place.state,
                "postalCode": step.place.zip,
                "countryCode": step.place.country,
            },
        }
