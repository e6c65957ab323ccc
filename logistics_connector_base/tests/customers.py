"""Customers for tests: two of them, with a login in the portal, orders and shipments."""

import re
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import InboxCommon

PHONE, STREET, WORDS = "0612345678", "Elm Lane 1", "Left with neighbour Iris Lovelace"
PDF = b"%PDF-1.4 signed by Iris Lovelace"


class CustomerCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(tz="Europe/Madrid")
        cls.company.write(
            {
                "email": "help@shipper.example",
                "phone": "+34 900 000",
                "logistics_tracking_page": True,
                "logistics_proof_audience": "portal",
            }
        )
        cls.shop, cls.buyer = cls.make_customer("Rosa Retail", "rosa", "NL")
        cls.other_shop, cls.other_buyer = cls.make_customer("Other Retail", "other", "FR")
        cls.order = cls.make_order(cls.shop, "ROSA-77")
        cls.shipment = cls.make_sent("1ZROSA1", cls.order, partner_id=cls.shop.id)

    @classmethod
    def make_customer(cls, name, login, country):
        """A company with a contact who logs in to the portal: both as (partner, user)."""
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"{login}@{login}.example",
                "street": STREET,
                "city": "Utrecht" if country == "NL" else "Lyon",
                "country_id": cls.env.ref(f"base.{country.lower()}").id,
            }
        )
        user = new_test_user(cls.env, login, "base.group_portal", password=login + login)
        user.partner_id.parent_id = partner
        return partner, user

    @classmethod
    def make_order(cls, partner, reference=""):
        product = cls.env["product.product"].create({"name": "Lamp", "type": "consu"})
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": reference,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def make_sent(cls, number, orders=None, **values):
        """A shipment of UPS from Madrid, with these orders."""
        origin = cls.env["res.partner"].create({"name": "Our dock", "city": "Madrid"})
        return cls.make_shipment(
            *([number] if isinstance(number, str) else number),
            carrier_name="UPS",
            sale_order_ids=[(6, 0, orders.ids if orders else [])],
            stop_ids=[(0, 0, {"role": "origin", "partner_id": origin.id})],
            **values,
        )

    def tell(self, *events):
        """Events as the carrier tells them, with what customers must not see in each."""
        for code, at, values in events:
            place = {
                "name": "Iris Lovelace",
                "street": STREET,
                "zip": "3511 AB",
                "city": "Utrecht",
                "country": "NL",
                **values.pop("place", {}),
            }
            scan = self.scan(code, at, **{"number": "1ZROSA1", **values})
            scan.update(place=place, raw_text=WORDS)
            self.receive(self.connection, self.message(scan))

    def under_way(self):
        self.tell(
            ("PUP_PICKED_UP", "2026-03-10T09:00:00+01:00", {"place": {"city": "Madrid"}}),
            ("EXC_DAMAGE", "2026-03-10T10:00:00+01:00", {}),
            ("MOV_ARRIVED", "2026-03-11T09:30:00+01:00", {"place": {"city": "Paris"}}),
            ("SRT-SECRET", "2026-03-11T10:00:00+01:00", {}),
        )

    def delivered(self):
        self.under_way()
        self.tell(
            (
                "DLV_DELIVERED",
                "2026-03-12T14:05:00+01:00",
                {"signed_by": "Iris Lovelace", "documents": [self.document(PDF)]},
            )
        )

    @staticmethod
    def in_days(days):
        return fields.Datetime.now() + timedelta(days=days)


def words(html):
    """The text of a page."""
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
