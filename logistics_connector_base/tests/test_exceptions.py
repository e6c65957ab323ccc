"""The exception workbench: one open case per trouble, worked by people with the least rights."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestExceptions(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "exc_user", "logistics_connector_base.group_logistics_user"
        )
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.shipment = cls.env["logistics.shipment"].create({"issuer": "ups"})

    def _report(self, key="k1", **values):
        trouble = {
            "type": "delivery_exception",
            "key": key,
            "name": "Address not found",
            "company_id": self.env.company.id,
            "shipment_id": self.shipment.id,
            **values,
        }
        return self.env["logistics.exception"]._report([trouble])

    def test_the_same_trouble_is_counted_not_doubled(self):
        first = self._report()
        self.assertEqual(self._report(), first)
        self.assertEqual(first.occurrence_count, 2)
        again = self.env["logistics.exception"]._report(
            [
                {
                    "type": "parse_failure",
                    "key": "k2",
                    "name": "n",
                    "company_id": self.env.company.id,
                }
            ]
            * 3
        )
        self.assertEqual((len(again), again.occurrence_count), (1, 3))

    def test_severity_and_playbook_come_from_the_type(self):
        case = self._report()
        kind = self.env.ref("logistics_connector_base.exception_type_delivery_exception")
        self.assertEqual((case.severity, case.playbook), (kind.severity, kind.playbook))
        self.assertTrue(case.playbook)

    def test_an_owner_makes_it_assigned(self):
        case = self._report().with_user(self.user)
        case.action_assign_to_me()
        self.assertEqual((case.user_id, case.state), (self.user, "assigned"))
        case.action_start()
        self.assertEqual(case.state, "in_progress")
        case.user_id = False
        self.assertEqual(case.state, "in_progress", "work goes on whoever owns it")

    def test_dismissing_needs_a_reason_and_keeps_it(self):
        case = self._report().with_user(self.user)
        action = case.action_dismiss()
        wizard_model = self.env[action["res_model"]].with_user(self.user)
        with (
            self.assertRaises(AssertionError),
            Form(wizard_model.with_context(**action["context"])),
        ):
            pass  # saving without a reason
        with Form(wizard_model.with_context(**action["context"])) as form:
            form.reason = "Customer collects it"
        form.record.action_dismiss()
        self.assertEqual((case.state, case.outcome), ("dismissed", "Customer collects it"))
        with self.assertRaisesRegex(UserError, "closed already"):
            case.action_start()

    def test_users_of_another_company_do_not_see_it(self):
        case = self._report()
        stranger = new_test_user(
            self.env,
            "exc_stranger",
            "logistics_connector_base.group_logistics_user",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )
        found = self.env["logistics.exception"].with_user(stranger).search([])
        self.assertFalse(found & case)
        with self.assertRaises(AccessError):
            case.with_user(stranger).read(["name"])

    def test_people_cannot_invent_or_delete_history(self):
        case = self._report().with_user(self.user)
        with self.assertRaises(AccessError):
            case.unlink()
        with self.assertRaises(AccessError):
            self.shipment.with_user(self.user).write({"state": "delivered"})
        with self.assertRaises(AccessError):
            self.env["logistics.event"].with_user(self.user).create({})

    def test_a_major_exception_blocks_the_order_and_its_end_frees_it(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        order = self.env["sale.order"].create({"partner_id": partner.id, "state": "sale"})
        self.shipment.sale_order_ids = order
        self.shipment._record_own_event("LBL_CREATED")
        self.assertEqual(order.logistics_state, "in_progress")
        case = self._report(severity="major")
        self.assertEqual(order.logistics_state, "blocked")
        self.assertIn("Address not found", order.logistics_blocked_reason)
        case.with_user(self.user).action_resolve()
        self.assertEqual(order.logistics_state, "in_progress")
        self.assertFalse(order.logistics_blocked_reason)
