"""Keeps the secret token of an intake address out of every log (law 9)."""

import logging

from ..core.masking import LogTokenFilter

# The loggers that print request paths: werkzeug's access log, Odoo's dispatcher and its handlers.
LOGGERS = ("werkzeug", "odoo.http", "odoo.addons.base.models.ir_http", "odoo.service.server")


def install():
    """Attach the filter once to the loggers above and to the root's handlers."""
    targets = [logging.getLogger(name) for name in LOGGERS] + list(logging.getLogger().handlers)
    for target in targets:
        if not any(isinstance(known, LogTokenFilter) for known in target.filters):
            target.addFilter(LogTokenFilter())
