"""Canada Post: on-demand pickups (pickuprequest): made, called off.

Facts: pickuprequest.xsd (names, what is required, lengths, patterns) and the pages "Create Pickup
Request" and "Cancel Pickup Request" of canadapost-postescanada.ca.
"""

import re
from urllib.parse import urlsplit

from lxml import etree

from ..receiver import Answer
from .canadapost_schemas import CA_ZIP, DAY, FLAG, MAIL, text
from .carrier import Refusal, header
from .pickups import Van, Vans

TYPE = "application/vnd.cpc.pickuprequest+xml"
NAMESPACE = "http://www.canadapost.ca/ws/pickuprequest"
TIME = re.compile("(12|13|14|15|16|17):(00|15|30|45)")
DETAILS = {
    "customer-request-id": (False, text(35, 1)),
    "pickup-type": (True, re.compile("OnDemand|Scheduled")),
    "pickup-location": (
        True,
        {
            "business-address-flag": (True, FLAG),
            "alternate-address": (
                False,
                {
                    "company": (True, text(35, 1)),
                    "address-line-1": (True, text(35, 1)),
                    "city": (True, text(35, 1)),
                    "province": (True, text(2, 1)),
                    "postal-code": (True, CA_ZIP),
                },
            ),
        },
    ),
    "contact-info": (
        True,
        {
            "contact-name": (True, text(45, 1)),
            "email": (False, MAIL),
            "contact-phone": (True, re.compile("[0-9]{3}-[0-9]{3}-[0-9]{4}")),
            "telephone-ext": (False, text(6)),
            "receive-email-updates-flag": (False, FLAG),
        },
    ),
    "location-details": (
        False,
        {
            "five-ton-flag": (False, FLAG),
            "loading-dock-flag": (False, FLAG),
            "pickup-instructions": (False, text(132)),
        },
    ),
    "items-characteristics": (
        False,
        {
            "pww-flag": (False, FLAG),
            "priority-flag": (False, FLAG),
            "returns-flag": (False, FLAG),
            "heavy-item-flag": (False, FLAG),
        },
    ),
    "pickup-volume": (True, text(40, 1)),
    "pickup-times": (
        True,
        {
            "on-demand-pickup-time": (
                True,
                {
                    "date": (True, DAY),
                    "preferred-time": (True, TIME),
                    "closing-time": (True, TIME),
                },
            )
        },
    ),
}
CHARGE = "3.50"


class CanadaPostPickups:
    """
    :param CanadaPostServer server:
    """

    def __init__(self, server):
        self.server, self.vans = server, Vans(server)

    def act(self, call):
        """The answer to a call about pickups; None for any other."""
        path = urlsplit(call.path).path
        found = re.fullmatch(r"(?:/rs)?/enab/(\d+)/pickuprequest(?:/(\w+))?", path)
        if not found:
            return None
        if found[1] != self.server.customer:
            raise Refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        if header(call, "Accept") != TYPE:
            raise Refusal(406, "E001", "Not acceptable")
        if call.method == "POST" and not found[2]:
            return self._create(call)
        if call.method == "DELETE" and found[2]:
            return self._cancel(found[2])
        raise Refusal(405, "", "")

    def _create(self, call):
        root = self.server._read(call, TYPE, NAMESPACE, "pickup-request-details", DETAILS)

        def said(*names):
            return root.findtext("/".join(names)) or ""

        is_business = said("pickup-location", "business-address-flag") in ("true", "1")
        postal = said("pickup-location", "alternate-address", "postal-code")
        if is_business == bool(postal):
            raise Refusal(400, "9111", "alternate-address is wanted instead of the business one")
        time = ("pickup-times", "on-demand-pickup-time")
        day = said(*time, "date")
        clock = (said(*time, "preferred-time"), said(*time, "closing-time"))
        self.vans.check_times(400, day, *clock)
        number = f"{self.server.rng.randrange(10**10):010}"
        self.vans.order(
            Van(number, day, clock, parcels=int(said("pickup-volume")), address={"zip": postal})
        )
        info = etree.Element(f"{{{NAMESPACE}}}pickup-request-info", nsmap={None: NAMESPACE})
        head = _add(info, "pickup-request-header")
        for name, value in (
            ("request-id", number),
            ("request-status", "Active"),
            ("pickup-type", "OnDemand"),
            ("next-pickup-date", day),
        ):
            _add(head, name, value)
        price = _add(info, "pickup-request-price")
        _add(price, "pre-tax-amount", CHARGE)
        _add(price, "due-amount", CHARGE)
        body = etree.tostring(info, xml_declaration=True, encoding="UTF-8")
        return Answer(200, {"Content-Type": TYPE}, body)

    def _cancel(self, number):
        self.vans.cancel(
            number,
            Refusal(404, "9162", "The pickup request was not found."),
            Refusal(400, "9163", "The pickup request was cancelled already."),
        )
        return Answer(200, {"Content-Type": TYPE}, b"")


def _add(parent, name, text=None):
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child
