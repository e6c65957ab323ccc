from decimal import Decimal

from odoo import api, models

from ...core import rates as core
from ...core.bill import Charge
from .logistics_rate_agreement_line import exact

# Of what was booked these were ordered by us; the others are for the agreement to say.
ORDERED = frozenset(
    (
        "signature",
        "adult_signature",
        "saturday_delivery",
        "saturday_pickup",
        "cod",
        "liftgate",
        "inside_delivery",
        "appointment",
        "hazmat",
        "hold_at_location",
        "emission",
    )
)
LINES = {
    "zones": "zone_ids",
    "areas": "area_ids",
    "prices": "price_ids",
    "discounts": "discount_ids",
    "accessorials": "accessorial_ids",
    "fuels": "fuel_ids",
    "guarantees": "guarantee_ids",
}


class LogisticsRateAgreement(models.Model):
    """What shipments should cost by the agreements."""

    _inherit = "logistics.rate.agreement"

    @api.model
    def _expected_for(self, company, carrier, facts_list):
        """What shipments should cost by what is approved and was in force when they left.

        :param company: res.company
        :param str carrier: the issuer, as shipments name it
        :param facts_list: core.rates.Facts, or None where they are not known
        :return: core.rates.Expected in the same order; None where there is no agreement with the
            carrier at all, or no facts
        """
        agreements = self._in_core(company, carrier)
        return [
            core.expected_of(agreements, facts) if agreements and facts else None
            for facts in facts_list
        ]

    @api.model
    def _in_core(self, company, carrier):
        """The approved agreements of a carrier as core.rates.Agreement, the older ones too."""
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("issuer", "=", carrier),
                ("state", "=", "approved"),
            ]
        )
        return [one._core() for one in found]

    def _core(self):
        """As core.rates reckons with it."""
        self.ensure_one()
        told = (self.services or "").split(",")
        return core.Agreement(
            id=self.id,
            name=self.name,
            carrier=self.issuer,
            currency=self.currency_id.name,
            digits=self.currency_id.decimal_places,
            valid_from=self.valid_from,
            valid_until=self.valid_until or None,
            services=tuple(one.strip() for one in told if one.strip()),
            weight_unit=self.weight_unit,
            length_unit=self.length_unit,
            divisor=exact(self.divisor),
            dim_from=exact(self.dim_from),
            side_step=exact(self.side_step),
            side_rounding=self.side_rounding,
            weight_step=exact(self.weight_step),
            rated_by=self.rated_by,
            minimum_package=exact(self.minimum_package),
            minimum_shipment=exact(self.minimum_shipment),
            fuel_on=frozenset(self.fuel_type_ids.mapped("key")),
            fuel_days=self.fuel_days,
            fuel_discount=exact(self.fuel_discount),
            fuel_rounded_by=self.fuel_rounded_by,
            **{name: tuple(line._core() for line in self[field]) for name, field in LINES.items()},
        )

    @api.model
    def _facts_of(self, shipments):
        """What is known of shipments: id → core.rates.Facts, or None without a day of shipping.

        Who is no company, and belongs to none, lives at a private address.
        """
        weigh, measure = self._units()
        catalogue = self.env["logistics.freight.charge.map"]._catalogue()
        values = shipments.sudo()._values_at_risk()
        found = {}
        for shipment in shipments.sudo():
            if not shipment.ship_date:
                found[shipment.id] = None
                continue
            sender, receiver = _ends(shipment)
            value = values.get(shipment.id)
            found[shipment.id] = core.Facts(
                carrier=shipment.issuer or "",
                service=shipment.service or "",
                ship_date=shipment.ship_date,
                origin=_place(sender),
                destination=_place(receiver),
                packages=tuple(
                    core.Package(
                        weigh(one.weight) if one.weight else None,
                        tuple(measure(side) for side in (one.length, one.width, one.height))
                        if one.length and one.width and one.height
                        else None,
                    )
                    for one in shipment.package_ids
                ),
                residential=not receiver.commercial_partner_id.is_company if receiver else None,
                asked=_ordered(shipment, catalogue),
                declared_value=exact(shipment.declared_value or value) or None,
            )
        return found

    @api.model
    def _units(self):
        """(To kg, to cm) of weights and sides in the units of the settings."""
        settings = self.env["product.template"].sudo()
        weight = settings._get_weight_uom_id_from_ir_config_parameter()
        length = settings._get_length_uom_id_from_ir_config_parameter()
        # Of a large number, so that no unit's own rounding is in the factor.
        kg = weight._compute_quantity(1e6, self.env.ref("uom.product_uom_kgm"), round=False) / 1e6
        cm = length._compute_quantity(1e6, self.env.ref("uom.product_uom_cm"), round=False) / 1e6
        kg, cm = (Decimal(str(round(one, 10))) for one in (kg, cm))
        return lambda value: exact(value) * kg, lambda value: exact(value) * cm


def _ends(shipment):
    """(Sender, receiver) of a shipment, as res.partner.

    It leaves the place of its first stop, else the warehouse, else the company's address, for the
    consignee. What only receipts and customers' returns are of comes from their contact.
    """
    stops = {stop.role: stop.partner_id for stop in shipment.stop_ids if stop.partner_id}
    home = shipment.warehouse_id.partner_id or shipment.company_id.partner_id
    pickings = shipment.picking_ids
    if pickings and all(one.picking_type_code == "incoming" for one in pickings):
        sender = stops.get("origin") or pickings.partner_id[:1] or shipment.partner_id
        return sender, stops.get("destination") or home
    receiver = shipment.partner_id or stops.get("destination", shipment.partner_id)
    return stops.get("origin") or home, receiver


def _place(partner):
    return (partner.country_id.code or "", partner.zip or "")


def _ordered(shipment, catalogue):
    """Keys of what was booked because we wanted it."""
    keys = set()
    ordered = set(shipment.ordered_type_ids.mapped("key"))
    for one in shipment.charge_ids:
        if one.kind == "booked" and one.category == "accessorial":
            told = Charge(0, Decimal(0), code=one.code or "", description=one.name or "")
            entry = catalogue.find(shipment.issuer or "", told).entry
            keys.add(one.type_id.key or (entry.key if entry else ""))
    return frozenset(keys & ORDERED | ordered)
