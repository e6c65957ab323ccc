from odoo import api, fields, models
from odoo.exceptions import ValidationError

LOCATIONS = {
    "damaged": "logistics_damaged_location_id",
    "quarantine": "logistics_quarantine_location_id",
    "held": "logistics_held_location_id",
}
INSIDE = "[('usage', '=', 'internal'), ('location_id', 'child_of', view_location_id)]"


class StockWarehouse(models.Model):
    """How the partner who runs a warehouse calls it, and where goods lie that it tells apart by
    their state."""

    _inherit = "stock.warehouse"

    logistics_code = fields.Char(
        "Partner's code",
        copy=False,
        groups="logistics_connector_base.group_logistics_user",
        help="How the partner's messages call this building. Needed where one connection speaks "
        "for several warehouses.",
    )
    logistics_damaged_location_id = fields.Many2one(
        "stock.location",
        "Damaged goods",
        domain=INSIDE,
        copy=False,
        index="btree_not_null",
        groups="logistics_connector_base.group_logistics_user",
        help="Where goods lie that the partner calls damaged. Without a place of their own, what "
        "it tells of damaged goods waits for a person.",
    )
    logistics_quarantine_location_id = fields.Many2one(
        "stock.location",
        "Goods in quarantine",
        domain=INSIDE,
        copy=False,
        index="btree_not_null",
        groups="logistics_connector_base.group_logistics_user",
        help="Where goods lie that the partner keeps in quarantine.",
    )
    logistics_held_location_id = fields.Many2one(
        "stock.location",
        "Goods held back",
        domain=INSIDE,
        copy=False,
        index="btree_not_null",
        groups="logistics_connector_base.group_logistics_user",
        help="Where goods lie that the partner holds back from sale.",
    )

    @api.constrains("view_location_id", *LOCATIONS.values())
    def _check_logistics_locations(self):
        for warehouse in self.sudo():
            for name in LOCATIONS.values():
                location = warehouse[name]
                if not location:
                    continue
                if location == warehouse.lot_stock_id:
                    raise ValidationError(
                        self.env._(
                            "%s is where goods for sale lie: choose another place, or sales would "
                            "promise what cannot be sold.",
                            location.display_name,
                        )
                    )
                if not location._child_of(warehouse.view_location_id):
                    raise ValidationError(
                        self.env._(
                            "%(location)s is no place in %(warehouse)s.",
                            location=location.display_name,
                            warehouse=warehouse.name,
                        )
                    )

    def write(self, vals):
        result = super().write(vals)
        if {"logistics_code", "logistics_connection_id", *LOCATIONS.values()} & set(vals):
            connections = self.sudo().logistics_connection_id
            self.env["logistics.advice.desk"].sudo()._wake_waiting(connections)
        return result

    @api.model
    def _logistics_find(self, connection, code):
        """The warehouse of which a partner speaks.

        :param str code: as its message calls it, "" where it says none
        :return: one ``stock.warehouse`` (superuser), or none where it cannot be told which
        """
        warehouses = connection.sudo().warehouse_ids
        if code:
            named = warehouses.filtered(lambda one: code in (one.logistics_code, one.code))
            if named:
                return named if len(named) == 1 else named.browse()
            # A code that we know nothing of says nothing, where there is only one building.
            if any(warehouses.mapped("logistics_code")):
                return warehouses.browse()
        return warehouses if len(warehouses) == 1 else warehouses.browse()

    def _logistics_location(self, condition):
        """Where goods of a condition lie in this warehouse; none where no place was chosen."""
        self.ensure_one()
        if condition == "available":
            return self.lot_stock_id
        return self[LOCATIONS[condition]]
