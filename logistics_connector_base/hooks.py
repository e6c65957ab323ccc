"""Installation and removal."""

INTERNAL_TABLES = ("logistics_message_body",)


def post_init_hook(env):
    """Let the service account work for every company that exists already."""
    env["res.company"].sudo().with_context(active_test=False).search([])._join_logistics_service()


def uninstall_hook(env):
    """Leave nothing behind that would run without us: pending jobs are cancelled.

    The table of raw bodies is not an ORM table; it goes with its messages.
    """
    env["queue.job"].sudo().search(
        [("model_name", "=like", "logistics.%"), ("state", "in", ("pending", "enqueued", "failed"))]
    ).button_cancelled()
    env.cr.execute("DROP TABLE IF EXISTS logistics_message_body")
