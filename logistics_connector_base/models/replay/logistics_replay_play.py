"""Working some messages of a replay in whatever transaction the caller has."""

from odoo import api, models
from odoo.tools import format_date

from ...inbox.meanings import Meanings
from ...inbox.watchdog import Watchdog
from ...replay.batch import READABLE, RepeatBatch

MESSAGE_SECONDS = 5
PORTION_SECONDS = 120
LOCK_TIMEOUT = 2000  # milliseconds
MESSAGES = """
SELECT m.id, m.state, m.direction, m.purged_at, m.erased_at, b.content IS NOT NULL AS has_body
FROM logistics_message m LEFT JOIN logistics_message_body b ON b.message_id = m.id
WHERE m.id = ANY(%s) ORDER BY m.id FOR NO KEY UPDATE OF m
"""
# Of each message the events that it told first, and that count as told by it.
KEPT = """
SELECT message_id, array_agg(id) FROM logistics_event
WHERE message_id = ANY(%s) AND unsaid_by_id IS NULL GROUP BY message_id
"""


class Busy(Exception):
    """Somebody else has the shipments of these messages."""


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    @api.model
    def _play(self, plan, replay_id, proposed=None, outcome=""):
        """Work messages in this environment's transaction.

        :param plan: tuples: id of the step, of its message, of its event (where the message is not
            there any more)
        :param int replay_id: in whose name events are set aside
        :param dict proposed: values of a mapping that is tried
        :param str outcome: with which the cases of codes that are known now are closed
        :return: dict: ``rows`` of the difference; step id → text each: ``notes`` on what was
            worked in part, ``left_out``, ``failed``; ``again``: ids of messages to work alone
        :raises Busy: nothing may be kept of it
        """
        self.env.cr.execute("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_TIMEOUT),))
        steps = {message_id: step_id for step_id, message_id, _event in plan if message_id}
        found = {"notes": {}, "left_out": {}, "failed": {}}
        self.env.cr.execute(MESSAGES, (sorted(steps),))
        rows = self.env.cr.dictfetchall()
        self.env.cr.execute(KEPT, (sorted(steps),))
        told = dict(self.env.cr.fetchall())
        readable, kept = [], {event_id for _s, _m, event_id in plan if event_id}
        for row in rows:
            why = self._why_not(row)
            if not why:
                readable.append(row["id"])
                continue
            events = told.get(row["id"], ())
            if events and row["state"] in (*READABLE, "dismissed"):
                text = self.env._(
                    "%(why)s Only the codes of its %(count)s events are looked up anew.",
                    why=why,
                    count=len(events),
                )
                found["notes"][steps[row["id"]]] = text
                kept |= set(events)
            else:
                found["left_out"][steps[row["id"]]] = why
        there = {row["id"] for row in rows}
        for step_id, message_id, event_id in plan:
            if message_id not in there and not event_id:
                found["left_out"][step_id] = self.env._("The message was deleted.")
            elif event_id:
                found["notes"][step_id] = self.env._(
                    "An event whose message was deleted: only its code is looked up anew."
                )
        batch = self._work(readable, kept, replay_id, proposed, outcome)
        found["left_out"] |= {
            steps[key]: self.env._("It cannot be read today (%s). What it said stays.", text)
            for key, text in batch.notes.items()
        }
        describe = self.env["logistics.inbox"]._describe
        found["failed"] |= {
            steps[key]: f"{type(error).__name__}: {describe(error)}"
            for key, error in batch.failures
        }
        return found | {"rows": batch.rows, "again": batch.again}

    @api.model
    def _work(self, readable, kept, replay_id, proposed, outcome):
        messages = self.env["logistics.message"].sudo().browse(readable)
        messages.invalidate_recordset()
        meanings = Meanings(self.env, proposed)
        with Watchdog() as watchdog:
            batch = RepeatBatch(messages, replay_id, kept, meanings, watchdog, MESSAGE_SECONDS)
            batch.outcome = outcome
            with watchdog.limit(PORTION_SECONDS):
                batch.process()
        if batch.held:
            raise Busy
        return batch

    def _why_not(self, row):
        """Why a message is not read once more; "" where it is."""
        if row["direction"] != "in":
            return self.env._("It went out: it can be resent, not replayed.")
        reasons = {
            "received": self.env._("It waits to be worked: it is read as things stand then."),
            "processing": self.env._("It is in work just now."),
            "conflict": self.env._("It is in conflict: a person decides about it first."),
            "duplicate": self.env._("It is a copy: the message that came first is replayed."),
            "rejected": self.env._("It was refused: it broke its contract."),
            "dismissed": self.env._("It was dismissed, and stays so."),
        }
        if row["state"] not in READABLE:
            return reasons.get(row["state"], row["state"])
        if row["has_body"]:
            return ""
        gone = row["erased_at"] or row["purged_at"]
        if not gone:
            return self.env._("Cannot be replayed: its body is not there any more.")
        return self.env._(
            "Cannot be replayed: its body was purged on %s.", format_date(self.env, gone)
        )
