from odoo import api, fields, models
from odoo.tools import ormcache


class LogisticsEventReason(models.Model):
    """Why something happened, and whose it is: reasons are named after the responsible party."""

    _name = "logistics.event.reason"
    _description = "Logistics Event Reason"
    _order = "code"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    party = fields.Selection(
        [
            ("carrier", "Carrier"),
            ("shipper", "Shipper"),
            ("consignee", "Consignee"),
            ("customs", "Customs"),
            ("external", "Outside influence"),
            ("warehouse", "Warehouse"),
            ("data", "Data"),
            ("none", "Nobody"),
        ],
        required=True,
    )
    owner = fields.Char(help="The desk that usually takes care of it.")
    description = fields.Char(translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This reason exists already.")

    @api.model
    @ormcache()
    def _ids_by_code(self):
        """code → database id, archived ones too (history points to them)."""
        rows = self.sudo().with_context(active_test=False).search_fetch([], ["code"])
        return {row.code: row.id for row in rows}

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
