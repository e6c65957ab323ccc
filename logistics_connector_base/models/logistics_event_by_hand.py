from odoo import api, fields, models

from ..core.by_hand import ISSUER


class LogisticsEvent(models.Model):
    """Events that people of the company stated: theirs to take back."""

    _inherit = "logistics.event"

    may_be_withdrawn = fields.Boolean(compute="_compute_may_be_withdrawn")

    @api.depends("issuer", "standing", "shipment_id")
    def _compute_may_be_withdrawn(self):
        for event in self:
            event.may_be_withdrawn = (
                event.issuer == ISSUER
                and event.standing == "active"
                and bool(event.shipment_id and event.source_id)
                and not event.retracts
            )

    def action_withdraw(self):
        """Take back what was stated by hand; its proof of delivery with it."""
        self.ensure_one()
        self.check_access("read")
        self.shipment_id._withdraw_by_hand(self)
        return True
