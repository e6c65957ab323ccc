"""Messages that wait to be worked: a condition of this addon, looked at by base's detectors."""

from odoo.addons.logistics_connector_base.models.message.logistics_inbox import IDENTITY_KEY
from odoo.addons.logistics_connector_base.tests.detectors import MINUTE, DetectorCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestInboxBehind(DetectorCommon):
    def test_messages_that_wait(self):
        self.parcel("1ZI")
        event = self.scan("PUP_PICKED_UP", number="1ZI")
        for hours in (0, 1):
            self.receive(self.connection, self.message(event), at=self.hour(hours), work=False)
        detector = self.detector("inbox_behind", hours=2)
        self.assertFalse(self.look(detector, 2 - MINUTE))
        case = self.look(detector, 2)
        self.assertEqual((len(case), case.connection_id), (1, self.connection))
        self.assertEqual(self.look(detector, 4), case)
        looks = detector._looks_back(self.hour(4))
        self.assertEqual(len(detector._condition()._held(detector._question(looks))), 2)
        self.work_inbox()
        self.assertFalse(self.look(detector, 5))
        self.assertIn("worked again", case.outcome)

    def test_its_playbook_looks_and_starts_the_work(self):
        self.parcel("1ZI")
        event = self.scan("PUP_PICKED_UP", number="1ZI")
        self.receive(self.connection, self.message(event), at=self.hour(0), work=False)
        clerk = self.make_user("inbox-clerk", "logistics_connector_base.group_logistics_user")
        case = self.look(self.detector("inbox_behind", hours=2), 3).with_user(clerk)
        acts = {step.act: step for step in case.type_id.step_ids}
        action = case.action_do_step(acts["show_health"].id)
        self.assertTrue(self.env[action["res_model"]].with_user(clerk).has_access("read"))
        drains = [("identity_key", "like", IDENTITY_KEY), ("state", "=", "pending")]
        jobs = self.env["queue.job"].sudo()
        jobs.search(drains).unlink()
        case.action_do_step(acts["start_inbox"].id)
        self.assertTrue(jobs.search(drains))
        self.assertEqual(set(case.step_trace_ids.mapped("user_id")), {clerk})
        case.action_do_step(acts[False].id)
        self.assertEqual(len(case.step_trace_ids), 3)
