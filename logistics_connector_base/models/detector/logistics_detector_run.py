import logging
import time
from collections import Counter
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...core import detectors

_logger = logging.getLogger(__name__)

PATIENCE = 300  # seconds that a run may ask the database for one thing
SILENT = "logistics.condition.connection_silent"
MANAGER = "logistics_connector_base.group_logistics_manager"
# What a person closed while it went on is not opened again: the trouble is the same.
CLOSED_BY_PEOPLE = """
SELECT key, max(closed_at) FROM logistics_exception
WHERE key = ANY(%s) AND is_open IS NOT TRUE AND closed_by_id IS NOT NULL
GROUP BY key
"""


class LogisticsDetector(models.Model):
    """Looking: what holds the condition and has no case gets one, what does not hold it any more is
    closed. Each detector in a transaction of its own."""

    _inherit = "logistics.detector"

    next_run_at = fields.Datetime("Looks next", readonly=True, copy=False, index=True)
    last_run_at = fields.Datetime("Looked last", readonly=True, copy=False)
    last_seconds = fields.Float("Took (s)", readonly=True, copy=False, digits=(16, 2))
    last_found = fields.Integer("Found", readonly=True, copy=False)
    last_opened = fields.Integer("Opened", readonly=True, copy=False)
    last_resolved = fields.Integer("Closed", readonly=True, copy=False)
    last_held = fields.Integer(
        "Held back", readonly=True, copy=False, help="Because their whole connection is silent."
    )
    last_left = fields.Integer(
        "Beyond the limit", readonly=True, copy=False, help="Counted in “Too many at once”."
    )
    last_error = fields.Text("Error of the last look", readonly=True, copy=False)
    open_count = fields.Integer("Open cases", compute="_compute_open_count")

    def _compute_open_count(self):
        counts = dict(
            self.env["logistics.exception"]._read_group(
                [("detector_id", "in", self.ids), ("is_open", "=", True)],
                ["detector_id"],
                ["__count"],
            )
        )
        for detector in self:
            detector.open_count = counts.get(detector, 0)

    # -- when ---------------------------------------------------------------------------------

    @api.model
    def _run_due(self):
        """Cron: every detector whose time has come. What one of them does wrong stops no other."""
        now = fields.Datetime.now()
        due = self.sudo().search(
            ["|", ("next_run_at", "=", False), ("next_run_at", "<=", now)], order="sequence, id"
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for detector in due:
            if detector.try_lock_for_update():
                detector._run_guarded()
            if not cron._commit_progress(1):
                break

    def _run_guarded(self, now=None):
        """Look, and write down what came of it, whatever it was."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        begun = time.monotonic()
        values = {"next_run_at": now + timedelta(minutes=self.interval_minutes)}
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", PATIENCE * 1000))
                values |= self._run(now)
                values |= {"last_error": False}
                self.env.flush_all()
        except psycopg2.errors.SerializationFailure:
            # Somebody changed the same rows: the next look sees what is true then.
            self.env.invalidate_all()
            values = {"next_run_at": now + timedelta(minutes=1)}
        except Exception as error:
            self.env.invalidate_all()
            _logger.exception("detector %s: %s", self.id, self.condition)
            values |= {"last_error": f"{type(error).__name__}: {error}"}
        self.env.cr.execute("SET LOCAL statement_timeout = DEFAULT")
        values |= {"last_run_at": now, "last_seconds": time.monotonic() - begun}
        self.with_context(tracking_disable=True).write(values)
        self._tell_of_error()

    def _tell_of_error(self):
        exceptions, key = self.env["logistics.exception"].sudo(), f"detector:{self.id}:failed"
        if not self.last_error:
            exceptions._resolve_keys([key], self.env._("The detector works again."))
            return
        opened = exceptions._report(
            [
                {
                    "type": "detector_failed",
                    "key": key,
                    "name": self.env._("Detector “%s” fails", self.name),
                    "company_id": self._own_company().id,
                    "detail": self.last_error,
                }
            ]
        )
        opened._call_administrators()

    def _own_company(self):
        return self.company_id or self.env["res.company"].sudo().search([], order="id", limit=1)

    def action_run(self):
        """Look now, as a manager wishes."""
        if not self.env.user.has_group(MANAGER):
            raise UserError(self.env._("Only managers of Logistics can let a detector look."))
        self.check_access("read")
        for detector in self.sudo().filtered("active"):
            detector._run_guarded()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_open(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        domain = [("detector_id", "=", self.id), ("is_open", "=", True)]
        return dict(action, domain=domain, context={})

    # -- what ---------------------------------------------------------------------------------

    def _run(self, now):
        """Open and close cases by what holds at a moment.

        :param datetime now: naive UTC
        :return: the figures of this look, as values of this record
        """
        self.ensure_one()
        self.env.flush_all()
        condition = self._condition()
        if condition is None:
            raise UserError(self.env._("Its condition went with the addon that brought it."))
        condition = condition.sudo()
        holding = {
            condition._case_key(holder.key): holder
            for holder in condition._holding(self._question(self._looks_at(now)))
        }
        cases = self.env["logistics.exception"].sudo()
        # Also what was merged into another case.
        mine = cases.search(Domain("detector_id", "=", self.id) & cases._troubled())
        floods = mine.filtered("is_flood")
        standing = mine.filtered(lambda case: case.key in holding)
        closed = self._close_healed(condition, mine - standing - floods)
        standing.with_context(tracking_disable=True).write({"last_seen_at": now})
        waiting = self._waiting(holding, standing)
        waiting, held = self._hold_back(condition, waiting)
        opened, left = self._open(condition, waiting, standing)
        self._tell_of_flood(left, floods)
        return {
            "last_found": len(holding),
            "last_opened": opened,
            "last_resolved": len(closed),
            "last_held": held,
            "last_left": sum(left.values()),
        }

    def _close_healed(self, condition, cases):
        """Close what does not hold any more, each with words of what happened."""
        groups, events = {}, {}
        for case in cases:
            subject = condition._subject_of(case)
            groups.setdefault(condition._healed_words(subject), []).append(case.key)
            if condition._subject == "logistics.shipment" and subject.last_event_id:
                events[case.key] = subject.last_event_id.id
        for words, keys in groups.items():
            cases._resolve_keys(keys, words, events)
        return cases

    def _close_all(self):
        """It does not look any more: nobody else would close its cases."""
        cases = self.env["logistics.exception"].sudo()
        open_cases = cases.search(Domain("detector_id", "in", self.ids) & cases._troubled())
        cases._resolve_keys(
            open_cases.mapped("key"), self.env._("The detector was switched off or changed.")
        )

    def _waiting(self, holding, standing):
        """Those without a case, the longest first; without what people closed meanwhile."""
        keys = holding.keys() - set(standing.mapped("key"))
        if not keys:
            return {}
        rows = self.env.execute_query(SQL(CLOSED_BY_PEOPLE, list(keys)))
        closed = dict(rows)
        return {
            key: holder
            for key, holder in holding.items()
            if key in keys and not (closed.get(key) and closed[key] >= holder.since)
        }

    def _hold_back(self, condition, waiting):
        """While a whole connection is silent, its shipments' silence is no case of their own.

        :return: those that are left, and how many were held back
        """
        if not condition._is_silence:
            return waiting, 0
        silent = (
            self.env["logistics.exception"]
            .sudo()
            .search([("is_open", "=", True), ("detector_id.condition", "=", SILENT)])
        )
        connections = set(silent.connection_id.ids)
        held = Counter(
            holder.connection_id
            for holder in waiting.values()
            if holder.connection_id in connections
        )
        for case in silent:
            case._note_held(self, held[case.connection_id.id])
        left = {k: holder for k, holder in waiting.items() if holder.connection_id not in held}
        return left, sum(held.values())

    def _open(self, condition, waiting, standing):
        """Open cases as far as there is room, in each company.

        :return: how many were opened, and how many there was no room for: company id → number
        """
        cases = self.env["logistics.exception"].sudo()
        by_company = {}
        for key, holder in waiting.items():
            by_company.setdefault(holder.company_id, []).append((key, holder))
        chosen, left = [], {}
        for company, entries in by_company.items():
            there = len(standing.filtered(lambda case, c=company: case.company_id.id == c))
            room = detectors.make_room(entries, there, self.most_open)
            chosen += room.opened
            if room.left:
                left[company] = room.left
        subjects = self.env[condition._subject].sudo()
        subjects.browse([holder.subject for _key, holder in chosen]).fetch()
        cases._report(
            [
                self._trouble(condition, key, holder, subjects.browse(holder.subject))
                for key, holder in chosen
            ]
        )
        return len(chosen), left

    def _trouble(self, condition, key, holder, subject):
        """A new case, for ``logistics.exception._report``."""
        facts = [self.env._("Holds since %s (UTC).", holder.since.replace(microsecond=0))]
        facts += condition._facts(subject)
        values = {
            "type": self.type_id.code,
            "key": key,
            "name": f"{condition._subject_name(subject)}: {self.type_id.name}",
            "company_id": holder.company_id,
            "detector_id": self.id,
            "detail": "\n".join(facts),
            **condition._about(subject),
        }
        if holder.connection_id:
            values.setdefault("connection_id", holder.connection_id)
        return values

    def _tell_of_flood(self, left, open_cases):
        """One case in each company for all those that there was no room for."""
        cases = self.env["logistics.exception"].sudo()
        over = open_cases.filtered(lambda case: case.company_id.id not in left)
        cases._resolve_keys(over.mapped("key"), self.env._("There is room for all of them again."))
        for company_id, count in left.items():
            name = self.env._(
                "%(detector)s: %(count)s more", detector=self.name, count=f"{count:,}"
            )
            case = open_cases.filtered(lambda case, c=company_id: case.company_id.id == c)
            if case:
                case.with_context(tracking_disable=True).write({"name": name})
                continue
            cases._report(
                [
                    {
                        "type": "detector_flood",
                        "key": f"detector:{self.id}:flood:{company_id}",
                        "name": name,
                        "company_id": company_id,
                        "detector_id": self.id,
                        "is_flood": True,
                        "detail": self.env._(
                            "%(most)s cases of “%(detector)s” are open, as many as it may open. "
                            "%(count)s more have none.",
                            most=self.most_open,
                            detector=self.name,
                            count=f"{count:,}",
                        ),
                    }
                ]
            )
