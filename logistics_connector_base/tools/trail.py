"""The trail of a message in the log: a line at each step, all with its correlation id.

    trail.note("received", outcome="accepted", message_id=7, correlation_id="…")

``logistics_log_format = json`` in odoo.conf (or ``LOGISTICS_LOG_FORMAT``) turns the whole log of
the server into JSON lines; then the values are fields of their own.
"""

import logging
import os

from odoo.tools import config

from ..core.logline import as_text

# One name for all steps, so that one log_handler sets their level.
_logger = logging.getLogger("odoo.addons.logistics_connector_base.trail")

TEXT, JSON = "text", "json"


def note(step, **values):
    """Write a line, if the level of this logger lets it through.

    :param str step: received, refused, worked, failed or sent
    :param values: what is known; no secrets, nothing personal, no names of a LogRecord's own
    """
    if _logger.isEnabledFor(logging.INFO):
        _logger.info("%s %s", step, as_text(values), extra={"step": step, **values})


def install():
    """Give the handlers of this process the format that is configured, once.

    An unknown format is said and leaves the log as it is.
    """
    wanted = (
        os.environ.get("LOGISTICS_LOG_FORMAT") or config.get("logistics_log_format") or TEXT
    ).lower()
    if wanted == TEXT:
        return
    if wanted != JSON:
        _logger.error("logistics_log_format is %r; it may be %s or %s", wanted, TEXT, JSON)
        return
    try:
        # Optional: only who wants JSON needs the library.
        from ..core.logline_json import JsonFormatter
    except ImportError:
        _logger.error("logistics_log_format = json needs python-json-logger (requirements.txt)")
        return
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, JsonFormatter):
            handler.setFormatter(JsonFormatter())
