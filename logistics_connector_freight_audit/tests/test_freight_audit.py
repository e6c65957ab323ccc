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
