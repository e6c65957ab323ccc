# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Royal Mail Tracking API v2: the history of one number.

    GET /mailpieces/v2/{number}/events             our access: headers X-IBM-Client-Id, -Secret

Every call must say that Royal Mail's terms are accepted (X-Accept-RMG-Terms): they were when the
keys were asked for. There is no system for tests.
"""

from urllib.parse import quote

from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for one number."""
    (number,) = numbers
    address = f"{url.rstrip('/')}/{quote(number, safe='')}/events"
    return Ask(address, headers={"X-Accept-RMG-Terms": "yes"})


TRACKING = TrackingPoll(urls={"production": "https://api.royalmail.net/mailpieces/v2"}, ask=ask)
