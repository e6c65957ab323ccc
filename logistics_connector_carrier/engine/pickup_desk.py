# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Orders of vans as messages of the outbox; see ``desk``."""

import json

from odoo.addons.logistics_connector_base.core import outcome as outcomes

from ..core import pickup as core
from .desk import Done, _Unasked
from .errors import NotOffered


def pickup_message(request):
    """The content of a message that orders a van.

    :param PickupRequest request:
    """
    return {"act": "pickup", "request": json.loads(core.as_json(request))}


def cancel_message(cancel):
    """The content of a message that calls one off.

    :param PickupCancel cancel:
    """
    return {"act": "pickup_cancel", "cancel": json.loads(core.as_json(cancel))}


class PickupDesk:
    """
    :param KarrioPickups account: whose vans they are
    """

    def __init__(self, account):
        self.account = account

    def act(self, taken, client):
        """See ``BookingDesk``."""
        asked = json.loads(taken.content)
        try:
            if asked["act"] == "pickup_cancel":
                cancel = core.cancel_from(asked["cancel"])
                return Done(self.account.cancel(cancel, client, again=taken.tries > 1))
            return _told(self.account.pickup(core.request_from(asked["request"]), client))
        except NotOffered as error:
            return _Unasked(outcomes.REJECTED, str(error))

    def find(self, taken, client):
        """See ``BookingDesk``."""
        asked = json.loads(taken.content)
        try:
            return _told(self.account.find(core.request_from(asked["request"]), client))
        except NotOffered as error:
            return _Unasked(outcomes.DOUBT, str(error))


def _told(said):
    is_known = said.value is not None
    return Done(said, core.as_json(said.value).encode() if is_known else b"")
