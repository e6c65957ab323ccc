from odoo import api, models
from odoo.exceptions import AccessError


class LogisticsFreightGuardMixin(models.AbstractModel):
    """What the pages show and nobody types is not written over RPC either: a state, an amount that
    was found, who decided. Buttons and jobs write it, after they have looked at who asks."""

    _name = "logistics.freight.guard.mixin"
    _description = "Read-only Fields Are Written by Buttons"

    # Read-only fields that whoever creates a record tells nevertheless.
    _told_at_creation = ("name",)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_by_hand(set(vals) - set(self._told_at_creation))
        return super().create(vals_list)

    def write(self, vals):
        self._check_by_hand(vals)
        return super().write(vals)

    def _write_own(self, vals):
        """Write what no hand may, for somebody who may change the record.

        :raise AccessError: the user may not
        """
        self.check_access("write")
        return self.sudo().write(vals)

    @api.model
    def _check_by_hand(self, names):
        if self.env.su:
            return
        own = sorted(name for name in names if name in self._fields and self._fields[name].readonly)
        if own:
            raise AccessError(
                self.env._("Not written by hand: %s.", ", ".join(self._labels_of(own)))
            )

    @api.model
    def _labels_of(self, names):
        return [self._fields[name]._description_string(self.env) for name in names]
