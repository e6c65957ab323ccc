from odoo import api, fields, models

from ...core.personal import MASK, mask_text
from ..personal_access import PERSONAL_FIELDS, sees_personal_data

# Groups of codes whose place may be somebody's door. The others happen in carriers' houses and at
# our own dock.
AT_THE_DOOR = {"delivery", "document", "exception", "return", "tracking"}
# What is blanked when a person is erased; codes, times, town and country are facts that stay.
PERSONAL_COLUMNS = {
    "signed_by": "",
    "raw_text": "",
    "place_name": "",
    "zip": "",
    "latitude": 0.0,
    "longitude": 0.0,
}


class LogisticsEvent(models.Model):
    """What of an event is personal: readable, searchable and exported for one group only; everybody
    else has the masked twins."""

    _inherit = "logistics.event"

    signed_by = fields.Char(groups=PERSONAL_FIELDS)
    raw_text = fields.Char("Partner's words, as sent", groups=PERSONAL_FIELDS)
    place_name = fields.Char(groups=PERSONAL_FIELDS)
    zip = fields.Char(groups=PERSONAL_FIELDS)
    latitude = fields.Float(groups=PERSONAL_FIELDS)
    longitude = fields.Float(groups=PERSONAL_FIELDS)

    signed_by_shown = fields.Char("Signed by", compute="_compute_personal", compute_sudo=True)
    raw_text_shown = fields.Char("Partner's words", compute="_compute_personal", compute_sudo=True)
    place = fields.Char(compute="_compute_place", compute_sudo=True)
    erased_at = fields.Datetime(
        readonly=True, help="When the personal data in this event was erased on a person's request."
    )

    @api.depends("signed_by", "raw_text", "shipment_id.partner_id.name")
    @api.depends_context("uid")
    def _compute_personal(self):
        is_open = sees_personal_data(self.env)
        for event in self:
            event.signed_by_shown = event.signed_by if is_open else event.signed_by and MASK
            event.raw_text_shown = event.raw_text if is_open else event._masked_text()

    def _masked_text(self):
        """The partner's words for those who need not know whom they are about."""
        self.ensure_one()
        event = self.sudo()
        names = (event.signed_by, event.shipment_id.partner_id.name)
        return mask_text(event.raw_text or "", names)

    @api.depends("code_id")
    @api.depends_context("uid")
    def _compute_place(self):
        everything = self
        if not sees_personal_data(self.env):
            masked = self.filtered(lambda event: event.code_id.group in AT_THE_DOOR)
            for event in masked:
                event.place = ", ".join(part for part in (event.city, event.country_code) if part)
            everything -= masked
        return super(LogisticsEvent, everything)._compute_place()
