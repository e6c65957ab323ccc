"""The search for one person when there is much to look through: slices, jobs, what may go wrong."""

import base64
import contextlib
import io
import json
import logging
import traceback
import zipfile
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.logistics_connector_base.privacy import slices
from odoo.addons.logistics_connector_base.wizards import logistics_privacy_search as search
from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.exception import FailedJobError
from odoo.addons.queue_job.job import Job
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .test_privacy_requests import PrivacyCommon

BODIES = slices.BODIES
# The last two: as regular expressions spell them.
WORDS = ("garc", "jos", "600123456", "600 123", "(?:g(?:", "[^0-9]{0,3}")


class Listener(logging.Handler):
    """Keeps all that is logged, with tracebacks."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(logging.Formatter().format(record))


@tagged("post_install", "-at_install")
class TestPrivacySearch(PrivacyCommon):
    def setUp(self):
        super().setUp()
        self.told = []
        users = type(self.env["res.users"])
        self._patch(users, "_bus_send", lambda user, *args: self.told.append((user, *args)))
        self._patch(slices, "MOST_BODIES", 1)
        self._patch(search, "REQUEST_SECONDS", 0)
        self._patch(search, "JOB_SECONDS", 0)

    def _patch(self, target, name, value):
        patcher = patch.object(target, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def tell_many(self, count=3):
        return [self.tell(message_id=f"m{number}")[1] for number in range(count)]

    def jobs(self, wizard):
        jobs = self.env["queue.job"].search(
            [("identity_key", "=", wizard._identity_key())], order="id"
        )
        jobs.invalidate_recordset()
        return jobs

    def run_job(self, wizard):
        """What the job runner would do with the one job that waits."""
        row = self.jobs(wizard).filtered(lambda job: job.state == "pending")
        job = Job.load(self.env, row.ensure_one().uuid)
        job.set_started()
        job.store()
        with patch.object(Job, "in_temporary_env", lambda job: contextlib.nullcontext()):
            RunJobController._runjob(self.env, job)
        self.env.invalidate_all()
        return job

    def run_jobs(self, wizard):
        for count in range(50):
            if wizard.state != "searching":
                return count
            self.run_job(wizard)
        raise AssertionError("the search does not end")

    def assertNobody(self, text):
        text = text.lower()
        self.assertFalse([word for word in WORDS if word in text], text)

    # -- in jobs ------------------------------------------------------------------------------

    def test_a_long_search_goes_on_in_jobs(self):
        self.tell_many()
        wizard = self.wizard(names="Jose Garcia", phones="600123456")
        wizard.action_search()
        self.assertEqual(wizard.state, "searching")
        self.assertIn("1 of 3 bodies", wizard.progress_text)
        self.assertFalse(wizard.trouble or wizard.line_ids)
        with self.assertRaises(UserError):
            wizard.action_export()
        self.run_job(wizard)
        self.assertIn("2 of 3 bodies", wizard.progress_text)
        self.assertGreater(self.run_jobs(wizard), 3)
        self.assertIn("Messages: 3", wizard.summary)
        ((user, kind, said),) = self.told
        self.assertEqual((user, kind), (self.admin, "simple_notification"))
        self.assertIn("ready", said["title"])
        self.assertNobody(json.dumps(said))

    def test_slices_find_what_one_look_finds_and_nothing_twice(self):
        self.tell_many()
        self.shipment.message_post(body="José García called")
        sliced = self.wizard()
        sliced.action_search()
        with patch.object(slices, "MOST_ROWS", 1):
            self.run_jobs(sliced)
        with patch.object(search, "REQUEST_SECONDS", 60):
            whole = self.wizard()
            whole.action_search()
        self.assertEqual(whole.state, "found")
        self.assertEqual((sliced.summary, sliced.total), (whole.summary, whole.total))
        self.assertFalse(self.jobs(whole), "few bodies: nobody waits for a runner")
        for ids in sliced.sudo().progress["hits"].values():
            self.assertEqual(len(ids), len(set(ids)))

    def test_a_slice_has_a_limit_of_bytes(self):
        self.tell_many()
        self._patch(slices, "MOST_BODIES", 100)
        finder = self.wizard()._finder().slices
        self.assertEqual(finder._window_of_bodies(0)[1], 3)
        with patch.object(slices, "MOST_BYTES", 10):
            self.assertEqual(finder._window_of_bodies(0)[1], 1, "one at least, however large")

    def test_jobs_know_nobody(self):
        self.tell_many()
        wizard = self.wizard(names="Jose Garcia", phones="600123456")
        listener = Listener()
        logging.getLogger().addHandler(listener)
        self.addCleanup(logging.getLogger().removeHandler, listener)
        wizard.action_search()
        self.run_jobs(wizard)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(j)::text FROM queue_job j WHERE identity_key = %s",
            (wizard._identity_key(),),
        )
        rows = self.env.cr.fetchall()
        self.assertTrue(rows)
        self.assertNobody(str(rows))
        self.assertNobody("\n".join(listener.lines))

    def test_the_runner_may_not_search_in_other_companies(self):
        self.tell_many(1)
        self.tell(self.elsewhere, "m8")
        wizard = self.wizard(user=self.both).with_context(allowed_company_ids=self.company.ids)
        wizard.action_search()
        self.assertEqual(wizard.body_total, 1)
        self.run_jobs(wizard)
        self.assertIn("Messages: 1", wizard.summary)
        self.both.company_id = self.other_company
        self.both.company_ids -= self.company
        with self.assertRaises(AccessError):
            wizard.action_export()

    # -- what goes wrong ----------------------------------------------------------------------

    def test_a_job_that_fails_is_seen_says_no_name_and_is_gone_on_with(self):
        messages = self.tell_many()
        wizard = self.wizard()
        wizard.action_search()
        with (
            patch.object(slices, "excerpts", side_effect=ValueError("Jose Garcia's body")),
            self.assertLogs("odoo.addons.queue_job.controllers.main", "ERROR") as logs,
        ):
            try:  # assertRaises would roll back what is written about the failure
                self.run_job(wizard)
            except FailedJobError as error:
                failure = error
        self.env.invalidate_all()
        job = self.jobs(wizard)
        self.assertEqual(job.state, "failed")
        self.assertIn("ValueError", job.exc_message)
        self.assertNobody(str(job.read()) + str(logs.output))
        self.assertNobody("".join(traceback.format_exception(failure)))
        self.assertFalse(failure.__context__)
        self.assertEqual(wizard.state, "searching")
        self.assertIn("stopped", wizard.trouble)
        self.assertIn("stopped", self.told[-1][2]["title"])
        self.assertEqual(wizard.sudo().progress["last"], {BODIES: messages[0].id})

        looked_at = []
        window = slices.Slices._window_of_bodies

        def spied(self, after):
            looked_at.append(after)
            return window(self, after)

        with (
            patch.object(slices.Slices, "_window_of_bodies", spied),
            patch.object(search, "LATER_SECONDS", 0),
        ):
            wizard.action_go_on()
            self.assertFalse(wizard.trouble)
            self.run_jobs(wizard)
        self.assertEqual(looked_at, [message.id for message in messages], "from the last slice on")
        self.assertIn("Messages: 3", wizard.summary)

    def test_no_runner_is_told_and_one_can_go_on_without(self):
        self.tell_many()
        wizard = self.wizard()
        wizard.action_search()
        self.assertFalse(wizard.trouble)
        with patch.object(search, "config", {"server_wide_modules": ["base", "web"]}):
            wizard.invalidate_recordset()
            self.assertIn("No job runs", wizard.trouble)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '5.5 minutes' "
            "WHERE identity_key = %s",
            (wizard._identity_key(),),
        )
        self.env.invalidate_all()
        self.assertIn("No job runner has taken up the search for 5 minutes", wizard.trouble)
        wizard.action_go_on()
        self.assertEqual(wizard.state, "found")
        self.assertIn("Messages: 3", wizard.summary)
        # The runner comes back.
        self.assertEqual(self.run_job(wizard).result, "nothing left to search")
        self.assertFalse(self.told)

    def test_a_statement_that_fails_says_no_name(self):
        self.tell_many(1)
        wizard = self.wizard(names="Jose Garcia", phones="600123456")
        sought = slices.Slices._sought

        def failing(self):
            return SQL("(%s || (1 / (SELECT 0))::text)", sought(self))

        with (
            patch.object(slices.Slices, "_sought", failing),
            self.assertLogs("odoo.sql_db", "ERROR") as logs,
            self.assertRaises(UserError) as caught,
        ):
            wizard.action_search()
        self.assertIn("bad query", str(logs.output))
        self.assertNobody(str(logs.output))
        self.assertIn("DivisionByZero", str(caught.exception))
        self.assertNobody("".join(traceback.format_exception(caught.exception)))

    def test_one_that_was_stopped_or_forgotten_ends(self):
        self.tell_many()
        wizard = self.wizard()
        wizard.action_search()
        wizard.action_back()
        self.assertEqual((wizard.state, wizard.sudo().progress), ("search", False))
        self.assertEqual(self.run_job(wizard).result, "nothing left to search")
        wizard.action_search()
        wizard.action_finish()
        self.assertFalse(wizard.exists())
        self.assertEqual(self.run_job(wizard).result, "forgotten")

    def test_who_is_not_come_back_to_is_forgotten(self):
        self.tell_many()
        wizard = self.wizard()
        wizard.action_search()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_privacy_wizard SET write_date = write_date - interval '3 hours'"
        )
        self.env.invalidate_all()
        self.env["logistics.privacy.wizard"]._transient_vacuum()
        self.assertFalse(wizard.exists())

    # -- coming back --------------------------------------------------------------------------

    def test_the_menu_leads_back_to_ones_own(self):
        self.tell_many()
        wizard = self.wizard()
        model = self.env["logistics.privacy.wizard"]
        wizard.action_search()
        self.assertEqual(model.with_user(self.admin).action_open()["res_id"], wizard.id)
        self.assertFalse(model.with_user(self.both).action_open()["res_id"])
        with self.assertRaises(AccessError):
            model.with_user(self.half).action_open()
        self.run_jobs(wizard)
        self.assertEqual(model.with_user(self.admin).action_open()["res_id"], wizard.id)
        lines = wizard.line_ids
        self.assertTrue(lines.with_user(self.admin).read(["excerpt"]))
        for other in (self.both, self.half):
            for records in (wizard, lines):
                with self.assertRaises(AccessError):
                    records.with_user(other).read()
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        self.assertFalse(model.with_user(self.admin).action_open()["res_id"])
        self.assertFalse(wizard.sudo().progress or wizard.names)

    def test_nobody_writes_how_far_it_is(self):
        progress = slices.beginning(self.company + self.other_company)
        with self.assertRaises(AccessError):
            self.wizard(names="Jose Garcia", progress=progress)
        wizard = self.wizard()
        for name, value in (("progress", progress), ("is_background", True)):
            with self.assertRaises(AccessError):
                wizard.write({name: value})

    # -- what came in meanwhile ---------------------------------------------------------------

    def _exported(self, wizard):
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.archive)))
        return json.loads(archive.read("messages.json"))

    def test_what_came_in_since_is_handed_out(self):
        self.tell_many(1)
        wizard = self.wizard()
        wizard.action_search()
        self.run_jobs(wizard)
        self.tell(message_id="m7")
        wizard.action_export()
        self.assertEqual(len(self._exported(wizard)), 2)

    def test_what_was_changed_since_is_erased(self):
        first = self.scan("DLV_DELIVERED", number="1Z1", id="s1")
        self.receive(self.connection, self.message(first, message_id="m1"), {"x-id": "m1"})
        self.tell(message_id="m2")
        case = self.env["logistics.exception"].create(
            {
                "type_id": self.env["logistics.exception.type"].search([], limit=1).id,
                "key": "since",
                "severity": "major",
                "name": "Refused",
                "company_id": self.company.id,
            }
        )
        wizard = self.wizard()
        wizard.action_search()
        self.run_jobs(wizard)
        event = self.shipment.event_ids.filtered(lambda event: not event.signed_by)
        self.assertEqual(len(event), 1)
        # The same scan once more, now with who signed: no new event, the name goes into the old.
        self._patch(slices, "REWIND", 0)
        named = {**first, "signed_by": "Jose Garcia"}
        self.receive(self.connection, self.message(named, message_id="m3"), {"x-id": "m3"})
        self.assertEqual(event.signed_by, "Jose Garcia")
        case.detail = "by Jose Garcia"
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertEqual(wizard.state, "done")
        self.assertFalse(event.signed_by)
        self.assertNotIn("Garcia", case.detail)

    def test_when_much_came_in_the_search_goes_on_first(self):
        self.tell_many(1)
        wizard = self.wizard()
        wizard.action_search()
        self.run_jobs(wizard)
        self.told.clear()
        late = self.tell(message_id="m7")[1]
        wizard.action_ask()
        wizard.word = "ERASE"
        with patch.object(search, "LATER_SECONDS", 0):
            wizard.action_erase()
        self.assertEqual(wizard.state, "searching")
        self.assertIn("Nothing was handed out or erased", wizard.notice)
        self.assertTrue(late.has_body)
        self.assertFalse(self.env["logistics.privacy.request"].search([]))
        self.run_jobs(wizard)
        self.assertTrue(self.told)
        self.assertIn("Messages: 2", wizard.summary)
        self.assertFalse(wizard.word or wizard.notice)
        with self.assertRaises(UserError):
            wizard.action_erase()
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        self.assertFalse(late.has_body)

    def test_what_is_gone_since_is_not_handed_out(self):
        first, _second = self.tell_many(2)
        wizard = self.wizard()
        wizard.action_search()
        self.run_jobs(wizard)
        self.env.cr.execute("DELETE FROM logistics_message_body WHERE message_id = %s", (first.id,))
        first.purged_at = fields.Datetime.now() - timedelta(seconds=1)
        wizard.action_export()
        self.assertEqual(len(self._exported(wizard)), 1)
