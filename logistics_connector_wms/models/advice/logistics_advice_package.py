from odoo import fields, models


class LogisticsAdvicePackage(models.Model):
    """A handling unit in which goods of an advice left."""

    _name = "logistics.advice.package"
    _description = "Package of a Warehouse Advice"
    _order = "advice_id, id"
    _log_access = False
    _rec_name = "key"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    advice_id = fields.Many2one(
        "logistics.advice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    key = fields.Char("Called", required=True, readonly=True)
    sscc = fields.Char("SSCC", readonly=True)
    tracking = fields.Char("Tracking number", readonly=True)
    carrier = fields.Char(readonly=True)
    packaging = fields.Char(readonly=True)
    weight = fields.Float("Weight (kg)", readonly=True)
    length = fields.Float("Length (cm)", readonly=True)
    width = fields.Float("Width (cm)", readonly=True)
    height = fields.Float("Height (cm)", readonly=True)
    package_id = fields.Many2one(
        "stock.package", "Our package", readonly=True, index="btree_not_null", ondelete="set null"
    )
