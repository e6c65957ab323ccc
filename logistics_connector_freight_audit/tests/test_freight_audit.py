"""A bill is matched with shipments, compared with what was booked, and judged."""

from odoo.tests import tagged

from tests.simulators.freight_bills import Book, write_ups

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
