"""The search of the wizard: a first look within the request, the rest in jobs."""

from odoo import api, fields, models
from odoo.addons.queue_job.exception import FailedJobError, RetryableJobError
from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from ..privacy.discreet import discreetly
from ..privacy.find import Finder
from ..privacy.slices import BODIES, beginning

# Seconds: what somebody waits for without leaving; what a job looks at in its transaction; what
# may have come in between the search and its use.
REQUEST_SECONDS = 3
JOB_SECONDS = 8
LATER_SECONDS = 10
# A job that nobody has taken up, or that has ended no slice, for so long (seconds) is told.
PATIENCE = 60
STUCK = 600
UNFINISHED = ("searching", "found", "confirm")


class LogisticsPrivacyWizard(models.TransientModel):
    """Jobs know the number of the wizard only: who is looked for stands nowhere else."""

    _inherit = "logistics.privacy.wizard"

    # How far the search is (see privacy/slices.py); none but the steps reads or writes it.
    progress = fields.Json(groups=fields.NO_ACCESS, readonly=True)
    body_total = fields.Integer(readonly=True)
    is_background = fields.Boolean(readonly=True, help="It went on in jobs; the menu leads to it.")
    notice = fields.Char(readonly=True)
    progress_text = fields.Char("Searching", compute="_compute_progress_text")
    percent = fields.Float(compute="_compute_progress_text")
    trouble = fields.Char(compute="_compute_trouble")

    @api.depends("progress", "body_total")
    def _compute_progress_text(self):
        for wizard in self:
            progress = wizard.sudo().progress or {}
            total = wizard.body_total
            # Others may have come in, and some are looked at twice.
            count = min(progress.get("bodies", 0), total)
            wizard.percent = 100 * count / total if total else 0
            if BODIES in progress.get("ended", ()):
                wizard.percent = 100
                wizard.progress_text = self.env._(
                    "Searching… all %s bodies, now events and other records", f"{total:,}"
                )
            else:
                wizard.progress_text = self.env._(
                    "Searching… %(count)s of %(total)s bodies",
                    count=f"{count:,}",
                    total=f"{total:,}",
                )

    @api.depends("state", "progress")
    def _compute_trouble(self):
        for wizard in self:
            wizard.trouble = wizard._trouble() if wizard.state == "searching" else False

    def _trouble(self):
        """Why the search does not go on, as its job tells."""
        jobs = self.env["queue.job"].sudo()
        job = jobs.search([("identity_key", "=", self._identity_key())], order="id desc", limit=1)
        seconds = 0
        if job:
            began = job.date_started if job.state == "started" else job.date_created
            seconds = (fields.Datetime.now() - max(began, job.eta or began)).total_seconds()
        if job.state in ("pending", "enqueued"):
            if "queue_job" not in config["server_wide_modules"]:
                return self.env._(
                    "No job runs on this server: queue_job is not among the server-wide modules. "
                    "“Go on” searches for some seconds more."
                )
            if seconds > PATIENCE:
                return self.env._(
                    "No job runner has taken up the search for %s minutes: it is not running, or "
                    "busy. “Go on” searches for some seconds more.",
                    int(seconds // 60),
                )
            return False
        if job.state == "started" and seconds < STUCK:
            return False
        return self.env._(
            "The search stopped: its job failed or was taken away (Job Queue → Jobs says more). "
            "“Go on” continues where it stopped."
        )

    # -- who, where ---------------------------------------------------------------------------

    def _companies(self):
        """Those of the search, once it was begun."""
        progress = self.sudo().progress
        if not progress:
            return self.env.companies
        return self.env["res.company"].browse(progress["companies"])

    def _finder(self):
        self.env.flush_all()
        return Finder(self.env, self._companies(), self._subject(), self.partner_id)

    def _hold(self):
        """Wait for a job that is at it just now: the steps follow each other."""
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT FROM logistics_privacy_wizard WHERE id = ANY(%s) FOR UPDATE", (self.ids,)
        )

    # -- searching ----------------------------------------------------------------------------

    @api.model
    def action_open(self):
        """From the menu: back to the search that went on by itself, or to a new one."""
        self._check_allowed()
        domain = [("create_uid", "=", self.env.uid), ("is_background", "=", True)]
        domain += [("state", "in", UNFINISHED)]
        return self.search(domain, order="id desc", limit=1)._again()

    def action_search(self):
        """Dry run: list what is there."""
        self._check_allowed()
        subject = self._subject()
        self._hold()
        if self.state == "done":
            raise UserError(self.env._("This request was answered. Open the menu for another."))
        self.sudo().line_ids.unlink()
        self.sudo().write(
            {
                "state": "searching",
                "progress": beginning(self.env.companies),
                "mark": self.env["logistics.privacy.request"]._mark(subject),
                "is_background": False,
                "notice": False,
                "archive": False,
            }
        )
        self.sudo().body_total = discreetly(self._stopped, self._finder().slices.count_bodies)
        self._look_in_request(REQUEST_SECONDS)
        return self._again()

    def action_refresh(self):
        return self._again()

    def action_go_on(self):
        """After a failed job, or without any: continue where the last slice ended."""
        self._check_allowed()
        self._hold()
        if self.state == "searching":
            self._look_in_request(LATER_SECONDS)
        return self._again()

    def _look_in_request(self, seconds):
        if not discreetly(self._stopped, self._look, seconds):
            self._enqueue()

    def _stopped(self, text):
        return UserError(self.env._("The search could not go on: %s", text))

    def _look(self, seconds):
        """Look at some slices; list what was found after the last one.

        :return: whether it was the last one
        """
        finder, progress = self._finder(), self.sudo().progress
        is_all = finder.slices.look(progress, seconds)
        self.sudo().progress = progress
        if is_all:
            self._show(finder.find(progress))
        return is_all

    def _found_now(self):
        """What was found and still is there, and what came in since.

        :return: (Found, Finder); (None, Finder) when so much came in that the search goes on
        """
        self._check_allowed()
        self._hold()
        if self.state not in ("found", "confirm"):
            raise UserError(self.env._("Search first."))
        if self._companies() - self.env.user.company_ids:
            raise AccessError(self.env._("You may not work for these companies any more."))
        finder = self._finder()
        found = discreetly(self._stopped, self._look_again, finder)
        if found:
            return found, finder
        self.sudo().write(
            {
                "state": "searching",
                "word": False,
                "notice": self.env._(
                    "Much came in since the search. It goes on; look at what it finds, then ask "
                    "again. Nothing was handed out or erased."
                ),
            }
        )
        self._enqueue()
        return None, finder

    def _look_again(self, finder):
        """:return: Found, or None when the time was not enough"""
        progress = self.sudo().progress
        finder.slices.again(progress)
        is_all = finder.slices.look(progress, LATER_SECONDS)
        self.sudo().progress = progress
        return finder.find(progress) if is_all else None

    # -- in jobs ------------------------------------------------------------------------------

    def _identity_key(self):
        return f"logistics_privacy_search.{self.id}"

    def _enqueue(self):
        self.sudo().is_background = True
        service = self.env.ref("logistics_connector_base.user_logistics_service")
        self.with_user(service).with_context(allowed_company_ids=[]).with_delay(
            description="Logistics: search for a person's data", identity_key=self._identity_key()
        )._search_job()

    def _search_job(self):
        """Job: look at the next slices; another job is for the rest, so that none takes long."""
        self = self.sudo()
        if not self.try_lock_for_update():
            if self.exists():
                raise RetryableJobError("somebody is at it", seconds=5, ignore_retry=True)
            return "forgotten"
        self.invalidate_recordset()
        if self.state != "searching":
            return "nothing left to search"
        person = self.create_uid
        self = self.with_context(lang=person.lang)
        if not discreetly(FailedJobError, self._look, JOB_SECONDS):
            self._enqueue()
            return f"{self.progress['bodies']} bodies searched so far"
        self._tell(self.env._("The search for a person's data is ready"), "success")
        return f"{self.progress['bodies']} bodies searched"

    def _search_failed(self, **_values):
        """queue_job's hook: the job gave up."""
        wizard = self.sudo().exists()
        if wizard.state == "searching":
            wizard = wizard.with_context(lang=wizard.create_uid.lang)
            wizard._tell(wizard.env._("The search for a person's data stopped"), "danger")

    def _tell(self, text, kind):
        """Whoever searches may be anywhere in Odoo by now; nobody is named."""
        self.create_uid._bus_send(
            "simple_notification",
            {
                "type": kind,
                "sticky": True,
                "title": text,
                "message": self.env._("See Logistics → Configuration → A person's data."),
            },
        )
