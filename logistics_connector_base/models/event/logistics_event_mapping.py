from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ...core import meaning
from ..selections import CLASSIFIERS

NEWEST = float("inf")  # id of a mapping that is not stored yet


class LogisticsEventMapping(models.Model):
    """How one raw code of a provider is understood. Shipped rows come with the addons and are
    replaced by upgrades; rows made by users override them."""

    _name = "logistics.event.mapping"
    _description = "Logistics Event Mapping"
    _inherit = ["mail.thread"]
    _order = "provider, raw_code, raw_sub_code, priority desc, id desc"
    _rec_name = "raw_code"

    provider = fields.Char(
        "Issuer",
        required=True,
        help="Whose code it is: the code of the carrier, aggregator or partner, such as 'ups'.",
    )
    raw_code = fields.Char(required=True, tracking=True)
    raw_sub_code = fields.Char(
        default="", tracking=True, help="Empty: any sub code that has no row of its own."
    )
    connection_id = fields.Many2one(
        "logistics.connection",
        "Only from",
        tracking=True,
        ondelete="cascade",
        index="btree_not_null",
        help="What this partner means by the code, where it means another thing than the others. "
        "Goes before the mappings that hold for everybody.",
    )
    code_id = fields.Many2one(
        "logistics.event.code", "Event", required=True, tracking=True, ondelete="restrict"
    )
    code = fields.Char(related="code_id.code")
    reason_id = fields.Many2one("logistics.event.reason", tracking=True, ondelete="restrict")
    classifier = fields.Selection(
        CLASSIFIERS, tracking=True, help="Empty: as the partner's message says."
    )
    priority = fields.Integer(
        default=50, tracking=True, help="The highest wins. Shipped rows have 10, your own 50."
    )
    is_shipped = fields.Boolean(
        readonly=True, help="Comes with the addon. Make a row of your own to override it."
    )
    note = fields.Char()
    active = fields.Boolean(default=True, tracking=True)

    _lookup = models.Index("(provider, raw_code, raw_sub_code) WHERE active IS TRUE")

    @api.constrains("connection_id", "is_shipped")
    def _check_connection(self):
        for mapping in self:
            if mapping.connection_id and mapping.is_shipped:
                raise ValidationError(
                    self.env._("A mapping that comes with the addon holds for everybody.")
                )

    @api.model
    @ormcache("provider")
    def _translations(self, provider):
        """All active mappings of a provider, as a :data:`~..core.meaning.Table`."""
        return self._table_of(self.sudo().search([("provider", "=", provider)]))

    @api.model
    def _table_of(self, rows):
        """The translations that these mappings make together."""
        return meaning.table_of(row._meaning_row() for row in rows)

    def _meaning_row(self):
        self.ensure_one()
        number = self._origin.id or None
        return meaning.Row(
            self.connection_id.id or meaning.EVERYBODY,
            self.raw_code,
            self.raw_sub_code or "",
            self.priority,
            number or NEWEST,
            meaning.Meaning(
                number, self.code_id.code, self.reason_id.id or False, self.classifier or ""
            ),
        )

    @api.model
    @ormcache("provider")
    def _is_told_apart(self, provider):
        """Whether some connection means something of its own by this provider's codes."""
        return any(connection for connection, *_code in self._translations(provider))

    @api.model
    @ormcache("provider", "connection_id")
    def _canonical_codes(self, provider, connection_id):
        """``{(raw_code, raw_sub_code): canonical code}`` of a provider, heard from a connection."""
        return meaning.as_heard_from(self._translations(provider), connection_id)

    @api.model
    def _lookup_code(self, provider, raw_code, raw_sub_code, connections=()):
        """What a code means when these connections (ids) tell of it, as
        :class:`~..core.meaning.Meaning`; None where nobody knows."""
        return meaning.find(self._translations(provider), raw_code, raw_sub_code, connections)

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("install_mode"):
            for vals in vals_list:
                vals.update(is_shipped=True)
                vals.setdefault("priority", 10)
        mappings = super().create(vals_list)
        self._meanings_changed(mappings.mapped("provider"))
        return mappings

    def write(self, vals):
        self._refuse_shipped()
        issuers = {*self.mapped("provider"), *([vals["provider"]] if "provider" in vals else [])}
        result = super().write(vals)
        self._meanings_changed(issuers)
        return result

    def unlink(self):
        self._refuse_shipped()
        issuers = self.mapped("provider")
        result = super().unlink()
        self._meanings_changed(issuers)
        return result

    @api.model
    def _meanings_changed(self, issuers):
        self.env.registry.clear_cache()
        if issuers:
            self.env["logistics.code.coverage"]._mappings_changed(issuers)

    def _refuse_shipped(self):
        loading = self.env.context.get("install_mode") or self.env.context.get("module")
        if not loading and not self.env.su and any(self.mapped("is_shipped")):
            raise UserError(
                self.env._(
                    "This mapping comes with the addon and is replaced by upgrades. Make a mapping "
                    "of your own for the same code: it wins."
                )
            )
