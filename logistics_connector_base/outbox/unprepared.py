"""Calls that could not be made."""

import logging

from ..access import NoAccess
from ..core import outcome as outcomes
from ..tools.planning import own_error

_logger = logging.getLogger(__name__)


def unprepared(error):
    """The outcome where nothing was sent. An error that nobody thought of must not come back for
    ever, either."""
    if isinstance(error, NoAccess):
        return outcomes.Outcome(outcomes.TROUBLE, str(error), pause=error.retry_after, is_ours=True)
    _logger.error("outbox: a call could not be made", exc_info=error)
    return outcomes.Outcome(outcomes.TROUBLE, own_error(error), is_ours=True)
