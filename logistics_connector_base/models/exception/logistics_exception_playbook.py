from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, plaintext2html


class LogisticsException(models.Model):
    """The playbook of a case: its steps, the buttons that act, and the trace that they leave."""

    _inherit = "logistics.exception"

    playbook_steps = fields.Json(
        "Steps", compute="_compute_playbook_steps", help="The steps, and what became of them here."
    )
    step_trace_ids = fields.One2many(
        "logistics.exception.step", "exception_id", "Steps done", readonly=True
    )

    @api.depends("type_id.step_ids", "step_trace_ids")
    @api.depends_context("lang", "tz")
    def _compute_playbook_steps(self):
        for case in self:
            done = {trace.step_id: trace for trace in case.step_trace_ids.sorted("id")}
            case.playbook_steps = [
                {
                    "id": step.id,
                    "name": step.name,
                    "acts": bool(step.act),
                    "done": case._done_text(done[step]) if step in done else "",
                }
                for step in case.type_id.step_ids
            ]

    def _done_text(self, trace):
        when = format_datetime(self.env, trace.done_at, dt_format="short")
        return self.env._("%(who)s, %(when)s", who=trace.user_id.name, when=when)

    def action_do_step(self, step_id):
        """Do a step of the playbook; the button of the form.

        :param int step_id: of a ``logistics.playbook.step`` of this kind of trouble
        :return: an action, or True
        :raises UserError: it does not apply to this case; nothing was done
        """
        step = self.env["logistics.playbook.step"].browse(step_id).exists()
        self._check_step(step)
        if not step.act:
            self._note_step(step)
            return True
        action = getattr(self, f"_step_{step.act}")(step)
        # A letter is noted when it is sent: see message_post.
        if not (isinstance(action, dict) and action.get("res_model") == "mail.compose.message"):
            self._note_step(step)
        # Asked by our own widget, not by a button: nobody fills in the views.
        return {"views": [(False, "form")], **action} if isinstance(action, dict) else True

    def action_tick_step(self, step_id):
        """A step was done elsewhere, or by other means."""
        self._note_step(self.env["logistics.playbook.step"].browse(step_id).exists())
        return True

    def _check_step(self, step):
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        if step.type_id != self.type_id:
            raise UserError(self.env._("This step belongs to another kind of trouble."))

    def _note_step(self, step):
        """Keep that a step was done, by whom and when, also in the chatter."""
        self._check_step(step)
        self._keep_step(step)

    def _keep_step(self, step):
        trace = self.env["logistics.exception.step"].sudo()
        trace.create(
            {
                "exception_id": self.id,
                "step_id": step.id,
                "name": step.name,
                "user_id": self.env.uid,
            }
        )
        self._message_log(body=self.env._("Done: %s", step.name))

    # -- what the buttons do ------------------------------------------------------------------

    def _step_retry(self, step):
        self._retry_incoming()

    def _step_resend(self, step):
        self._resend_outgoing()

    def _step_ask(self, step):
        self._ask_partner()

    def _step_map(self, step):
        return self.action_map()

    def _step_link(self, step):
        return self.action_link()

    def _step_time(self, step):
        return self.action_decide_time()

    def _step_write_partner(self, step):
        return self._compose(step, self._partner_contact(), self._partner_text())

    def _step_request_pod(self, step):
        text = self.env._(
            "please send us the proof of delivery of shipment %(number)s, delivered %(when)s.",
            number=self._number(),
            when=self.shipment_id.delivered_at or self.env._("(no time known)"),
        )
        return self._compose(step, self._partner_contact(), text)

    def _step_tell_customer(self, step):
        shipment = self._one_shipment()
        customer = shipment.partner_id
        if not customer:
            raise UserError(self.env._("The shipment has no consignee."))
        page = shipment.tracking_page_url
        text = self.env._("there is news about your delivery %s.", shipment.origin or shipment.name)
        if page:
            text = f"{text} {self.env._('You can follow it here: %s', page)}"
        return self._compose(step, customer, text)

    def _step_create_return(self, step):
        """Odoo's own wizard for the return of the delivery."""
        deliveries = self.sudo()._one_shipment().picking_ids.sudo(False)._filtered_access("read")
        done = deliveries.filtered(lambda delivery: delivery.state == "done")
        returns = self.env["stock.return.picking"]
        if not returns.has_access("create"):
            raise UserError(self.env._("Returns are created by people of the warehouse."))
        if not done:
            raise UserError(self.env._("There is no finished delivery to return."))
        delivery = done.sorted("date_done")[-1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return of %s", delivery.name),
            "res_model": returns._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": delivery._name,
                "active_id": delivery.id,
                "active_ids": delivery.ids,
            },
        }

    def _step_hold_billing(self, step):
        self._billed_orders()._hold_billing(self.sudo())

    def _step_release_billing(self, step):
        # What was merged into it speaks through it.
        cases = self.sudo() | self.sudo().duplicate_ids
        self._billed_orders()._release_billing(cases, self.env._("Released in %s", self.name))

    # -- what they need -----------------------------------------------------------------------

    def _one_shipment(self):
        if not self.shipment_id:
            raise UserError(self.env._("There is no shipment behind it."))
        return self.shipment_id

    def _billed_orders(self):
        orders = (
            self.sudo()._one_shipment().sale_order_ids.filtered(lambda order: order.state == "sale")
        )
        if not orders:
            raise UserError(self.env._("There is no sales order behind it."))
        return orders

    def _number(self):
        shipment = self.shipment_id
        return shipment.tracking_numbers or shipment.name or self.reference or self.name

    def _partner_connection(self):
        """The connection of the case, else the one that told last of its shipment."""
        return self.sudo().connection_id or self.sudo().shipment_id.connection_ids[-1:]

    def _partner_contact(self):
        """The contact at the partner whom the case is about."""
        connection = self._partner_connection()
        contact = connection.partner_id
        if not contact:
            raise UserError(
                self.env._(
                    "Nobody is known to write to: the connection “%s” has no contact.",
                    connection.name or "–",
                )
            )
        return contact

    def _partner_text(self):
        parts = [self.env._("about %s:", self._number()), self.name]
        return " ".join([*parts, self.detail or ""]).strip()

    def _compose(self, step, partner, text):
        """The window in which a letter is written: it is sent from this case, so that the answer
        comes back to it."""
        partner = partner.sudo()
        if not partner.email:
            raise UserError(self.env._("%s has no e-mail address.", partner.display_name))
        greeting = self.env._("Hello %s,", partner.name)
        return {
            "type": "ir.actions.act_window",
            "name": step.name,
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": partner.ids,
                "default_subject": self._number(),
                "default_body": plaintext2html(f"{greeting}\n\n{text}"),
                "logistics_step_id": step.id,
                "logistics_exception_id": self.id,
            },
        }

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        context = self.env.context
        if context.get("logistics_step_id") and context.get("logistics_exception_id") in self.ids:
            step = self.env["logistics.playbook.step"].browse(context["logistics_step_id"])
            if step.exists() and step.type_id == self.type_id:
                # It is sent, even if the case was closed meanwhile.
                self.with_context(logistics_step_id=False)._keep_step(step)
        return message
