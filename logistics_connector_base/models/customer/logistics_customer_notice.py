from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Domain

from ...core import customer, notice
from .logistics_notice_rule import MILESTONES

REASONS = [
    ("off", "These e-mails are switched off"),
    ("erased", "The person was erased"),
    ("nobody", "Nobody to tell"),
    ("no_address", "No e-mail address"),
    ("no_consent", "The contact does not want it"),
    ("blocked", "The address is on the blacklist"),
    ("told", "Told already, or told of something later"),
    ("overtaken", "It did not hold any more"),
    ("too_old", "Too long ago"),
    ("too_many", "Enough e-mails for one day"),
    ("failed", "The e-mail could not be written"),
]
# What did not hold and holds again, was taken back or was too old and has happened anew, is news.
NOTE = """
INSERT INTO logistics_customer_notice
    (shipment_id, company_id, milestone, state, happened_at, due_at, noted_at)
VALUES %s
ON CONFLICT (shipment_id, milestone) DO UPDATE
SET state = 'waiting', reason = NULL, happened_at = EXCLUDED.happened_at,
    due_at = EXCLUDED.due_at, noted_at = EXCLUDED.noted_at
WHERE logistics_customer_notice.state = 'taken_back'
      OR (logistics_customer_notice.state = 'not_sent'
          AND (logistics_customer_notice.reason = 'overtaken'
               OR (logistics_customer_notice.reason = 'too_old'
                   AND EXCLUDED.happened_at > logistics_customer_notice.happened_at)))
"""


# Days after which nobody is told any more that an e-mail of then was wrong.
LATEST_CORRECTION = 30


