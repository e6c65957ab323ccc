"""Who makes the calls of a flow. A messenger has three methods, and knows neither the database nor
the breaker nor the order:

- ``send(taken)``: one try of a message; a ``records.Result`` whatever comes of it. It never raises
  for what a partner does, nor for what is missing.
- ``ask(taken, state)``: what the partner says of a message that is in doubt, or not acknowledged:
  ``(Result, arrived)``, see :meth:`HttpMessenger.ask`.
- ``close()``.

One to a sender, used in its thread; it lives for a slice.
"""

from .broker_messenger import BrokerMessenger
from .engine_messenger import EngineMessenger
from .http_messenger import HttpMessenger


def make(plan):
    """The messenger for a plan."""
    if plan.engine is not None:
        return EngineMessenger(plan)
    return HttpMessenger(plan) if plan.broker is None else BrokerMessenger(plan)
