from odoo import api, fields, models

from ...core.personal import MASK
from ..personal_access import PERSONAL_FIELDS, sees_personal_data


class LogisticsShipment(models.Model):
    """Who signed is for those who may see personal data. A legal hold keeps what would be purged or
    erased."""

    _inherit = "logistics.shipment"

    signed_by = fields.Char(groups=PERSONAL_FIELDS)
    signed_by_shown = fields.Char(
        "Signed by", compute="_compute_signed_by_shown", compute_sudo=True
    )
    retention_hold = fields.Boolean(
        "Legal hold",
        copy=False,
        tracking=True,
        groups="logistics_connector_base.group_logistics_manager,"
        "logistics_connector_base.group_logistics_service",
        help="For a claim or a court: messages of this shipment are neither purged nor erased.",
    )

    _held = models.Index("(id) WHERE retention_hold IS TRUE")

    @api.depends("signed_by")
    @api.depends_context("uid")
    def _compute_signed_by_shown(self):
        is_open = sees_personal_data(self.env)
        for shipment in self:
            signed = shipment.signed_by
            shipment.signed_by_shown = signed if is_open else signed and MASK
