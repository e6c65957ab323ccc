from odoo import models

CODES = """
SELECT DISTINCT e.issuer, COALESCE(e.raw_code, '')
FROM logistics_replay_message r JOIN logistics_event e ON e.message_id = r.message_id
WHERE r.replay_id = %s
"""


class LogisticsReplay(models.Model):
    """What was read anew: the coverage of its codes follows at once."""

    _inherit = "logistics.replay"

    def _conclude(self):
        result = super()._conclude()
        if self.state == "done":
            self.env.flush_all()
            self.env.cr.execute(CODES, (self.id,))
            codes = self.env.cr.fetchall()
            coverage = self.env["logistics.code.coverage"].sudo()
            if codes and coverage.search_count([], limit=1):
                coverage._count(codes)
        return result
