from odoo import models


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _acknowledge(self, accepted, text, causation_id=False):
        result = super()._acknowledge(accepted, text, causation_id)
        self._tell_release()
        return result

    def _tell_release(self):
        """What became of these messages stands with the releases of which they tell. As superuser;
        may be done again at any time."""
        versions = self.env["logistics.release.version"].sudo()
        for message in self:
            first = message.moved_from_id or message
            for row in versions.search([("message_id", "=", first.id)]):
                row.release_id._follow_message(row, first._as_sent())
