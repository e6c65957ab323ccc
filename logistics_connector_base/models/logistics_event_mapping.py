from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from .selections import CLASSIFIERS

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

    @api.model
    @ormcache("provider")
    def _translations(self, provider):
        """All active mappings of a provider.

        :return: ``{(raw_code, raw_sub_code): (mapping_id, code, reason_id, classifier)}``
        """
        return self._table_of(self.sudo().search([("provider", "=", provider)]))

    @api.model
    def _table_of(self, rows):
        """The translations that these mappings make together."""
        table = {}
        # Later rows win: higher priority, then the newer one.
        for row in sorted(rows, key=lambda row: (row.priority, row.id or NEWEST)):
            key = (row.raw_code, row.raw_sub_code or "")
            table[key] = (row.id, row.code_id.code, row.reason_id.id, row.classifier or "")
        return table

    @api.model
    def _lookup_with(self, proposed):
        """A function like :meth:`_lookup_code`, as it would be with one more mapping. That one is
        nowhere stored: the cache is shared with the inbox.

        :param dict proposed: values of a mapping
        """
        if not proposed:
            return self._lookup_code
        trial = self.sudo().new(proposed)
        rows = self.sudo().search([("provider", "=", trial.provider)])
        table = self._table_of([*rows, trial])

        def lookup(provider, raw_code, raw_sub_code):
            if provider != trial.provider:
                return self._lookup_code(provider, raw_code, raw_sub_code)
            found = table.get((raw_code, raw_sub_code)) or table.get((raw_code, ""))
            return found and (found[0] or None, *found[1:])

        return lookup

    @api.model
    @ormcache("provider")
    def _canonical_codes(self, provider):
        """``{(raw_code, raw_sub_code): canonical code}`` of a provider."""
        return {key: row[1] for key, row in self._translations(provider).items()}

    @api.model
    def _lookup_code(self, provider, raw_code, raw_sub_code):
        """The mapping of a raw code: the exact row, else the row for any sub code, else None."""
        table = self._translations(provider)
        return table.get((raw_code, raw_sub_code)) or table.get((raw_code, ""))

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
