"""Everything since the last time: pages, the watermark, what fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tests import tagged

from ..providers.canonical.poll import FEED
from .polling import DOWN, PollingCommon

NINE, TEN, ELEVEN = (f"2026-03-10T{hour}:00:00Z" for hour in ("09", "10", "11"))


@tagged("post_install", "-at_install")
class TestPollFeed(PollingCommon):
    def setUp(self):
        super().setUp()
        self.poll = self.make_poll(overlap_minutes=30)
        self.shipment = self.make_shipment("1Z999")
        self.pages = {"": ([], "")}

    def serve(self, url):
        query = parse_qs(urlsplit(url).query)
        entries, following = self.pages[query.get("cursor", [""])[0]]
        return 200, {"entries": entries, "next": following}, {}

    def sweep(self):
        self.make_due(self.poll)
        urls = self.ask(self.poll, self.serve)
        self.work_inbox()
        return [{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()} for url in urls]

    def test_pages_are_read_to_the_end_and_the_watermark_is_theirs(self):
        first = self.entry("PUP_PICKED_UP", NINE)
        second = self.entry("MOV_ARRIVED", TEN, occurred_at="2026-03-10T11:00:00+01:00")
        self.pages = {"": ([first], "p2"), "p2": ([second], "")}
        asked = self.sweep()
        self.assertEqual([query.get("cursor") for query in asked], [None, "p2"])
        self.assertEqual({query["since"] for query in asked}, {"2026-03-01T00:00:00Z"})
        self.assertEqual(self.events(self.shipment), ["PUP_PICKED_UP", "MOV_ARRIVED"])
        self.assertEqual(self.poll.watermark, datetime(2026, 3, 10, 10))
        self.assertEqual(set(self.messages().mapped("channel")), {"poll"})
        (again,) = self.sweep()[:1]
        self.assertEqual(again["since"], "2026-03-10T09:30:00Z")

    def test_what_is_read_again_grows_nothing(self):
        entries = [self.entry("PUP_PICKED_UP", NINE), self.entry("MOV_ARRIVED", TEN)]
        self.pages = {"": (entries, "")}
        self.sweep()
        messages, quiet = len(self.messages()), self.progress(self.poll).quiet
        self.pages = {"": (entries[1:], "p2"), "p2": (entries[:1], "")}  # in other pages
        self.sweep()
        self.assertEqual((len(self.messages()), quiet), (messages, 0))
        self.assertEqual(self.progress(self.poll).quiet, 1)
        self.assertFalse(self.exceptions("message_conflict"))

    def test_the_same_scan_by_webhook_and_by_poll_is_one_event(self):
        entry = self.entry("DLV_DELIVERED", TEN)
        self.receive(self.connection, entry["message"], headers={"webhook-id": "m-DLV_DELIVERED"})
        self.pages = {"": ([entry], "")}
        self.sweep()
        self.assertEqual(self.events(self.shipment), ["DLV_DELIVERED"])
        self.assertEqual(set(self.messages().mapped("state")), {"processed"})
        self.assertFalse(self.exceptions())

    def test_a_page_that_fails_leaves_the_watermark_and_the_next_try_goes_on(self):
        self.pages = {"": ([self.entry("PUP_PICKED_UP", NINE)], "p2")}
        good = self.serve

        def half(url):
            return (500, b"", {}) if "cursor=p2" in url else good(url)

        self.make_due(self.poll)
        self.ask(self.poll, half)
        self.assertFalse(self.poll.watermark)
        self.assertEqual(self.progress(self.poll).cursor, "p2")
        self.pages["p2"] = ([self.entry("MOV_ARRIVED", TEN)], "")
        (asked,) = self.sweep()  # the first page is not asked for again
        self.assertEqual(asked["cursor"], "p2")
        self.assertEqual(self.poll.watermark, datetime(2026, 3, 10, 10))

    def test_an_answer_that_asks_to_wait_is_no_page_and_no_trouble(self):
        handler = type(self.env["logistics.provider.canonical"])
        feed = replace(FEED, wait=lambda body: 18.0 if b"no credits" in body else None)
        self.startPatcher(patch.object(handler, "_polls", lambda model: {"feed": feed}))
        self.make_due(self.poll)
        self.ask(self.poll, lambda url: (200, {"error": "no credits"}, {}))
        progress = self.progress(self.poll)
        self.assertEqual((progress.state, progress.failures), ("closed", 0))
        self.assertFalse(self.poll.watermark)
        pause = progress.paused_until - datetime.now(UTC).replace(tzinfo=None)
        self.assertTrue(timedelta(seconds=1) < pause < timedelta(seconds=30), pause)
        self.assertFalse(self.messages())
        self.put(progress, paused_until=None)
        self.pages = {"": ([self.entry("PUP_PICKED_UP", NINE)], "")}
        self.sweep()
        self.assertEqual(self.events(self.shipment), ["PUP_PICKED_UP"])

    def test_a_cursor_that_they_do_not_take_any_longer_is_forgotten(self):
        self.put(self.progress(self.poll), since="2026-03-01", cursor="old", cap="2026-03-09")
        self.ask(self.poll, lambda url: (410, b"", {}))
        progress = self.progress(self.poll)
        self.assertEqual(
            (progress.cursor, progress.since, progress.state), (False, False, "closed")
        )

    def test_a_page_that_leads_to_itself_is_no_loop(self):
        entry = self.entry("PUP_PICKED_UP", NINE)
        self.pages = {"": ([entry], "p2"), "p2": ([entry], "p2")}
        self.assertEqual(len(self.sweep()), 2)
        self.assertIn("same one again", self.poll.error)
        self.assertFalse(self.poll.watermark)

    def test_what_is_no_page_is_trouble_and_files_nothing(self):
        for body in (b"<html>maintenance</html>", {"entries": {}}, b'{"entries": [1,'):
            self.make_due(self.poll)
            self.ask(self.poll, lambda url, body=body: (200, body, {}))
            self.assertIn("cannot be read", self.poll.error)
        self.assertFalse(self.messages())
        self.assertEqual(self.progress(self.poll).failures, 3)

    def test_an_empty_answer_is_an_empty_page(self):
        self.ask(self.poll, lambda url: (204, b"", {}))
        self.assertFalse(self.poll.error)
        self.assertEqual(self.poll.state, "closed")

    def test_one_outage_is_one_exception_and_costs_nothing(self):
        for _try in range(8):
            self.make_due(self.poll)
            self.ask(self.poll, lambda url: DOWN)
        self.assertEqual(self.poll.state, "open")
        self.assertEqual(len(self.outages(self.poll)), 1)
        self.assertIn("No connection", self.outages(self.poll).detail)
        self.pages = {"": ([self.entry("PUP_PICKED_UP", NINE)], "")}
        self.sweep()
        self.assertEqual(self.poll.state, "closed")
        self.assertFalse(self.outages(self.poll))
        self.assertEqual(self.events(self.shipment), ["PUP_PICKED_UP"])

    def test_nothing_is_asked_between_the_probes(self):
        self.put(self.progress(self.poll), state="open", failures=5, probe_at="+1 minute")
        self.assertEqual(self.ask(self.poll, self.serve), [])

    def test_a_closed_address_stops_it_until_somebody_starts_it_again(self):
        self.ask(self.poll, lambda url: (410, b"", {}))
        self.assertEqual(self.poll.state, "stopped")
        self.make_due(self.poll)
        self.assertEqual(self.ask(self.poll, self.serve), [])
        self.assertEqual(len(self.outages(self.poll)), 1)
        self.poll.with_user(self.manager).action_start_again()
        self.assertFalse(self.outages(self.poll))
        self.make_due(self.poll)
        self.assertTrue(self.ask(self.poll, self.serve))

    def test_who_is_asked_to_wait_waits(self):
        self.ask(self.poll, lambda url: (429, b"", {"Retry-After": "120"}))
        progress = self.progress(self.poll)
        left = progress.paused_until - self.env.cr.now()
        self.assertAlmostEqual(left.total_seconds(), 120, delta=10)
        self.assertEqual((progress.failures, progress.state), (0, "closed"))
        self.assertEqual(self.ask(self.poll, self.serve), [])

    def test_a_feed_that_brings_nothing_rests_longer(self):
        pauses = []
        for _round in range(4):
            self.sweep()
            pauses.append(self.poll.next_at - self.env.cr.now())
        self.assertEqual(pauses, sorted(pauses))
        self.assertGreater(pauses[-1], timedelta(minutes=60))
        self.assertLessEqual(pauses[-1], timedelta(minutes=self.poll.longest_minutes))
        self.pages = {"": ([self.entry("PUP_PICKED_UP", NINE)], "")}
        self.sweep()
        self.assertLess(self.poll.next_at - self.env.cr.now(), timedelta(minutes=16))

    def test_a_time_of_record_that_is_ahead_skips_nothing(self):
        self.pages = {"": ([self.entry("PUP_PICKED_UP", "2036-01-01T00:00:00Z")], "")}
        self.sweep()
        self.assertLess(self.poll.watermark, datetime(2036, 1, 1))
