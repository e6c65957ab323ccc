import json
import logging
import re
from urllib.parse import urlencode

import psycopg2
from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..api import reads
from ..api.calls import Refusal, operation, read_body
from ..core.api import documents, query
from ..core.api.operations import ID
from ..core.api.paging import Place, decode, encode
from ..core.canonical import ParseContext, ParseError
from ..core.jsonsafe import loads
from ..intake import accept as intake
from ..intake import answers, contracts, limits
from ..providers.canonical.parse import parse

_logger = logging.getLogger(__name__)

GET = {
    "type": "http",
    "auth": "none",
    "methods": ["GET"],
    "csrf": False,
    "save_session": False,
    "readonly": True,
    "logistics_raw": True,
    "max_content_length": limits.CEILING_BYTES,
}
TRACKING = ("tracking", "master_tracking", "waybill", "sscc", "carrier_uid")
PUBLIC_ID = re.compile(ID)
ROOT = "/logistics/v1"


def _place(list_key, asked, reader, since="updated_since"):
    """Where the list goes on: behind a cursor, at a time, or at its beginning."""
    if "cursor" in asked:
        try:
            return decode(list_key, asked["cursor"])
        except ValueError as error:
            raise query.BadParameter("cursor", str(error)) from None
    return reader.place_at(asked[since]) if since in asked else Place()


def _list_key(code, asked, *path):
    filters = {
        name: str(value)
        for name, value in asked.items()
        if name not in ("limit", "cursor", "updated_since")
    }
    return json.dumps([code, path, filters], sort_keys=True)


def _page(page, list_key, asked):
    """A page as it is sent: its items, and the way to the next one."""
    cursor = encode(list_key, page.place) if page.place else None
    following = None
    if page.more and cursor:
        sent = request.httprequest.args
        pairs = {name: sent[name] for name in asked if name not in ("updated_since", "cursor")}
        following = f"{request.httprequest.path}?{urlencode({**pairs, 'cursor': cursor})}"
    return {"items": page.items, "more": page.more, "cursor": cursor, "next": following}


