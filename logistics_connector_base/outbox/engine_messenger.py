"""Messages that an engine carries out: one message is an act (book a shipment), which may take
several calls of a partner's own kind. The engine makes them; what came of it is judged there."""

import time

from ..core import outcome as outcomes
from ..core import personal
from ..core.jsonsafe import clean_text
from .records import Result
from .unprepared import unprepared

ANSWER_CHARACTERS = 1000


class EngineMessenger:
    """Has an engine act (see ``messengers``).

    :param Plan plan: of a flow with an ``engine``: an object with ``act(taken, client)`` and
        ``find(taken, client)``, which return an object with ``outcome``, ``document`` (bytes to be
        kept with the message) and ``text`` (for people), and never repeat what may have been done.
        ``find`` answers for the act's message whether it was done: ``DELIVERED`` with its document,
        ``ABSENT``, or what kept it from knowing
    """

    def __init__(self, plan):
        self.plan = plan
        self.client = plan.make_client()

    def close(self):
        self.client.close()

    def send(self, taken):
        """Have it done, once."""
        return self._result(taken, self.plan.engine.act)

    def ask(self, taken, state):
        """See :meth:`HttpMessenger.ask`."""
        result = self._result(taken, self.plan.engine.find)
        kind = result.outcome.kind
        arrived = {outcomes.DELIVERED: True, outcomes.ABSENT: False}.get(kind)
        return result, arrived

    def _result(self, taken, act):
        start = time.monotonic()
        try:
            said = act(taken, self.client)
        except Exception as error:
            return Result(taken, unprepared(error), time.monotonic() - start)
        text = personal.mask_text(clean_text(said.text, ANSWER_CHARACTERS))
        seconds = time.monotonic() - start
        return Result(taken, said.outcome, seconds, text, said.document)
