import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.addons.logistics_connector_base.models.connection.logistics_connection import OPEN_STATES

from ...core import master as core
from .logistics_connection_master import MASTER_FLOW

_logger = logging.getLogger(__name__)

BATCH = 200  # records that are looked at in one transaction
# A transaction that lasts writes the date of its beginning: what it changed is found all the same.
OVERLAP = timedelta(hours=1)
FULL = timedelta(hours=23)  # after so long all of it is looked at
TELLING = "tell"
PHASES = (*core.KINDS, TELLING)


class LogisticsMasterSync(models.Model):
    """How far the master data of one connection was looked at. A round goes through items, lots and
    customers in the order of their ids, and then tells what has to be told; it goes on where it
    stopped."""

    _name = "logistics.master.sync"
    _description = "Master Data Sync"
    _log_access = False
    _rec_name = "connection_id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    phase = fields.Selection(
        [(name, name) for name in PHASES], readonly=True, help="Empty: no round is under way."
    )
    last_id = fields.Integer(readonly=True)
    since = fields.Datetime(readonly=True, help="Empty: the round looks at everything.")
    started_at = fields.Datetime(readonly=True)
    seen_at = fields.Datetime("Looked at up to", readonly=True)
    full_at = fields.Datetime("Everything was looked at on", readonly=True)

    _connection_uniq = models.Constraint(
        "UNIQUE(connection_id)", "This connection has a sync already."
    )

    @api.model
    def _of(self, connection):
        """The sync of a connection; made where there is none. As superuser."""
        return self.search([("connection_id", "=", connection.id)]) or self.create(
            {"connection_id": connection.id}
        )

    # -- rounds -------------------------------------------------------------------------------

    @api.model
    def _run(self):
        """Cron: end the round that was under way, and go a whole one, for each connection that
        tells master data."""
        connections = self.env["logistics.connection"].search(
            [("state", "in", OPEN_STATES), ("flow_ids.code", "=", MASTER_FLOW)], order="id"
        )
        telling = connections.filtered(lambda one: one._tells_master())
        rounds = []
        for sync in self.browse().union(*(self._of(connection) for connection in telling)):
            rounds += [sync, sync] if sync.phase else [sync]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(rounds))
        for left, sync in zip(range(len(rounds), 0, -1), rounds, strict=True):
            sync._begin()
            while sync._step_safely():
                if not progress(1, remaining=left):
                    return
            if not progress(1, remaining=left - 1):
                return

    def _begin(self):
        """Begin a round, where none is under way."""
        self.ensure_one()
        if self.phase:
            return
        now = fields.Datetime.now()
        is_full = not self.seen_at or not self.full_at or self.full_at < now - FULL
        self.write(
            {
                "phase": PHASES[0],
                "last_id": 0,
                "since": False if is_full else self.seen_at - OVERLAP,
                "started_at": now,
            }
        )

    def _end(self):
        values = {"phase": False, "last_id": 0, "seen_at": self.started_at}
        if not self.since:
            values["full_at"] = self.started_at
        self.write(values)

    def _step_safely(self):
        """:return: whether there is more to do now"""
        try:
            with self.env.cr.savepoint():
                return bool(self.try_lock_for_update()) and self._step()
        except Exception as error:
            if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                raise
            _logger.exception("master data of connection %s failed", self.connection_id.id)
            return False

    def _step(self):
        """Look at one batch, or write one message; the position is part of the transaction.

        :return: whether the round goes on
        """
        self.ensure_one()
        self.invalidate_recordset()
        if not self.phase or not self.connection_id._tells_master():
            return False
        rows = self.env["logistics.master.record"]
        if self.phase == TELLING:
            if not rows._tell_next(self):
                self._end()
            return bool(self.phase)
        connection, kind = self.connection_id, self.phase
        if not self.last_id:
            rows._note_deleted(connection, kind)
        ids = rows._candidates(connection, kind, self.since or None, self.last_id, BATCH)
        rows._look_at(connection, kind, ids)
        if len(ids) == BATCH:
            self.last_id = ids[-1]
        else:
            self.write({"phase": PHASES[PHASES.index(kind) + 1], "last_id": 0})
        return True

    # -- answers ------------------------------------------------------------------------------

    def _take_answer(self, answer):
        """What became of a message (``logistics.answer``). As superuser."""
        answer.message_id._tell_master()
