from odoo import fields, models

HOLDS = [
    ("number", "Bill number"),
    ("carrier", "Carrier"),
    ("account", "Account"),
    ("date", "Bill date"),
    ("due", "Due date"),
    ("currency", "Currency"),
    ("total", "Total of the bill"),
    ("tracking", "Tracking number"),
    ("master", "Master tracking number"),
    ("ship_date", "Ship date"),
    ("delivery_date", "Delivery date"),
    ("service", "Service"),
    ("zone", "Zone"),
    ("entered", "Weight as entered"),
    ("billed", "Weight as billed"),
    ("weight_unit", "Weight unit"),
    ("payer", "Payer"),
    ("code", "Charge code"),
    ("description", "Charge text"),
    ("told_class", "Charge class"),
    ("net", "Amount without tax"),
    ("gross", "Amount with tax"),
    ("tax", "Tax"),
    ("list_amount", "List amount"),
    ("discount", "Discount"),
    ("reference:shipment", "Our delivery or shipment"),
    ("reference:customer", "Sales order or customer's reference"),
    ("reference:po", "Purchase order"),
    ("reference:bol", "Bill of lading"),
    ("reference:package", "Package reference"),
    ("reference:department", "Department"),
    ("reference:pickup", "Pickup number"),
    ("reference:rma", "Return number"),
    ("pair_name", "Text of the charge to its right"),
    ("pair_amount", "Amount of one charge of several in the row"),
]


class LogisticsFreightFileColumn(models.Model):
    """What a column of an unknown table holds: proposed by its name and contents, and confirmed by
    a person."""

    _name = "logistics.freight.file.column"
    _description = "Column of a File of Freight Bills"
    _order = "file_id, place"
    _log_access = False

    file_id = fields.Many2one(
        "logistics.freight.file", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="file_id.company_id", store=True, index=True)
    place = fields.Integer(readonly=True)
    name = fields.Char("Column", readonly=True)
    sample = fields.Char("For example", readonly=True)
    holds = fields.Selection(HOLDS, help="Empty: it is not read; it stays in the raw row.")
    score = fields.Integer(
        "Sure by", readonly=True, help="Of 100, by its name and by what stands in it."
    )
