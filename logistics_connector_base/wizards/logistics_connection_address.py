from odoo import fields, models


class LogisticsConnectionAddress(models.TransientModel):
    """Shows a new intake address once. Only its digest is stored: the form opens unsaved, with the
    address as a default value."""

    _name = "logistics.connection.address"
    _description = "New Intake Address"

    connection_id = fields.Many2one("logistics.connection", required=True, ondelete="cascade")
    url = fields.Char("Address for the partner", readonly=True, store=False)
