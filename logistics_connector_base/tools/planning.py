"""What a thread of a job must know of its flow or poll, read in a transaction of its own."""

import logging

import psycopg2
from odoo import api
from odoo.exceptions import UserError

from ..access import NoAccess
from .shared_cursor import shared_cursor
from .signals import is_up_to_date

_logger = logging.getLogger(__name__)


def make_plan(job_env, model, record_id, make, pause):
    """One record's trouble is not that of the others (law 10): where its plan cannot be made, that
    is written down, and nobody calls.

    :param job_env: environment of the job
    :param str model: of the records, which have a field ``active``
    :param make: ``make(record)`` returns the plan
    :param pause: ``pause(record, state, reason)`` keeps it from being tried at once again:
        "stopped", which is for a person to mend, or "open", for a while
    :return: the plan; None where nobody may call now
    """
    with shared_cursor(job_env.registry) as cr:
        # The breaker may be written by other threads just now.
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        if not is_up_to_date(job_env.registry, cr):
            return None
        env = api.Environment(cr, job_env.uid, {})
        record = env[model].sudo().browse(record_id).exists()
        if not record or not record.active:
            return None
        try:
            return make(record)
        except (ValueError, UserError) as error:
            # A certificate that cannot be read, a schedule, an address.
            pause(record, "stopped", str(error))
        except NoAccess as error:
            pause(record, "open", str(error))
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.exception("%s %s cannot be called", model, record_id)
            pause(record, "open", own_error(error))
        return None


def own_error(error):
    """An error of our own for people to read: its texts may hold secrets, the log has them."""
    return f"Our own error: {type(error).__name__}"
