# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""UPS Track API: the history of one number (Tracking.yaml of UPS-API/api-documentation).

    GET /track/v1/details/{inquiryNumber}
    {"trackResponse": {"shipment": [{"inquiryNumber", "package": [{"trackingNumber",
       "alternateTrackingNumber": [{"number", "type"}], "deliveryDate": [{"type", "date"}],
       "deliveryInformation": {"receivedBy", "signature": {"image"}, "deliveryPhoto": {"photo"}},
       "activity": [{"date", "time", "gmtDate", "gmtTime", "gmtOffset",
                     "location": {"address": {"city", "stateProvince", "postalCode", "country"}},
                     "status": {"type", "code", "description", "statusCode"}}]}]}]}}

An activity is written as Track Alert writes the same scan, so that both are one event: the same
three codes (``statusCode`` is Track Alert's ``descriptionCode``), instant and town. ``gmtTime``
comes with and without colons.

The delivery that is expected ("SDD", rescheduled "RDD") goes with the newest activity, which the
API gives first; who received it, the signature (of accounts that may see it) and the photo, both in
base64, with that of type "D". The proof as HTML ("pod") is not asked for: it is somebody's page.
"""

from collections.abc import Iterator
from urllib.parse import quote

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll, with_query
from odoo.addons.logistics_connector_base.core.reading import Node, file_type

DELIVERED = "D"
_EXPECTED = ("RDD", "SDD")


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for one number. UPS wants an id of each request, and who calls."""
    (number,) = numbers
    address = f"{url.rstrip('/')}/{quote(number, safe='')}"
    return Ask(
        with_query(address, locale="en_US", returnSignature="true"),
        headers={"transId": number[:32], "transactionSrc": "odoo", "Accept": "application/json"},
    )


TRACKING = TrackingPoll(
    urls={
        "production": "https://onlinetools.ups.com/api/track/v1/details",
        "test": "https://wwwcie.ups.com/api/track/v1/details",
    },
    ask=ask,
)


def scans(root: Node) -> Iterator[Node]:
    """The activities of an answer, each as a message of Track Alert. Raises ParseError."""
    for shipment in root.path("trackResponse", "shipment").items():
        for package in shipment.get("package").items():
            outer = package.get("trackingNumber").value or shipment.get("inquiryNumber").value
            activities, is_signed = package.get("activity"), False
            for index, activity in enumerate(activities.items()):
                alert = _alert(package, activity, outer)
                if activity.path("status", "type").code().upper() == DELIVERED and not is_signed:
                    is_signed = True
                    alert |= _proofs(package.get("deliveryInformation"))
                elif index == 0:
                    alert["scheduledDeliveryDate"] = _expected(package)
                yield Node(alert, activities, index)


def _alert(package: Node, activity: Node, number: object) -> dict:
    status, address = activity.get("status"), activity.path("location", "address")
    return {
        "trackingNumber": number,
        "alternateTrackingNumber": _alternate(package),
        "localActivityDate": activity.get("date").value,
        "localActivityTime": activity.get("time").value,
        "gmtActivityDate": activity.get("gmtDate").value,
        "gmtActivityTime": activity.get("gmtTime").code().replace(":", ""),
        "gmtOffset": activity.get("gmtOffset").value,
        "activityLocation": {
            "city": address.get("city").value,
            "stateProvince": address.get("stateProvince").value,
            "postalCode": address.get("postalCode").value,
            "country": address.get("countryCode").value or address.get("country").value,
        },
        "activityStatus": {
            "type": status.get("type").value,
            "code": status.get("code").value,
            "description": status.get("description").value,
            "descriptionCode": status.get("statusCode").value,
        },
    }


def _proofs(delivery: Node) -> dict:
    """Who received it, the signature and the photo, as far as they are there and can be seen: a
    picture that cannot be read must not cost the scan."""
    return {
        "receivedBy": delivery.get("receivedBy").value,
        "signature": _picture(delivery.path("signature", "image")),
        "deliveryPhoto": _picture(delivery.path("deliveryPhoto", "photo")),
    }


def _picture(node: Node) -> str:
    try:
        content = node.file()
    except ParseError:
        return ""
    return node.value if file_type(content)[1] != "bin" else ""


def _alternate(package: Node) -> str:
    """The first other number that is a number of UPS's own."""
    for other in package.get("alternateTrackingNumber").items():
        if not other.get("type").text():
            return other.get("number").code()
    return ""


def _expected(package: Node) -> str:
    days = {d.get("type").code(): d.get("date").code() for d in package.get("deliveryDate").items()}
    return next((days[kind] for kind in _EXPECTED if days.get(kind)), "")
