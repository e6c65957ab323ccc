from odoo.tests import BaseCase

from ..core.queue_channels import problems


class TestQueueChannels(BaseCase):
    def test_isolated(self):
        for name in ("root.logistics.inbound", "logistics.inbound"):
            channels = [{"name": "root", "capacity": 2}, {"name": name, "capacity": 1}]
            self.assertEqual(problems(channels, ["web", "queue_job"]), [])

    def test_parent_alone_is_no_channel_of_its_own(self):
        channels = [{"name": "root", "capacity": 2}, {"name": "root.logistics", "capacity": 1}]
        self.assertEqual(problems(channels, ["queue_job"]), ["no_channel"])

    def test_no_runner(self):
        channels = [{"name": "root.logistics.inbound", "capacity": 1}]
        self.assertEqual(problems(channels, ["base", "web"]), ["no_runner"])
