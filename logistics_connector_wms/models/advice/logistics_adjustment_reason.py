from odoo import fields, models


class LogisticsAdjustmentReason(models.Model):
    """Why a warehouse's stock changed, in its words, and against which of our places it is booked:
    a place carries the account (Inventory → Locations)."""

    _name = "logistics.adjustment.reason"
    _description = "Partner's Reason of a Stock Change"
    _order = "connection_id, code, id"
    _rec_name = "code"
    _check_company_auto = True
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    code = fields.Char("Their reason", required=True, help="As it stands in their messages.")
    name = fields.Char("What it means", translate=True)
    location_id = fields.Many2one(
        "stock.location",
        "Booked against",
        required=True,
        domain=[("usage", "=", "inventory")],
        check_company=True,
        index=True,
        ondelete="restrict",
        help="A place of the kind “Inventory loss”. Its accounts are those of this reason.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(connection_id, code)", "This reason of the partner is there already."
    )
