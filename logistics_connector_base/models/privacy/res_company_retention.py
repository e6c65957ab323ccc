from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_body_days = fields.Integer(
        "Keep bodies of messages (days)",
        default=90,
        help="Raw bodies and headers of messages that were worked are deleted after this many "
        "days. Keys and events stay. 0: never. A connection may have its own.",
    )
    logistics_unfinished_days = fields.Integer(
        "Keep bodies of failed messages (days)",
        default=0,
        help="Failed messages and conflicts lose their bodies after this many days, though nobody "
        "has decided about them. 0: never. What waits for its shipment keeps its body.",
    )
    logistics_record_days = fields.Integer(
        "Keep records of messages (days)",
        default=0,
        help="Messages that were worked are deleted after this many days, with their tries. Their "
        "keys stay, so that copies are still known. 0: never.",
    )

    _logistics_days_positive = models.Constraint(
        "CHECK(logistics_body_days >= 0 AND logistics_unfinished_days >= 0 "
        "AND logistics_record_days >= 0)",
        "Give a number of days, or 0 for never.",
    )
