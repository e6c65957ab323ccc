from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..access import rotation
from ..core.secretbox import SecretBoxError


class LogisticsMasterKey(models.TransientModel):
    """What lies under which master key, and the button that brings all of it under the newest."""

    _name = "logistics.master.key"
    _description = "Master Keys"

    newest_count = fields.Integer("Under the newest key", readonly=True)
    older_count = fields.Integer("Under an older key", readonly=True)
    lost_count = fields.Integer("Under a key that is not there", readonly=True)
    done_count = fields.Integer(readonly=True)
    is_done = fields.Boolean(readonly=True)

    @api.model
    def action_open(self):
        """Count, and show it."""
        self._check_administrator()
        return self.create(self._counted())._shown()

    def action_encrypt_anew(self):
        """Encrypt all secrets and tokens with the newest key; can be pressed again at any time."""
        self.ensure_one()
        self._check_administrator()
        try:
            done = rotation.encrypt_anew(self.env.cr.dbname)
        except SecretBoxError as error:
            raise UserError(str(error)) from None
        # Every worker forgets the profiles that hold the former ciphertexts.
        self.env.registry.clear_cache()
        self.write({**self._counted(), "done_count": done, "is_done": True})
        return self._shown()

    def _check_administrator(self):
        if not self.env.user.has_group("logistics_connector_base.group_logistics_admin"):
            raise AccessError(self.env._("Only Integration Administrators may do this."))

    def _counted(self):
        try:
            found = rotation.count(self.env.cr.dbname)
        except SecretBoxError as error:
            raise UserError(str(error)) from None
        return {
            "newest_count": found.newest,
            "older_count": found.older,
            "lost_count": found.lost,
        }

    def _shown(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Master keys"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
