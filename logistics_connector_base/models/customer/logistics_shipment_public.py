import uuid

from odoo import fields, models
from odoo.tools import SQL


class LogisticsShipment(models.Model):
    """By what other systems know a shipment: neither the number of a row, which can be counted up,
    nor the name, which is ours."""

    _inherit = "logistics.shipment"

    public_id = fields.Char(
        "Id in the API",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid.uuid4().hex,
    )

    _public_id_uniq = models.UniqueIndex("(public_id)")

    def init(self):
        # Also for rows that are written past the ORM.
        self.env.cr.execute(
            SQL(
                "ALTER TABLE logistics_shipment ALTER COLUMN public_id "
                "SET DEFAULT replace(gen_random_uuid()::text, '-', '')"
            )
        )
        return super().init()

    def _init_column(self, column_name):
        """Those that are there already get one each, not all the same."""
        if column_name != "public_id":
            return super()._init_column(column_name)
        self.env.cr.execute(
            SQL(
                "UPDATE logistics_shipment "
                "SET public_id = replace(gen_random_uuid()::text, '-', '') "
                "WHERE public_id IS NULL"
            )
        )
        return None
