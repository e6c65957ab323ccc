# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Track API: the history of up to 30 numbers at a time (track/v1, the shape of the webhook).

    POST /track/v1/trackingnumbers
    {"includeDetailedScans": true,
     "trackingInfo": [{"trackingNumberInfo": {"trackingNumber": "…"}}]}

The answer holds an id of its own each time; each number's result is a message by itself. A number
that FedEx does not know comes back with an "error" in place of scans: it holds no event.

The proof of a delivery is a call of its own, with the same access:

    POST /track/v1/trackingdocuments
    {"trackDocumentSpecification": [{"trackingNumberInfo": {"trackingNumber": "…"}}],
     "trackDocumentDetail": {"documentType": "SIGNATURE_PROOF_OF_DELIVERY", "documentFormat"}}
    {"output": {"documentType", "documentFormat", "documents": ["base64…"]}}
"""

import json

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.polling import Ask, ProofCall, TrackingPoll

MOST_NUMBERS = 30
DELIVERED = "DL"
_STUMBLES = (ValueError, KeyError, TypeError, AttributeError, IndexError)


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for these numbers."""
    content = {
        "includeDetailedScans": True,
        "trackingInfo": [{"trackingNumberInfo": {"trackingNumber": number}} for number in numbers],
    }
    return Ask(
        url,
        "POST",
        {"Content-Type": "application/json", "X-locale": "en_US"},
        json.dumps(content, separators=(",", ":")).encode(),
    )


def proof_number(piece: bytes) -> str:
    """The number that was delivered once, by this result; a number of two shipments is not asked
    for, as the proof does not say whose it is. Raises ParseError."""
    try:
        data = json.loads(piece)
        results = data["trackResults"]
        scans = results[0].get("scanEvents") or ()
        is_delivered = any(scan.get("eventType") == DELIVERED for scan in scans)
        return str(data["trackingNumber"]) if len(results) == 1 and is_delivered else ""
    except _STUMBLES:
        raise ParseError("no result of a tracked number.") from None


def ask_proof(url: str, number: str) -> Ask:
    """The call for the signature proof of delivery of a number, as a picture."""
    content = {
        "trackDocumentSpecification": [{"trackingNumberInfo": {"trackingNumber": number}}],
        "trackDocumentDetail": {
            "documentType": "SIGNATURE_PROOF_OF_DELIVERY",
            "documentFormat": "PNG",
        },
    }
    return Ask(
        url.rstrip("/").rpartition("/")[0] + "/trackingdocuments",
        "POST",
        {"Content-Type": "application/json", "X-locale": "en_US"},
        json.dumps(content, separators=(",", ":")).encode(),
    )


def join_proof(piece: bytes, body: bytes) -> bytes:
    """The result with the pictures in it, where the parser finds them. Raises ParseError."""
    try:
        documents = json.loads(body)["output"].get("documents") or []
        data = json.loads(piece)
        data["trackResults"][0]["signatureProofOfDelivery"] = documents
    except _STUMBLES:
        raise ParseError("no proof of delivery.") from None
    return json.dumps(data, separators=(",", ":")).encode() if documents else b""


TRACKING = TrackingPoll(
    urls={
        "production": "https://apis.fedex.com/track/v1/trackingnumbers",
        "test": "https://apis-sandbox.fedex.com/track/v1/trackingnumbers",
    },
    ask=ask,
    most=MOST_NUMBERS,
    elements=("output", "completeTrackResults"),
    proof=ProofCall(proof_number, ask_proof, join_proof),
)
