from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DeliveryCarrier(models.Model):
    """A delivery method that is carried out over one of our connections. Odoo's own buttons work;
    the carrier is booked after the commit, from the outbox."""

    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(
        selection_add=[("logistics", "Logistics connection")],
        ondelete={"logistics": lambda methods: methods._leave_logistics()},
    )
    logistics_connection_id = fields.Many2one(
        "logistics.connection",
        "Carrier's account",
        domain="[('booking_carrier', '!=', False)]",
        check_company=True,
        ondelete="restrict",
        groups="logistics_connector_base.group_logistics_user",
    )
    booking_provider_id = fields.Many2one(
        related="logistics_connection_id.provider_id",
        string="Carrier of the account",
        groups="logistics_connector_base.group_logistics_user",
    )
    logistics_service_id = fields.Many2one(
        "logistics.carrier.service",
        "Service",
        domain="[('provider_id', '=', booking_provider_id)]",
        ondelete="restrict",
        groups="logistics_connector_base.group_logistics_user",
    )
    logistics_service = fields.Char(
        related="logistics_service_id.code",
        string="Service code",
        groups="logistics_connector_base.group_logistics_user",
    )
    logistics_label = fields.Selection(
        [("PDF", "Page printer (PDF or picture)"), ("ZPL", "Label printer (ZPL)")],
        "Labels for",
        default="PDF",
        groups="logistics_connector_base.group_logistics_user",
    )
    logistics_package_type_id = fields.Many2one(
        "stock.package.type",
        "Usual package",
        groups="logistics_connector_base.group_logistics_user",
        help="Of what is shipped without a package, and of prices before it is packed.",
    )

    def _leave_logistics(self):
        """This addon goes: the methods are archived, not sold at a price of zero."""
        self.write({"active": False, "delivery_type": "fixed"})

    @api.constrains("delivery_type", "logistics_connection_id", "logistics_service_id")
    def _check_logistics(self):
        for method in self.sudo():
            if method.delivery_type != "logistics":
                continue
            if not method.logistics_connection_id or not method.logistics_service:
                raise ValidationError(
                    self.env._("“%s” needs the carrier's account and a service.", method.name)
                )
            provider = method.logistics_connection_id.provider_id
            if method.logistics_service_id.provider_id != provider:
                raise ValidationError(
                    self.env._(
                        "“%(service)s” is no service of %(carrier)s.",
                        service=method.logistics_service_id.name,
                        carrier=provider.name,
                    )
                )

    @api.onchange("logistics_connection_id")
    def _onchange_logistics_connection_id(self):
        provider = self.logistics_connection_id.provider_id
        if provider:
            self.logistics_provider_id = provider
        if self.logistics_service_id.provider_id != provider:
            self.logistics_service_id = False

    # -- Odoo's API for providers -------------------------------------------------------------

    def logistics_rate_shipment(self, order):
        """What the method's service costs for an order: the account's price, in the order's
        currency, as Odoo reckons on with it."""
        self.ensure_one()
        try:
            price = self._rate_of(order)
        except UserError as error:
            return {
                "success": False,
                "price": 0.0,
                "error_message": str(error),
                "warning_message": False,
            }
        return {"success": True, "price": price, "error_message": False, "warning_message": False}

    def _rate_of(self, order):
        rate = self._asked_rate(order)
        return order._money_of(rate.total, rate.currency)

    def _asked_rate(self, order):
        """What the account asks for the method's service, asked now.

        :rtype: core.booking.Rate
        :raises UserError: it does not offer it, or says nothing
        """
        method = self.sudo()
        request = order._rate_request(method)
        rates = method.logistics_connection_id._ask_rates(request)
        rate = next((one for one in rates if one.service == method.logistics_service), None)
        if rate is None:
            raise UserError(
                self.env._(
                    "%(name)s does not offer this service for this order (it offers: %(codes)s).",
                    name=method.logistics_connection_id.name,
                    codes=", ".join(sorted(one.service for one in rates)) or "-",
                )
            )
        return rate

    def logistics_send_shipping(self, pickings):
        """Odoo's hook for a price and a number at once; ours come later. Called by other addons
        only: ``stock.picking.send_to_shipper`` books."""
        for picking in pickings:
            picking._book()
        return [{"exact_price": 0.0, "tracking_number": False} for _picking in pickings]

    def logistics_cancel_shipment(self, pickings):
        """See ``stock.picking.cancel_shipment``."""
        pickings._call_off_bookings()

    def logistics_get_return_label(self, pickings, tracking_number=None, origin_date=None):
        """Ask for a return label; it is filed when it comes."""
        for picking in pickings:
            picking._book(is_return=True)
        return []
