from odoo import fields, models


class LogisticsShipmentCharge(models.Model):
    _inherit = "logistics.shipment.charge"

    quote_key = fields.Char("Quote", readonly=True, copy=False)


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _file_quote(self, quote):
        """A carrier's quote as estimated charges, by the carrier's own codes; it takes the place of
        an earlier one.

        :param dict quote: ``logistics_quote`` of an order or delivery
        """
        self.ensure_one()
        currency = self.env["res.currency"]._by_code(quote["currency"])
        if not currency:
            return
        self.charge_ids.filtered("quote_key").unlink()
        self.env["logistics.shipment.charge"].create(
            [
                {
                    "shipment_id": self.id,
                    "quote_key": quote["key"],
                    "kind": "estimated",
                    "category": charge["kind"],
                    "code": charge["code"],
                    "name": charge["name"] or charge["code"] or self.env._("Freight"),
                    "amount": float(charge["amount"]),
                    "currency_id": currency.id,
                }
                for charge in quote["charges"]
            ]
        )

    def _estimate_charge(self, picking):
        if picking.carrier_id.delivery_type != "logistics":
            # Another method carries it: what a carrier quoted is no estimate of it.
            self.charge_ids.filtered("quote_key").unlink()
        return super()._estimate_charge(picking)
