from odoo import api, fields, models

MATCHES = [
    ("waiting", "Not looked at"),
    ("matched", "Matched"),
    ("consolidated", "Several of ours"),
    ("suggested", "To be chosen"),
    ("unknown", "Not found"),
    ("account", "Of the account"),
]
VERDICTS = [
    ("clean", "Clean"),
    ("tolerance", "Within tolerance"),
    ("under", "Under"),
    ("refund", "Refund due"),
    ("over", "Over"),
    ("missing_rate", "Nothing to compare with"),
    ("unmapped", "Unknown charge"),
    ("not_shipped", "Not shipped"),
    ("duplicate", "Duplicate"),
    ("unknown", "Unknown shipment"),
]


# What a finding is about, in two words: bills are worked by it.
REASONS = [
    ("unknown_shipment", "Unknown shipment"),
    ("wrong_account", "Wrong account"),
    ("duplicate", "Duplicate"),
    ("voided", "Cancelled shipment"),
    ("never_moved", "Never shipped"),
    ("unmapped", "Unknown charge"),
    ("other_currency", "Another currency"),
    ("no_rate", "Nothing to compare with"),
    ("account_fee", "Fee of the account"),
    ("account_charge", "Fee not agreed"),
    ("weight", "Weight"),
    ("service", "Service"),
    ("zone", "Zone"),
    ("discount", "Discount missing"),
    ("old_rate", "Old price"),
    ("rate", "Price"),
    ("fuel", "Fuel"),
    ("fuel_follows", "Fuel on what is too high"),
    ("residential", "Residential"),
    ("address", "Address correction"),
    ("not_asked", "Not ordered"),
    ("duty", "Duty"),
    ("total", "More than booked"),
    ("late", "Late delivery"),
    ("under", "Less than expected"),
    ("tolerance", "Within tolerance"),
    ("cap", "Beyond what is tolerated in a month"),
]


class LogisticsFreightBillShipment(models.Model):
    """What a bill charges for one shipment, as it is audited: billed and expected side by side."""

    _name = "logistics.freight.bill.shipment"
    _description = "Billed Shipment"
    _order = "bill_id, id"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment
    _log_access = False

    bill_id = fields.Many2one(
        "logistics.freight.bill", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    issuer = fields.Char("Carrier", readonly=True)
    group_key = fields.Char(readonly=True)
    # as the bill tells it
    name = fields.Char("Number on the bill", readonly=True)
    tracking_numbers = fields.Json(readonly=True)
    master_numbers = fields.Json(readonly=True)
    references = fields.Json("References told", readonly=True, help="Pairs of kind and value.")
    reference_text = fields.Char("References", compute="_compute_reference_text")
    ship_date = fields.Date("Shipped (bill)", readonly=True)
    delivery_date = fields.Date("Delivered (bill)", readonly=True)
    service = fields.Char("Service billed", readonly=True)
    zone = fields.Char("Zone billed", readonly=True)
    entered_weight = fields.Float("Weight entered", digits=(16, 3), readonly=True)
    billed_weight = fields.Float("Weight billed", digits=(16, 3), readonly=True)
    weight_unit = fields.Char(readonly=True)
    payer = fields.Char(readonly=True)
    charge_ids = fields.One2many("logistics.freight.bill.charge", "line_id", "Charges")
    billed_amount = fields.Monetary("Billed", readonly=True, help="Without tax.")
    tax_amount = fields.Monetary("Tax", readonly=True)
    # match
    match_state = fields.Selection(
        MATCHES, "Match", required=True, readonly=True, default="waiting"
    )
    match_key = fields.Char("Matched by", readonly=True)
    match_score = fields.Integer("Score", readonly=True, aggregator="avg")
    match_notes = fields.Json(readonly=True)
    candidates = fields.Json(readonly=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    shared_shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_freight_bill_shared_rel",
        "line_id",
        "shipment_id",
        "Consolidated shipments",
        readonly=True,
    )
    # audit
    verdict = fields.Selection(VERDICTS, readonly=True, index="btree_not_null")
    findings = fields.Json(readonly=True)
    finding_text = fields.Text("Why", compute="_compute_finding_text")
    compared = fields.Json(readonly=True)
    comparison = fields.Json(
        "Side by side", compute="_compute_comparison", help="Expected and billed, by charge."
    )
    expected_source = fields.Selection(
        [("booked", "Booked"), ("rated", "Rate agreement"), ("quoted", "Quoted")],
        "Expected by",
        readonly=True,
    )
    expected_amount = fields.Monetary(
        "Expected",
        readonly=True,
        help="What was still to be billed, without duties and tax.",
    )
    freight_amount = fields.Monetary(
        "Freight billed", readonly=True, help="What is billed without duties, brokerage and tax."
    )
    difference = fields.Monetary(readonly=True, help="Freight billed less expected.")
    stake_amount = fields.Monetary(
        "At stake", readonly=True, help="What the findings come to in our favour."
    )
    audited_at = fields.Datetime(readonly=True)
    main_finding = fields.Selection(
        REASONS, "Reason", readonly=True, help="The finding by which most is at stake."
    )
    # decision
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)

    _group_uniq = models.UniqueIndex("(bill_id, group_key)")
    _to_match = models.Index("(bill_id, id) WHERE match_state = 'waiting'")

    @api.depends("references")
    def _compute_reference_text(self):
        for line in self:
            line.reference_text = ", ".join(value for _kind, value in line.references or ())
