"""The steps about a release that nobody acknowledges or confirms do what they say."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .test_release import ReleaseCommon

KINDS = ("release_unacknowledged", "release_unconfirmed")


@tagged("post_install", "-at_install")
class TestReleasePlaybook(ReleaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.partner_id = cls.env["res.partner"].create(
            {"name": "Harbour desk", "email": "desk@harbour.example.com"}
        )

    def case(self, kind, with_flow=True):
        if with_flow:
            self.flow()
        self.stock(3)
        order = self.order()
        order.partner_id.email = "ada@example.com"
        shipment = order.picking_ids.shipment_ids
        trouble = {
            "type": kind,
            "key": f"{kind}:{shipment.id}",
            "name": "Nobody says anything",
            "company_id": self.company.id,
            "shipment_id": shipment.id,
        }
        return self.env["logistics.exception"]._report([trouble]).with_user(self.clerk)

    def release(self, case):
        name = case.sudo().shipment_id.picking_ids.name
        return self.env["logistics.message"].search([("business_key", "=", name)])

    def do(self, case, act):
        step = case.type_id.step_ids.filtered(lambda step: step.act == act)
        self.assertEqual(len(step), 1, f"{case.type_code}: {act}")
        action = case.action_do_step(step.id)
        if isinstance(action, dict):
            composer = self.env["mail.compose.message"].with_user(self.clerk)
            with Form(composer.with_context(**action["context"])) as form:
                pass
            form.record.action_send_mail()
        self.assertIn(step, case.step_trace_ids.step_id, "it is noted")
        return case.message_ids.partner_ids

    def test_every_kind_has_steps_and_each_that_acts_works(self):
        for kind in KINDS:
            case = self.case(kind, with_flow=kind == KINDS[0])
            with self.subTest(kind):
                self.assertTrue(case.type_id.step_ids)
                self.assertIn(self.connection.partner_id, self.do(case, "write_partner"))
                customer = case.sudo().shipment_id.partner_id
                self.assertIn(customer, self.do(case, "tell_customer"))

    def test_the_release_is_sent_again_under_its_own_id(self):
        case = self.case("release_unacknowledged")
        release = self.release(case)
        with self.assertRaisesRegex(UserError, "about to be sent"):
            self.do(case, "resend")
        release.state = "delivered"
        receipt = release.receipt
        self.do(case, "resend")
        self.assertEqual((release.state, release.receipt), ("pending", receipt))
        self.assertEqual(self.release(case), release, "it is not written twice")

    def test_without_a_flow_there_is_nothing_to_resend(self):
        case = self.case("release_unacknowledged", with_flow=False)
        with self.assertRaisesRegex(UserError, "no outgoing message"):
            self.do(case, "resend")
        self.assertFalse(case.step_trace_ids)
