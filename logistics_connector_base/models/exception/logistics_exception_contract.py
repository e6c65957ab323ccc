from odoo import models
from odoo.fields import Domain

# Messages looked through for those behind one exception.
MOST = 1000
REFUSED = Domain("state", "=", "rejected") & Domain("direction", "=", "in")


class LogisticsException(models.Model):
    """Messages that break their contract: what was refused is worked, or dismissed, together."""

    _inherit = "logistics.exception"

    def _refused_messages(self):
        """The refused messages behind a broken contract: those of the same type."""
        self.ensure_one()
        messages = self.env["logistics.message"].search(
            REFUSED & Domain("connection_id", "=", self.connection_id.id), limit=MOST
        )
        start = self.key.rpartition(":")[0]
        return messages.filtered(lambda m: m._refusal_key().rpartition(":")[0] == start)

    def _messages(self):
        if self.type_code == "contract_broken":
            return self._refused_messages() or self.message_id
        return super()._messages()

    def _dismiss_behind(self, reason):
        result = super()._dismiss_behind(reason)
        if self.type_code == "contract_broken":
            # A copy of them is still known, and has no effect from here on.
            self._refused_messages().sudo().write({"state": "dismissed"})
        return result
