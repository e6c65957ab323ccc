"""Working the portions of a replay: rolled back in the dry run, committed when it is applied."""

import contextlib
import logging
import random
import time

from odoo import api, fields, models
from odoo.fields import Domain

from ...core.replay_difference import digest as digest_of
from ...core.setbacks import CONTENTION, MESSAGE, setback
from ...inbox.watchdog import TimeExceeded
from .logistics_replay import RUNNING
from .logistics_replay_play import Busy

_logger = logging.getLogger(__name__)

SLICE_SECONDS = 15  # a job ends after this, and another one goes on
# Somebody else has the shipments: so often it is tried again, after a moment each.
TRIES, PAUSE = 6, 0.3
IDENTITY_KEY = "logistics.replay"
# In the context of a job, whose transactions see what others have committed meanwhile.
IN_JOB = "logistics_replay_in_job"
# First key of the advisory lock of who works a replay ("LOGR").
LOCK_CLASS = 0x4C4F4752
TODO = {"previewing": "waiting", "applying": "previewed"}


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    # -- a portion ----------------------------------------------------------------------------

    def _work_all(self):
        """Work every portion within this transaction."""
        while portion := self._next_portion():
            self._work_portion(portion)
        self._conclude()

    def _next_portion(self):
        todo = TODO[self.state]
        return self.step_ids.search(
            [("replay_id", "=", self.id), ("state", "=", todo)], order="portion, id", limit=1
        ).portion

    def _work_portion(self, portion):
        """Work one portion, and keep what came of it. What fails is found by working each message
        alone, and does not keep the others from being worked."""
        steps = self.env["logistics.replay.message"].search(
            [
                ("replay_id", "=", self.id),
                ("state", "=", TODO[self.state]),
                ("portion", "=", portion),
            ]
        )
        rows, parts = [], [steps]
        while parts:
            part = parts.pop(0)
            found, error = self._attempt(part)
            if error is None:
                again = set(found["again"])
                apart = part.filtered(lambda step, again=again: step.message_id.id in again)
                if apart and len(part) > 1:
                    parts += list(apart)
                    part -= apart
                rows += found["rows"]
                self._note_steps(part, found)
            elif len(part) > 1:
                parts = [*part, *parts]
            else:
                part.write({"state": "failed", "note": error})
        self._keep_lines(portion, rows)

    def _attempt(self, steps):
        """Work messages, all or none.

        :return: what :meth:`_play` returns, and the error in words (None: it went well)
        """
        self.env.flush_all()
        plan = [(step.id, step.message_id.id, step.event_id.id) for step in steps]
        for patience in reversed(range(TRIES)):
            try:
                with self._stage_of(self.state) as env:
                    return env[self._name]._play(plan, *self._playing(env)), None
            except Busy:
                if not patience:
                    return None, self.env._("Somebody else worked on its shipment all the while.")
            except (Exception, TimeExceeded) as error:
                trouble = setback(error)
                if trouble == MESSAGE:
                    _logger.info("replay %s: %r", self.id, error, exc_info=error)
                    return None, self.env["logistics.inbox"]._describe(error) or repr(error)
                # In a request a snapshot that is too old stays so: Odoo does all of it again.
                is_fixed = self.state == "applying" and not self.env.context.get(IN_JOB)
                if not patience or trouble != CONTENTION or is_fixed:
                    raise
            time.sleep(random.uniform(PAUSE / 3, PAUSE))
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _stage_of(self, state):
        """Where messages are worked: a transaction that is rolled back, or this one."""
        if state == "previewing":
            with self.env["logistics.rehearsal"]._stage() as env:
                yield env
            return
        service = self.env.ref("logistics_connector_base.user_logistics_service")
        context = {"tracking_disable": True, "lang": self.env.lang}
        with self.env.cr.savepoint():
            yield api.Environment(self.env.cr, service.id, context)

    def _playing(self, env):
        """The replay in whose name events are set aside there, the mapping that is tried, and what
        the cases of codes that are known by it are closed with."""
        mapping = self.mapping_ids.filtered("active")[:1]
        outcome = self._mapped_text(mapping) if mapping else ""
        if self.state == "applying":
            return self.id, None, outcome
        # Not committed yet, perhaps: one that is rolled back with all the rest stands for it.
        stand_in = (
            env[self._name]
            .sudo()
            .with_context(mail_create_nolog=True)
            .create({"reason": "-", "company_id": self.company_id.id, "user_id": self.user_id.id})
        )
        proposed = self.proposed if not self.mapping_ids else None
        return stand_in.id, proposed, outcome

    def _note_steps(self, steps, found):
        done = "previewed" if self.state == "previewing" else "applied"
        plain = steps
        for state, notes in (
            (done, found["notes"]),
            ("left_out", found["left_out"]),
            ("failed", found["failed"]),
        ):
            for step in steps.filtered(lambda step, notes=notes: step.id in notes):
                step.write({"state": state, "note": notes[step.id]})
                plain -= step
        plain.write({"state": done, "note": False})

    # -- the end ------------------------------------------------------------------------------

    def _conclude(self):
        now = fields.Datetime.now()
        if self.state == "previewing":
            digest = digest_of(self.line_ids)
            self.write({"state": "previewed", "previewed_at": now, "preview_digest": digest})
        else:
            applied = self.line_ids.filtered(lambda line: line.state != "missing")
            self._close_mapped()
            self.write({"state": "done", "ended_at": now, "applied_digest": digest_of(applied)})

    def _close_mapped(self):
        """Resolve the cases of codes that have a mapping now, and of which nothing is left."""
        events = self.env["logistics.event"]
        for mapping in self.mapping_ids.filtered("active"):
            domain = [("raw_code", "=", mapping.raw_code)]
            if mapping.raw_sub_code:
                domain.append(("raw_sub_code", "=", mapping.raw_sub_code))
            exceptions = self.env["logistics.exception"]
            cases = exceptions.search(
                Domain(
                    [
                        *domain,
                        ("type_code", "=", "unmapped_code"),
                        ("provider", "=", mapping.provider),
                        ("company_id", "=", self.company_id.id),
                    ]
                )
                & exceptions._troubled()
            )
            for case in cases:
                left = events.search_count(
                    [
                        ("issuer", "=", case.provider),
                        ("raw_code", "=", case.raw_code),
                        ("raw_sub_code", "in", [case.raw_sub_code or "", False])
                        if not case.raw_sub_code
                        else ("raw_sub_code", "=", case.raw_sub_code),
                        ("is_unmapped", "=", True),
                        ("standing", "not in", ("superseded", "retracted")),
                        ("connection_id.company_id", "=", self.company_id.id),
                    ],
                    limit=1,
                )
                if not left:
                    case._over(self._mapped_text(mapping))

    def _mapped_text(self, mapping):
        return self.env._("Mapped to “%s”, and its messages replayed.", mapping.code_id.name)

    # -- in jobs ------------------------------------------------------------------------------

    def _start(self):
        """Enqueue a job that works the portions; found again by its state if it is lost."""
        self.ensure_one()
        self.env["logistics.job.starter"]._start(
            self.browse(), "_drain", self.id, IDENTITY_KEY, "Logistics: replay %s"
        )

    @api.model
    def _sweep(self):
        """Cron, each minute: a replay whose job died goes on."""
        for replay in self.sudo().search([("state", "in", RUNNING)]):
            replay._start()

    @api.model
    def _drain(self, replay_id):
        """Job: work portions of a replay, each in a transaction of its own.

        :return: a line for the job's result
        """
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, replay_id))
        if not self.env.cr.fetchone()[0]:
            return "another job is at it"
        deadline = time.monotonic() + SLICE_SECONDS
        worked = 0
        while time.monotonic() < deadline:
            if not self._drain_one(replay_id):
                return f"{worked} portions worked, the last ones"
            worked += 1
        self.sudo().browse(replay_id)._start()
        return f"{worked} portions worked so far"

    @contextlib.contextmanager
    def _transaction(self):
        """An environment on a cursor of its own, committed at the end, as the inbox has it."""
        with self.env.registry.cursor() as cr:
            self.env["logistics.rehearsal"]._isolate(cr)
            env = api.Environment(cr, self.env.uid, {})
            yield env
            env.flush_all()

    def _drain_one(self, replay_id):
        """Work one portion in a transaction of its own; whether there was one."""
        try:
            with self._transaction() as env:
                replay = env[self._name].sudo().browse(replay_id).exists()
                if not replay or replay.state not in RUNNING:
                    return False
                replay = replay.with_context(**{"lang": replay.user_id.lang, IN_JOB: True})
                portion = replay._next_portion()
                if portion:
                    replay._work_portion(portion)
                    return True
                replay._conclude()
                replay._tell()
        except Exception as error:
            if setback(error) != MESSAGE:
                raise  # it is the database's trouble: the sweep starts it again
            self._fail(replay_id, error)
        return False

    def _fail(self, replay_id, error):
        _logger.exception("replay %s failed", replay_id)
        with self._transaction() as env:
            text = self.env["logistics.inbox"]._describe(error)
            replay = env[self._name].sudo().browse(replay_id)
            replay.write({"state": "failed", "error": f"{type(error).__name__}: {text}"})
            replay._tell()

    def _tell(self):
        """Whoever replays may be anywhere in Odoo by now."""
        kinds = {"failed": "danger", "done": "success"}
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": kinds.get(self.state, "info"),
                "sticky": True,
                "title": self.env._("Replay: %s", labels[self.state]),
                "message": self.display_name,
            },
        )
