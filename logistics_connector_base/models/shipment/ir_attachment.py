from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..personal_access import sees_personal_data


class IrAttachment(models.Model):
    """Proofs of delivery show names, signatures and doors: who may not see personal data neither
    finds nor opens them, on whatever record they are filed."""

    _inherit = "ir.attachment"

    logistics_personal = fields.Boolean(
        readonly=True, help="Came with a carrier's event and may show a person."
    )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self or sees_personal_data(self.env):
            return result
        refused = self.sudo().filtered("logistics_personal").sudo(False)
        if not refused:
            return result
        if result:
            refused |= result[0]
        return refused, lambda: AccessError(
            self.env._("Only people who may see personal data in Logistics can open this document.")
        )

    def _search(self, domain, *args, **kwargs):
        if not (self.env.su or kwargs.get("bypass_access") or sees_personal_data(self.env)):
            domain = Domain(domain) & Domain("logistics_personal", "!=", True)
        return super()._search(domain, *args, **kwargs)
