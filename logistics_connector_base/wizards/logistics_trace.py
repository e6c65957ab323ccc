from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_datetime

from ..core.trace import Hop, arrange, spoken

# Of each kind of record; more than these nobody reads.
MOST = 200
TONES = {"good": "text-success", "bad": "text-danger"}


class LogisticsTrace(models.TransientModel):
    """One story from end to end: order, messages with their tries, events, effects, exceptions and
    bills, in the order in which they happened, with the time between them (law 12). Each user sees
    of it what their rights show."""

    _name = "logistics.trace"
    _description = "Logistics Trace"

    name = fields.Char(readonly=True)
    correlation_ids = fields.Char(readonly=True)
    story = fields.Html(compute="_compute_story", sanitize=False)
    shipment_ids = fields.Many2many("logistics.shipment", readonly=True)
    message_ids = fields.Many2many("logistics.message", readonly=True)

    @api.model
    def _open(self, name, shipments=(), messages=()):
        """The window with the story that these records belong to.

        :param shipments: of ``logistics.shipment``, as the user may see them
        :param messages: of ``logistics.message``
        """
        shipments = self.env["logistics.shipment"].browse([s.id for s in shipments])
        messages = self.env["logistics.message"].browse([m.id for m in messages])
        known = {*shipments.mapped("correlation_id"), *messages.mapped("correlation_id")} - {False}
        shipments |= messages.shipment_ids
        shipments |= shipments.search([("correlation_id", "in", list(known))], limit=MOST)
        known |= set(shipments.mapped("correlation_id")) - {False}
        messages |= messages.search([("correlation_id", "in", list(known))], limit=MOST)
        messages |= shipments.event_ids.message_id[:MOST]
        trace = self.create(
            {
                "name": name,
                "correlation_ids": ", ".join(sorted(known)),
                "shipment_ids": [(6, 0, shipments.ids)],
                "message_ids": [(6, 0, messages.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Trace of %s", name),
            "res_model": self._name,
            "res_id": trace.id,
            "views": [(False, "form")],
        }

    def _compute_story(self):
        for trace in self:
            rows = arrange(trace._hops())
            readable = set(trace.message_ids._filtered_access("read").ids)
            trace.story = Markup(
                "<table class='table table-sm o_logistics_trace'><thead><tr><th colspan='2'></th>"
                "<th class='w-50'>%s</th><th class='w-50'>%s</th></tr></thead>"
                "<tbody>%s</tbody></table>"
            ) % (
                self.env._("Here"),
                self.env._("At the partner"),
                Markup("").join(self._row(hop, gap, readable) for hop, gap in rows),
            )

    def _row(self, hop, gap, readable):
        """One line of the table, on the side of whoever did it.

        :param set readable: ids of messages that the user may open
        """
        link = Markup("<a href='/odoo/%s/%s'>%s</a>") % (hop.model, hop.id, hop.title)
        said = Markup(
            "<span class='badge text-bg-light me-1'>%s</span><span class='%s'>%s</span>%s"
            "<div class='text-muted small text-break o_logistics_trace_detail'>%s</div>"
        ) % (
            self._labels()[hop.kind],
            TONES.get(hop.tone, ""),
            link if hop.model and hop.id else hop.title,
            self._raw_link(hop) if hop.message in readable else "",
            Markup("<br/>").join(hop.detail.splitlines()),
        )
        sides = (said, "") if hop.side == "ours" else ("", said)
        return Markup(
            "<tr><td class='text-nowrap text-muted'>%s</td>"
            "<td class='text-nowrap text-end text-muted'>%s</td><td>%s</td><td>%s</td></tr>"
        ) % (
            format_datetime(self.env, hop.at, dt_format="yyyy-MM-dd HH:mm:ss"),
            "" if gap is None else f"+{spoken(gap)}",
            *sides,
        )

    def _raw_link(self, hop):
        words = self.env._("The message as it was sent")
        return Markup(
            " <a class='ms-1' href='/odoo/logistics.message/%s' title='%s' aria-label='%s'>"
            "<i class='fa fa-envelope-o'></i></a>"
        ) % (hop.message, words, words)

    def _labels(self):
        return {
            "order": self.env._("Order"),
            "shipment": self.env._("Shipment"),
            "out": self.env._("Message out"),
            "try": self.env._("Try"),
            "in": self.env._("Message in"),
            "event": self.env._("Event"),
            "effect": self.env._("Effect"),
            "exception": self.env._("Exception"),
            "charge": self.env._("Charge"),
            "bill": self.env._("Invoice"),
        }

    # -- what happened ------------------------------------------------------------------------

    def _hops(self):
        """Everything that the user may see of it. Extend it for what other addons know."""
        self.ensure_one()
        hops = []
        shipments = self.shipment_ids._filtered_access("read")
        # Not everybody of Logistics may look at sales.
        for order in shipments.sudo().sale_order_ids.sudo(False)._filtered_access("read"):
            hops.append(Hop(order.date_order, "order", order.name, "", "sale.order", order.id))
            hops += self._bill_hops(order)
        for shipment in shipments:
            hops += self._shipment_hops(shipment)
        for message in self.message_ids._filtered_access("read"):
            hops += self._message_hops(message)
        hops += self._exception_hops()
        return [hop for hop in hops if hop.at]

    def _bill_hops(self, order):
        if not self.env["account.move"].has_access("read"):
            return
        for move in order.invoice_ids._filtered_access("read"):
            title = move.name or self.env._("Draft invoice")
            yield Hop(move.create_date, "bill", title, "", "account.move", move.id)

    def _shipment_hops(self, shipment):
        model = "logistics.shipment"
        yield Hop(shipment.create_date, "shipment", shipment.name, "", model, shipment.id)
        for event in shipment.event_ids[:MOST]:
            told = self.env._("told by %s", event.provider or "")
            code = event.code_id.name
            detail = f"{told}; {event.raw_code}" if event.raw_code else told
            if event.provider == "odoo":
                detail = ""  # it stands on our side, in our own words
            if event.standing != "active":
                detail = f"{detail}; {event.standing}"
            yield Hop(
                event.occurred_at,
                "event",
                code,
                detail,
                "logistics.event",
                event.id,
                message=event.message_id.id,
                is_ours=event.provider == "odoo",
            )
        effects = self.env["logistics.effect"].search(
            [("shipment_id", "=", shipment.id)], limit=MOST
        )
        for effect in effects:
            yield Hop(effect.done_at, "effect", effect.kind, "", "", effect.id, "good")
        for charge in shipment.charge_ids:
            title = f"{charge.name}: {charge.amount} {charge.currency_id.name}"
            yield Hop(charge.create_date, "charge", title, charge.kind, "", charge.id)

    def _message_hops(self, message):
        label = dict(message._fields["state"]._description_selection(self.env))[message.state]
        subject = message.flow_id.sudo().name or message.message_type or message.provider
        title = f"{message.connection_id.sudo().name}: {subject}"
        is_out = message.direction == "out"
        tone = {"delivered": "good", "processed": "good"}.get(message.state, "")
        tone = "bad" if message.state in ("dead", "rejected", "conflict", "doubt") else tone
        # Of what came, its end stands at the time of its end.
        ends_later = not is_out and message.processed_at
        first = self.env._("Received") if ends_later else label
        detail = ", ".join(filter(None, [first, message.why]))
        kind = "out" if is_out else "in"
        model = "logistics.message"
        begin = "" if ends_later else tone
        yield Hop(message.received_at, kind, title, detail, model, message.id, begin)
        for attempt in message.attempt_ids[:MOST]:
            said = " ".join(
                filter(
                    None,
                    [
                        str(attempt.status or ""),
                        (attempt.error_text or "").partition("\n")[0],
                        f"({attempt.seconds:.2f} s)" if attempt.seconds else "",
                    ],
                )
            )
            failed = "bad" if attempt.error_class else ""
            number = self.env._("Try %s", attempt.number)
            yield Hop(attempt.at, "try", number, said, model, message.id, failed)
        if ends_later:
            ended = self.env._(
                "%(state)s, events: %(count)s", state=label, count=message.event_count
            )
            yield Hop(message.processed_at, "in", title, ended, model, message.id, tone)

    def _exception_hops(self):
        exceptions = self.env["logistics.exception"].search(
            [
                "|",
                ("shipment_id", "in", self.shipment_ids.ids),
                ("message_id", "in", self.message_ids.ids),
            ],
            limit=MOST,
        )
        for case in exceptions:
            model = "logistics.exception"
            kind = case.type_id.name
            yield Hop(case.first_seen_at, "exception", case.name, kind, model, case.id, "bad")
            if case.closed_at:
                outcome = case.outcome or ""
                yield Hop(case.closed_at, "exception", case.name, outcome, model, case.id, "good")
