import math

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.float_utils import float_round

from ...core import booking as core
from ...core import checks
from ...core.accessorials import NONE
from ...core.customs import duties_paid_by
from ...engine.reader import READERS

BULK = "BULK"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _rate_request(self, method):
        """What a carrier is asked to price before anything is packed.

        :param method: the ``delivery.carrier``, as superuser
        :rtype: BookingRequest
        :raises UserError: the order has no weight
        """
        self.ensure_one()
        usual = method.logistics_package_type_id
        weight = self.env.context.get("order_weight") or self._get_estimated_weight()
        weight = self.env["stock.picking"]._kilograms(weight + usual.base_weight)
        if weight < checks.LEAST_KILOGRAMS:
            raise UserError(self.env._("The products of this order have no weight."))
        sender = self.warehouse_id.partner_id or self.company_id.partner_id
        shipper = sender._booking_party()
        recipient = self.partner_shipping_id._booking_party()
        is_abroad = shipper.country != recipient.country
        goods = self._rate_goods() if is_abroad else ()
        size = self.env["stock.picking"]._size_of(usual)
        parcel = core.Parcel("1", weight, goods=goods, **size)
        return core.BookingRequest(
            reference=self.name,
            service="",
            ship_date=fields.Date.context_today(self).isoformat(),
            shipper=shipper,
            recipient=recipient,
            parcels=(parcel,),
            # Duties are reckoned from the value of the goods: without one there is nothing to say.
            customs=self._rate_customs(method) if goods else None,
            order=self.name,
            accessorials=self._rate_accessorials(method),
        )

    def _rate_goods(self):
        """What customs is told of the goods, before anything is reserved.

        :return: tuple of Goods
        """
        pickings, found = self.env["stock.picking"], []
        for line in self.order_line.filtered(lambda line: line.product_id.type == "consu"):
            product = line.product_id
            quantity = line.product_uom_id._compute_quantity(line.product_uom_qty, product.uom_id)
            value = line.price_reduce_taxexcl * line.product_uom_qty
            sender = self.warehouse_id.partner_id
            if quantity > 0:
                found.append(pickings._goods_of(product, quantity, value, self.currency_id, sender))
        return tuple(found)

    def _rate_customs(self, method):
        """Customs data of an order: what the price may hang on.

        :rtype: Customs
        """
        incoterm = self.incoterm or method.logistics_incoterm_id or self.company_id.incoterm_id
        return core.Customs(
            incoterm=incoterm.code or "",
            invoice=self.name,
            invoice_date=fields.Date.context_today(self).isoformat(),
            duties_paid_by=duties_paid_by(incoterm.code),
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _booking_party(self):
        """This address as carriers ask for it.

        :rtype: Party
        """
        self.ensure_one()
        partner = self.sudo()
        company = partner.commercial_partner_id
        name = partner.name if partner != company or not partner.is_company else ""
        return core.Party(
            name=name or (partner.name or ""),
            company=(company.name or "") if company.is_company else "",
            lines=tuple(filter(None, (partner.street, partner.street2))),
            city=partner.city or "",
            zip=partner.zip or "",
            state=partner.state_id.code or "",
            country=partner.country_id.code or "",
            phone=partner.phone or company.phone or "",
            email=partner.email or "",
            tax_id=company.vat or "",
            is_residential=not company.is_company,
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _booking_request(self, reference, is_return=False):
        """What the carrier is asked to carry, as the delivery stands now.

        :rtype: BookingRequest
        """
        self.ensure_one()
        picking = self.sudo()
        method = picking.carrier_id
        warehouse = picking.picking_type_id.warehouse_id
        sender = warehouse.partner_id or picking.company_id.partner_id
        shipper, recipient = sender._booking_party(), picking.partner_id._booking_party()
        parcels = picking._booking_parcels()
        if is_return:
            shipper, recipient = recipient, shipper
        is_abroad = shipper.country != recipient.country
        order = picking.sale_id
        return core.BookingRequest(
            reference=reference,
            service=method.logistics_service,
            ship_date=max(fields.Date.context_today(self), fields.Date.today()).isoformat(),
            shipper=shipper,
            recipient=recipient,
            parcels=tuple(parcels),
            customs=(
                picking._booking_customs(shipper, recipient, parcels, is_return)
                if is_abroad
                else None
            ),
            label=method.logistics_label or "PDF",
            order=order.name or "",
            is_return=is_return,
            accessorials=NONE if is_return else picking._accessorials(),
        )

    def _booking_problems(self, request):
        """What the carrier would refuse, in the packer's language: a list of sentences."""
        method = self.carrier_id.sudo()
        reader = READERS.get(method.logistics_connection_id.booking_carrier)
        found = checks.problems(request, reader.RULES) if reader else ()
        # The texts of core.checks are marked for translators there.
        return [problem.in_words(self.env._) for problem in found]

    # -- packages -----------------------------------------------------------------------------

    def _booking_parcels(self, method=None):
        """One for each outermost package, and one for what is in none.

        :param method: the ``delivery.carrier``, where it is not the delivery's own
        """
        packages = self._shipped_packages()
        found = [self._booking_parcel(package) for package in packages]
        loose = self.move_line_ids.filtered(
            lambda line: (
                line.quantity and not line.result_package_id and not line.package_history_id
            )
        )
        if loose:
            method = method or self.carrier_id
            usual = method.logistics_package_type_id
            weight = self.shipping_weight or self._get_estimated_weight()
            if packages:
                weight = self.weight_bulk
            found.append(
                core.Parcel(
                    BULK,
                    self._kilograms(weight + usual.base_weight),
                    packaging=usual.shipper_package_code or "",
                    goods=self._booking_goods(loose),
                    description=self.origin or self.name,
                    **self._size_of(usual),
                )
            )
        return found

    def _booking_parcel(self, package):
        package = package.with_context(picking_id=self.id)
        kind = package.package_type_id
        inside = self.move_line_ids.filtered(
            lambda line: (
                package in (line.result_package_id | line.result_package_id.outermost_package_id)
            )
        )
        return core.Parcel(
            package.name,
            self._kilograms(package.shipping_weight or package.weight),
            packaging=kind.shipper_package_code or "",
            goods=self._booking_goods(inside),
            description=self.origin or self.name,
            **self._size_of(kind),
        )

    def _package_of(self, key):
        """The package that a parcel of the request stands for; empty for what was in none."""
        return self._shipped_packages().filtered(lambda package: package.name == key)[:1]

    def _booking_goods(self, lines):
        """What is inside, by product: whole units, as customs counts, at their true weight."""
        found = []
        for product, group in lines.grouped("product_id").items():
            if product.type != "consu":
                continue
            quantity = sum(
                line.product_uom_id._compute_quantity(line.quantity, product.uom_id)
                for line in group
            )
            if quantity <= 0:
                continue
            sender = self.picking_type_id.warehouse_id.partner_id
            found.append(self._goods_of(product, quantity, *self._goods_value(group), sender))
        return tuple(found)

    def _goods_of(self, product, quantity, value, currency, sender):
        """
        :param float quantity: in the product's own unit
        :param float value: of all of it
        :param sender: whose country it comes from, where the product says none
        :rtype: Goods
        """
        # Half a metre of cable is one piece for customs, and weighs what it weighs.
        units = max(1, math.ceil(float_round(quantity, precision_digits=6)))
        origin = product.country_of_origin or sender.country_id
        return core.Goods(
            description=(product.name or "")[:100],
            quantity=units,
            weight=round(self._kilograms(product.weight * quantity), 4),
            value=f"{value / units:.2f}",
            currency=currency.name,
            sku=product.default_code or "",
            hs_code=(product.hs_code or "").replace(".", "").replace(" ", ""),
            origin=origin.code or "",
        )

    def _goods_value(self, lines):
        """What the customer pays for them without tax, else what they are sold for: (amount,
        currency)."""
        total, currency = 0.0, self.company_id.currency_id
        for line in lines:
            sold = line.move_id.sale_line_id
            if sold and sold.product_id == line.product_id:
                quantity = line.product_uom_id._compute_quantity(line.quantity, sold.product_uom_id)
                total += sold.price_reduce_taxexcl * quantity
                currency = sold.currency_id
            else:
                quantity = line.product_uom_id._compute_quantity(
                    line.quantity, line.product_id.uom_id
                )
                total += line.product_id.list_price * quantity
        return total, currency

    # -- units --------------------------------------------------------------------------------

    def _kilograms(self, weight):
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        return unit._compute_quantity(weight, kilogram, round=False)

    def _size_of(self, kind):
        """Length, width and height of a package type in centimetres."""
        unit = self.env["product.template"]._get_length_uom_id_from_ir_config_parameter()
        centimetre = self.env.ref("uom.product_uom_cm")
        return {
            name: round(unit._compute_quantity(value or 0.0, centimetre, round=False), 1)
            for name, value in (
                ("length", kind.packaging_length),
                ("width", kind.width),
                ("height", kind.height),
            )
        }
