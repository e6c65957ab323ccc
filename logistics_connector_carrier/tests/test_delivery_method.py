"""The delivery method says whose numbers its tracking numbers are."""

import json

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CarrierCommon


@tagged("post_install", "-at_install")
class TestDeliveryMethod(CarrierCommon):
    def test_integration_admins_choose_the_provider_on_the_form(self):
        admin = self.make_user("admin1", "logistics_connector_base.group_logistics_admin")
        method = self.make_method("Own lorry")
        with Form(method.with_user(admin)) as form:
            form.logistics_provider_id = self.fedex
        self.assertEqual(method.logistics_provider_id, self.fedex)

    def test_others_see_the_form_without_it(self):
        manager = self.make_user("salesboss", "sales_team.group_sale_manager")
        form = Form(self.method.with_user(manager))
        with self.assertRaises(AssertionError):
            form.logistics_provider_id = self.fedex
        with self.assertRaises(AccessError):
            self.method.with_user(manager).read(["logistics_provider_id"])

    def test_the_provider_fills_in_how_it_signs(self):
        expected = {
            self.ups: ("static", "credential", "The secret in header credential"),
            self.fedex: ("hmac", "fdx-signature", "of the body in header fdx-signature, as base64"),
            self.sendcloud: ("hmac", "Sendcloud-Signature", "Sendcloud-Signature, as hex"),
        }
        for provider, (kind, header, words) in expected.items():
            form = Form(self.env["logistics.connection"])
            form.provider_id = provider
            connection = form.save()
            self.assertEqual(connection.verifier_ids.mapped("kind"), [kind])
            self.assertEqual(connection.verifier_ids.header, header)
            self.assertIn(words, connection.proof_summary)

    def test_the_tracking_link_leads_to_the_providers_page(self):
        delivery = self.make_delivery("1Z 999/1")
        link = "https://www.ups.com/track?tracknum=1Z%20999%2F1"
        self.assertEqual(delivery.carrier_tracking_url, link)
        self.assertEqual(
            delivery.sudo().shipment_ids.with_user(self.clerk).package_ids.tracking_url, link
        )
        delivery.carrier_tracking_ref = "A1,B2"
        links = json.loads(delivery.carrier_tracking_url)
        self.assertEqual([number for number, _url in links], ["A1", "B2"])

    def test_a_link_of_the_methods_own_comes_first(self):
        self.method.tracking_url = "https://track.example/<shipmenttrackingnumber>"
        delivery = self.make_delivery("A1")
        self.assertEqual(delivery.carrier_tracking_url, "https://track.example/A1")

    def test_no_provider_no_link(self):
        delivery = self.make_delivery("A1", method=self.make_method("Own lorry"))
        self.assertFalse(delivery.carrier_tracking_url)
