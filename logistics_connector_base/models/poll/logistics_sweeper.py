from odoo import api, models

from ...intake import waker
from ...outbox.shift import Shift
from ...polling import lanes, plan
from ...polling.feeds import FeedAsker
from ...polling.shipments import ShipmentAsker
from ...tools.planning import make_plan

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
        """What an asker must know; None when it must not ask."""

        def pause(poll, state, reason):
            poll._set_breaker(state, reason)

        return make_plan(self.env, "logistics.poll", poll_id, plan.make, pause)


def _asker(made, number, deadline):
    return ASKERS[made.kind](made, number, deadline)
