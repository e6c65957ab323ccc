from odoo import fields, models


class ResCompany(models.Model):
    """What customers of this company see of their shipments."""

    _inherit = "res.company"

    logistics_tracking_page = fields.Boolean(
        "Page for whoever has the link",
        default=True,
        help="Each shipment has a page that its link opens without a login. Switched off, all "
        "links are dead; customers who log in see their shipments all the same.",
    )
    logistics_proof_audience = fields.Selection(
        [
            ("never", "Nobody"),
            ("portal", "Customers who are logged in"),
            ("public", "Whoever has the link of the shipment's page, too"),
        ],
        "Who sees proofs of delivery",
        required=True,
        default="portal",
        help="A proof may bear a signature, a name or a picture of somebody's door.",
    )
    logistics_notices = fields.Boolean(
        "Tell customers by e-mail", help="Of the milestones that are switched on."
    )
    logistics_news_default = fields.Boolean(
        "Contacts that said nothing want it",
        default=True,
        help="Each contact may say yes or no, and each e-mail has a link to leave.",
    )
    logistics_quiet_from = fields.Float("Quiet from", default=21.0)
    logistics_quiet_to = fields.Float("Quiet until", default=8.0)
    logistics_notice_delay = fields.Integer(
        "Wait before telling (minutes)",
        default=10,
        help="What the carrier corrects within this time was never told.",
    )
    logistics_notices_per_day = fields.Integer(
        "At most a day and contact", default=3, help="E-mails within 24 hours. 0: no limit."
    )
    logistics_notice_hours = fields.Integer(
        "Never after (hours)",
        default=24,
        help="What happened longer ago is not told: a replay or an import wakes nobody.",
    )

    _logistics_notice_numbers = models.Constraint(
        "CHECK(logistics_quiet_from >= 0 AND logistics_quiet_from < 24 "
        "AND logistics_quiet_to >= 0 AND logistics_quiet_to < 24 AND logistics_notice_delay >= 0 "
        "AND logistics_notices_per_day >= 0 AND logistics_notice_hours > 0)",
        "Give times of a day, and numbers that are not negative.",
    )
