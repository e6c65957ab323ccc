"""Canada Post's end of day: groups, their transmission, manifests (manifest-v8).

Facts: manifest.xsd of the developer programme (stored in karrioapi/karrio,
modules/connectors/canadapost/schemas); the pages Get Groups, Get Shipments, Transmit Shipments, Get
Manifest and Get Manifests: addresses, answers, the refusal of a group that is not known, the number
"EMPTY" of a manifest of nothing. A group that was transmitted is still listed, and empty.
"""

import base64
import re
from urllib.parse import parse_qs, quote

from lxml import etree

from ..receiver import Answer
from .carrier import Refusal, header, label

MANIFEST_TYPE = "application/vnd.cpc.manifest-v8+xml"
SHIPMENT_TYPE = "application/vnd.cpc.shipment-v8+xml"
MANIFEST_NS = "http://www.canadapost.ca/ws/manifest-v8"
SHIPMENT_NS = "http://www.canadapost.ca/ws/shipment-v8"
HOST = "https://ct.soa-gw.canadapost.ca"
TODAY = "20261124"


class Manifests:
    """What a CanadaPostServer has of the end of day. ``left_out``: identifiers that it forgets to
    transmit; ``slow_manifests``: how often a manifest is "not ready yet" (202)."""

    left_out = frozenset()
    slow_manifests = 0

    def close_act(self, call, where):
        """The answer to a call about groups or manifests; None for any other."""
        found = re.fullmatch(rf"/rs/{self.customer}/{self.customer}/(group|manifest)(/.+)?",
                             where.path)  # fmt: skip
        if not found:
            return None
        kind, tail = found[1], found[2] or ""
        media = SHIPMENT_TYPE if kind == "group" else MANIFEST_TYPE
        if header(call, "Accept") != media:
            raise Refusal(406, "", "")
        if (call.method, kind, tail) == ("GET", "group", ""):
            return self._list_groups()
        if (call.method, kind, tail) == ("POST", "manifest", ""):
            return self._transmit(call)
        if (call.method, kind, tail) == ("GET", "manifest", ""):
            return self._list_manifests(parse_qs(where.query))
        if call.method == "GET" and kind == "manifest":
            return self._manifest(*re.fullmatch(r"/(\w+)(/shipments)?", tail).groups())
        raise Refusal(405, "", "")

    def show_group(self, name):
        if name not in self.groups:
            raise Refusal(404, "", "")
        return self._shipments(self.groups[name], SHIPMENT_NS, SHIPMENT_TYPE)

    # -- acts ------------------------------------------------------------------------------------

    def _list_groups(self):
        root = etree.Element(f"{{{SHIPMENT_NS}}}groups", nsmap={None: SHIPMENT_NS})
        for name in self.groups:
            group = _add(root, "group")
            href = f"{self._here}/shipment?groupId={quote(name)}"
            _link(group, "group", href, SHIPMENT_TYPE)
            _add(group, "group-id", name)
        return _xml(root, SHIPMENT_TYPE)

    def _transmit(self, call):
        from .canadapost_schemas import TRANSMIT_SET

        root = self._read(call, MANIFEST_TYPE, MANIFEST_NS, "transmit-set", TRANSMIT_SET)
        names = [one.text for one in root.findall("group-ids/group-id")]
        if set(names) - set(self.groups):
            text = "Group id was not found for transmission; please remove or correct."
            raise Refusal(400, "9111", text)
        if root.find("requested-shipping-point") is None and root.find("shipping-point-id") is None:
            raise Refusal(400, "9100", "The shipping point is required.")
        kept = {one.text for one in root.findall("excluded-shipments/shipment-id")} | {
            *self.left_out
        }
        sent = []
        for name in names:
            members = self.groups[name]
            sent += [one for one in members if one not in kept]
            self.groups[name] = [one for one in members if one in kept]
        number = f"P{self.rng.randrange(10**9):09}" if sent else "EMPTY"
        for identifier in sent:
            self.statuses[identifier] = "transmitted"
            self.po_numbers[identifier] = number
        paper = f"2000{self.rng.randrange(10**9):010}"
        lines = [f"Manifest {number}", f"{len(sent)} shipments"]
        self.papers[paper] = ("application/pdf", base64.b64decode(label("PDF", number, lines)))
        self.manifests[number] = (sent, paper)
        return self._links_to([number])

    def _list_manifests(self, query):
        start, end = (query.get(name, [TODAY])[0] for name in ("start", "end"))
        if not re.fullmatch(r"\d{8}", start) or not re.fullmatch(r"\d{8}", end) or start > end:
            text = "The start date cannot be a later date than the end date."
            raise Refusal(400, "9120", text)
        return self._links_to([one for one in self.manifests if one != "EMPTY"])

    def _manifest(self, number, is_list):
        if number not in self.manifests:
            raise Refusal(404, "", "")
        sent, paper = self.manifests[number]
        if is_list:
            return self._shipments(sent, MANIFEST_NS, MANIFEST_TYPE)
        if self.slow_manifests:
            self.slow_manifests -= 1
            return Answer(202, {"Retry-After": "5"}, b"")
        root = etree.Element(f"{{{MANIFEST_NS}}}manifest", nsmap={None: MANIFEST_NS})
        _add(root, "po-number", number)
        links = _add(root, "links")
        here = f"{self._here}/manifest/{number}"
        _link(links, "self", here, MANIFEST_TYPE)
        _link(links, "details", f"{here}/details", MANIFEST_TYPE)
        _link(links, "manifestShipments", f"{here}/shipments", MANIFEST_TYPE)
        _link(links, "artifact", f"{HOST}/rs/artifact/{paper}/0", "application/pdf")
        return _xml(root, MANIFEST_TYPE)

    # -- shapes ----------------------------------------------------------------------------------

    @property
    def _here(self):
        return f"{HOST}/rs/{self.customer}/{self.customer}"

    def _links_to(self, numbers):
        root = etree.Element(f"{{{MANIFEST_NS}}}manifests", nsmap={None: MANIFEST_NS})
        for number in numbers:
            _link(root, "manifest", f"{self._here}/manifest/{number}", MANIFEST_TYPE)
        return _xml(root, MANIFEST_TYPE)

    def _shipments(self, identifiers, namespace, media):
        root = etree.Element(f"{{{namespace}}}shipments", nsmap={None: namespace})
        for identifier in identifiers:
            _link(root, "shipment", f"{self._here}/shipment/{identifier}", SHIPMENT_TYPE)
        return _xml(root, media)


def _link(parent, rel, href, media):
    child = _add(parent, "link")
    child.set("rel", rel)
    child.set("href", href)
    child.set("media-type", media)


def _add(parent, name, text=None):
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def _xml(root, media):
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Answer(200, {"Content-Type": media}, body)
