"""All that carriers publish of their messages, replayed: what is applied is what was shown."""

from odoo.addons.logistics_connector_base.tests.test_replay import ReplayCommon
from odoo.tests import freeze_time, tagged

from .common import FIXTURES, TODAY

SUFFIXES = (".json", ".xml")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestReplays(ReplayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connections = {}
        for folder in sorted(FIXTURES.glob("*/fixtures")):
            code = folder.parent.name
            provider = cls.env["logistics.provider"].search([("code", "=", code)])
            cls.connections[code] = cls.make_connection(provider, tz="Europe/Berlin")

    def receive_all(self):
        """Every fixture of every provider, with shipments for half of the numbers that they name:
        the events of the others wait."""
        messages = self.env["logistics.message"].sudo()
        for code, connection in self.connections.items():
            for path in sorted((FIXTURES / code / "fixtures").iterdir()):
                if path.suffix in SUFFIXES:
                    messages |= self.receive(connection, path.read_bytes(), work=False)
        self.work_inbox()
        events = messages.event_ids
        numbers = sorted(set(events.mapped("tracking_number")) - {False, ""})
        issuers = {event.tracking_number: event.issuer for event in events}
        self.shipments = self.env["logistics.shipment"]
        for number in numbers[::2]:
            self.shipments |= self.make_shipment(number, issuer=issuers[number])
        while self.work_inbox():  # who told the same is worked after who has found the shipment
            pass
        return messages

    def said(self):
        """What stands of everything, whatever was set aside."""
        events = self.env["logistics.event"].search([("connection_id", "!=", False)])
        self.assertEqual(len(events), len(set(events.mapped("fingerprint"))))
        self.env.flush_all()
        return {
            "states": self.shipments.mapped("state"),
            "delivered": self.shipments.mapped("delivered_at"),
            "standing": sorted(
                events.filtered(lambda e: e.standing == "active").mapped("fingerprint")
            ),
            "effects": self.env["logistics.effect"].search_count([]),
            "cases": sorted(self.exceptions().mapped("key")),
        }

    def test_every_fixture_of_every_provider(self):
        messages = self.receive_all()
        self.assertGreater(len(messages), 150)
        before = self.said()
        for code, connection in self.connections.items():
            with self.subTest(provider=code, change="nothing"):
                own = messages.filtered(lambda m, c=connection: m.connection_id == c)
                replay = self.replay(own)
                self.assertFalse(replay.line_ids, self.rows(replay))
        self.assertEqual(self.said(), before)
        changed = 0
        for code, connection in self.connections.items():
            with self.subTest(provider=code, change="time zone"):
                own = messages.filtered(lambda m, c=connection: m.connection_id == c)
                connection.tz = "Asia/Tokyo"
                changed += self.replay(own).difference_count
                again = self.replay(own)
                self.assertFalse(again.line_ids, self.rows(again))
                connection.tz = "Europe/Berlin"
                self.replay(own)
        self.assertGreater(changed, 20)
        after = self.said()
        self.assertEqual(after["states"], before["states"])
        self.assertEqual(after["delivered"], before["delivered"])
        self.assertEqual(after["standing"], before["standing"])

    def test_a_mapping_of_every_provider(self):
        messages = self.receive_all()
        lost = self.env.ref("logistics_connector_base.event_code_exc_lost").id
        for code, connection in self.connections.items():
            events = messages.filtered(lambda m, c=connection: m.connection_id == c).event_ids
            mapped = events.filtered("mapping_id")[:1]
            if not mapped:
                continue
            with self.subTest(provider=code):
                mapping = self.env["logistics.event.mapping"].create(
                    {
                        "provider": mapped.issuer,
                        "raw_code": mapped.raw_code,
                        "raw_sub_code": mapped.raw_sub_code,
                        "code_id": lost,
                    }
                )
                values = {"kind": "mapping", "mapping_ids": [(6, 0, mapping.ids)]}
                self.assertTrue(self.replay(**values).line_ids)
                self.assertEqual(mapped.code_id.id, lost)
                self.assertFalse(self.replay(**values).line_ids)
