from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...core.taxonomy import CodeRule
from ..selections import CLASSIFIERS, SHIPMENT_STATES

GROUPS = [
    ("order", "Order"),
    ("warehouse", "Warehouse"),
    ("label", "Label"),
    ("tender", "Tender"),
    ("pickup", "Pick-up"),
    ("movement", "Movement"),
    ("customs", "Customs"),
    ("delivery", "Delivery"),
    ("document", "Document"),
    ("exception", "Exception"),
    ("return", "Return"),
    ("tracking", "Tracking"),
    ("finance", "Finance"),
    ("inventory", "Inventory"),
]


class LogisticsEventCode(models.Model):
    """The taxonomy: what can happen to a shipment, and what it does to its state."""

    _name = "logistics.event.code"
    _description = "Logistics Event Code"
    _order = "sequence, code"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    group = fields.Selection(GROUPS, required=True)
    state = fields.Selection(
        SHIPMENT_STATES, help="State the shipment moves to. Empty: the event changes no state."
    )
    flag_set = fields.Char(help="Flags that the event raises on the shipment, comma separated.")
    flag_clear = fields.Char(help="Flags that the event takes away, comma separated.")
    default_classifier = fields.Selection(CLASSIFIERS, required=True, default="actual")
    visibility = fields.Selection(
        [("internal", "Internal"), ("customer", "Customer"), ("both", "Both")],
        required=True,
        default="internal",
    )
    action_required = fields.Boolean(help="Somebody has to do something when this happens.")
    is_urgent = fields.Boolean(
        "First in a queue",
        help="When many messages wait, those that tell of this are worked before the others. The "
        "order changes no result.",
    )
    customer_text = fields.Char(translate=True)
    description = fields.Char(translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This event code exists already.")

    @api.model
    @ormcache()
    def _rules(self):
        """The taxonomy as the pure fold wants it: code → :class:`CodeRule`."""
        rows = self.sudo().with_context(active_test=False).search([])
        return {row.code: row._rule() for row in rows}

    def _rule(self):
        self.ensure_one()
        return CodeRule(
            code=self.code,
            state=self.state or "",
            flag_set=_split(self.flag_set),
            flag_clear=_split(self.flag_clear),
            default_classifier=self.default_classifier,
        )

    @api.constrains("state", "flag_set", "flag_clear")
    def _check_rule(self):
        """A code that the fold cannot read would stop the inbox: it is refused when it is saved."""
        for row in self:
            try:
                row._rule()
            except ValueError as error:
                raise ValidationError(str(error)) from None

    @api.model
    @ormcache()
    def _ids_by_code(self):
        """code → database id, archived ones too (history points to them)."""
        rows = self.sudo().with_context(active_test=False).search_fetch([], ["code"])
        return {row.code: row.id for row in rows}

    @api.model
    @ormcache()
    def _urgent_codes(self):
        """The codes that are worked first when many messages wait."""
        rows = self.sudo().search_fetch([("is_urgent", "=", True)], ["code"])
        return frozenset(rows.mapped("code"))

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()


def _split(text):
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
