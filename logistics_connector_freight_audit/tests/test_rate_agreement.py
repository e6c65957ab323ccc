"""Rate agreements: written by one, approved by another, versioned, and reckoned with."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .test_freight_decide import APPROVER
from .test_freight_files import USER, FreightCommon

DAY = date(2026, 3, 4)


class RateCommon(FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.company.partner_id.write({"country_id": cls.germany.id, "zip": "80331"})
        cls.approver = cls.make_user("approver", APPROVER, cls.company)
        cls.clerk = cls.make_user("clerk", USER, cls.company)
        cls.carrier = cls.env["logistics.freight.carrier"].create(
            {"name": "UPS", "issuer": "ups", "company_id": cls.company.id}
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Business",
                "is_company": True,
                "country_id": cls.germany.id,
                "zip": "81000",
            }
        )
        cls.agreement = cls.make_agreement()

    @classmethod
    def charge_type(cls, key):
        return cls.env.ref(f"logistics_connector_freight_audit.charge_type_{key}")

    @classmethod
    def make_agreement(cls, user=None, **values):
        """12.40 up to 10 kg to zone 5, less 30 %, with 14.5 % of fuel in the week of the day."""
        model = cls.env["logistics.rate.agreement"].with_user(user or cls.auditor)
        return model.create(
            {
                "name": "UPS 2026",
                "carrier_id": cls.carrier.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "valid_from": "2026-01-01",
                "divisor": 5000,
                "weight_step": 0.5,
                "fuel_type_ids": [Command.set(cls.charge_type("base_freight").ids)],
                "zone_ids": [
                    Command.create(
                        {"zone": "5", "country_id": cls.germany.id, "first": "80", "last": "89"}
                    )
                ],
                "price_ids": [
                    Command.create({"zone": "5", "up_to": 5, "amount": 10.1}),
                    Command.create({"zone": "5", "up_to": 10, "amount": 12.4}),
                ],
                "discount_ids": [Command.create({"percent": 30, "minimum": 7.2})],
                "fuel_ids": [Command.create({"since": "2026-03-02", "percent": 14.5})],
                "accessorial_ids": [
                    Command.create(
                        {
                            "type_id": cls.charge_type("residential").id,
                            "amount": 3.85,
                            "when": "residential",
                        }
                    )
                ],
                **values,
            }
        )

    def make_shipment(self, **values):
        return self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "issuer": "ups",
                "service": "standard",
                "ship_date": DAY,
                "partner_id": self.customer.id,
                # Millimetres, as the settings have them.
                "package_ids": [
                    Command.create({"weight": 3, "length": 400, "width": 300, "height": 310})
                ],
                **values,
            }
        )

    def approve(self, agreement):
        agreement.with_user(self.approver).action_approve()
        return agreement

    def expected(self, shipments, company=None):
        model = self.env["logistics.rate.agreement"].with_user(self.auditor)
        facts = model._facts_of(shipments)
        return model._expected_for(
            company or self.company, "ups", [facts[one.id] for one in shipments]
        )


@tagged("post_install", "-at_install")
class TestRateAgreement(RateCommon):
    def test_a_shipment_is_reckoned(self):
        # 40 × 30 × 31 / 5000 = 7.44 → 7.5 kg: 12.40 less 30 % = 8.68; 14.5 % of it 1.26.
        self.approve(self.agreement)
        [found] = self.expected(self.make_shipment())
        self.assertEqual(found.by_key(), {"base_freight": Decimal("8.68"), "fuel": Decimal("1.26")})
        self.assertEqual((found.zone, found.weight, found.missing), ("5", Decimal("7.5"), ()))
        table = self.agreement._expected_table(found)
        for words in (
            "zone 5, by volume 40 × 31 × 30 cm / 5000, 7.5 kg billable, list",
            "discount 30 %",
            "14.5 % of",
        ):
            self.assertIn(words, table)

    def test_a_private_address_and_what_was_ordered(self):
        self.approve(self.agreement)
        someone = self.customer.create(
            {"name": "Anke", "country_id": self.germany.id, "zip": "81000"}
        )
        booked = {"kind": "booked", "category": "accessorial", "name": "Liftgate", "amount": 30}
        shipment = self.make_shipment(partner_id=someone.id, charge_ids=[Command.create(booked)])
        [found] = self.expected(shipment)
        self.assertEqual(found.by_key()["residential"], Decimal("3.85"))
        self.assertEqual(
            [(one.code, one.about) for one in found.missing], [("no_accessorial", "liftgate")]
        )
        self.assertIn("not agreed: Liftgate", self.agreement._missing_text(found))

    def test_what_comes_in_is_reckoned_from_the_supplier(self):
        berlin = self.customer.create(
            {"name": "Supplier", "country_id": self.germany.id, "zip": "10115"}
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        warehouse.partner_id = self.company.partner_id
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "partner_id": berlin.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
            }
        )
        by_hand = self.make_shipment(
            partner_id=berlin.id, picking_ids=[Command.set(receipt.ids)], warehouse_id=warehouse.id
        )
        made = self.env["logistics.shipment"].create(
            {**receipt._shipment_values(), "issuer": "ups", "ship_date": DAY}
        )
        self.assertEqual(made.partner_id, self.company.partner_id)
        for shipment in (by_hand, made):
            facts = self.agreement._facts_of(shipment)[shipment.id]
            self.assertEqual((facts.origin, facts.destination), (("DE", "10115"), ("DE", "80331")))
            # The supplier is a person; the parcel comes to a company all the same.
            self.assertIs(facts.residential, False)

    def test_the_stops_say_where_it_goes(self):
        hamburg, vienna = self.customer.create(
            [
                {"name": "Supplier", "country_id": self.germany.id, "zip": "20095"},
                {"name": "Shop", "country_id": self.env.ref("base.at").id, "zip": "1010"},
            ]
        )
        stops = [
            Command.create({"role": role, "partner_id": partner.id, "sequence": sequence})
            for role, partner, sequence in (("origin", hamburg, 1), ("destination", vienna, 2))
        ]
        shipment = self.make_shipment(stop_ids=stops, partner_id=False)
        facts = self.agreement._facts_of(shipment)[shipment.id]
        self.assertEqual((facts.origin, facts.destination), (("DE", "20095"), ("AT", "1010")))

    def test_pounds_of_the_settings(self):
        self.env["ir.config_parameter"].sudo().set_param("product.weight_in_lbs", "1")
        self.env["ir.config_parameter"].sudo().set_param("product.volume_in_cubic_feet", "1")
        box = {"weight": 10, "length": 1, "width": 1, "height": 1}
        shipment = self.make_shipment(package_ids=[Command.create(box)])
        [package] = self.agreement._facts_of(shipment)[shipment.id].packages
        self.assertAlmostEqual(package.weight, Decimal("4.5359237"), 4)
        self.assertAlmostEqual(package.sides[0], Decimal("30.48"), 4)

    def test_drafts_are_not_reckoned_with(self):
        shipment = self.make_shipment()
        self.assertEqual(self.expected(shipment), [None])
        self.approve(self.agreement)
        self.assertTrue(self.expected(shipment)[0].is_priced)
        self.agreement.with_user(self.approver).action_draft()
        self.assertEqual(self.expected(shipment), [None])

    def test_what_is_not_known_is_said(self):
        self.approve(self.agreement)
        self.customer.zip = "10115"
        early = self.make_shipment(ship_date="2025-12-31")
        nowhere = self.make_shipment()
        dateless = self.make_shipment(ship_date=False)
        one, two, three = self.expected(early | nowhere | dateless)
        self.assertEqual([lack.code for lack in one.missing], ["no_agreement"])
        self.assertEqual([lack.code for lack in two.missing], ["no_zone"])
        self.assertIsNone(three)
        self.assertEqual(self.expected(nowhere, self.other), [None])

    def test_not_ones_own(self):
        agreement = self.make_agreement(user=self.approver)
        with self.assertRaisesRegex(UserError, "yourself"):
            agreement.action_approve()
        with self.assertRaisesRegex(AccessError, "approvers"):
            agreement.with_user(self.auditor).action_approve()
        second = self.make_user("second", APPROVER, self.company)
        agreement.price_ids[0].with_user(second).amount = 11
        with self.assertRaisesRegex(UserError, "yourself"):
            agreement.with_user(second).action_approve()
        self.company.freight_four_eyes = False
        agreement.with_user(second).action_approve()
        self.assertEqual((agreement.state, agreement.approved_by_id), ("approved", second))

    def test_what_is_approved_stays(self):
        agreement = self.approve(self.agreement).with_user(self.auditor)
        line = agreement.price_ids[0]
        for act in (
            lambda: agreement.write({"divisor": 6000}),
            lambda: line.write({"amount": 1}),
            lambda: line.unlink(),
            lambda: line.copy({"up_to": 20}),
            lambda: agreement.write({"price_ids": [Command.create({"zone": "5", "up_to": 30})]}),
            lambda: agreement.fuel_ids.write({"percent": 1}),
            lambda: agreement.unlink(),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                act()
        for values in ({"state": "draft"}, {"valid_until": "2026-02-01"}, {"active": False}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                agreement.write(values)
        with self.assertRaises(AccessError):
            agreement.action_draft()
        with self.assertRaises(AccessError):
            self.make_agreement(state="approved")

    def test_weeks_of_fuel_are_added_to_what_is_approved(self):
        agreement = self.approve(self.agreement).with_user(self.auditor)
        late = self.make_shipment(ship_date="2026-03-10")
        self.assertEqual([one.code for one in self.expected(late)[0].missing], ["no_fuel"])
        agreement.write({"fuel_ids": [Command.create({"since": "2026-03-09", "percent": 20})]})
        self.assertEqual(self.expected(late)[0].fuel, 20)
        self.assertIn("2026-03-09 20 %", agreement.message_ids[0].body)

    def test_the_next_version_holds_from_its_day(self):
        self.approve(self.agreement)
        action = self.agreement.with_user(self.auditor).action_next_version()
        version = self.env["logistics.rate.agreement"].browse(action["res_id"])
        self.assertEqual((version.state, len(version.price_ids)), ("draft", 2))
        self.assertGreater(version.valid_from, self.agreement.valid_from)
        version.with_user(self.auditor).write({"valid_from": DAY})
        version.with_user(self.auditor).price_ids[1].amount = 20
        self.approve(version)
        before, after = (
            self.expected(self.make_shipment(ship_date=day))[0] for day in ("2026-03-03", DAY)
        )
        self.assertEqual((before.agreement_id, after.agreement_id), (self.agreement.id, version.id))
        self.assertEqual(after.by_key()["base_freight"], Decimal("14.00"))

    def test_two_may_not_begin_on_one_day(self):
        self.approve(self.agreement)
        twin = self.make_agreement(name="Twin")
        with self.assertRaisesRegex(UserError, "same day"):
            self.approve(twin)
        twin.services = "Saver"
        self.approve(twin)
        self.assertEqual(self.expected(self.make_shipment())[0].agreement_id, self.agreement.id)
        saver = self.make_shipment(service="saver")
        self.assertEqual(self.expected(saver)[0].agreement_id, twin.id)

    def test_an_agreement_with_gaps_is_not_approved(self):
        self.agreement.zone_ids = [Command.create({"zone": "9", "country_id": self.germany.id})]
        with self.assertRaisesRegex(UserError, "No prices for the zones: 9"):
            self.approve(self.agreement)

    def test_nonsense_is_refused(self):
        nonsense = (
            (self.agreement, {"divisor": -1}),
            (self.agreement, {"valid_until": "2025-01-01"}),
            (self.agreement, {"fuel_discount": 101}),
            (self.agreement.discount_ids, {"percent": 101}),
            (self.agreement.price_ids[0], {"per": 0}),
            (self.agreement.price_ids[0], {"up_to": 10}),
        )
        for record, values in nonsense:
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                record.write(values)

    def test_prices_are_imported(self):
        imported = (
            self.env["logistics.rate.agreement.price"]
            .with_user(self.auditor)
            .load(
                ["agreement_id/.id", "zone", "up_to", "amount"],
                [
                    [str(self.agreement.id), "5", "20", "15.5"],
                    [str(self.agreement.id), "5", "", "40"],
                ],
            )
        )
        self.assertFalse(imported["messages"])
        self.assertEqual(self.agreement.price_ids.mapped("amount"), [40, 10.1, 12.4, 15.5])
        self.approve(self.agreement)
        heavy = self.make_shipment(package_ids=[Command.create({"weight": 90})])
        self.assertEqual(self.expected(heavy)[0].by_key()["base_freight"], 28)

    def test_rows_of_shipments_cost_no_more_queries(self):
        self.approve(self.agreement)
        shipments = self.make_shipment()
        for _at in range(9):
            shipments |= self.make_shipment()
        counts = []
        for some in (shipments[:1], shipments):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.expected(some)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_of_other_companies_nothing_is_seen(self):
        stranger = self.make_user(
            "stranger", "logistics_connector_freight_audit.group_freight_auditor", self.other
        )
        for user in (stranger, self.clerk):
            for record in (self.agreement, self.agreement.price_ids, self.agreement.fuel_ids):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    record.with_user(user).read(["create_uid"])


@tagged("post_install", "-at_install")
class TestRateWizards(RateCommon):
    def test_a_shipment_is_tried(self):
        wizard = (
            self.env["logistics.rate.try"]
            .with_user(self.auditor)
            .create(
                {
                    "agreement_id": self.agreement.id,
                    "day": DAY,
                    "country_id": self.germany.id,
                    "zip": "81000",
                    "weight": 3,
                    "length": 40,
                    "width": 30,
                    "height": 31,
                    "residential": "yes",
                    "type_ids": [Command.set(self.charge_type("liftgate").ids)],
                }
            )
        )
        self.assertIn("7.5 kg billable", wizard.result)
        self.assertIn("Residential delivery", wizard.result)
        self.assertIn("not agreed: Liftgate", wizard.missing)
        wizard.zip = "10115"
        self.assertFalse(wizard.result)
        self.assertIn("no zone", wizard.missing)

    def whatif(self, user=None, **values):
        wizard = (
            self.env["logistics.rate.whatif"]
            .with_user(user or self.auditor)
            .with_company(self.company)
            .create({"issuer": "ups", "since": "2026-03-01", "until": "2026-03-31", **values})
        )
        wizard.action_compare()
        return wizard

    def test_what_if(self):
        self.approve(self.agreement)
        cheaper = self.make_agreement(
            name="Offer", discount_ids=[Command.create({"percent": 50, "minimum": 1})]
        )
        one = self.make_shipment()
        self.make_shipment(state="draft", ship_date="2026-02-27")
        self.customer.copy({"zip": "10115"})
        nowhere = self.make_shipment(
            partner_id=self.customer.copy({"zip": "10115"}).id,
            charge_ids=[Command.create({"kind": "booked", "name": "Freight", "amount": 9})],
        )
        wizard = self.whatif(agreement_id=cheaper.id)
        self.assertEqual(wizard.line_ids.shipment_id, one | nowhere)
        self.assertEqual((wizard.compared_count, wizard.left_count), (1, 1))
        # 8.68 + 1.26 now; 6.20 + 0.90 by the offer (14.5 % of 6.20 = 0.899).
        self.assertAlmostEqual(wizard.now_total, 9.94)
        self.assertAlmostEqual(wizard.other_total, 7.10)
        self.assertAlmostEqual(wizard.difference_total, -2.84)
        left = wizard.line_ids.filtered(lambda line: line.shipment_id == nowhere)
        self.assertEqual((left.source, left.now_amount, left.is_compared), ("booked", 9, False))
        self.assertIn("no zone", left.note)

    def test_what_if_of_chosen_shipments(self):
        self.approve(self.agreement)
        one, _other = self.make_shipment(), self.make_shipment()
        model = self.env["logistics.rate.whatif"].with_user(self.auditor)
        found = model.with_context(
            active_model="logistics.shipment", active_ids=one.ids
        ).default_get(["shipment_ids", "company_id"])
        self.assertEqual(found["company_id"], self.company.id)
        wizard = self.whatif(agreement_id=self.agreement.id, shipment_ids=found["shipment_ids"])
        self.assertEqual(wizard.line_ids.shipment_id, one)
        self.assertEqual(wizard.difference_total, 0)

    def test_what_if_stays_in_its_company(self):
        foreign = self.env["logistics.rate.agreement"].create(
            {
                "name": "Theirs",
                "company_id": self.other.id,
                "carrier_id": self.env["logistics.freight.carrier"]
                .create({"name": "UPS", "issuer": "ups", "company_id": self.other.id})
                .id,
            }
        )
        with self.assertRaises(AccessError):
            self.whatif(agreement_id=foreign.id)
        theirs = self.make_shipment(company_id=self.other.id)
        with self.assertRaises(AccessError):
            self.whatif(agreement_id=self.agreement.id, shipment_ids=[Command.set(theirs.ids)])


@tagged("post_install", "-at_install")
class TestRateRpc(RateCommon, HttpCase):
    def test_over_rpc_nobody_approves_but_by_the_button(self):
        self.authenticate("auditor", "auditor")

        def call(method, *args):
            return self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {
                    "model": "logistics.rate.agreement",
                    "method": method,
                    "args": [self.agreement.ids, *args],
                    "kwargs": {},
                },
            )

        for method, *args in (
            ("write", {"state": "approved"}),
            ("write", {"editor_ids": [[5]]}),
            ("action_approve",),
        ):
            with self.subTest(method), self.assertRaises(JsonRpcException):
                call(method, *args)
        with self.assertRaises(JsonRpcException):
            call("_expected_for", "ups", [])
        call("write", {"note": "Paid within 30 days"})
        self.assertEqual(
            (self.agreement.state, self.agreement.note), ("draft", "Paid within 30 days")
        )
