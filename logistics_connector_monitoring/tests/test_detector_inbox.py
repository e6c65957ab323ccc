"""Messages that wait to be worked: a condition of this addon, looked at by base's detectors."""

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
