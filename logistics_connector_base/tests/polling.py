"""Factories for tests of polling: polls of the canonical and of a made-up carrier's kind, and
askers that work on the test's own cursor and call a partner made of functions."""

import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo.addons.logistics_connector_base.client import Unreachable
from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll
from odoo.addons.logistics_connector_base.intake import store, waker
from odoo.addons.logistics_connector_base.polling import plan
from odoo.addons.logistics_connector_base.polling.feeds import FeedAsker
from odoo.addons.logistics_connector_base.polling.shipments import ShipmentAsker
from requests.structures import CaseInsensitiveDict

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"
FEED_URL = "https://partner.example/feed"
TRACK_URL = "https://live.example/track"
# Our canonical messages as the answers of a tracking API: at most three numbers a call.
TRACKING = TrackingPoll(
    urls={"production": TRACK_URL, "test": "https://test.example/track"},
    ask=lambda url, numbers: Ask(f"{url}?numbers={','.join(numbers)}"),
    most=3,
    elements=("results",),
)


class Partner:
    """Answers calls by ``behave(url) -> (status, body, headers)``; an exception is raised."""

    def __init__(self, behave=None):
        self.behave = behave or (lambda url: (200, {"entries": []}, {}))
        self.urls = []

    def request(self, method, url, headers=None, body=None):
        self.urls.append(url)
        found = self.behave(url)
        if isinstance(found, Exception):
            raise found
        status, content, more = found
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return SimpleNamespace(
            status=status,
            headers=CaseInsensitiveDict(more),
            body=raw,
            seconds=0.0,
            ok=200 <= status < 300,
            content_type="application/json",
        )

    def close(self):
        pass


DOWN = Unreachable("No connection.")


class PollingCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(name="asked")
        cls.manager = cls.make_user("poll_manager", GROUP + "manager")
        cls.clerk = cls.make_user("poll_clerk", GROUP + "user")

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(waker, "wake", lambda dbname: None))
        handler = type(self.env["logistics.provider.canonical"])
        polls = handler._polls
        self.startPatcher(
            patch.object(handler, "_polls", lambda model: {**polls(model), "shipment": TRACKING})
        )
        self.partner = Partner()

    def make_poll(self, kind="feed", connection=None, **values):
        url = FEED_URL if kind == "feed" else TRACK_URL
        return self.env["logistics.poll"].create(
            {
                "name": f"Poll {kind}",
                "kind": kind,
                "url": url,
                "connection_id": (connection or self.connection).id,
                "start_at": "2026-03-01 00:00:00",
                **values,
            }
        )

    # -- asking -------------------------------------------------------------------------------

    def ask(self, poll, behave=None, seconds=5.0):
        """Let an asker work until nothing is due; the addresses it called."""
        if behave:
            self.partner.behave = behave
        self.partner.urls = []
        poll.invalidate_recordset()
        made = plan.make(poll.sudo())
        object.__setattr__(made, "make_client", lambda: self.partner)
        kind = FeedAsker if poll.kind == "feed" else ShipmentAsker
        asker = kind(made, 0, time.monotonic() + seconds)

        def record(work):
            result = work(self.env(su=True))
            self.env.flush_all()
            return result

        asker._record = record
        with patch.object(store, "_execute", self._on_the_tests_cursor):
            asker.run()
        self.env.invalidate_all()
        return self.partner.urls

    def _on_the_tests_cursor(self, _dbname, query, parameters):
        self.env.flush_all()
        # One of the store's own constants.
        # pylint: disable-next=sql-injection
        self.env.cr.execute(query, parameters)
        return self.env.cr.fetchone()

    def make_due(self, poll):
        """Everything of a poll is due now."""
        self.env.flush_all()
        for query in (
            "UPDATE logistics_poll_progress SET next_at = now() AT TIME ZONE 'UTC', "
            "paused_until = NULL, probe_at = now() AT TIME ZONE 'UTC' WHERE poll_id = %s",
            "UPDATE logistics_poll_shipment SET next_at = now() AT TIME ZONE 'UTC' "
            "WHERE poll_id = %s AND next_at IS NOT NULL",
        ):
            self.env.cr.execute(query, (poll.id,))
        self.env.invalidate_all()

    def put(self, row, **columns):
        """Set columns of a row by SQL, texts with a sign at the beginning as times from now."""
        self.env.flush_all()
        for name, value in columns.items():
            is_time = isinstance(value, str) and value[:1] in "+-"
            place = "now() AT TIME ZONE 'UTC' + %s::interval" if is_time else "%s"
            # The names are the tests' own.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(
                f"UPDATE {row._table} SET {name} = {place} WHERE id = %s", (value, row.id)
            )
        self.env.invalidate_all()

    def row(self, shipment):
        return self.env["logistics.poll.shipment"].search([("shipment_id", "=", shipment.id)])

    def progress(self, poll):
        return self.env["logistics.poll.progress"].search([("poll_id", "=", poll.id)])

    def outages(self, poll):
        return self.exceptions("partner_down").filtered(lambda case: case.key == f"poll:{poll.id}")

    def messages(self):
        domain = [("connection_id", "=", self.connection.id), ("channel", "=", "poll")]
        return self.env["logistics.message"].sudo().search(domain, order="id")

    # -- what the partner says ----------------------------------------------------------------

    def entry(self, code, recorded_at, number="1Z999", **values):
        """An entry of the canonical feed."""
        body = self.message(self.scan(code, number=number, **values), message_id=f"m-{code}")
        return {"recorded_at": recorded_at, "message": body}

    def tracked(self, *codes, number="1Z999", day=10):
        """A result of the tracking API: the story so far."""
        start = datetime(2026, 3, day, 8, tzinfo=UTC)
        events = [
            self.scan(code, (start + timedelta(hours=hour)).isoformat(), number, "canonical")
            for hour, code in enumerate(codes)
        ]
        return {"recorded_at": "", "message": self.message(*events, message_id=f"t-{number}")}
