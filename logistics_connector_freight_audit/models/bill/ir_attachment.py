from odoo import models
from odoo.exceptions import AccessError

# Model → the field whose content is proof.
PROOF = {"logistics.freight.file": "data"}


class IrAttachment(models.Model):
    """A carrier's file as it came is proof: nobody exchanges or deletes the attachment that holds
    it. The record itself says when it may go."""

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self or operation not in ("write", "unlink"):
            return result
        refused = (
            self.sudo()
            .filtered(lambda one: one.res_field and PROOF.get(one.res_model) == one.res_field)
            .sudo(False)
        )
        if not refused:
            return result
        if result:
            refused |= result[0]
        return refused, lambda: AccessError(
            self.env._("This file is proof: it stays as the carrier has sent it.")
        )
