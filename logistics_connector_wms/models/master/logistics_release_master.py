from dataclasses import replace

from odoo import models

SHOWN = 10  # products in one reason


class LogisticsRelease(models.Model):
    """What a warehouse does not know cannot be released to it."""

    _inherit = "logistics.release"

    def _facts(self):
        facts = super()._facts()
        if not self.warehouse_id.logistics_gate_item:
            return facts
        moves = self.picking_id.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel", "draft")
        )
        records = self.env["logistics.master.record"]
        unknown = records._unknown(self.connection_id, moves.product_id)
        # The same words whoever looks: another language is no other reason.
        names = unknown.with_context(lang=None).mapped("display_name")
        return replace(facts, unknown=tuple(sorted(names)))

    def _words(self, reason):
        if reason.code != "unknown":
            return super()._words(reason)
        names = ", ".join(reason.detail[:SHOWN])
        if len(reason.detail) > SHOWN:
            names += ", …"
        return self.env._("The warehouse does not know these products yet: %s", names)

    def _note_reasons(self, reasons):
        before = self.reasons
        super()._note_reasons(reasons)
        if self.reasons != before and any(reason.code == "unknown" for reason in reasons):
            self.connection_id._tell_master_soon()
        return None
