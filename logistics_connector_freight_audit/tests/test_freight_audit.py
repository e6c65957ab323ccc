"""A bill is matched with shipments, compared with what was booked, and judged."""

from dataclasses import replace
from decimal import Decimal

from odoo.tests import tagged

from tests.simulators.freight_bills import Book, write_ups

from ..core.audit import FINDINGS
from ..models.bill.logistics_freight_bill_shipment import REASONS
from ..models.dispute.logistics_freight_dispute import OF_FINDINGS
from .test_freight_files import FreightCommon

KINDS = {"base": "base", "fuel": "fuel", "residential": "accessorial"}


class AuditCommon(FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Business", "is_company": True})

    def ship(self, book, parcels=None):
        """Our shipments of a book, with what was booked for them."""
        made = {}
        for parcel in parcels or book.parcels:
            if parcel.is_copy:
                continue
            made[parcel.tracking] = self.env["logistics.shipment"].create(
                {
                    "company_id": self.company.id,
                    "issuer": "ups",
                    "ship_date": parcel.shipped,
                    "partner_id": self.customer.id,
                    "package_ids": [
                        (0, 0, {"tracking_number": parcel.tracking, "weight": float(parcel.weight)})
                    ],
                    "charge_ids": [
                        (0, 0, self.booked(item)) for item in parcel.items if item.what != "credit"
                    ],
                }
            )
        return made

    def booked(self, item):
        names = {
            "base": "Freight",
            "fuel": "Fuel Surcharge",
            "delivery_area": "Delivery Area Surcharge",
        }
        return {
            "kind": "booked",
            "category": KINDS.get(item.what, "accessorial"),
            "name": names.get(item.what, item.what.replace("_", " ")),
            "amount": float(item.net),
            "currency_id": self.env.ref("base.EUR").id,
        }

    def audited(self, book, **style):
        made = write_ups(book, **{"currency": "EUR", **style})
        file = self.bring(made.data, made.name)
        return self.imported(file)


@tagged("post_install", "-at_install")
class TestFreightAudit(AuditCommon):
    def test_what_was_booked_and_nothing_else_is_clean(self):
        book = Book(3, 40)
        self.ship(book)
        bill = self.audited(book)
        lines = bill.shipment_line_ids
        self.assertEqual(set(lines.mapped("match_state")), {"matched"})
        self.assertEqual(set(lines.mapped("verdict")), {"clean"}, lines.mapped("finding_text"))
        side = {row["name"]: row for row in lines[0].comparison}
        self.assertEqual(side["Base freight"]["expected"], side["Base freight"]["billed"])
        self.assertIn("Fuel surcharge", side)

    def test_what_is_tolerated_in_a_month_is_capped(self):
        """Always a little below the tolerance: found by the sum."""
        self.env["logistics.freight.tolerance"].create(
            {
                "company_id": self.company.id,
                "currency_id": self.env.ref("base.EUR").id,
                "over_amount": 0.5,
            }
        )
        book = Book(3, 10)
        self.ship(book)
        for at, parcel in enumerate(book.parcels):
            first, *others = parcel.items
            dearer = replace(first, net=first.net + Decimal("0.40"))
            book.parcels[at] = replace(parcel, items=(dearer, *others))
        bill = self.audited(book, invoices=1)
        self.assertEqual(set(bill.shipment_line_ids.mapped("verdict")), {"tolerance"})
        bill.carrier_id.sudo().tolerance_cap = 1.5
        bill.with_user(self.auditor).action_audit()
        self.work()
        lines = bill.shipment_line_ids.sorted("id")
        self.assertEqual(lines.mapped("verdict"), ["tolerance"] * 3 + ["over"] * 7)
        self.assertEqual(set(lines[3:].mapped("main_finding")), {"cap"})
        self.assertAlmostEqual(bill.stake_amount, 7 * 0.40)
        self.assertIn("used up", lines[3].finding_text)
        bill.carrier_id.sudo().tolerance_cap = 0
        bill.with_user(self.auditor).action_audit()
        self.work()
        self.assertEqual(set(lines.mapped("verdict")), {"tolerance"})

    def test_each_finding_has_a_name_words_and_a_reason_for_the_carrier(self):
        codes = set(FINDINGS) | {"cap"}
        self.assertEqual(set(dict(REASONS)), codes)
        self.assertEqual(codes - set(OF_FINDINGS), {"under", "tolerance"}, "nobody disputes these")
        line = self.env["logistics.freight.bill.shipment"].new(
            {"currency_id": self.env.ref("base.EUR").id}
        )
        values = {
            "bill": "B-1",
            "billed": "3",
            "ours": "2",
            "given": 0.1,
            "agreed": 0.3,
            "agreed_share": 0.14,
            "billed_share": 0.16,
            "days": 2,
            "older": 1.0,
        }
        numbers = {**values, "billed": 3.0, "ours": 2.0}
        for code in codes:
            text = line._why(code, numbers if code == "weight" else values)
            self.assertGreater(len(text), 15, code)
            self.assertTrue(text.endswith("."), text)

    def test_a_person_splits_what_is_billed_over_several_shipments(self):
        book = Book(3, 4)
        parcel = book.parcels[0]
        self.ship(book, book.parcels[1:])
        weights = (1.0, 3.0)

        def part(amount, weight):
            quarter = round(amount / 4, 2)
            return float(quarter if weight == 1 else amount - quarter)

        two = self.env["logistics.shipment"]
        for weight in weights:
            two |= two.create(
                {
                    "company_id": self.company.id,
                    "issuer": "ups",
                    "ship_date": parcel.shipped,
                    "package_ids": [(0, 0, {"tracking_number": f"OWN{weight}", "weight": weight})],
                    "charge_ids": [
                        (0, 0, {**self.booked(item), "amount": part(item.net, weight)})
                        for item in parcel.items
                    ],
                }
            )
        bill = self.audited(book, invoices=1).with_user(self.auditor)
        line = bill.shipment_line_ids.filtered(lambda one: one.match_state == "unknown")
        action = line.action_match()
        wizard = self.env[action["res_model"]].with_user(self.auditor)
        wizard = wizard.with_context(**action["context"]).create(
            {"shipment_id": two[0].id, "shared_shipment_ids": [(6, 0, two[1].ids)]}
        )
        wizard.action_match()
        self.assertEqual((line.match_state, line.shared_shipment_ids), ("consolidated", two))
        self.assertIn(line.verdict, ("clean", "tolerance"), line.finding_text)
        billed = [
            sum(one.charge_ids.filtered(lambda c: c.kind == "billed").mapped("amount"))
            for one in two
        ]
        self.assertAlmostEqual(sum(billed), line.billed_amount)
        self.assertAlmostEqual(billed[1], line.billed_amount * 3 / 4, delta=0.02)
