import json

from odoo import fields, models
from odoo.addons.logistics_connector_base.models.shipment.logistics_shipment import FINAL_STATES


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    logistics_provider_id = fields.Many2one(
        "logistics.provider",
        "Tracked by",
        domain="[('kind', 'in', ('carrier', 'aggregator'))]",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user",
        help="Whose the tracking numbers of this method are. Only that carrier's events move its "
        "shipments; an aggregator's may be of any carrier. Empty: events of any carrier whose "
        "number fits.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "logistics_provider_id" in vals:
            self._follow_provider()
        return result

    def _follow_provider(self):
        """Shipments that are under way belong to the provider that the method has now."""
        shipments = self.env["logistics.shipment"].sudo()
        for method in self.sudo():
            shipments.search(
                [
                    ("picking_ids.carrier_id", "=", method.id),
                    ("state", "not in", FINAL_STATES),
                ]
            )._set_carrier(method)

    def _shipment_carrier_values(self):
        """What a shipment says of the method that carries it."""
        provider = self.sudo().logistics_provider_id
        is_carrier = provider.kind == "carrier"
        return {
            "issuer": provider._issuer() if provider else "",
            "carrier_name": provider.name if is_carrier else self.name,
            "service": self.name if is_carrier else False,
        }

    def get_tracking_link(self, picking):
        """The provider's public page, where the method itself knows none."""
        link = super().get_tracking_link(picking)
        provider = self.sudo().logistics_provider_id
        if link or not provider:
            return link
        links = [
            (number, provider._tracking_link(number))
            for number in picking._tracking_numbers().values()
        ]
        links = [(number, url) for number, url in links if url]
        if len(links) > 1:
            return json.dumps(links)  # as Odoo's own integrations answer for several parcels
        return links[0][1] if links else None
