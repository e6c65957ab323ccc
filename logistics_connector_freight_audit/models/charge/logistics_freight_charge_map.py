from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core.catalogue import Catalogue, Entry, Rule

# Rules of the users win over those that come with the addon, however specific these are.
OWN = 50


class LogisticsFreightChargeMap(models.Model):
    """What one of a carrier's charges is among ours. What a rule leaves empty matches everything;
    the most specific rule wins, and a rule of the users before one that comes with the addon."""

    _name = "logistics.freight.charge.map"
    _description = "Mapping of a Carrier's Charge"
    _inherit = ["mail.thread"]
    _order = "issuer, code, description, priority desc, id desc"
    _rec_name = "type_id"

    issuer = fields.Char(
        "Carrier",
        required=True,
        default="*",
        tracking=True,
        help="The carrier's code, such as “ups”. * stands for every carrier.",
    )
    code = fields.Char("Charge code", tracking=True)
    description = fields.Char(
        "Charge text",
        tracking=True,
        help="As it stands on the bill; * stands for anything. Capitals do not matter.",
    )
    told_class = fields.Char("Class on the bill", tracking=True)
    category = fields.Char(tracking=True)
    detail = fields.Char(tracking=True)
    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    kind = fields.Selection(related="type_id.kind")
    priority = fields.Integer(
        default=OWN, tracking=True, help="The highest wins. Those of the addon have 0."
    )
    is_shipped = fields.Boolean(
        readonly=True, help="Comes with the addon. Make a mapping of your own to override it."
    )
    active = fields.Boolean(default=True, tracking=True)

    @api.constrains("issuer", "code", "description", "told_class", "category", "detail")
    def _check_says_something(self):
        for rule in self:
            wild = (rule.description or "").replace("*", "").strip()
            if not (wild or rule.code or rule.told_class or rule.category or rule.detail):
                raise ValidationError(
                    self.env._("Name a code, a text or a class; otherwise it would match all.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("install_mode"):
            for vals in vals_list:
                vals.update(is_shipped=True, priority=0)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_shipped()
        return super().write(vals)

    def unlink(self):
        self._refuse_shipped()
        return super().unlink()

    def _refuse_shipped(self):
        if not self.env.su and any(rule.is_shipped for rule in self):
            raise UserError(
                self.env._(
                    "Mappings that come with the addon cannot be changed. Make one of your own: it "
                    "goes before."
                )
            )

    def copy_data(self, default=None):
        return super().copy_data({"priority": OWN, **(default or {})})

    @api.model
    def _catalogue(self):
        """All active mappings as a :class:`~...core.catalogue.Catalogue` over ids of types; a new
        one each time, as it counts what nobody knows."""
        types = self.env["logistics.freight.charge.type"]._by_key()
        entries = {
            key: Entry(key, one.kind, one.name or "", one.note or "") for key, one in types.items()
        }
        rules = [
            Rule(
                charge=rule.type_id.key,
                carrier=rule.issuer,
                told_class=rule.told_class or "",
                category=rule.category or "",
                detail=rule.detail or "",
                code=rule.code or "",
                description=rule.description or "",
                priority=rule.priority,
            )
            for rule in self.sudo().search([])
        ]
        return Catalogue(entries, rules)