class LogisticsApi(http.Controller):
    @http.route(f"{ROOT}/receipts", **GET)
    @operation("list_receipts")
    def list_receipts(self, caller, asked):
        reader = reads.Reader(request.env.cr, caller)
        key = _list_key("list_receipts", asked)
        page = reader.receipts(
            _place(key, asked, reader, since=""),
            asked.get("limit", query.DEFAULT_LIMIT),
            asked.get("connection"),
            asked.get("since"),
        )
        return _page(page, key, asked)

    @http.route(f"{ROOT}/shipments", **GET)
    @operation("list_shipments")
    def list_shipments(self, caller, asked):
        reader = reads.Reader(request.env.cr, caller)
        key = _list_key("list_shipments", asked)
        place, limit = _place(key, asked, reader), asked.get("limit", query.DEFAULT_LIMIT)
        filters = {name: asked.get(name) for name in ("state", "connection")}
        references = _references(asked)
        if references:
            page = reader.search_shipments(place, limit, references, **filters)
        else:
            page = reader.shipments(place, limit, **filters)
        return _page(page, key, asked)

    @http.route(f"{ROOT}/shipments/<string:shipment>", **GET)
    @operation("read_shipment")
    def read_shipment(self, caller, asked, shipment):
        public_id = _public_id(shipment)
        return public_id and reads.Reader(request.env.cr, caller).shipment(public_id)

    @http.route(f"{ROOT}/shipments/<string:shipment>/events", **GET)
    @operation("list_shipment_events")
    def list_shipment_events(self, caller, asked, shipment):
        public_id = _public_id(shipment)
        if not public_id:
            return None
        reader = reads.Reader(request.env.cr, caller)
        key = _list_key("list_shipment_events", asked, public_id)
        page = reader.shipment_events(
            public_id, _place(key, asked, reader), asked.get("limit", query.DEFAULT_LIMIT)
        )
        return page and _page(page, key, asked)

    @http.route(f"{ROOT}/events", **GET)
    @operation("list_events")
    def list_events(self, caller, asked):
        reader = reads.Reader(request.env.cr, caller)
        key = _list_key("list_events", asked)
        page = reader.events(
            _place(key, asked, reader),
            asked.get("limit", query.DEFAULT_LIMIT),
            asked.get("connection"),
        )
        return _page(page, key, asked)

    @http.route(f"{ROOT}/orders", **GET)
    @operation("list_orders")
    def list_orders(self, caller, asked):
        reader = reads.Reader(request.env.cr, caller)
        key = _list_key("list_orders", asked)
        page = reader.orders(
            _place(key, asked, reader), asked.get("limit", query.DEFAULT_LIMIT), asked.get("state")
        )
        return _page(page, key, asked)

    @http.route(f"{ROOT}/orders/<path:order>", **GET)
    @operation("read_order")
    def read_order(self, caller, asked, order):
        # PostgreSQL would fail on a NUL, and no order is named so.
        known = order.isprintable() and len(order) <= 100
        return reads.Reader(request.env.cr, caller).order(order) if known else None

    @http.route(f"{ROOT}/events", **{**GET, "methods": ["POST"], "readonly": False})
    @operation("send_events")
    def send_events(self, caller, asked):
        """A message of a system with a key: filed as a webhook's is, by the same function."""
        profile = request.env(user=SUPERUSER_ID)["logistics.connection"]._api_profile(
            caller.write_connection_id
        )
        if profile is None:
            raise Refusal(
                answers.problem_response(
                    409, "Closed", "The connection of this key takes no messages at present."
                )
            )
        body = read_body()
        headers = {
            **dict(request.httprequest.headers.items()),
            "Logistics-Caller": caller.prefix,
        }
        try:
            limits.check(request.db, profile, len(body))
            judgement = contracts.refuse(profile.contracts, body)
            if judgement is None:
                _understood(body)
            receipt = intake.accept(
                request.db,
                profile,
                body,
                headers,
                "application/json",
                channel="api",
                judgement=judgement,
            )
        except limits.Refused as refusal:
            raise Refusal(answers.refused(refusal, profile.limits)) from None
        except psycopg2.Error as error:
            _logger.warning("a message could not be filed: %s", type(error).__name__)
            raise Refusal(answers.unavailable()) from None
        if receipt.outcome == "rejected":
            raise Refusal(answers.breaks_contract(receipt, judgement))
        return {
            "receipt": receipt.receipt,
            "correlation_id": receipt.correlation_id,
            "duplicate": receipt.outcome == "duplicate",
        }

    # -- what there is ------------------------------------------------------------------------

    @http.route(f"{ROOT}/openapi.json", **GET)
    def openapi(self):
        """For machines. It holds nothing of this company: whoever is to be connected reads it
        before he has a key."""
        return request.make_response(
            documents.openapi_json(),
            {"Content-Type": "application/json", "Cache-Control": "max-age=300"},
        )

    @http.route(f"{ROOT}/docs", **GET)
    def docs(self):
        """The same for people. No script, nothing from elsewhere."""
        return request.make_response(
            documents.html(),
            {
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": "max-age=300",
                "Content-Security-Policy": documents.security_policy(),
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
            },
        )


def _references(asked):
    """What kinds of numbers are searched for, with the numbers."""
    kind, value = asked.get("reference_type"), asked.get("reference_value")
    if bool(kind) != bool(value):
        missing = "reference_value" if kind else "reference_type"
        raise query.BadParameter(missing, "reference_type and reference_value go together.")
    found = [((kind,), value)] if kind else []
    if "tracking_number" in asked:
        found.append((TRACKING, asked["tracking_number"]))
    return found


def _public_id(text):
    """The text where it can be the id of a shipment."""
    return text if PUBLIC_ID.fullmatch(text) else None


def _understood(body):
    """Refuse what is no canonical message, while its sender is still there to be told why. Nothing
    was acknowledged: nothing is lost."""
    try:
        loads(body)
    except ParseError as error:
        raise Refusal(answers.problem_response(400, "No JSON", str(error))) from None
    try:
        parse(body, ParseContext())
    except ParseError as error:
        raise Refusal(answers.problem_response(422, "Does not fit", str(error))) from None
