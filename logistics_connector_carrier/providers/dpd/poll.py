# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DPD's parcel life cycle: the history of one number.

    GET …/rest/plc/{language}/{number}

The address that is publicly known serves DPD's own tracking page and keeps programs out. So none
is filled in: it is for those to whom DPD gives one that answers in this shape.
"""

from urllib.parse import quote

from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for one number; the address ends before it."""
    (number,) = numbers
    return Ask(f"{url.rstrip('/')}/{quote(number, safe='')}")


TRACKING = TrackingPoll(urls={}, ask=ask)
