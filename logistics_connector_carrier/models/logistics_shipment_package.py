from odoo import api, fields, models


class LogisticsShipmentPackage(models.Model):
    _inherit = "logistics.shipment.package"

    tracking_url = fields.Char("Carrier's page", compute="_compute_tracking_url")

    @api.depends("tracking_number", "shipment_id.issuer")
    def _compute_tracking_url(self):
        issuers = {package.shipment_id.issuer for package in self} - {False, ""}
        providers = {
            provider.code: provider
            for provider in self.env["logistics.provider"].search([("code", "in", list(issuers))])
        }
        for package in self:
            provider = providers.get(package.shipment_id.issuer)
            number = package.tracking_number
            package.tracking_url = provider and number and provider._tracking_link(number)