class LogisticsCustomerNotice(models.Model):
    """One thing of which a customer is told, or is not told, and why. Written by the fold, worked
    by :mod:`.logistics_customer_notice_send`; one for each milestone of a shipment."""

    _name = "logistics.customer.notice"
    _description = "Told to a Customer"
    _log_access = False
    _order = "id desc"
    _rec_name = "milestone"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    milestone = fields.Selection(MILESTONES, required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("not_sent", "Not sent"),
            ("taken_back", "Sent, and taken back"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Selection(REASONS, "Why not", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "To", readonly=True, ondelete="set null", index="btree_not_null"
    )
    happened_at = fields.Datetime(required=True, readonly=True)
    noted_at = fields.Datetime(required=True, readonly=True)
    due_at = fields.Datetime("Not before", required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True)
    bundle = fields.Integer(readonly=True, help="Notices with the same number were one e-mail.")

    _once = models.UniqueIndex("(shipment_id, milestone)")
    _waiting = models.Index("(due_at, id) WHERE state = 'waiting'")

    @api.model
    def _forget(self, partners, emails, companies):
        """A person is erased: nothing says any more what they were told, and what lies in Odoo's
        queue of e-mails is not sent. What is under legal hold stays.

        :param partners: the person's contacts
        :param emails: the person's addresses, in small letters; their contacts are meant, too
        :param companies: ids of those whose notices are meant
        """
        people = partners.sudo()
        if emails:
            people |= people.search([("email_normalized", "in", list(emails))])
        mine = Domain("company_id", "in", companies) & Domain("retention_hold", "=", False)
        shipments = self.env["logistics.shipment"].sudo()._search(mine)
        self.sudo().search(
            [("partner_id", "in", people.ids), ("shipment_id", "in", shipments)]
        ).write({"partner_id": False})
        # The text goes with the e-mail. Those that were sent are gone already.
        self.env["mail.mail"].sudo().search(
            [
                ("model", "=", "logistics.shipment"),
                ("res_id", "in", shipments),
                ("recipient_ids", "in", people.ids),
            ]
        ).unlink()


class LogisticsShipment(models.Model):
    """At which milestone a shipment stands. The fold says it, never a single scan."""

    _inherit = "logistics.shipment"

    notice_ids = fields.One2many(
        "logistics.customer.notice", "shipment_id", "Told the customer", readonly=True
    )

    def _after_fold(self, states_before):
        result = super()._after_fold(states_before)
        self._note_milestones()
        return result

    def _note_milestones(self):
        """Note what customers are to be told. They are told later: what is corrected within some
        minutes was never true for them."""
        rules = {
            company: self.env["logistics.notice.rule"]._of(company)
            for company in self.company_id
            if company.logistics_notices
        }
        now = fields.Datetime.now()
        rows = []
        for shipment in self.filtered(lambda s: rules.get(s.company_id)).sudo():
            milestone, company = shipment._milestone(), shipment.company_id
            due = fields.Datetime.add(now, minutes=company.logistics_notice_delay)
            if notice.CORRECTED in rules[company] and shipment._told_wrongly():
                rows.append((shipment.id, company.id, notice.CORRECTED, "waiting", now, due, now))
            if milestone in rules[company]:
                happened = shipment._milestone_at(milestone) or now
                age = (now - happened).total_seconds() / 3600
                # An imported history tells nobody, and leaves no million rows.
                if age <= company.logistics_notice_hours:
                    rows.append((shipment.id, company.id, milestone, "waiting", happened, due, now))
        if rows:
            self.env["logistics.customer.notice"].flush_model()
            self.env.cr.execute_values(NOTE, rows)
            self.env["logistics.customer.notice"].invalidate_model()
            self.invalidate_recordset(["notice_ids"])

    def _milestone(self):
        """At which of :data:`..core.notice.MILESTONES` it stands; "" at none."""
        self.ensure_one()
        shipment = self.sudo()
        stage = customer.stage(shipment.state or "draft", shipment.is_partial)
        return notice.milestone(stage, stage == customer.SHIPPED and shipment._is_delayed(stage))

    def _told_wrongly(self):
        """The notices that were sent, of what a partner took back since."""
        self.ensure_one()
        shipment = self.sudo()
        stage = customer.stage(shipment.state or "draft", shipment.is_partial)
        since = fields.Datetime.subtract(fields.Datetime.now(), days=LATEST_CORRECTION)
        wrong = shipment.notice_ids.filtered(
            lambda row: (
                row.state == "sent"
                and row.sent_at > since
                and notice.is_wrong(row.milestone, shipment._milestone(), stage)
            )
        )
        stages = {
            "delivered": [customer.DELIVERED],
            "returned": [customer.RETURNING, customer.RETURNED],
        }
        return wrong.filtered(
            lambda row: shipment.env["logistics.event"].search_count(
                [
                    ("shipment_id", "=", shipment.id),
                    ("standing", "not in", ("active", False)),
                    ("code_id.state", "in", customer.states_of(*stages[row.milestone])),
                ],
                limit=1,
            )
        )

    def _is_delayed(self, stage):
        zone = self._customer_zone()

        def there(moment):
            return moment and moment.replace(tzinfo=UTC).astimezone(zone)

        if customer.is_delayed(
            stage, there(self.estimated_delivery_at), there(self.promised_delivery_at)
        ):
            return True
        return self.has_delivery_exception and self._customer_trouble().code == "EXC_DELAY"

    def _milestone_at(self, milestone):
        """When it came there."""
        if milestone == "delivered":
            return self.delivered_at
        if milestone == "shipped":
            return self.picked_up_at or self.last_event_at
        if milestone == "delayed":
            told = self.env["logistics.event"].search(
                [
                    ("shipment_id", "=", self.id),
                    ("standing", "=", "active"),
                    "|",
                    ("estimated_delivery_at", "!=", False),
                    ("code_id.code", "=", "EXC_DELAY"),
                ],
                limit=1,
            )
            return told.occurred_at or self.last_event_at
        return self.last_event_at

    def _notice_recipient(self):
        """Whom to tell: who ordered, where the shipment is one customer's; else whom it goes to.
        Ourselves are nobody."""
        self.ensure_one()
        shipment = self.sudo()
        orders = shipment._customer_orders()
        ours = shipment.env["res.company"].search([]).partner_id
        for partner in (orders.partner_id[:1], shipment.partner_id):
            if partner and partner.commercial_partner_id not in ours:
                return partner
        return shipment.env["res.partner"]
