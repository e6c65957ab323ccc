from ast import literal_eval
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...core.cloud_event import CONTENT_TYPE, RECORDED, WITHDRAWN, cloud_event, event_id
from ...core.trace import traceparent

# What does not count any more; told to whoever was told of the event.
OVER = ("superseded", "retracted", "dismissed")
CANDIDATES = """
SELECT e.id, e.shipment_id, e.company_id, e.connection_id, e.code_id, e.classifier, e.standing,
       e.fingerprint, e.processed_at
FROM logistics_event e
WHERE e.shipment_id = ANY(%s) AND e.processed_at >= %s AND COALESCE(e.retracts, '') = ''
      AND e.standing IN ('active', 'superseded', 'retracted', 'dismissed')
ORDER BY e.occurred_at NULLS FIRST, e.id
"""
KNOWN = "SELECT identity FROM logistics_message_key WHERE connection_id = %s AND identity = ANY(%s)"


class LogisticsSubscription(models.Model):
    """Somebody else's system that wants to know what happens to shipments: a portal, an analysis, a
    customer's own software. Each event that fits is told it once, in the order of its shipment; one
    that is corrected or taken back later is told again, as withdrawn. How it is sent, and what
    happens when they do not answer, is the flow's."""

    _name = "logistics.subscription"
    _description = "Logistics Subscription"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    flow_id = fields.Many2one(
        "logistics.flow",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        domain="[('form', '=', 'json')]",
        help="Where events are sent. They are signed as the connection's page “Our access” says.",
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True, index=True)
    since = fields.Datetime(
        "From",
        required=True,
        default=fields.Datetime.now,
        tracking=True,
        help="Events that were recorded before are not told, unless you recover them.",
    )
    code_ids = fields.Many2many(
        "logistics.event.code", string="Events", tracking=True, help="Empty: all of them."
    )
    source_ids = fields.Many2many(
        "logistics.connection",
        "logistics_subscription_source_rel",
        string="Told by",
        tracking=True,
        help="Only what these connections told. Empty: whoever told it, also Odoo itself.",
    )
    shipment_domain = fields.Char(
        "Which shipments", default="[]", required=True, tracking=True, help="Empty: all of them."
    )
    with_estimates = fields.Boolean("Also what is planned or expected", default=True, tracking=True)
    with_personal = fields.Boolean(
        "With personal data",
        tracking=True,
        help="Who signed, and the places' streets and postal codes. Only where the receiver needs "
        "it and may have it.",
    )
    stop_after_days = fields.Integer(
        "Stop after (days)",
        required=True,
        default=5,
        tracking=True,
        help="When nothing got through for so long, the flow is stopped, and a person told. "
        "0: never.",
    )
    flow_state = fields.Selection(related="flow_id.breaker_state", string="At present")
    waiting_count = fields.Integer(related="flow_id.waiting_count")

    @api.constrains("flow_id")
    def _check_flow(self):
        for subscription in self:
            if subscription.flow_id.form != "json":
                raise ValidationError(
                    self.env._("Events are sent as JSON; “%s” is not.", subscription.flow_id.name)
                )

    @api.constrains("shipment_domain", "stop_after_days")
    def _check_domain(self):
        for subscription in self:
            if subscription.stop_after_days < 0:
                raise ValidationError(self.env._("Give a number of days, or 0 for never."))
            try:
                self.env["logistics.shipment"].sudo().search_count(subscription._domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "“Which shipments” of “%(name)s” cannot be used: %(error)s",
                        name=subscription.name,
                        error=error,
                    )
                ) from None

    def _domain(self):
        self.ensure_one()
        return literal_eval(self.shipment_domain or "[]")

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def action_view_messages(self):
        """The delivery log."""
        return self.flow_id.action_view_messages()

    # -- telling ------------------------------------------------------------------------------

    @api.model
    @ormcache()
    def _active_ids(self):
        return tuple(self.sudo().search([("flow_id.active", "=", True)]).ids)

    @api.model
    def _announce(self, shipments):
        """Tell of these shipments what was not told yet. Called in the transaction in which their
        events changed, so that nothing is told that is rolled back, and nothing forgotten."""
        ids = self._active_ids()
        if ids and shipments:
            for subscription in self.sudo().browse(ids):
                subscription._tell(shipments.sudo(), subscription.since)

    def _tell(self, shipments, since):
        """Write messages for what fits and was never told.

        :param since: naive UTC; what was recorded before is left out
        :return: how many were written
        """
        self.ensure_one()
        rows = self._fitting(shipments, since)
        connection = self.flow_id.connection_id
        keys = {self._once(kind, row): None for row in rows for kind in (RECORDED, WITHDRAWN)}
        prefix = f"out:{self.flow_id.code}:"
        self.env.cr.execute(KNOWN, (connection.id, [prefix + key for key in keys]))
        told = {identity.removeprefix(prefix) for (identity,) in self.env.cr.fetchall()}
        news = []
        for row in rows:
            recorded, withdrawn = self._once(RECORDED, row), self._once(WITHDRAWN, row)
            if row["standing"] == "active" and recorded not in told:
                news.append((RECORDED, recorded, row))
            elif row["standing"] in OVER and recorded in told and withdrawn not in told:
                news.append((WITHDRAWN, withdrawn, row))
        self._write_messages(news)
        return len(news)

    def _fitting(self, shipments, since):
        self.env["logistics.event"].flush_model()
        mine = shipments.filtered(lambda shipment: shipment.company_id == self.company_id)
        if self._domain():
            mine = mine.filtered_domain(self._domain())
        if not mine:
            return []
        codes, sources = set(self.code_ids.ids), set(self.source_ids.ids)
        self.env.cr.execute(CANDIDATES, (list(mine.ids), since))
        return [
            row
            for row in self.env.cr.dictfetchall()
            if (not codes or row["code_id"] in codes)
            and (not sources or row["connection_id"] in sources)
            and (self.with_estimates or row["classifier"] == "actual")
        ]

    def _once(self, kind, row):
        return f"event:{self.id}:{row['id']}:{kind}"

    def _write_messages(self, news):
        outbox = self.env["logistics.outbox"]
        events = self.env["logistics.event"].sudo().browse([row["id"] for _k, _o, row in news])
        source = self._source()
        for event, (kind, once, _row) in zip(events, news, strict=True):
            # A web call has its own header for it; in a queue the event must carry it itself.
            hop = event_id(kind, event.fingerprint) if self.flow_id.is_broker else ""
            trace = traceparent(event.shipment_id.correlation_id, hop) if hop else ""
            outbox._enqueue(
                self.flow_id,
                cloud_event(kind, self._facts(event), source, self.with_personal, trace),
                key=event.shipment_id.name,
                once=once,
                record=event.shipment_id,
                correlation_id=event.shipment_id.correlation_id,
                causation_id=event.message_id.receipt or None,
                content_type=CONTENT_TYPE,
            )

    def _source(self):
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"/logistics/{database}/{self.company_id.id}"

    def _facts(self, event):
        """What is told of an event (``core.cloud_event``)."""
        shipment = event.shipment_id
        return {
            "fingerprint": event.fingerprint,
            "code": event.code,
            "classifier": event.classifier,
            "reason": event.reason_id.code,
            "carrier": event.issuer,
            "tracking_number": event.tracking_number,
            "occurred_at": event.occurred_at,
            "offset": event.occurred_offset,
            "precision": event.occurred_precision,
            "estimated_delivery_at": event.estimated_delivery_at
            and f"{event.estimated_delivery_at.isoformat()}Z",
            "place_name": event.place_name,
            "city": event.city,
            "zip": event.zip,
            "country": event.country_code,
            "latitude": event.latitude,
            "longitude": event.longitude,
            "signed_by": event.signed_by,
            "raw_text": event.raw_text,
            "shipment": {
                "name": shipment.name,
                "state": shipment.state,
                "references": [
                    {"type": row.type, "value": row.value}
                    for row in shipment.reference_ids
                    if row.type in ("order", "picking", "customer", "tracking")
                ],
            },
        }

    # -- looking after ------------------------------------------------------------------------

    @api.model
    def _sweep(self):
        """Cron: stop the flows of receivers that have not answered for days."""
        breakers = self.env["logistics.breaker"].sudo()
        now = fields.Datetime.now()
        by_flow = defaultdict(lambda: self.browse())
        for subscription in self.sudo().search([("stop_after_days", ">", 0)]):
            by_flow[subscription.flow_id] |= subscription
        for flow, subscriptions in by_flow.items():
            days = max(subscriptions.mapped("stop_after_days"))
            breaker = flow.breaker_ids[:1]
            is_down = breaker.state in ("open", "half_open") and breaker.opened_at
            if is_down and breaker.opened_at < now - timedelta(days=days):
                text = self.env._("Stopped: nothing got through for %s days.", days)
                breakers._switch(flow, "stopped", text)
