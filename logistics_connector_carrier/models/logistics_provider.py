from urllib.parse import quote

from odoo import fields, models

# What Odoo's own delivery methods put into such addresses.
PLACEHOLDER = "<shipmenttrackingnumber>"


class LogisticsProvider(models.Model):
    _inherit = "logistics.provider"

    tracking_url = fields.Char(
        help="The carrier's public tracking page, with <shipmenttrackingnumber> for the number."
    )

    def _issuer(self):
        """Namespace of the tracking numbers that a delivery method of this provider gives: a
        carrier's own. An aggregator passes on those of many carriers: any of them may come."""
        return self.code if self.kind == "carrier" else ""

    def _tracking_link(self, number):
        """Address of the public page about a number, "" where there is none."""
        url = self.tracking_url or ""
        return url.replace(PLACEHOLDER, quote(number, safe="")) if PLACEHOLDER in url else ""
