from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# So many days before the deadline whoever is responsible is reminded.
REMINDED = timedelta(days=7)


class LogisticsFreightFilingMixin(models.AbstractModel):
    """What is filed with a carrier before a deadline. Whoever inherits has the fields name, state
    (draft, filed, expired and others), deadline, filed_at, user_id, closing_note and carrier_id."""

    _name = "logistics.freight.filing.mixin"
    _description = "Is Filed with a Carrier"
    _inherit = ["logistics.freight.guard.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            record.deadline = record.deadline or record._deadline()
            record._remind()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"deadline", "user_id"} & set(vals):
            self._remind()
        return result

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self.env.context.get("mark_filed"):
            self.filtered(lambda record: record.state in ("draft", "asked"))._filed()
        return message

    def _deadline(self):
        """The last day on which the carrier takes it, by its terms; False where nobody knows."""
        return False

    def _remind(self):
        """One activity, a week before the deadline, as long as it is to be filed."""
        kind = "mail.mail_activity_data_todo"
        for record in self.sudo():
            record.activity_unlink([kind], only_automated=True)
            if record.state == "draft" and record.deadline and record.user_id:
                record.activity_schedule(
                    kind,
                    date_deadline=record.deadline - REMINDED,
                    summary=self.env._("File it before %s", record.deadline),
                    user_id=record.user_id.id,
                )

    def _check_state(self, *states):
        names = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "%(dispute)s is “%(state)s”: this cannot be done now.",
                        dispute=record.name,
                        state=names[record.state],
                    )
                )

    def _filed(self):
        self._write_own({"state": "filed", "filed_at": fields.Datetime.now()})
        self._remind()

    def _compose(self, template, attachments):
        """Write the e-mail to whom the carrier has named. Sent, it is filed.

        :raise UserError: nobody is named, or without an address
        """
        self.ensure_one()
        terms = self.carrier_id.sudo()
        partner = terms.dispute_partner_id or terms.partner_id
        if not partner.email:
            raise UserError(
                self.env._(
                    "Say first to whom disputes are sent: a contact with an e-mail address, in "
                    "the billing terms of %s.",
                    terms.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell the carrier"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_partner_ids": partner.ids,
                "default_attachment_ids": attachments.ids,
                "mark_filed": True,
            },
        }

    @api.model
    def _expire(self):
        """Cron, each day: what was not filed in time cannot be filed any more."""
        late = self.search(
            [("state", "=", "draft"), ("deadline", "<", fields.Date.context_today(self))]
        )
        late._write_own(
            {"state": "expired", "closing_note": self.env._("Not filed before the deadline.")}
        )
        late._remind()
