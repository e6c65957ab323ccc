from odoo import models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text, loads

from ...core import master as core
from .logistics_connection_master import MASTER_FLOW

# It did not reach them, and will not by itself.
LOST = ("rejected", "dead", "cancelled", "expired", "dismissed")


class LogisticsMessage(models.Model):
    """What became of a message is noted on the records of which it told."""

    _inherit = "logistics.message"

    def _acknowledge(self, accepted, text, causation_id=False):
        result = super()._acknowledge(accepted, text, causation_id)
        self._tell_master()
        return result

    def _tell_master(self):
        """Tell records what the partner made of these messages. As superuser; may be done again at
        any time."""
        for message in self:
            first = message.moved_from_id or message
            sent = first._as_sent()
            if first.flow_id.code != MASTER_FLOW:
                continue
            if sent.state == "delivered":
                first._hear_master(core.ACCEPTED, "")
            elif sent.state in LOST:
                words = sent.error_text or self.env._("It was not sent.")
                first._hear_master(core.REFUSED, clean_text(words, 500))

    def _hear_master(self, answer, words):
        rows = self._master_records()
        was_known = {row for row, _version, _action in rows if row.is_known}
        for row, version, action in rows:
            row._hear(version, action, answer, words)
        found = self.env["logistics.master.record"].union(*(row for row, _v, _a in rows))
        if answer == core.ACCEPTED:
            found._settle(self.connection_id)
            found.filtered(lambda row: row.is_known and row not in was_known)._wake_releases()
            return
        refused = found.filtered(lambda row: row.message_id == self and row.state == core.REJECTED)
        if refused and self._as_sent().state in ("rejected", "dead", "expired"):
            found._report_refused(self, refused, words)

    def _master_records(self):
        """Of which records this message told: list of (row, version, action). Of one whose body was
        deleted those that were not told since."""
        rows = self.env["logistics.master.record"].sudo()
        body = self._read_bodies().get(self.id)
        if not body:
            last = rows.search([("message_id", "=", self.id)])
            return [(row, row.version, core.TELL if row.told else core.WITHDRAW) for row in last]
        told = {key: (version, action) for key, version, action in core.told(loads(body))}
        found = rows.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("number", "in", [number for _kind, number in told]),
            ]
        )
        return [
            (row, *told[row.kind, row.number]) for row in found if (row.kind, row.number) in told
        ]
