from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Providers that may speak for a warehouse.
KINDS = ("warehouse", "canonical")


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_connection_id = fields.Many2one(
        "logistics.connection",
        "3PL connection",
        domain=[("provider_id.kind", "in", KINDS)],
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups="logistics_connector_base.group_logistics_user",
        help="The partner who runs this warehouse. While the connection is live, a delivery that "
        "is ready becomes a released shipment, and the partner's messages find it by its name.",
    )

    @api.constrains("logistics_connection_id", "company_id")
    def _check_logistics_connection(self):
        for warehouse in self.sudo():
            connection = warehouse.logistics_connection_id
            if not connection:
                continue
            if connection.provider_id.kind not in KINDS:
                raise ValidationError(
                    self.env._(
                        "“%s” is no connection of a warehouse or 3PL.", connection.display_name
                    )
                )
            if warehouse.company_id not in connection._served_companies():
                raise ValidationError(
                    self.env._(
                        "“%(connection)s” does not serve %(company)s. Add the company to those "
                        "that the connection serves.",
                        connection=connection.display_name,
                        company=warehouse.company_id.display_name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("logistics_connection_id"):
            self._release_ready_deliveries()
        return result

    def _release_ready_deliveries(self):
        """Release what was ready before the warehouse's connection was."""
        deliveries = (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("picking_type_id.warehouse_id", "in", self.ids),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "=", "assigned"),
                ]
            )
        )
        deliveries._release_to_warehouse()
