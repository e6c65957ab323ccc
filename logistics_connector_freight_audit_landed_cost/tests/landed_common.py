"""A carrier's bill of parcels of which some brought goods that we bought."""

from odoo import Command
from odoo.addons.logistics_connector_freight_audit.tests.test_freight_audit import AuditCommon

from tests.simulators.freight_bills import Book


class LandedCommon(AuditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.company.currency_id = cls.env.ref("base.EUR")
        cls.company.write({"freight_line_limit": 1000.0, "freight_bill_limit": 100000.0})
        cls.vendor = cls.env["res.partner"].create({"name": "Carrier Ltd", "is_company": True})
        cls.seller = cls.env["res.partner"].create({"name": "Factory", "is_company": True})
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        company = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.average, cls.standard = company["product.category"].create(
            [
                {
                    "name": method,
                    "property_cost_method": method,
                    "property_valuation": "real_time",
                }
                for method in ("average", "standard")
            ]
        )
        cls.light, cls.heavy, cls.fixed = company["product.product"].create(
            [
                {
                    "name": name,
                    "is_storable": True,
                    "weight": weight,
                    "standard_price": 10.0,
                    "categ_id": category.id,
                }
                for name, weight, category in (
                    ("Lamp", 1, cls.average),
                    ("Anvil", 9, cls.average),
                    ("Bolt", 1, cls.standard),
                )
            ]
        )
        periodic = company["product.category"].create(
            {"name": "Services", "property_valuation": "periodic"}
        )
        cls.products, cls.landed_products = {}, {}
        for kind in ("base", "fuel", "government", "disputed"):
            one, landed = company["product.product"].create(
                [
                    {
                        "name": f"{name} {kind}",
                        "type": "service",
                        "categ_id": periodic.id,
                        "supplier_taxes_id": [Command.clear()],
                        "landed_cost_ok": name == "Inbound",
                    }
                    for name in ("Freight", "Inbound")
                ]
            )
            cls.products[kind], cls.landed_products[kind] = one, landed
            cls.env["logistics.freight.product"].create(
                {
                    "company_id": cls.company.id,
                    "kind": kind,
                    "product_id": one.id,
                    "landed_product_id": kind != "disputed" and landed.id,
                }
            )
        cls.types = cls.env["logistics.freight.charge.type"]._by_key()

    def receipt(self, *products, done=True):
        """Goods that were bought and came in: ten of each."""
        company = self.env(context=dict(self.env.context, allowed_company_ids=self.company.ids))
        order = company["purchase.order"].create(
            {
                "partner_id": self.seller.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": one.id,
                            "product_qty": 10,
                            "price_unit": 10.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for one in products
                ],
            }
        )
        order.button_confirm()
        picking = order.picking_ids
        if done:
            self.receive(picking)
        return picking

    def sent_back(self, product):
        """What a customer sends back comes in, too."""
        company = self.env(context=dict(self.env.context, allowed_company_ids=self.company.ids))
        places = {
            "location_id": self.env.ref("stock.stock_location_customers").id,
            "location_dest_id": self.warehouse.lot_stock_id.id,
        }
        picking = company["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    Command.create({"product_id": product.id, "product_uom_qty": 10, **places})
                ],
                **places,
            }
        )
        picking.action_confirm()
        self.receive(picking)
        return picking

    def receive(self, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def inbound(self, *receipts, errors=None, currency="EUR", seed=5):
        """A bill of ten parcels, the first of which brought these receipts, in order."""
        self.shipments = self.ship(Book(seed, 10))
        for shipment, one in zip(self.shipments.values(), receipts, strict=False):
            shipment.picking_ids = one
        bill = self.audited(Book(seed, 10, errors=errors or {}), invoices=1, currency=currency)
        bill.carrier_id.sudo().partner_id = self.vendor
        return bill.with_user(self.auditor)

    def line(self, bill, receipt):
        return bill.sudo().shipment_line_ids.filtered(
            lambda line: receipt <= line.shipment_id.picking_ids
        )

    def charge(self, line, key, net):
        """One more charge of a parcel on the bill."""
        kind = self.types[key].kind
        line.charge_ids.create(
            {
                "bill_id": line.bill_id.id,
                "line_id": line.id,
                "company_id": line.company_id.id,
                "currency_id": line.currency_id.id,
                "issuer": line.issuer,
                "type_id": self.types[key].id,
                "kind": kind,
                "net": net,
                "is_informational": False,
                "group_key": line.group_key,
                "tracking": line.name,
            }
        )
        line._gather()

    def booked_bill(self, bill):
        """Decided, and in the books as a draft."""
        differing = bill.shipment_line_ids.filtered(
            lambda line: line.verdict not in ("clean", "tolerance")
        )
        for line in differing.filtered(lambda line: not line.decision):
            line._decide("approved", "Agreed.")
        if bill.undecided_count:
            bill.action_approve_clean()
        self.assertEqual(bill.state, "decided")
        bill.action_create_vendor_bill()
        return bill.sudo().move_id

    def costs(self, bill):
        return bill.sudo().landed_cost_ids.filtered(lambda one: one.state != "cancel")

    def billed(self, line, *kinds):
        charges = line.charge_ids.filtered(lambda c: not c.is_informational)
        return sum(charges.filtered(lambda c: not kinds or c.kind in kinds).mapped("net"))
