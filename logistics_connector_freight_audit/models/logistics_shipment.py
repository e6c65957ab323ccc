from odoo import api, fields, models

AUDITOR = "logistics_connector_freight_audit.group_freight_auditor"


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    freight_payer = fields.Selection(
        [("us", "We"), ("other", "Somebody else")],
        "Freight is paid by",
        default="us",
        groups=AUDITOR,
        help="Empty: we do. Where another party pays the carrier, nothing may be billed to us.",
    )
    ordered_type_ids = fields.Many2many(
        "logistics.freight.charge.type",
        "logistics_shipment_ordered_type_rel",
        "shipment_id",
        "type_id",
        string="Ordered surcharges",
        groups=AUDITOR,
        help="What the carrier was asked to do beside the carriage; what was booked is known.",
    )
    declared_value = fields.Monetary(
        currency_field="company_currency_id",
        groups=AUDITOR,
        help="What the carrier was told that it is worth. Empty: as the goods are worth.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    estimated_total = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_freight_totals",
        store=True,
        groups=AUDITOR,
    )
    booked_total = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_freight_totals",
        store=True,
        groups=AUDITOR,
    )
    billed_total = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_freight_totals",
        store=True,
        groups=AUDITOR,
    )
    expected_total = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_freight_totals",
        store=True,
        groups=AUDITOR,
        help="What was booked; where nothing was, what was estimated.",
    )
    freight_variance = fields.Monetary(
        "Variance",
        currency_field="company_currency_id",
        compute="_compute_freight_totals",
        store=True,
        groups=AUDITOR,
        help="Billed less expected. Empty until both are known.",
    )
    freight_variance_ratio = fields.Float(
        "Variance %", compute="_compute_freight_variance_ratio", groups=AUDITOR
    )

    @api.depends("charge_ids.company_amount", "charge_ids.kind", "charge_ids.category")
    def _compute_freight_totals(self):
        for shipment in self:
            totals = {}
            # Duties and tax are nobody's carriage.
            for charge in shipment.charge_ids.filtered(lambda one: one.category != "tax"):
                totals[charge.kind] = totals.get(charge.kind, 0.0) + charge.company_amount
            expected = totals.get("booked", totals.get("estimated"))
            billed = totals.get("billed")
            shipment.estimated_total = totals.get("estimated", 0.0)
            shipment.booked_total = totals.get("booked", 0.0)
            shipment.billed_total = billed or 0.0
            shipment.expected_total = expected or 0.0
            # Zero is an amount, too: a free booking that was billed is a variance.
            known = billed is not None and expected is not None
            shipment.freight_variance = billed - expected if known else 0.0

    @api.depends("freight_variance", "expected_total")
    def _compute_freight_variance_ratio(self):
        for shipment in self:
            expected = shipment.expected_total
            shipment.freight_variance_ratio = (
                shipment.freight_variance / expected if expected else 0
            )
