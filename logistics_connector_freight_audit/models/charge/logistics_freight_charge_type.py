from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("base", "Base freight"),
    ("fuel", "Fuel"),
    ("accessorial", "Accessorial"),
    ("adjustment", "Adjustment"),
    ("government", "Duties and government"),
    ("brokerage", "Brokerage"),
    ("tax", "Tax"),
    ("discount", "Discount"),
    ("credit", "Credit"),
    ("info", "Information only"),
]
# What belongs to no carriage: paid on somebody's behalf, or on top of it.
NOT_FREIGHT = ("government", "tax", "brokerage")


class LogisticsFreightChargeType(models.Model):
    """A charge as we call it, whatever the carriers do. What comes with the addon keeps its key and
    its class; companies add their own."""

    _name = "logistics.freight.charge.type"
    _description = "Freight Charge Type"
    _order = "sequence, name, id"

    key = fields.Char(required=True, help="What rate agreements and mappings call it.")
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        KINDS,
        "Class",
        required=True,
        help="Duties, tax and brokerage are not freight. What is for information is never summed.",
    )
    note = fields.Char(translate=True)
    sequence = fields.Integer(default=1000)
    active = fields.Boolean(default=True)
    is_shipped = fields.Boolean(readonly=True, help="Comes with the addon.")

    _key_uniq = models.Constraint("UNIQUE(key)", "A charge type has this key already.")

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("install_mode"):
            for vals in vals_list:
                vals["is_shipped"] = True
        return super().create(vals_list)

    def write(self, vals):
        if {"key", "kind"} & set(vals) and not self.env.su:
            shipped = self.filtered("is_shipped")[:1]
            if shipped:
                raise UserError(
                    self.env._(
                        "“%s” comes with the addon: its key and class stay. Make a charge type of "
                        "your own, and map the carrier's charge to it.",
                        shipped.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        if any(one.is_shipped for one in self):
            raise UserError(
                self.env._("What comes with the addon cannot be deleted. Archive it instead.")
            )

    @api.model
    def _by_key(self):
        """Key → record, archived ones included: what is on old bills keeps its meaning."""
        return {one.key: one for one in self.sudo().with_context(active_test=False).search([])}
