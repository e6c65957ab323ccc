import logging

import psycopg2
from odoo import api, models
from odoo.exceptions import UserError

from ...access import NoAccess
from ...intake import waker
from ...outbox.shift import Shift
from ...polling import lanes, plan
from ...polling.feeds import FeedAsker
from ...polling.shipments import ShipmentAsker
from ...tools.shared_cursor import shared_cursor
from ...tools.signals import is_up_to_date

_logger = logging.getLogger(__name__)

LANE = 1  # one job at a time on all servers together: a thread for each poll does the waiting
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
        dbname = self.env.cr.dbname
        with self.env.registry.cursor() as cr:
            session = lanes.Session(cr)
            if not session.take_lane(lane):
                return f"lane {lane} is at work already"
            try:
                calls = Shift(session, session.due_polls, self._plan, _asker).work()
            finally:
                session.leave_all()
        waker.wake(dbname)  # what is due by now starts the next slice
        return f"{calls} calls"

    def _plan(self, poll_id):
        """What an asker must know, read in a transaction of its own; None when it must not ask."""
        with shared_cursor(self.env.registry) as cr:
            # Its progress may be written by other askers just now.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            if not is_up_to_date(self.env.registry, cr):
                return None
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


def _asker(made, number, deadline):
    return ASKERS[made.kind](made, number, deadline)
