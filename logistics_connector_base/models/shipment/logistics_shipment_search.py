from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class LogisticsShipment(models.Model):
    """Finding one shipment among millions by whatever number or name somebody has at hand."""

    _inherit = "logistics.shipment"
    _rec_names_search = ["any_number"]

    origin = fields.Char(index="trigram")
    any_number = fields.Char(
        "Any number or name",
        compute="_compute_any_number",
        search="_search_any_number",
        help="Searched: its number, references, source document and consignee.",
    )

    def _compute_any_number(self):
        for shipment in self:
            shipment.any_number = shipment.name

    def _search_any_number(self, operator, value):
        """Each place is asked by its own index, and what they find put together. Asked with OR in
        one condition, none of the indexes could be used."""
        if operator.startswith("not") or operator == "!=":
            return NotImplemented  # Odoo takes the opposite of what is found
        shipments, references = self.sudo(), self.env["logistics.shipment.reference"].sudo()
        found = [
            shipments._search([(name, operator, value)]).select()
            for name in ("name", "origin", "partner_id")
        ]
        by_reference = references._search([("value", operator, value)])
        found.append(by_reference.select(SQL.identifier(by_reference.table, "shipment_id")))
        return Domain("id", "in", SQL("(%s)", SQL(" UNION ").join(found)))
