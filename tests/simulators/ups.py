"""UPS Track Alert: one package event a message, a static secret in the header ``credential``."""

import base64

from .partner import Partner

# kind: type, code, description code, description
EVENTS = {
    "manifested": ("M", "MP", "003", "Shipper created a label"),
    "picked_up": ("I", "OR", "005", "Origin Scan"),
    "departed": ("I", "DP", "005", "Departed from Facility"),
    "arrived": ("I", "AR", "005", "Arrived at Facility"),
    "out": ("I", "OT", "021", "Out For Delivery Today"),
    "delivered": ("D", "FS", "011", "DELIVERED"),
    "attempted": ("X", "48", "", "The receiver was not available for delivery."),
    "address": ("X", "AJ", "", "The street number is incorrect."),
    "damaged": ("X", "DM", "", "The package was damaged in transit."),
    "unknown": ("Q", "ZZ", "907", "Handled by a robot we have never told you about"),
}


class UpsTrackAlert(Partner):
    """https://developer.ups.com/api/reference: UPSTrackAlert.yaml, webhook ``TrackingEvent``."""

    provider = "ups"
    name = "UPS"

    def connection_values(self):
        return {"verifier_ids": [(0, 0, {"kind": "static", "header": "credential"})]}

    def signature_headers(self, body, message_id):
        return {"credential": self.secret, "User-Agent": "UPSPubSubTrackingService"}

    def number(self, rng):
        return "1Z" + rng.choice(("999AA1", "5R8930", "A4F217")) + f"{rng.randrange(10**10):010}"

    def message(self, parcel, steps):
        step = steps[-1]
        kind, code, description_code, text = EVENTS[step.kind]
        local = self.local(step)
        delivered = step.kind == "delivered"
        payload = {
            "trackingNumber": parcel.number,
            "localActivityDate": f"{local:%Y%m%d}",
            "localActivityTime": f"{local:%H%M%S}",
            "gmtActivityDate": f"{step.at:%Y%m%d}",
            "gmtActivityTime": f"{step.at:%H%M%S}",
            "activityLocation": {
                "city": step.place.city,
                "stateProvince": step.place.state,
                "postalCode": step.place.zip,
                "country": step.place.country,
            },
            "activityStatus": {
                "type": kind,
                "code": code,
                "description": text,
                "descriptionCode": description_code,
            },
            "scheduledDeliveryDate": f"{parcel.estimate:%Y%m%d}" if parcel.estimate else "",
            "actualDeliveryDate": f"{local:%Y%m%d}" if delivered else "",
            "actualDeliveryTime": f"{local:%H%M%S}" if delivered else "",
        }
        if step.signed_by:
            payload["receivedBy"] = step.signed_by
        if step.proof:
            payload["deliveryPhoto"] = base64.b64encode(step.proof).decode()
        return payload
