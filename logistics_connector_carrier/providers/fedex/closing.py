# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Ground's end of day: ``PUT /ship/v1/endofday/`` closes whatever the account has shipped by
Ground and Home Delivery since the last time; Express is closed by nothing. ``POST`` prints the
reports of the last three days once more.

Shapes: the OpenAPI document "Ground End of Day Close API" (1.0.0) of
https://developer.fedex.com/api/en-us/catalog/close/v1/docs.html. The answer has the manifest for
the driver, a text, and names no shipments; a day may be closed several times. So what FedEx refuses
to close is asked for by its number: it may be on the manifest of an hour ago, as the account is
closed for all warehouses at once.
"""

import base64
import json
import re
from types import SimpleNamespace

from ...core.booking import Document, Step
from ...core.closing import CloseAnswer, NotTaken
from .booking import errors

__all__ = ["close", "closes", "errors", "find_close", "headers_of", "problem", "takes", "tells"]

PATH = "/ship/v1/endofday/"
SERVICES = frozenset({"FEDEX_GROUND", "GROUND_HOME_DELIVERY"})
CLOSE, REPRINT, CATEGORY = "GCDR", "RGCDR", "GROUND"
MANIFEST = "MANIFEST"
NO_WORDS = "FedEx has not closed it, and does not say why."
NOT_LISTED = "It is on none of FedEx's reports of the last three days."


def closes(values):
    """Closing is optional at FedEx; who wants it done from here says so."""
    return bool(values.get("config.closes_ground"))


def takes(service):
    """Whether parcels of this service belong to it."""
    return service in SERVICES


def tells(act):
    """Whether a call may have closed something: what is printed again is only read."""
    return act.method == "PUT"


def problem(request):
    return ""


def headers_of(proxy):
    """What identifies us: the shipping project."""
    token = proxy.authenticate(SimpleNamespace(ctx={"auth_type": "shipping_auth"})).deserialize()
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "x-locale": "en_US",
    }


def close(request, settings):
    """Close the account's day; where FedEx refuses, see what was closed before."""
    data = {
        **_about(settings),
        "closeReqType": CLOSE,
        "closeDate": request.day,
        "closeDocumentSpecification": {"closeDocumentTypes": [MANIFEST]},
    }
    exchange = yield Step("PUT", PATH, body=json.dumps(data).encode())
    if exchange.ok:
        reports = _reports(exchange.body)
        return _answer(request, request.shipments, {}, reports) if reports else None
    if exchange.status not in (400, 404, 422):
        return None
    words = errors(exchange.body) or NO_WORDS
    found, reports = yield from _look(request, settings)
    if found is None:
        raise ValueError(f"{words}; and what was closed before is not shown")
    why = {one: words for one in request.shipments if one not in found}
    return _answer(request, found, why, reports)


def find_close(request, settings):
    """The reports show what is closed. That they show none of it says nothing: FedEx's words for a
    parcel without a report are not published."""
    found, reports = yield from _look(request, settings)
    if found is None:
        return None
    if not found:
        raise ValueError("FedEx's reports show none of them")
    why = {one: NOT_LISTED for one in request.shipments if one not in found}
    return _answer(request, found, why, reports)


def _look(request, settings):
    """(shipments that are on a report, the reports by their names); (None, {}) where the last
    answer was none."""
    found, reports = set(), {}
    for number in request.shipments:
        if number in found:
            continue
        data = {
            **_about(settings),
            "closeReqType": REPRINT,
            "reprintOption": "BY_TRACKING_NUMBER",
            "trackingNumber": number,
        }
        exchange = yield Step("POST", PATH, body=json.dumps(data).encode())
        if not exchange.ok and exchange.status not in (400, 404, 422):
            return None, {}
        shown = _reports(exchange.body) if exchange.ok else {}
        if shown:
            found.add(number)
            text = b"".join(shown.values()).decode("latin-1")
            found |= set(re.findall(r"\w+", text)) & set(request.shipments)
        reports |= shown
    return found, reports


def _about(settings):
    return {
        "accountNumber": {"value": settings.account_number},
        "groundServiceCategory": CATEGORY,
    }


def _reports(body):
    """{shipping cycle: text} of the manifests of an answer."""
    output = json.loads(body).get("output") or {}
    found = {}
    for place, one in enumerate(output.get("closeDocuments") or (), 1):
        parts = sorted(
            one.get("parts") or (), key=lambda part: part.get("documentPartSequenceNumber") or 0
        )
        text = b"".join(base64.b64decode(part["image"]) for part in parts if part.get("image"))
        if one.get("type", MANIFEST) == MANIFEST and text:
            found[str(one.get("shippingCycle") or place)] = text
    return found


def _answer(request, taken, why, reports):
    return CloseAnswer(
        taken=tuple(one for one in request.shipments if one in taken),
        refused=tuple(NotTaken(one, text) for one, text in why.items()),
        manifests=tuple(reports),
        documents=tuple(
            Document(MANIFEST.lower(), "TXT", base64.b64encode(text).decode(), number=name)
            for name, text in reports.items()
        ),
    )
