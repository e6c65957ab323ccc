import json

from odoo import models

from ...core.act import Verdict


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _acknowledge(self, accepted, text, causation_id=False):
        result = super()._acknowledge(accepted, text, causation_id)
        self._tell_release()
        return result

    def _verdict(self):
        """What came of an act of the partner's: a :class:`core.act.Verdict`, an empty one where
        nothing is known, and of messages that are no acts."""
        self.ensure_one()
        if not self.flow_id._has_engine():
            return Verdict("")
        answer = self.env["logistics.answer"].sudo().search([("message_id", "=", self.id)])
        raw = answer._raw() if answer else b""
        said = json.loads(raw) if raw else {}
        return Verdict(said.get("verdict", ""), self.error_text or "", said.get("reference", ""))

    def _tell_release(self):
        """What became of these messages stands with the releases of which they tell. As superuser;
        may be done again at any time."""
        versions = self.env["logistics.release.version"].sudo()
        for message in self:
            first = message.moved_from_id or message
            for row in versions.search([("message_id", "=", first.id)]):
                row.release_id._follow_message(row, first._as_sent())
