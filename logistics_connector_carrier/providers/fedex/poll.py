# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Track API: the history of up to 30 numbers at a time (track/v1, the shape of the webhook).

    POST /track/v1/trackingnumbers
    {"includeDetailedScans": true,
     "trackingInfo": [{"trackingNumberInfo": {"trackingNumber": "…"}}]}

The answer holds an id of its own each time; each number's result is a message by itself. A number
that FedEx does not know comes back with an "error" in place of scans: it holds no event.
"""

import json

from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll

MOST_NUMBERS = 30


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


TRACKING = TrackingPoll(
    urls={
        "production": "https://apis.fedex.com/track/v1/trackingnumbers",
        "test": "https://apis-sandbox.fedex.com/track/v1/trackingnumbers",
    },
    ask=ask,
    most=MOST_NUMBERS,
    elements=("output", "completeTrackResults"),
)
