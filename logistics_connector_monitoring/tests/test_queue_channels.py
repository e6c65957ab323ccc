from odoo.tests import BaseCase

from ..core.queue_channels import missing, problems

NAMES = ("outbound", "polling", "states")
OTHERS = [{"name": f"root.logistics.{name}", "capacity": 1} for name in NAMES]


class TestQueueChannels(BaseCase):
    def test_isolated(self):
        for name in ("root.logistics.inbound", "logistics.inbound"):
            channels = [{"name": "root", "capacity": 2}, {"name": name, "capacity": 1}, *OTHERS]
            self.assertEqual(problems(channels, ["web", "queue_job"]), [])

    def test_parent_alone_is_no_channel_of_its_own(self):
        channels = [{"name": "root", "capacity": 2}, {"name": "root.logistics", "capacity": 1}]
        self.assertEqual(problems(channels, ["queue_job"]), ["no_channel", "few_channels"])

    def test_senders_polls_and_states_have_channels_of_their_own(self):
        inbound = {"name": "logistics.inbound", "capacity": 1}
        for others, names in (
            (OTHERS, []),
            (OTHERS[:1] + OTHERS[2:], ["root.logistics.polling"]),
            (OTHERS[1:], ["root.logistics.outbound"]),
            (OTHERS[:2], ["root.logistics.states"]),
            ([{"name": f"logistics.{name}"} for name in NAMES], []),
        ):
            channels = [inbound, *others]
            self.assertEqual(missing(channels), names)
            expected = ["few_channels"] if names else []
            self.assertEqual(problems(channels, ["queue_job"]), expected)

    def test_room_for_the_lanes(self):
        for channels, few in (
            ({"root": 4, "root.logistics": 3, "root.logistics.inbound": 2}, False),
            ({"root": 4, "root.logistics.inbound": 2}, False),
            ({"root": 4, "logistics.inbound": 1}, True),
            ({"root": 1, "root.logistics.inbound": 2}, True),
            ({"root": 4, "root.logistics": 1, "root.logistics.inbound": 2}, True),
            ({"root.logistics.inbound": 2}, True),  # the root has room for one where it is silent
            ({"root": 0, "root.logistics.inbound": None}, False),
        ):
            parsed = [{"name": name, "capacity": room} for name, room in channels.items()]
            parsed += OTHERS
            expected = ["few_lanes"] if few else []
            self.assertEqual(problems(parsed, ["queue_job"], lanes=2), expected, channels)

    def test_no_runner(self):
        channels = [{"name": "root.logistics.inbound", "capacity": 1}, *OTHERS]
        self.assertEqual(problems(channels, ["base", "web"]), ["no_runner"])
