"""Canada Post: prices (rate-v4), contract shipments (shipment-v8): made, looked up, deleted,
refunded; labels by an address of their own. Groups and manifests: see ``canadapost_manifests``.

Facts: rating.xsd, shipment.xsd, common.xsd of the developer programme (stored in karrioapi/karrio,
modules/connectors/canadapost/schemas): names, what is required, lengths, patterns; the pages of
canadapost-postescanada.ca about Create Shipment, Get Shipments (requestId), Void Shipment (204; 404
with an empty list of messages; 8064) and Request Shipment Refund: headers, addresses, answers. The
codes of refusals are Canada Post's where those pages name them, else "9100".
"""

import base64
import re
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from ..receiver import Answer
from .canadapost_manifests import Manifests
from .canadapost_pickups import CanadaPostPickups
from .canadapost_returns import Returns
from .canadapost_schemas import MAILING_SCENARIO, REFUND_REQUEST, SHIPMENT, problem
from .canadapost_xml import add, as_xml, want
from .carrier import EXTRA, CarrierServer, Refusal, header, label

RATE_TYPE = "application/vnd.cpc.ship.rate-v4+xml"
SHIPMENT_TYPE = "application/vnd.cpc.shipment-v8+xml"
RATE_NS = "http://www.canadapost.ca/ws/ship/rate-v4"
SHIPMENT_NS = "http://www.canadapost.ca/ws/shipment-v8"
MESSAGES_NS = "http://www.canadapost.ca/ws/messages"
SERVICES = {
    "DOM.EP": ("Expedited Parcel", 2),
    "DOM.XP": ("Xpresspost", 1),
    "USA.EP": ("Expedited Parcel USA", 5),
    "USA.XP": ("Xpresspost USA", 3),
    "INT.XP": ("Xpresspost International", 5),
    "INT.IP.AIR": ("International Parcel Air", 8),
}
NON_DELIVERY = {"RASE", "RTS", "ABAN"}
KNOWN_OPTIONS = {"SO", "PA18", "PA19", "COV", "COD", "HFP", "D2PO", "DNS", "LAD", *NON_DELIVERY}
# By our names → the option that is charged.
CODES = {"signature": "SO", "insurance": "COV", "cod": "COD", "hold_at": "D2PO"}
HST_PERCENT = 13


