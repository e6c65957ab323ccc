# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How we identify ourselves to a partner, at work: ``connection._make_caller()`` gives a
:class:`Caller`, whose docstring is the guide."""

from ..core.access import NoAccess, OutgoingCall
from .caller import Caller
