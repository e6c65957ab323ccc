from odoo import api, models

# A job that was handed out and never began is not waited for longer than this (seconds).
JOB_PATIENCE = 15
# First key of the advisory lock under which a job is enqueued ("LOGJ"); the second hashes its key.
LOCK_CLASS = 0x4C4F474A
# A job whose process died stays "started" and takes a room of the channel, of whatever lane it was,
# until the runner looks for dead ones, up to a minute later. Whoever runs a job holds a lock on its
# row here; between its start and that lock are some milliseconds.
BURY_DEAD_JOBS = """
UPDATE queue_job SET state = 'cancelled', date_cancelled = now() AT TIME ZONE 'UTC',
       result = 'Its process ended; the lane was started anew.'
WHERE identity_key LIKE %(keys)s AND state = 'started'
      AND date_started < now() AT TIME ZONE 'UTC' - interval '0.3 seconds'
      AND (id IN (SELECT queue_job_id FROM queue_job_lock
                  WHERE queue_job_lock.queue_job_id = queue_job.id FOR NO KEY UPDATE SKIP LOCKED)
           OR NOT EXISTS (SELECT 1 FROM queue_job_lock
                          WHERE queue_job_lock.queue_job_id = queue_job.id))
"""


class LogisticsJobStarter(models.AbstractModel):
    """Starts the jobs behind which nothing is kept: drains of the inbox, senders of the outbox.
    What they work is found by its state; the job may be lost, late or dead."""

    _name = "logistics.job.starter"
    _description = "Logistics Job Starter"

    @api.model
    def _start(self, model, method, lane, key, description):
        """Enqueue ``model.method(lane)`` as the service account, unless a fresh job of that lane is
        about to begin.

        :param model: an empty recordset
        :param int lane: at most one job of each waits or works
        :param str key: of these jobs, the lane is added to it
        :param str description: for the list of jobs, with a place for the lane
        """
        keys, key = f"{key}.%", f"{key}.{lane}"
        # Several processes look at the same moment. Who comes second would not see the first one's
        # job, and the two would take a room each.
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (LOCK_CLASS, key))
        if not self.env.cr.fetchone()[0]:
            return
        # Also when a new one waits already: it waits for the room that the dead one takes.
        self.env.cr.execute(BURY_DEAD_JOBS, {"keys": keys})
        self.env.cr.execute(
            "SELECT count(*) FILTER (WHERE date_created > limit_at), count(*) FROM queue_job, "
            "(SELECT (now() AT TIME ZONE 'UTC') - make_interval(secs => %s) AS limit_at) at_most "
            "WHERE identity_key = %s AND state IN ('pending', 'enqueued')",
            (JOB_PATIENCE, key),
        )
        young, waiting = self.env.cr.fetchone()
        if young:
            return
        if waiting:
            self._nudge_runner(key)
            return
        service = self.env.ref("logistics_connector_base.user_logistics_service")
        delayed = model.with_user(service).with_delay(
            description=description % lane, identity_key=key, max_retries=1
        )
        getattr(delayed, method)(lane)

    @api.model
    def _nudge_runner(self, key):
        """Make the job runner look at a job that has waited for too long."""
        self.env.cr.execute(
            "SELECT pg_notify('queue_job', uuid) FROM queue_job WHERE identity_key = %s "
            "AND state IN ('pending', 'enqueued')",
            (key,),
        )
