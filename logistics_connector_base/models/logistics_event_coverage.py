from odoo import models


class LogisticsEvent(models.Model):
    """Events that are read anew: the coverage of their codes follows at once."""

    _inherit = "logistics.event"

    def _remap(self):
        changed = super()._remap()
        codes = {(event.issuer, event.raw_code or "") for event in self}
        coverage = self.env["logistics.code.coverage"].sudo()
        if changed and coverage.search_count([("provider", "in", [c[0] for c in codes])], limit=1):
            coverage._count(codes)
        return changed