class CanadaPostServer(Manifests, Returns, CarrierServer):
    """A commercial customer with a contract, who ships from Canada. Shipments wait for their
    manifest unless they are transmitted at once."""

    provider = "canadapost"
    currency = "CAD"
    has_tokens = False
    books_each = calls_each = True
    has_return_void = False
    unknown_service = "DOM.NONE"
    customer, contract = "0008150293", "0041207788"

    def __init__(self, seed=7, port=0):
        super().__init__(seed, port)
        self.papers = {}  # by their numbers: (media type, content)
        self.infos = {}  # by the number of the shipment
        self.statuses = {}
        self.groups = {}  # by their names: shipments that are not transmitted
        self.manifests = {}  # by their numbers
        self.po_numbers = {}  # by the number of the shipment
        self.pickups = CanadaPostPickups(self)

    @classmethod
    def settings(cls):
        return {
            "username": "4d1f6c0be2a79853",
            "password": "cp-password-9Lq",
            "customer_number": cls.customer,
            "contract_id": cls.contract,
        }

    def login(self, call):
        return None

    def refusal(self, no):
        root = etree.Element(f"{{{MESSAGES_NS}}}messages", nsmap={None: MESSAGES_NS})
        if no.text:
            message = add(root, "message")
            add(message, "code", no.code)
            add(message, "description", no.text)
        return as_xml(root, SHIPMENT_TYPE, no.status)

    def act(self, call):
        good = self.settings()
        pair = f"{good['username']}:{good['password']}"
        if header(call, "Authorization") != "Basic " + base64.b64encode(pair.encode()).decode():
            raise Refusal(401, "E002", "AAA Authentication Failure")
        where = urlsplit(call.path)
        if (call.method, where.path) == ("POST", "/rs/ship/price"):
            return self._price(call)
        if call.method == "GET" and (found := re.fullmatch(r"/rs/artifact/(\d+)/0", where.path)):
            return self._paper(found[1], call)
        closing = self.close_act(call, where)
        if closing is not None:
            return closing
        if said := self.pickups.act(call) or self.return_act(call, where):
            return said
        base = f"/rs/{self.customer}/{self.customer}/shipment"
        found = re.fullmatch(r"/rs/(\d+)/(\d+)/shipment(?:/(\d+))?(/refund)?", where.path)
        if not found:
            raise Refusal(404, "", "")
        if not where.path.startswith(base):
            raise Refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        want(call, "Accept", SHIPMENT_TYPE)
        acts = {
            ("POST", False, False): lambda: self._ship(call),
            ("GET", False, False): lambda: self._search(parse_qs(where.query)),
            ("GET", True, False): lambda: self._show(found[3]),
            ("DELETE", True, False): lambda: self._void(found[3]),
            ("POST", True, True): lambda: self._refund(found[3], call),
        }
        act = acts.get((call.method, bool(found[3]), bool(found[4])))
        if act is None:
            raise Refusal(405, "", "")
        return act()

    # -- acts ------------------------------------------------------------------------------------

    def _price(self, call):
        want(call, "Accept", RATE_TYPE)
        root = self._read(call, RATE_TYPE, RATE_NS, "mailing-scenario", MAILING_SCENARIO)
        if root.findtext("customer-number", self.customer) != self.customer:
            raise Refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        kilograms = self._weigh(root)
        if root.find("destination/domestic") is not None:
            area = "DOM."
        else:
            area = "USA." if root.find("destination/united-states") is not None else "INT."
        wanted = {one.text for one in root.findall("services/service-code")}
        asked = self._asked(root)
        codes = [one for one in SERVICES if one.startswith(area) and one in (wanted or SERVICES)]
        if not codes:
            raise Refusal(400, "9100", "No services are available for the destination.")
        quotes = etree.Element(f"{{{RATE_NS}}}price-quotes", nsmap={None: RATE_NS})
        for code in codes:
            name, days = SERVICES[code]
            base, fuel, tax, due = self._amounts(kilograms, code, area, len(asked))
            quoted = add(quotes, "price-quote")
            add(quoted, "service-code", code)
            add(quoted, "service-name", name)
            details = add(quoted, "price-details")
            add(details, "base", base)
            taxes = add(details, "taxes")
            for name, amount in (("gst", "0.00"), ("pst", "0"), ("hst", tax)):
                add(taxes, name, amount)
            add(details, "due", due)
            options = add(details, "options")
            for code, price in (("DC", "0"), *self._priced(asked)):
                option = add(options, "option")
                add(option, "option-code", code)
                add(option, "option-name", f"Option {code}")
                add(option, "option-price", price)
            adjustment = add(add(details, "adjustments"), "adjustment")
            add(adjustment, "adjustment-code", "FUELSC")
            add(adjustment, "adjustment-name", "Fuel surcharge")
            add(adjustment, "adjustment-cost", fuel)
            standard = add(quoted, "service-standard")
            add(standard, "am-delivery", "false")
            add(standard, "guaranteed-delivery", "true")
            add(standard, "expected-transit-time", str(days))
            add(standard, "expected-delivery-date", f"2026-11-{24 + days}")
        return as_xml(quotes, RATE_TYPE)

    def _ship(self, call):
        root = self._read(call, SHIPMENT_TYPE, SHIPMENT_NS, "shipment", SHIPMENT)
        spec = root.find("delivery-spec")
        if root.find("group-id") is None and root.find("transmit-shipment") is None:
            raise Refusal(400, "Server", "One of group-id, transmit-shipment is expected")
        service = spec.findtext("service-code")
        self._check(spec, service)
        kilograms = self._weigh(spec)
        if self.is_unwanted():
            raise Refusal(400, "9100", "The postal code of the destination is not served.")
        serial = self.rng.randrange(10**9)
        identifier, pin = f"5450215{serial:011}", f"7023210{serial:09}"
        to = spec.find("destination")
        name = to.findtext("company") or to.findtext("name")
        form = spec.findtext("print-preferences/encoding") or "PDF"
        image = label(form, pin, ["Canada Post " + service, name])
        paper = f"1000{serial:010}"
        media = "application/pdf" if form == "PDF" else "application/zpl"
        self.papers[paper] = (media, base64.b64decode(image))
        area = service[:4]
        extras = self._asked(spec)
        amounts = self._amounts(kilograms, service, area, len(extras))
        is_sent = root.find("transmit-shipment") is not None
        self.statuses[identifier] = "transmitted" if is_sent else "created"
        if not is_sent:
            self.groups.setdefault(root.findtext("group-id"), []).append(identifier)
        asked = root.findtext("customer-request-id", "")
        self.infos[identifier] = (asked, pin, service, amounts, paper, media)
        self.book([pin], service, asked, amounts[-1], [image], identifier, accessorials=extras)
        return self._show(identifier)

    def _show(self, identifier):
        """The shipment as Create Shipment and Get Shipment answer it."""
        booked = self.bookings.get(identifier)
        if booked is None or (booked.is_void and self.statuses[identifier] == "created"):
            raise Refusal(404, "", "")
        asked, pin, service, (base, fuel, tax, due), paper, media = self.infos[identifier]
        info = etree.Element(f"{{{SHIPMENT_NS}}}shipment-info", nsmap={None: SHIPMENT_NS})
        if asked:
            add(info, "customer-request-id", asked)
        add(info, "shipment-id", identifier)
        add(info, "shipment-status", self.statuses[identifier])
        add(info, "tracking-pin", pin)
        if identifier in self.po_numbers:
            add(info, "po-number", self.po_numbers[identifier])
        price = add(info, "shipment-price")
        add(price, "service-code", service)
        add(price, "base-amount", base)
        options = add(price, "priced-options")
        for code, amount in (("DC", "0.00"), *self._priced(booked.accessorials)):
            option = add(options, "priced-option")
            add(option, "option-code", code)
            add(option, "option-price", amount)
        adjustment = add(add(price, "adjustments"), "adjustment")
        add(adjustment, "adjustment-code", "FUELSC")
        add(adjustment, "adjustment-amount", fuel)
        add(price, "pre-tax-amount", f"{float(due) - float(tax):.2f}")
        for name, amount in (("gst", "0.00"), ("pst", "0.00"), ("hst", tax)):
            add(price, f"{name}-amount", amount)
        add(price, "due-amount", due)
        links = add(info, "links")
        here = f"https://ct.soa-gw.canadapost.ca/rs/{self.customer}/{self.customer}/shipment"
        for rel in ("self", "details", "refund"):
            tail = "" if rel == "self" else f"/{rel}"
            href = f"{here}/{identifier}{tail}"
            add(links, "link", rel=rel, href=href, **{"media-type": SHIPMENT_TYPE})
        href = f"https://ct.soa-gw.canadapost.ca/rs/artifact/{paper}/0"
        add(links, "link", rel="label", href=href, index="0", **{"media-type": media})
        return as_xml(info, SHIPMENT_TYPE)

    def _paper(self, number, call):
        media, content = self.papers.get(number, ("", b""))
        if not media:
            raise Refusal(404, "", "")
        want(call, "Accept", media)
        return Answer(200, {"Content-Type": media}, content)

    def _search(self, query):
        if "groupId" in query:
            return self.show_group(query["groupId"][0])
        asked = (query.get("requestId") or [""])[0]
        if not asked:
            raise Refusal(400, "9100", "The query is not known.")
        shipments = etree.Element(f"{{{SHIPMENT_NS}}}shipments", nsmap={None: SHIPMENT_NS})
        for booked in self.find(asked):
            here = f"https://ct.soa-gw.canadapost.ca/rs/{self.customer}/{self.customer}"
            href = f"{here}/shipment/{booked.identifier}"
            add(shipments, "link", rel="shipment", href=href, **{"media-type": SHIPMENT_TYPE})
        return as_xml(shipments, SHIPMENT_TYPE)

    def _void(self, identifier):
        booked = self.bookings.get(identifier)
        is_created = self.statuses.get(identifier) == "created"
        if booked is None or (booked.is_void and is_created):
            raise Refusal(404, "", "")
        if not is_created:
            raise Refusal(
                400,
                "8064",
                "A Shipment can only be void if it is in a PROCESSED or PRINTED state. If it has"
                " been transmitted, a Refund request should be submitted.",
            )
        booked.is_void = True
        for members in self.groups.values():
            if identifier in members:
                members.remove(identifier)
        return Answer(204, body=b"")

    def _refund(self, identifier, call):
        self._read(call, SHIPMENT_TYPE, SHIPMENT_NS, "shipment-refund-request", REFUND_REQUEST)
        booked = self.bookings.get(identifier)
        if booked is None:
            raise Refusal(404, "", "")
        if self.statuses[identifier] != "transmitted" or booked.is_void:
            text = "A refund request has already been submitted for this shipment."
            raise Refusal(400, "9100", text)
        booked.is_void = True
        info = etree.Element(
            f"{{{SHIPMENT_NS}}}shipment-refund-request-info", nsmap={None: SHIPMENT_NS}
        )
        add(info, "service-ticket-date", "2026-11-24")
        add(info, "service-ticket-id", "GT14826637RT")
        return as_xml(info, SHIPMENT_TYPE)

    # -- what it wants ---------------------------------------------------------------------------

    def _read(self, call, media, namespace, name, spec):
        """The request, its names without namespace. Raises Refusal where the schema does."""
        want(call, "Content-Type", media)
        try:
            root = etree.fromstring(call.body)
        except etree.XMLSyntaxError:
            raise Refusal(400, "Server", "The request is not well formed.") from None
        if root.tag != f"{{{namespace}}}{name}":
            raise Refusal(400, "Server", f"cvc-elt 1: {root.tag} is not declared")
        for element in root.iter():
            element.tag = etree.QName(element).localname
        if text := problem(root, spec):
            raise Refusal(400, "Server", text)
        return root

    def _check(self, spec, service):
        sender, to = spec.find("sender/address-details"), spec.find("destination/address-details")
        country = to.findtext("country-code")
        area = {"CA": "DOM.", "US": "USA."}.get(country, "INT.")
        if sender.findtext("country-code") != "CA":
            raise Refusal(400, "9100", "The sender must be in Canada.")
        if service not in SERVICES or not service.startswith(area):
            raise Refusal(400, "9100", "The service is not available for the destination.")
        zips = {"CA": r"[A-Z]\d[A-Z]\d[A-Z]\d", "US": r"\d{5}(-\d{4})?"}
        for place in (sender, to):
            code = place.findtext("country-code")
            if code in zips:
                if not re.fullmatch(zips[code], place.findtext("postal-zip-code") or ""):
                    raise Refusal(400, "9100", "The postal code is not valid.")
                if not re.fullmatch("[A-Z]{2}", place.findtext("prov-state") or ""):
                    raise Refusal(400, "9100", "The province or state is not valid.")
        if not (to.findtext("address-line-1") and to.findtext("city")):
            raise Refusal(400, "9100", "The address of the destination is not complete.")
        for place in ("sender/contact-phone", "destination/client-voice-number"):
            if re.fullmatch(r"[0 ]+", spec.findtext(place, "1")):
                raise Refusal(400, "9100", "The telephone number is not valid.")
        if spec.findtext("settlement-info/contract-id", self.contract) != self.contract:
            raise Refusal(400, "9100", "The contract is not valid.")
        if area != "DOM.":
            self._check_abroad(spec)

    def _check_abroad(self, spec):
        codes = {one.text for one in spec.findall("options/option/option-code")}
        if len(codes & NON_DELIVERY) != 1:
            raise Refusal(400, "9100", "A non-delivery handling code is required.")
        if not spec.findtext("destination/client-voice-number"):
            raise Refusal(400, "9100", "The telephone number of the destination is required.")
        customs = spec.find("customs")
        if customs is None:
            raise Refusal(400, "9100", "Customs information is required.")
        if customs.findtext("currency") != "CAD" and not customs.findtext("conversion-from-cad"):
            raise Refusal(400, "9100", "The conversion rate is required.")
        is_other = customs.findtext("reason-for-export") == "OTH"
        if is_other and not customs.findtext("other-reason"):
            raise Refusal(400, "9100", "The other reason is required.")
        inside = sum(
            int(one.findtext("customs-number-of-units")) * float(one.findtext("unit-weight"))
            for one in customs.findall("sku-list/item")
        )
        if inside > self._weigh(spec) + 1e-9:
            raise Refusal(400, "9100", "The goods weigh more than the parcel.")

    def _asked(self, holder):
        """Options by our names. Raises Refusal where one lacks what it needs."""
        options = {}
        for option in holder.findall("options/option"):
            code = option.findtext("option-code")
            if code in options:
                raise Refusal(400, "9100", f"Option {code} stands twice.")
            options[code] = option
        unknown = set(options) - KNOWN_OPTIONS
        if unknown:
            raise Refusal(400, "9100", f"The option {sorted(unknown)[0]} is not valid.")
        asked = {}
        if "SO" in options:
            asked["signature"] = "any"
        if ages := options.keys() & {"PA18", "PA19"}:
            if len(ages) > 1 or "SO" not in options:
                raise Refusal(400, "9100", "Proof of age needs a signature.")
            asked["signature"] = "adult"
        for code, ours in (("COV", "insurance"), ("COD", "cod")):
            if code in options:
                amount = options[code].findtext("option-amount")
                if not amount:
                    raise Refusal(400, "9100", f"The option {code} needs an amount.")
                asked[ours] = f"{float(amount):.2f} CAD"
        if "COD" in options and not options.keys() & {"HFP", "D2PO"}:
            raise Refusal(400, "9100", "Collect on delivery needs a post office.")
        if "D2PO" in options:
            office = options["D2PO"].findtext("option-qualifier-2")
            if not office:
                raise Refusal(400, "9100", "Deliver to post office needs the office.")
            wanted = ("destination/name", "destination/client-voice-number", "notification/email")
            is_shipment = holder.find("service-code") is not None
            if is_shipment and not all(holder.findtext(one) for one in wanted):
                raise Refusal(400, "9100", "Deliver to post office needs somebody to tell.")
            asked["hold_at"] = office
        return asked

    @staticmethod
    def _priced(asked):
        return [(CODES[name], EXTRA) for name in asked]

    @staticmethod
    def _weigh(near):
        kilograms = float(near.findtext("parcel-characteristics/weight"))
        if kilograms > 30:
            raise Refusal(400, "9100", "The weight exceeds 30 kg.")
        return kilograms

    def _amounts(self, kilograms, service, area, extras):
        """(base, fuel, tax, due) as texts; what leaves Canada is not taxed."""
        base, fuel, total = self.price(kilograms, service, extras)
        cents = round(float(total) * 100)
        tax = cents * HST_PERCENT // 100 if area == "DOM." else 0
        return base, fuel, f"{tax / 100:.2f}", f"{(cents + tax) / 100:.2f}"
