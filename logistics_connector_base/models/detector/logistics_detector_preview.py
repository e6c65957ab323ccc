import time
from dataclasses import replace
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL

from ...conditions.condition import TooMany
from ...core import detectors
from .logistics_detector_threshold import SCOPES

SECONDS, NIGHT_SECONDS = 15, 60
SAMPLES = 20
# Where all of them are too many: one in so many, if the sample finds enough to say anything.
EVERY, ENOUGH = 20, 30


class LogisticsDetector(models.Model):
    """What it would have opened in the last 30 days, computed from what is known of them. Reads
    only, and only for so long."""

    _inherit = "logistics.detector"

    # By company: whoever looks sees those of the own ones.
    preview_by_company = fields.Json(readonly=True, copy=False)
    preview_at = fields.Datetime("Previewed", readonly=True, copy=False)
    preview_days = fields.Json("Last 30 days", compute="_compute_preview_days")
    preview = fields.Json(compute="_compute_preview", help="Drawn by the form.")

    @api.depends("preview_by_company")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_preview_days(self):
        if self._is_narrowed():
            self.preview_days = False
            return
        own = {str(company.id) for company in self.env.companies}
        for detector in self:
            found = detector.sudo().preview_by_company or {}
            days = [counts for company, counts in found.items() if company in own]
            total = [sum(counts) for counts in zip(*days, strict=True)] if days else []
            detector.preview_days = total if detector.sudo().preview_at else False

    def _compute_preview(self):
        self.preview = False

    @api.readonly
    def preview_draft(self, changes=None):
        """For the form: what the detector would have opened, as it stands there, saved or not.

        :param dict changes: what is not saved yet, as the form would write it
        """
        self.check_access("read")
        model = self.env["logistics.detector"]
        draft = model.new(changes or {}, origin=self) if self else model.new(changes or {})
        if draft._condition() is None or draft.interval_minutes <= 0:
            return {"error": self.env._("Choose a condition first.")}
        if draft._counts_hidden():
            return {"error": self.env._("It counts all that comes, also what you may not see.")}
        return draft._preview(fields.Datetime.now())

    def _is_narrowed(self):
        """Whether the user sees a part of the shipments only (logistics.scope)."""
        return not self.env.su and self.env.user._is_narrowed()

    def _counts_hidden(self):
        """Whether its subjects' figures are over shipments that the user may not see: those of a
        connection are, for whoever is not narrowed by connections alone."""
        if not self._is_narrowed() or self._condition()._subject != "logistics.connection":
            return False
        return not self.env.user._logistics_scopes()._connections()

    def _allowed(self):
        """SQL, ids of the subjects that the user may see (record rules); None: all of them."""
        if self.env.su:
            return None
        subject, domain = self._condition()._subject, []
        if self._is_narrowed() and subject == "logistics.connection":
            domain = [("id", "in", self.env.user._logistics_scopes()._connections().ids)]
        return self.env[subject]._search(domain).subselect()

    def _preview_lines(self):
        """The thresholds as they stand on the form: two lists of one table."""
        lines = self.base_ids | self.override_ids
        for line in lines:
            if any(line[field] for field in SCOPES):
                line.is_override = True
        return lines

    def _preview(self, now, seconds=SECONDS):
        """Count and draw.

        :param datetime now: naive UTC, the end of the 30 days
        :return: dict for the widget; ``error`` where nothing could be counted
        """
        self.ensure_one()
        condition = self._condition()
        begun = time.monotonic()
        try:
            openings, every = self._openings_or_sample(
                now, seconds, self._preview_lines(), self.env.companies
            )
        except psycopg2.errors.QueryCanceled:
            return {
                "error": self.env._(
                    "Counting took longer than %s seconds and was stopped. Nothing was changed.",
                    seconds,
                )
            }
        except TooMany:
            return {
                "error": self.env._(
                    "It would have been true more than 200,000 times. Choose other thresholds."
                )
            }
        new = [opening for opening in openings if not opening.is_first]
        days = detectors.by_day([opening.at for opening in new], now)
        return {
            "total": len(new) * every,
            "standing": (len(openings) - len(new)) * every,
            "still": sum(opening.spell.until is None for opening in openings) * every,
            "days": [count * every for count in days],
            "every": every,
            "first_day": fields.Date.to_string((now - timedelta(days=detectors.DAYS)).date()),
            "last_day": fields.Date.to_string(now.date()),
            "estimate": condition._estimate(),
            "working": ", ".join(
                line._words()
                for line in self._preview_lines()
                if line.clock == "working" and line.may_work
            ),
            "minutes": self.interval_minutes,
            "model": condition._subject,
            "samples": self._preview_samples(condition, openings[::-1][:SAMPLES]),
            "seconds": round(time.monotonic() - begun, 1),
        }

    def _preview_samples(self, condition, openings):
        records = self.env[condition._subject].search(
            [("id", "in", [opening.spell.rest[0] for opening in openings])]
        )
        names = {record.id: condition._subject_name(record) for record in records}
        return [
            {
                "id": opening.spell.rest[0],
                "name": names[opening.spell.rest[0]],
                "at": fields.Datetime.to_string(opening.at),
                "until": opening.spell.until
                and fields.Datetime.to_string(opening.spell.until.replace(microsecond=0)),
                "is_first": opening.is_first,
            }
            for opening in openings
            if opening.spell.rest[0] in names
        ]

    def _openings_or_sample(self, now, seconds, lines=None, companies=None):
        """What it would have opened; where that is too much to count, in one subject of so many.

        :param int seconds: that the database may take for both
        :return: openings, and for how many subjects each of those looked at stands
        """
        try:
            return self._openings(now, seconds * 2 / 3, lines, companies), 1
        except (psycopg2.errors.QueryCanceled, TooMany):
            if not self._condition()._can_sample:
                raise
            found = self._openings(now, seconds / 3, lines, companies, EVERY)
            if len(found) < ENOUGH:
                raise
            return found, EVERY

    def _openings(self, now, seconds, lines=None, companies=None, every=1):
        """Every case that it would have opened in the 30 days before ``now``.

        :param float seconds: that the database may take for it
        :param int every: look at one subject in so many
        :raises QueryCanceled: it took longer
        """
        condition = self._condition()
        looks = self._looks_back(now)
        question = self.sudo()._question(looks, lines, companies, self._allowed())
        question = replace(question, every=every)
        with self.env.cr.savepoint(flush=False):
            self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", round(seconds * 1000)))
            spells = condition.sudo()._held(question)
            self.env.cr.execute("SET LOCAL statement_timeout = DEFAULT")
        return detectors.openings(spells, looks)

    @api.model
    def _refresh_previews(self):
        """Cron, each night: the small graphs of the list, for each company."""
        self.env["logistics.usual.gap"]._count()
        everything = self.sudo().with_context(active_test=False).search([])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(everything))
        for detector in everything:
            detector._refresh_preview()
            if not cron._commit_progress(1):
                break

    def _refresh_preview(self):
        self.ensure_one()
        if self._condition() is None:
            return
        now = fields.Datetime.now()
        try:
            openings, every = self._openings_or_sample(now, NIGHT_SECONDS)
        except (psycopg2.errors.QueryCanceled, TooMany):
            self.preview_at = False
            return
        moments = {company.id: [] for company in self._companies()}
        for opening in openings:
            if not opening.is_first:
                moments.setdefault(opening.spell.rest[1], []).append(opening.at)
        self.preview_by_company = {
            str(company): [count * every for count in detectors.by_day(found, now)]
            for company, found in moments.items()
        }
        self.preview_at = now
