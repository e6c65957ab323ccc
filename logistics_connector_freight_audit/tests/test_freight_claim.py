"""What a carrier pays for goods that it has lost or damaged."""

from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .test_freight_files import USER
from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFreightClaim(FreightBooks):
    def setUp(self):
        super().setUp()
        self.shipment = self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "issuer": "ups",
                "ship_date": date.today() - timedelta(days=10),
                "promised_delivery_at": fields.Datetime.now() - timedelta(days=8),
                "partner_id": self.customer.id,
                "declared_value": 300,
                "package_ids": [Command.create({"tracking_number": "1ZCLAIM", "weight": 5})],
            }
        )
        self.terms = self.env["logistics.freight.carrier"]._of(self.company, "ups")
        self.terms.write({"partner_id": self.vendor.id, "damage_days": 30, "loss_days": 60})
        self.vendor.email = "claims@example.com"
        self.env["logistics.freight.product"].create(
            {
                "company_id": self.company.id,
                "kind": "credit",
                "product_id": self.products["base"].id,
            }
        )

    def harm(self, **columns):
        sets = ", ".join(f"{name} = %s" for name in columns)
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE logistics_shipment SET {sets} WHERE id = %s",
            [*columns.values(), self.shipment.id],
        )
        self.env.invalidate_all()

    def claim(self, user=None, **values):
        action = self.shipment.with_user(user or self.auditor).action_claim()
        claims = self.env["logistics.freight.claim"].with_user(user or self.auditor)
        return claims.with_context(**action["context"]).create(values)

    def test_a_loss_from_the_shipment_to_the_money(self):
        self.harm(state="lost")
        found = self.env["logistics.shipment"].with_user(self.auditor)
        self.assertIn(self.shipment, found.search([("may_be_claimed", "=", True)]))
        claim = self.claim()
        self.assertEqual((claim.kind, claim.carrier_id), ("loss", self.terms))
        self.assertEqual((claim.value_amount, claim.claimed_amount), (300, 300))
        promised = self.shipment.promised_delivery_at.date()
        self.assertEqual(claim.deadline, promised + timedelta(days=60))
        self.assertTrue(claim.activity_ids, "reminded before the deadline")
        self.assertNotIn(self.shipment, found.search([("may_be_claimed", "=", True)]))
        action = claim.action_send()
        composer = self.env["mail.compose.message"].with_user(self.auditor)
        composer = composer.with_context(**action["context"]).create({})
        composer.action_send_mail()
        self.assertEqual(claim.state, "filed")
        self.assertFalse(claim.activity_ids)
        letter = claim.message_ids.attachment_ids
        self.assertIn("application/pdf", letter.mapped("mimetype"))
        claim.accepted_amount = 120
        claim.action_answered()
        self.assertEqual((claim.outcome, claim.loss_amount), ("partial", 180))
        claim.action_create_credit()
        move = claim.sudo().move_id
        self.assertEqual((move.state, move.move_type), ("draft", "in_refund"))
        self.assertEqual((move.partner_id, move.amount_total), (self.vendor, 120))
        with self.assertRaisesRegex(UserError, "there already"):
            claim.action_create_credit()
        move.unlink()
        claim.action_create_credit()
        claim.action_paid()
        self.assertEqual(claim.state, "paid")

    def test_damage_counts_from_the_delivery_and_up_to_the_limit(self):
        self.harm(is_damaged=True, delivered_at=fields.Datetime.now() - timedelta(days=3))
        self.shipment.declared_value = 0
        self.terms.write({"liability_per_kg": 10, "liability_per_shipment": 100})
        claim = self.claim(value_amount=500)
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        weight = unit._compute_quantity(5, kilogram, round=False)
        self.assertAlmostEqual(claim.weight, weight, places=3)
        self.assertAlmostEqual(claim.claimed_amount, min(100, 10 * weight), places=2)
        self.assertEqual(claim.kind, "damage")
        self.assertEqual(claim.deadline, date.today() - timedelta(days=3) + timedelta(days=30))

    def test_the_worth_of_the_goods_is_what_they_cost(self):
        self.harm(state="lost")
        self.shipment.declared_value = 0
        lamp = self.env["product.product"].create({"name": "Lamp", "is_storable": True})
        lamp.with_company(self.company).standard_price = 40
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        customers = self.env.ref("stock.stock_location_customers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "company_id": self.company.id,
                            "product_id": lamp.id,
                            "product_uom_qty": 3,
                            "quantity": 3,
                            "picked": True,
                            "location_id": warehouse.lot_stock_id.id,
                            "location_dest_id": customers.id,
                        }
                    )
                ],
            }
        )
        picking._action_done()
        self.shipment.picking_ids = picking
        self.assertEqual(self.claim().value_amount, 120)

    def test_refused_closed_and_opened_again(self):
        self.harm(is_short=True)
        claim = self.claim()
        self.assertEqual(claim.kind, "short")
        claim.action_filed()
        claim.action_asked()
        claim.action_filed()
        claim.action_answered()
        self.assertEqual((claim.outcome, claim.state), ("rejected", "closed"))
        with self.assertRaisesRegex(UserError, "cannot be done now"):
            claim.action_create_credit()
        claim.action_reopen()
        self.assertEqual(claim.state, "filed")
        claim.action_close()
        self.assertIn(self.auditor.name, claim.closing_note)

    def test_too_late(self):
        self.harm(state="lost")
        claim = self.claim(deadline=date.today() - timedelta(days=1))
        self.env["logistics.freight.claim"]._expire()
        self.assertEqual(claim.state, "expired")

    def test_what_cannot_be(self):
        self.harm(state="lost")
        claim = self.claim()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.claim()
        with self.assertRaises(ValidationError):
            claim.claimed_amount = -1
        claim.claimed_amount = 0
        with self.assertRaisesRegex(UserError, "how much"):
            claim.action_filed()
        claim.claimed_amount = 10
        claim.action_filed()
        with self.assertRaisesRegex(UserError, "stays"):
            claim.unlink()
        with self.assertRaisesRegex(UserError, "cannot be done now"):
            claim.kind = "damage"
        self.terms.partner_id = False
        claim.accepted_amount = 10
        claim.action_answered()
        with self.assertRaisesRegex(UserError, "whose vendor bills"):
            claim.action_create_credit()
        bare = self.shipment.copy({"issuer": False})
        with self.assertRaisesRegex(ValidationError, "nobody is liable"):
            self.env["logistics.freight.claim"].create({"shipment_id": bare.id, "kind": "loss"})

    def test_auditors_of_the_company_alone(self):
        self.harm(state="lost")
        claim = self.claim()
        clerk = self.make_user("claim_clerk", USER, self.company)
        with self.assertRaises(AccessError):
            claim.with_user(clerk).read(["name"])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.auditor.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertFalse(
            self.env["logistics.freight.claim"]
            .with_user(self.auditor)
            .search([("id", "=", claim.id)])
        )
