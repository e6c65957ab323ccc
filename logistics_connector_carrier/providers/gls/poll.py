# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""GLS Track And Trace V1: the histories of up to ten numbers.

    GET /track-and-trace-v1/tracking/simple/trackids/{a,b}?showEvents=true     our access: OAuth

Each parcel of the answer is a message by itself. MyGLS wants the password's hash in the body of
each call: it is not asked.
"""

from urllib.parse import quote

from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll, with_query

MOST_NUMBERS = 10


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for these numbers."""
    listed = ",".join(quote(number, safe="") for number in numbers)
    return Ask(with_query(f"{url.rstrip('/')}/{listed}", showEvents="true"))


TRACKING = TrackingPoll(
    urls={
        "production": "https://api.gls-group.net/track-and-trace-v1/tracking/simple/trackids",
        "test": "https://api-sandbox.gls-group.net/track-and-trace-v1/tracking/simple/trackids",
    },
    ask=ask,
    most=MOST_NUMBERS,
    elements=("parcels",),
)
