from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ...core.identity import message_identity
from ..personal_access import sees_personal_data


class LogisticsMessage(models.Model):
    """What the screens of messages say: what a message became, why not, what happened to it when,
    and what belongs to the same story."""

    _inherit = "logistics.message"

    any_id = fields.Char(
        "Receipt, correlation, partner's id or digest",
        compute="_compute_any_id",
        search="_search_any_id",
    )
    has_body = fields.Boolean(compute="_compute_has_body")
    may_see_raw = fields.Boolean(compute="_compute_may_see_raw")
    shipment_ids = fields.Many2many(
        "logistics.shipment", compute="_compute_shipment_ids", string="Shipments"
    )
    shipment_count = fields.Integer(compute="_compute_shipment_ids")
    correlated_count = fields.Integer(compute="_compute_correlated_count")
    waits_for = fields.Char(
        "Waits for", compute="_compute_waits_for", help="The numbers that are not in Odoo yet."
    )
    why = fields.Char(compute="_compute_why", help="What keeps it from being processed.")
    story = fields.Html(
        "What happened", compute="_compute_story", sanitize=False, help="From receipt to now."
    )

    def _compute_any_id(self):
        for message in self:
            message.any_id = message.receipt

    def _search_any_id(self, operator, value):
        """Messages by an id that somebody pastes, as a whole. The partner's id and the digest are
        looked up where the identity of messages lies, under each connection: an index of their own
        on messages would be written three times for each message that comes."""
        if operator not in ("=", "in", "ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else [text for text in value if text]
        texts = [text.strip() for text in values]
        messages, keys = self.sudo(), self.env["logistics.message.key"].sudo()
        identities = {message_identity(text, "", "").identity for text in texts if text}
        identities |= {f"sha256:{text.lower()}" for text in texts}
        connections = self.env["logistics.connection"].sudo().with_context(active_test=False)
        by_key = keys._search(
            [
                ("connection_id", "in", connections.search([]).ids),
                ("identity", "in", list(identities)),
                ("message_id", "!=", False),
            ]
        )
        found = [
            messages._search([("receipt", "in", texts)]).select(),
            messages._search([("correlation_id", "in", texts)]).select(),
            by_key.select(SQL.identifier(by_key.table, "message_id")),
        ]
        return Domain("id", "in", SQL("(%s)", SQL(" UNION ").join(found)))

    def action_test_bench(self):
        """See, step by step, how it is understood now."""
        self.ensure_one()
        self.check_access("read")
        return self.env["logistics.test.bench"]._bench_of(self)

    def _compute_has_body(self):
        self.env.cr.execute(
            "SELECT message_id FROM logistics_message_body WHERE message_id = ANY(%s) "
            "AND content IS NOT NULL",
            (list(self.ids),),
        )
        there = {row[0] for row in self.env.cr.fetchall()}
        for message in self:
            message.has_body = message.id in there

    @api.depends_context("uid")
    def _compute_may_see_raw(self):
        self.may_see_raw = sees_personal_data(self.env)

    @api.depends("event_ids.shipment_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_shipment_ids(self):
        for message in self:
            # Those of other companies are not this user's to see.
            message.shipment_ids = message.event_ids.shipment_id._filtered_access("read")
            message.shipment_count = len(message.shipment_ids)

    @api.depends("correlation_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_correlated_count(self):
        for message in self:
            message.correlated_count = self.search_count(message._correlated_domain(), limit=100)

    def _correlated_domain(self):
        self.ensure_one()
        return [("correlation_id", "=", self.correlation_id), ("id", "!=", self.id)]

    @api.depends("state", "parked_count")
    def _compute_waits_for(self):
        parked = self.filtered(lambda message: message.state == "parked")
        (self - parked).waits_for = False
        for message in parked:
            waiting = message.event_ids.filtered(lambda event: not event.shipment_id)
            numbers = dict.fromkeys(filter(None, waiting.mapped("tracking_number")))
            message.waits_for = ", ".join(list(numbers)[:5])

    @api.depends("state", "error_text", "parked_count", "next_try_at")
    @api.depends_context("lang")
    def _compute_why(self):
        for message in self:
            why = (message.error_text or message.error_class or "").partition("\n")[0]
            if message.state == "parked":
                number = message.waits_for or message.parked_count
                why = self.env._("waits for the shipment of %s", number)
            elif message.state == "conflict":
                why = self.env._("another content under an id that came before")
            elif message.state == "received" and message.next_try_at and why:
                why = self.env._("is tried again: %s", why)
            message.why = why

    @api.depends("state", "tries", "processed_at", "purged_at", "erased_at", "next_try_at")
    @api.depends_context("lang", "tz")
    def _compute_story(self):
        keys = self.env["logistics.message.key"].sudo().search([("message_id", "in", self.ids)])
        copies = keys.grouped("message_id")
        for message in self:
            lines = sorted(message._story_lines(copies.get(message, keys.browse())))
            message.story = Markup("<table class='table table-sm mb-0'>%s</table>") % Markup(
                ""
            ).join(
                Markup("<tr><td class='text-nowrap text-muted'>%s</td><td>%s</td></tr>")
                % (format_datetime(self.env, moment), text)
                for moment, text in lines
            )

    def _story_lines(self, keys):
        """What happened to this message: ``(naive UTC, text)`` each, in no order."""
        self.ensure_one()
        yield self.received_at, self.env._("Received (%s bytes)", self.size)
        if self.direction == "in" and self.state == "rejected":
            yield self.received_at, self.env._("Refused: it breaks its contract")
        for key in keys:
            if key.duplicate_count:
                yield (
                    key.last_seen_at,
                    self.env._(
                        "The last of %s copies came; none had an effect", key.duplicate_count
                    ),
                )
        for attempt in self.attempt_ids:
            text = (attempt.error_text or attempt.error_class or "").partition("\n")[0]
            yield (
                attempt.at,
                self.env._("Try %(number)s failed: %(text)s", number=attempt.number, text=text),
            )
        if self.processed_at and not (self.direction == "in" and self.state == "rejected"):
            ends = {
                "processed": self.env._("Worked: %s events", self.event_count),
                "parked": self.env._(
                    "Worked: %s events, some wait for their shipment", self.event_count
                ),
                "conflict": self.env._("Set aside: its id had come before with another content"),
                "dead": self.env._("Given up after %s tries; a person has to look", self.tries),
                "duplicate": self.env._("Known already: without effect"),
                "dismissed": self.env._("Dismissed by a person"),
            }
            yield self.processed_at, ends.get(self.state, self.env._("Worked the last time"))
        if self.erased_at:
            yield self.erased_at, self.env._("Body erased on the request of a person named in it")
        elif self.purged_at:
            yield self.purged_at, self.env._("Body deleted, as the retention says; the key stays")

    # -- what people open ---------------------------------------------------------------------

    def action_view_shipments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_shipment"
        )
        action = dict(action, domain=[("id", "in", self.shipment_ids.ids)], context={})
        if self.shipment_count == 1:
            action.update(views=[(False, "form")], res_id=self.shipment_ids.id)
        return action

    def action_view_correlated(self):
        self.ensure_one()
        return self._open_messages(self.env._("Same correlation"), self._correlated_domain())

    @api.model
    def _open_messages(self, name, domain):
        """An action that lists the messages of a domain, whatever their state and age."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_message_incoming"
        )
        return dict(action, display_name=name, name=name, domain=domain, context={}, path=False)
