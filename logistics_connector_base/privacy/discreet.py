"""Errors met while a person is looked for, without the words that were looked for."""

import traceback

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from psycopg2 import OperationalError


def discreetly(make, function, *args):
    """Call ``function``. Errors may quote texts of records and bodies, and end up in logs, jobs and
    browsers: another one is raised in their stead that tells their class and places only.

    Not a context manager: what is raised while one is left has the first error as its context.

    :param make: makes that other exception of a text
    """
    try:
        return function(*args)
    except UserError:
        raise  # in our own words
    except Exception as error:
        if isinstance(error, OperationalError) and error.pgcode in PG_CONCURRENCY_ERRORS_TO_RETRY:
            raise  # says nothing of the data, and is tried again
        name, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-4:])
    raise make(f"{name} ({places})")
