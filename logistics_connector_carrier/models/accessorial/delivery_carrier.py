from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.accessorials import NOTHING_OFFERED, WHAT
from ...engine.reader import READERS

SIGNATURES = [
    ("none", "No signature"),
    ("any", "A signature"),
    ("adult", "An adult's signature"),
]
COD_KINDS = [
    ("any", "Whatever the carrier takes"),
    ("cash", "Cash"),
    ("secured", "Certified cheque or money order"),
]
INSURED = ("insurance", "declared_value")
ALONE, WITH_THE_PARCEL = "return_alone", "return_label"


class DeliveryCarrier(models.Model):
    """What is asked for with each delivery, unless the delivery says otherwise."""

    _inherit = "delivery.carrier"

    booking_offers = fields.Char(
        compute="_compute_booking_offers",
        compute_sudo=True,
        help="Technical: what the account's carrier offers, by our names.",
    )
    logistics_signature = fields.Selection(
        SIGNATURES,
        "Signature on delivery",
        groups="logistics_connector_base.group_logistics_user",
        help="Who signs for the parcel. Empty: as the carrier's service has it.",
    )
    logistics_saturday = fields.Boolean(
        "Deliver on Saturday",
        groups="logistics_connector_base.group_logistics_user",
        help="The carrier delivers on Saturday as well, where the service and the place have it.",
    )
    logistics_cod_kind = fields.Selection(
        COD_KINDS,
        "Paid at the door by",
        groups="logistics_connector_base.group_logistics_user",
        help="How the recipient pays, where the order is paid on delivery.",
    )
    logistics_incoterm_id = fields.Many2one(
        "account.incoterms",
        "Usual incoterm",
        groups="logistics_connector_base.group_logistics_user",
        help="Terms of delivery on customs papers where the order names none. DDP: we pay duties.",
    )

    def _offers(self):
        """What the account's carrier has beside the transport.

        :rtype: Offers
        """
        reader = READERS.get(self.sudo().logistics_connection_id.booking_carrier)
        return reader.RULES.offers if reader else NOTHING_OFFERED

    def _insured_as(self):
        """By which of our names the carrier takes a value for which it answers."""
        kinds = self._offers().kinds
        return next((name for name in INSURED if name in kinds), INSURED[0])

    @api.depends("delivery_type", "logistics_connection_id.provider_id")
    def _compute_booking_offers(self):
        for method in self:
            offers = method._offers() if method.delivery_type == "logistics" else NOTHING_OFFERED
            names = sorted(offers.kinds)
            if offers.kinds & set(INSURED):
                names.append("insured")
            if any(name.startswith("signature_") for name in names):
                names.append("signature")
            if "alone" in offers.returns:
                names.append(ALONE)
            method.booking_offers = " ".join(names)

    @api.depends("delivery_type", "booking_offers")
    def _compute_can_generate_return(self):
        result = super()._compute_can_generate_return()
        for method in self:
            if method.delivery_type == "logistics":
                names = set((method.booking_offers or "").split())
                method.can_generate_return = bool(names & {ALONE, WITH_THE_PARCEL})
        return result

    @api.depends("booking_offers")
    def _compute_supports_shipping_insurance(self):
        result = super()._compute_supports_shipping_insurance()
        for method in self:
            if method.delivery_type == "logistics":
                method.supports_shipping_insurance = "insured" in (
                    (method.booking_offers or "").split()
                )
        return result

    @api.onchange("logistics_connection_id")
    def _onchange_accessorials(self):
        """Another carrier: what it does not offer goes."""
        names = set((self.booking_offers or "").split())
        if f"signature_{self.logistics_signature}" not in names:
            self.logistics_signature = False
        self.logistics_saturday = self.logistics_saturday and "saturday" in names
        if "cod" not in names:
            self.logistics_cod_kind = False
        if not names & set(INSURED):
            self.shipping_insurance = 0
        if not names & {ALONE, WITH_THE_PARCEL}:
            self.return_label_on_delivery = False
            self.get_return_label_from_portal = False

    @api.constrains(
        "delivery_type",
        "logistics_connection_id",
        "logistics_signature",
        "logistics_saturday",
        "return_label_on_delivery",
    )
    def _check_accessorials(self):
        translate = self.env._  # the words of core are marked there
        for method in self.sudo().filtered(lambda one: one.delivery_type == "logistics"):
            names = set((method.booking_offers or "").split())
            wanted = {f"signature_{method.logistics_signature}": method.logistics_signature}
            wanted["saturday"] = method.logistics_saturday
            for name, is_wanted in wanted.items():
                if is_wanted and name not in names:
                    raise ValidationError(
                        self.env._(
                            "%(carrier)s does not offer: %(what)s.",
                            carrier=method.logistics_connection_id.provider_id.name,
                            what=translate(WHAT[name]),
                        )
                    )
            if method.return_label_on_delivery and not method.can_generate_return:
                raise ValidationError(
                    self.env._(
                        "%s makes no return labels by its interface.",
                        method.logistics_connection_id.provider_id.name,
                    )
                )
