# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Readers of carriers' invoice files, by the code of their provider.

A reader is a module with ``CARRIER``, ``recognise(lines)`` → 0 to 100, where ``lines`` are the
first few :class:`~..core.table.Line`, and ``read(lines, layout)`` → rows
(:class:`~..core.bill.Row`). A table that none of them knows is read by ``table``, with a profile.
"""

from .dhl_billing import read as dhl_billing
from .fedex_billing import read as fedex_billing
from .ups_billing import read as ups_billing

READERS = {
    "ups_billing": ups_billing,
    "fedex_billing": fedex_billing,
    "dhl_billing": dhl_billing,
}
