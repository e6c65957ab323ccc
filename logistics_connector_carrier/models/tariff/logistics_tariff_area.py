from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core import tariff as core


class LogisticsTariffArea(models.Model):
    """Where a zone of a price list is: a country, or a part of it by postal codes. The line that
    says more counts: the longest beginning, a single one before a range."""

    _name = "logistics.tariff.area"
    _inherit = ["logistics.tariff.line"]
    _description = "Zone of a Price List"
    _order = "tariff_id, country_id, zip_from, id"
    _rec_name = "zone"

    country_id = fields.Many2one("res.country", help="Empty: wherever no other line fits.")
    zip_from = fields.Char(
        "Postal code",
        help="How it begins, such as 80 or AB1. Empty: the whole country. With the next column: "
        "the first of a range.",
    )
    zip_to = fields.Char("to", help="The last of a range, included: 80 to 85 takes 85999 as well.")
    zone = fields.Char(required=True, help="As in the prices, such as 1 or EU.")
    is_remote = fields.Boolean("Remote", help="For surcharges on remote places.")

    @api.constrains("tariff_id", "country_id", "zip_from", "zip_to")
    def _check_areas(self):
        words = {
            "lengths": self.env._(
                "%(line)s: both ends of a range have the same number of characters."
            ),
            "order": self.env._("%(line)s: the range ends before it begins."),
            "twice": self.env._("%(line)s and %(other)s say different things about one place."),
        }
        for tariff in self.tariff_id:
            for kind, line, other in core.area_faults(one._core() for one in tariff.area_ids):
                values = {"line": _label(line), "other": other and _label(other)}
                raise ValidationError(words[kind] % values)

    def _core(self):
        return core.Area(
            zone=(self.zone or "").strip(),
            country=self.country_id.code or "",
            first=self.zip_from or "",
            last=self.zip_to or "",
            is_remote=self.is_remote,
        )


def _label(area):
    codes = "–".join(filter(None, (area.first, area.last)))
    return f"“{' '.join(filter(None, (area.country or '*', codes)))}” ({area.zone})"
