from odoo import api, fields, models


class LogisticsCarrierService(models.Model):
    """A service of a carrier, by the carrier's own code: what its tariffs, labels and invoices call
    it. The usual ones come with the set-up of booking; others can be added."""

    _name = "logistics.carrier.service"
    _description = "Carrier Service"
    _order = "provider_id, name, id"

    provider_id = fields.Many2one(
        "logistics.provider", "Carrier", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="As the carrier writes it, such as 03 for UPS Ground.")
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(provider_id, code)", "This carrier has a service with this code already."
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for service in self:
            service.display_name = f"{service.name} ({service.code})"

    @api.model
    def _offer(self, provider, choices):
        """Bring the services that are not known yet; what somebody renamed or archived stays.

        :param choices: iterable of ``engine.catalogue.Choice``
        """
        services = self.sudo().with_context(active_test=False)
        known = set(services.search([("provider_id", "=", provider.id)]).mapped("code"))
        services.create(
            [
                {"provider_id": provider.id, "code": choice.code, "name": choice.label}
                for choice in choices
                if choice.code not in known
            ]
        )
