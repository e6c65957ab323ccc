# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Log lines for machines: one JSON object a line, with the same names everywhere."""

import copy
import logging
import os
import threading
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter as _JsonFormatter

# Set by Odoo on each record; what they say is said by name below, or says nothing.
_NOISE = ("perf_info", "pid", "dbname")


class JsonFormatter(_JsonFormatter):
    """Records as JSON objects: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``pid``, ``db``,
    ``message``, ``exc_info`` (the traceback's text), and what the record was given as ``extra``."""

    def __init__(self):
        super().__init__(
            "%(message)s",
            json_ensure_ascii=False,
            reserved_attrs=[*vars(logging.makeLogRecord({})), "message", "asctime", *_NOISE],
        )

    def format(self, record: logging.LogRecord) -> str:
        """One line. A traceback that was masked already is taken as it is (see LogTokenFilter)."""
        if record.exc_text and record.exc_info:
            record = copy.copy(record)
            record.exc_info = None
        return super().format(record)

    def add_fields(self, log_data, record, message_dict):
        """What each line says first, then the library's own."""
        moment = datetime.fromtimestamp(record.created, UTC)
        log_data.update(
            time=moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            level=record.levelname,
            logger=record.name,
            pid=os.getpid(),
            # Odoo keeps the name of the database with the thread.
            db=getattr(threading.current_thread(), "dbname", None),
        )
        return super().add_fields(log_data, record, message_dict)
