import logging
import time

import psycopg2
from odoo import api, models
from odoo.exceptions import UserError

from ..access import NoAccess
from ..intake import waker
from ..outbox.crew import Crew
from ..polling import lanes, plan
from ..polling.feeds import FeedAsker
from ..polling.shipments import ShipmentAsker

_logger = logging.getLogger(__name__)

LANE = 1  # one job at a time on all servers together: a thread for each poll does the waiting
SLICE_SECONDS = 10  # as long a job has an HTTP worker; then others have their turn
IDENTITY_KEY = "logistics.polling"
ASKERS = {"feed": FeedAsker, "shipment": ShipmentAsker}


class LogisticsSweeper(models.AbstractModel):
    """Asks partners for what their webhooks may have lost. What is due is found by its state; the
    job that does it may be lost, late or dead. See docs/polling.md."""

    _name = "logistics.sweeper"
    _description = "Logistics Sweeper"

    @api.model
    def _sweep(self):
        """Cron, each minute: what is due is asked, whoever forgot to start it; the waker of this
        process looks for what is due within the minute."""
        self._wake()
        self.env["logistics.outbox"]._wake_after_commit()

    @api.model
    def _wake(self):
        """Enqueue the job where something is to be asked and nobody is at it.

        :return: whether something is to be asked, or being asked
        """
        if not lanes.due_polls(self.env.cr):
            return False
        if LANE not in lanes.live(self.env.cr):
            self.env["logistics.job.starter"]._start(
                self, "_ask", LANE, IDENTITY_KEY, "Logistics: ask partners, lane %s"
            )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something is to be asked; None when nothing is."""
        return lanes.seconds_to_next(self.env.cr)

    @api.model
    def _ask(self, lane=LANE):
        """Job: ask what is due until nothing is or the slice is over. One thread for each poll (or
        for each of its askers): a partner that is slow takes time of nobody else.

        :return: a line for the job's result
        """
        deadline = time.monotonic() + SLICE_SECONDS
        dbname = self.env.cr.dbname
        with self.env.registry.cursor() as cr:
            session = lanes.Session(cr)
            if not session.take_lane(lane):
                return f"lane {lane} is at work already"
            try:
                calls = self._ask_all(session, deadline)
            finally:
                session.leave_all()
        waker.wake(dbname)  # what is due by now starts the next slice
        return f"{calls} calls"

    def _ask_all(self, session, deadline):
        crew = Crew()
        try:
            while True:
                for slot in crew.ended():
                    session.leave(slot)
                due = session.due_polls() if time.monotonic() < deadline else []
                self._fill_rooms(session, crew, due, deadline)
                if not crew.members:  # nothing is due, or others are at it
                    return crew.sent
                crew.wait()
        finally:
            # Where the session was lost, so are the locks: nobody goes on without.
            crew.halt()

    def _fill_rooms(self, session, crew, due, deadline):
        """An asker for each poll, those first that waited longest; then further ones. Where polls
        find no room, others have had their turn."""
        waiting = 0
        for poll_id, count in due:
            if crew.serves(poll_id):
                continue
            if crew.has_room:
                self._start_askers(session, crew, poll_id, count, deadline, 1)
            else:
                waiting += 1
        if waiting:
            crew.make_room(waiting)
            return
        for poll_id, count in due:
            if count > 1 and crew.has_spare_room:
                self._start_askers(session, crew, poll_id, count, deadline, count)

    def _start_askers(self, session, crew, poll_id, count, deadline, most):
        """Start up to ``most`` of the ``count`` askers of a poll that are not at work, here or in
        another process."""
        for number in range(count):
            slot = (poll_id, number)
            if most <= 0 or not crew.has_room:
                return
            if crew.has(slot) or not session.take(slot):
                continue
            made = self._plan(poll_id)
            if made is None:
                session.leave(slot)
                return
            crew.start(ASKERS[made.kind](made, number, deadline))
            most -= 1

    def _plan(self, poll_id):
        """What an asker must know, read in a transaction of its own; None when it must not ask."""
        with self.env.registry.cursor() as cr:
            # Its progress may be written by other askers just now.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            env = api.Environment(cr, self.env.uid, {})
            poll = env["logistics.poll"].sudo().browse(poll_id).exists()
            if not poll or not poll.active:
                return None
            try:
                return plan.make(poll)
            except (ValueError, UserError) as error:
                # A certificate that cannot be read, an address: for a person to mend.
                poll._set_breaker("stopped", str(error))
            except NoAccess as error:
                poll._set_breaker("open", str(error))
            except psycopg2.Error:
                raise
            except Exception as error:
                # One poll's trouble is not that of the others (law 10).
                _logger.exception("poll %s cannot be asked", poll_id)
                poll._set_breaker("open", f"Our own error: {type(error).__name__}")
            return None
