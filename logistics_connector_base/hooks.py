"""Installation and removal."""

from odoo.tools import SQL

from .api import changes
from .business_state import due

# Foreign keys between our own tables that forbid to delete a record of the addon's data.
FORBIDDING_KEYS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'f' AND confdeltype IN ('r', 'a')
      AND conrelid::regclass::text ~ '^logistics_' AND confrelid::regclass::text ~ '^logistics_'
"""


def post_init_hook(env):
    """Let the service account work for every company that exists already, and find out where the
    orders stand."""
    env["res.company"].sudo().with_context(active_test=False).search([])._join_logistics_service()
    # Orders and transfers that are there already are looked at bit by bit, not in this transaction.
    due.everything(env.cr)


def uninstall_hook(env):
    """Leave nothing behind that would run without us: pending jobs are cancelled.

    Tables that are not the ORM's go here. Events forbid to delete their code, messages their
    connection, and so on; all of them go now, in whatever order, so that what forbids goes first.
    """
    env["queue.job"].sudo().search(
        [("model_name", "=like", "logistics.%"), ("state", "in", ("pending", "enqueued", "failed"))]
    ).button_cancelled()
    for table in (
        "logistics_message_body",
        "logistics_rate_bucket",
        "logistics_send_bucket",
        "logistics_api_bucket",
        "logistics_inbox_level",
        "logistics_inbox_glance",
    ):
        env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
    due.uninstall(env.cr)
    changes.uninstall(env.cr)
    env.cr.execute(FORBIDDING_KEYS)
    for table, constraint in env.cr.fetchall():
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(constraint),
            )
        )
