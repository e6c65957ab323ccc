import pytz
from odoo import models

from ...core.service_clock import AroundTheClock, Intervals


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _logistics_time(self, company):
        """This calendar as clocks need it; without a calendar every hour counts.

        It is Odoo's own reckoning, with the days off of the company and the calendar's time zone,
        read in portions: a thousand cases ask for the same weeks.
        """
        if not self:
            return AroundTheClock()
        calendar = self.sudo().ensure_one()
        leaves = [("time_type", "=", "leave"), ("company_id", "in", (company.id, False))]

        def fetch(start, end):
            found = calendar._work_intervals_batch(
                pytz.utc.localize(start), pytz.utc.localize(end), domain=leaves
            )[False]
            for low, high, _meta in found:
                yield (
                    low.astimezone(pytz.utc).replace(tzinfo=None),
                    high.astimezone(pytz.utc).replace(tzinfo=None),
                )

        return Intervals(fetch)
