# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The one way by which calls leave Odoo (law 6; docs/decisions/0007-one-guarded-client.md).

No Odoo in here. From Odoo, take a client that knows the administrator's list of allowed systems:
``env["logistics.http"]._client()``.
"""

from .answer import Answer
from .client import GuardedClient
from .errors import BadAnswer, CallError, Refused, TimedOut, TooLarge, Unreachable, Untrusted
from .wire import Limits
