"""Canada Post's returns: Create Authorized Return (authreturn-v2), which has a number and a link to
the label, and neither price nor id; nothing lists it or takes it back.

Facts: authreturn.xsd, and the page of canadapost-postescanada.ca about it (headers, address).
"""

import base64
import re

from lxml import etree

from .canadapost_schemas import AUTHORIZED_RETURN
from .canadapost_xml import add, as_xml, want
from .carrier import Refusal, label

TYPE = "application/vnd.cpc.authreturn-v2+xml"
NS = "http://www.canadapost.ca/ws/authreturn-v2"


class Returns:
    """Of ``CanadaPostServer``."""

    def return_act(self, call, where):
        """The answer; None where it is about something else."""
        found = re.fullmatch(r"/rs/(\d+)/(\d+)/authorizedreturn", where.path)
        if not found:
            return None
        if set(found.groups()) != {self.customer}:
            raise Refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        if call.method != "POST":
            raise Refusal(405, "", "")
        want(call, "Accept", TYPE)
        root = self._read(call, TYPE, NS, "authorized-return", AUTHORIZED_RETURN)
        service = root.findtext("service-code")
        if not service.startswith("DOM.") or service == self.unknown_service:
            raise Refusal(400, "9100", "The service is not available for returns.")
        if root.findtext("settlement-info/contract-id", self.contract) != self.contract:
            raise Refusal(400, "9100", "The contract is not valid.")
        self._weigh(root)
        if self.is_unwanted():
            raise Refusal(400, "9111", "Postal code is not valid for province.")
        return self._made(root, service)

    def _made(self, root, service):
        pin = f"{self.rng.randrange(10**12):012}"
        form = root.findtext("print-preferences/encoding") or "PDF"
        names = [
            root.findtext(f"{who}/company") or root.findtext(f"{who}/name")
            for who in ("returner", "receiver")
        ]
        image = label(form, pin, ["Return " + service, names[1]])
        media = "application/pdf" if form == "PDF" else "application/zpl"
        paper = f"2000{self.rng.randrange(10**10):010}"
        self.papers[paper] = (media, base64.b64decode(image))
        reference = root.findtext("references/customer-ref-1", "")
        more = {"is_return": True, "route": tuple(names)}
        self.book([pin], service, reference, "0.00", [image], f"return:{pin}", **more)
        info = etree.Element(f"{{{NS}}}authorized-return-info", nsmap={None: NS})
        add(info, "tracking-pin", pin)
        href = f"https://ct.soa-gw.canadapost.ca/rs/artifact/{paper}/0"
        about = {"rel": "returnLabel", "href": href, "media-type": media, "index": "0"}
        add(add(info, "links"), "link", **about)
        return as_xml(info, TYPE)
